//! Hospitals, departments, doctors, and the rosters by half-days that their clinics are made from.

pub use identity::institutions::HospitalId;
use identity::institutions::{self, Capability, Facts, Institution};
use kernel::{Date, Fen, Time};

kernel::typed_id!(
    /// A department (科室) of one hospital.
    pub DepartmentId,
    "dep"
);
kernel::typed_id!(
    /// A doctor in one department.
    pub DoctorId,
    "doc"
);

/// A hospital as people and pages know it. `_en` fields are for English pages. Code, names, address and telephone are its
/// institution's.
#[derive(Debug, Clone)]
pub struct Hospital {
    /// Its institution's.
    pub id: HospitalId,
    /// Its short name in policy: `cancel_cutoff.hospitals`.
    pub code: String,
    pub name: String,
    /// How people call it (市一院), searched as well; may be empty.
    pub short: String,
    pub name_en: String,
    /// One of [`LEVELS`]: a locale key's end.
    pub level: String,
    pub address: String,
    pub phone: String,
    /// 温馨提示: the hospital's own words for whoever comes.
    pub tips: String,
    pub tips_en: String,
    /// Sample data, shown as 「演示数据」.
    pub demo: bool,
}

/// What a hospital's level may be.
pub const LEVELS: [&str; 3] = ["tertiary", "secondary", "community"];

/// What a hospital does with us from its first day.
const CAPABILITIES: [Capability; 3] = [Capability::Booking, Capability::CheckIn, Capability::CardScan];

impl Hospital {
    /// Its institution, open, with these facts of what a hospital does not keep itself.
    pub(crate) fn institution(&self, more: Facts) -> Institution {
        Institution {
            id: self.id.clone().into(),
            code: self.code.clone(),
            facts: Facts {
                name: self.name.clone(),
                short: self.short.clone(),
                name_en: self.name_en.clone(),
                address: self.address.clone(),
                phone: self.phone.clone(),
                ..more
            },
            demo: self.demo,
            state: institutions::State::Open,
            capabilities: CAPABILITIES.into_iter().collect(),
        }
    }
}

/// A department of a hospital.
#[derive(Debug, Clone)]
pub struct Department {
    pub id: DepartmentId,
    pub hospital: HospitalId,
    pub name: String,
    pub name_en: String,
    /// Where to check in: building and floor.
    pub place: String,
    pub place_en: String,
}

/// A doctor of a department.
#[derive(Debug, Clone)]
pub struct Doctor {
    pub id: DoctorId,
    pub department: DepartmentId,
    pub name: String,
    /// Romanised name.
    pub name_en: String,
    pub title: Title,
    pub good_at: String,
    pub good_at_en: String,
}

kernel::words! {
    /// A doctor's rank (职称).
    pub enum Title: "a doctor's title" {
        /// 主任医师
        Chief = "chief",
        /// 副主任医师
        AssociateChief = "associate_chief",
        /// 主治医师
        Attending = "attending",
        /// 住院医师
        Resident = "resident",
    }
}

impl Title {
    /// The locale key of its name.
    pub const fn key(self) -> &'static str {
        match self {
            Self::Chief => "health-title-chief",
            Self::AssociateChief => "health-title-associate-chief",
            Self::Attending => "health-title-attending",
            Self::Resident => "health-title-resident",
        }
    }
}

kernel::words! {
    /// The half of a day, as rosters divide it: a clinic fills one.
    pub enum Half: "a half-day" {
        /// 上午, 08:00–11:30
        Am = "am",
        /// 下午, 13:30–17:00
        Pm = "pm",
    }
}

impl Half {
    /// The locale key of its name.
    pub const fn key(self) -> &'static str {
        match self {
            Self::Am => "health-half-am",
            Self::Pm => "health-half-pm",
        }
    }

    /// When clinics of this half-day begin and end.
    pub const fn hours(self) -> (Time, Time) {
        match self {
            Self::Am => (Time::constant(8, 0, 0, 0), Time::constant(11, 30, 0, 0)),
            Self::Pm => (Time::constant(13, 30, 0, 0), Time::constant(17, 0, 0, 0)),
        }
    }
}

/// One line of a doctor's roster (排班): every such weekday's half-day is a clinic.
#[derive(Debug, Clone)]
pub struct RosterLine {
    pub doctor: DoctorId,
    /// 1 = Monday … 7 = Sunday.
    pub weekday: i64,
    pub half: Half,
    /// Places in each half-hour slot.
    pub capacity: i64,
    pub fee: Fen,
}

/// Anything browsed, with the places left in it over the days open for booking.
#[derive(Debug, Clone)]
pub struct WithPlaces<T> {
    pub item: T,
    pub left: i64,
}

/// A doctor in a department's list.
#[derive(Debug, Clone)]
pub struct ListedDoctor {
    pub doctor: Doctor,
    pub left: i64,
    /// The next clinic with a place left.
    pub next: Option<NextClinic>,
}

/// When a doctor can be seen next.
#[derive(Debug, Clone)]
pub struct NextClinic {
    pub date: Date,
    pub half: Half,
    pub fee: Fen,
}
