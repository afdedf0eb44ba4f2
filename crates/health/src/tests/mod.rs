//! The use cases on both databases.

mod search;
mod store;

use std::sync::Arc;

use hall::search::Words;
use identity::PersonId;
use identity::institutions::{self, Capability, Facts, NewInstitution};
use kernel::typing::CodeKind;
use kernel::{Fen, ManualClock, Moment, SeededRng, TypedId};
use payments::Listeners;
use platform::Ctx;
use platform::db::DbFault;
use testkit::{TestDb, a_monday_morning, db_test, test_ctx};

use crate::appointments::book::{Book, BookError, Booked, book};
use crate::appointments::cancel::{Cancel, CancelError, Cancelled, cancel};
use crate::appointments::check_in::{CheckIn, CheckInError, Verdict, check_in, look_up};
use crate::appointments::code::VisitCode;
use crate::appointments::expire_holds::expire_holds;
use crate::appointments::model::{BookRefusal, Refusal, State};
use crate::appointments::paid::subjects;
use crate::appointments::{store as visits, todos};
use crate::clinics::model::{Half, SlotId};
use crate::clinics::open_clinics::open_clinics;
use crate::hospitals::model::{Department, Doctor, Hospital, HospitalId, RosterLine, Title};
use crate::hospitals::store as hospitals;
use crate::search::synonyms::of_department;
use crate::{checks, seed};

/// A small city: one hospital, one doctor who sits each Monday and Tuesday, four people.
struct City {
    clock: Arc<ManualClock>,
    ctx: Ctx,
    hospital: HospitalId,
    people: Vec<PersonId>,
    slots: Vec<SlotId>,
    listeners: Arc<Listeners>,
}

impl City {
    async fn open(db: &TestDb, capacity: i64, fee: Fen) -> City {
        let clock = a_monday_morning();
        let ctx = test_ctx(db, clock.clone());
        identity::demo::seed(&ctx, &[]).await.unwrap();
        let hospital = hospital(&ctx, capacity, fee).await;
        assert_eq!(open_clinics(&ctx).await.unwrap(), 4);
        let people = ctx.db.read("test.people", store::people).await.unwrap();
        // The first clinic is this morning's, from eight; the clock stands at nine.
        let slots = ctx.db.read("test.slots", slots).await.unwrap();
        City { clock, ctx, hospital, people, slots, listeners: Arc::new(Listeners::of(subjects()).unwrap()) }
    }

    async fn book(&self, person: usize, slot: usize) -> Result<Booked, BookError> {
        book(&self.ctx, Book { person: self.people[person].clone(), slot: self.slots[slot].clone() }).await
    }

    async fn find(&self, person: usize, booked: &Booked) -> Option<visits::Appointment> {
        let (person, id) = (self.people[person].clone(), booked.appointment.clone());
        self.ctx.db.read("test.find", move |tx| visits::of_person(tx, &person, &id)).await.unwrap()
    }

    async fn cancel(&self, person: usize, booked: &Booked) -> Result<Cancelled, CancelError> {
        cancel(
            &self.ctx,
            &self.listeners,
            Cancel { person: self.people[person].clone(), appointment: booked.appointment.clone() },
        )
        .await
    }

    async fn events(&self, booked: &Booked) -> Vec<String> {
        let id = booked.appointment.as_str().to_owned();
        self.ctx.db.read("test.events", move |tx| store::events(tx, &id)).await.unwrap()
    }

    async fn verdict(&self, code: &str) -> Verdict {
        look_up(&self.ctx, &self.hospital, code).await.unwrap().verdict
    }

    /// Every invariant, and that each looked at something.
    async fn sound(&self) {
        let now = self.ctx.now();
        for check in checks() {
            let result = self.ctx.db.read("test.check", move |tx| (check.run)(tx, now)).await.unwrap();
            assert_eq!(result.broken, Vec::<String>::new(), "{}", check.id);
            assert!(result.rows > 0, "{} looked at nothing", check.id);
        }
    }
}

async fn hospital(ctx: &Ctx, capacity: i64, fee: Fen) -> HospitalId {
    let hospital = Hospital {
        id: ctx.id(),
        code: "test".into(),
        name: "测试医院".into(),
        short: String::new(),
        name_en: "Test Hospital".into(),
        level: "community".into(),
        address: "一号".into(),
        phone: "0519-1".into(),
        tips: "带证件".into(),
        tips_en: "Bring your card".into(),
        demo: true,
    };
    let department = Department {
        id: ctx.id(),
        hospital: hospital.id.clone(),
        name: "眼科".into(),
        name_en: "Eye".into(),
        place: "一层".into(),
        place_en: "floor 1".into(),
    };
    let doctor = Doctor {
        id: ctx.id(),
        department: department.id.clone(),
        name: "单文".into(),
        name_en: "Shan Wen".into(),
        title: Title::Chief,
        good_at: String::new(),
        good_at_en: String::new(),
    };
    let id = hospital.id.clone();
    let new = NewInstitution::of(ctx, hospital.institution(Facts::default()));
    let write = move |tx: &mut platform::db::Tx<'_>| {
        hospitals::insert_hospital(tx, &new, (&hospital, &Words::of(&["测试医院"], "Test Hospital")), 0)?;
        hospitals::insert_department(tx, &department, &of_department(&["眼科"], "Eye"), 0)?;
        hospitals::insert_doctor(tx, &doctor, &Words::of_person("单文", "Shan Wen"), 0)?;
        for weekday in [1, 2] {
            hospitals::insert_roster(
                tx,
                &RosterLine { doctor: doctor.id.clone(), weekday, half: Half::Am, capacity, fee },
            )?;
        }
        Ok::<_, DbFault>(())
    };
    ctx.db.write(platform::db::LaneKey::of("hospital", "test"), "test.hospital", write).await.unwrap();
    id
}

/// The slots of all clinics in order of time.
fn slots(tx: &mut platform::db::Tx<'_>) -> Result<Vec<SlotId>, DbFault> {
    let mut all = Vec::new();
    for line in hospitals::rosters(tx)?.iter().take(1) {
        let today = Moment::from_ms(0).date();
        for listed in crate::clinics::store::clinics_of(tx, &line.doctor, today, Moment::from_ms(0))? {
            all.extend(crate::clinics::store::slots_of(tx, &listed.clinic.id)?.into_iter().map(|slot| slot.id));
        }
    }
    Ok(all)
}

#[db_test]
async fn booking_cancelling_and_booking_again(db: TestDb) {
    let city = City::open(&db, 1, Fen::ZERO).await;
    let first = city.book(0, 4).await.unwrap();
    assert!(first.fresh);
    assert_eq!(city.events(&first).await, ["hold:held", "confirm:booked"]);
    // A second tap lands on the same appointment; another time of the half-day is refused.
    assert_eq!(
        city.book(0, 4).await.unwrap(),
        Booked { appointment: first.appointment.clone(), pay: None, fresh: false }
    );
    assert!(matches!(city.book(0, 5).await, Err(BookError::AlreadyBooked(id)) if id == first.appointment));
    assert!(matches!(city.book(1, 4).await, Err(BookError::Full)));
    assert!(matches!(city.book(1, 0).await, Err(BookError::Refused(BookRefusal::TooLate))));
    let nowhere = book(&city.ctx, Book { person: city.people[0].clone(), slot: city.ctx.id() }).await;
    assert!(matches!(nowhere, Err(BookError::NotFound)));
    // Nobody else sees it or cancels it.
    assert!(city.find(1, &first).await.is_none());
    assert!(matches!(city.cancel(1, &first).await, Err(CancelError::NotFound)));
    assert_eq!(city.cancel(0, &first).await.unwrap(), Cancelled::Now);
    assert_eq!(city.cancel(0, &first).await.unwrap(), Cancelled::Already { at: city.ctx.now() });
    let second = city.book(1, 4).await.unwrap();
    assert_eq!(city.find(1, &second).await.unwrap().seat_no, 1);
    let person = city.people[0].clone();
    assert_eq!(city.ctx.db.read("test.messages", move |tx| store::messages(tx, &person)).await.unwrap(), 2);
    city.sound().await;
}

#[db_test]
async fn a_clinic_that_is_called_off_is_so_whether_or_not_its_hospital_takes_bookings(db: TestDb) {
    let city = City::open(&db, 1, Fen::ZERO).await;
    let hospital = city.hospital.clone().into();
    let booking = async |on| institutions::set_capability(&city.ctx, &hospital, Capability::Booking, on).await.unwrap();
    assert!(booking(false).await);
    assert!(matches!(city.book(0, 4).await, Err(BookError::Refused(BookRefusal::NotTaken))));
    city.ctx.db.write(platform::db::LaneKey::of("clinic", "test"), "test.off", store::call_all_off).await.unwrap();
    assert!(matches!(city.book(0, 4).await, Err(BookError::Refused(BookRefusal::CalledOff))));
    assert!(booking(true).await);
    assert!(matches!(city.book(0, 4).await, Err(BookError::Refused(BookRefusal::CalledOff))));
}

#[db_test]
async fn a_number_that_was_drawn_before_is_drawn_anew(db: TestDb) {
    let mut city = City::open(&db, 2, Fen::ZERO).await;
    // Two programs whose generators say the same; ids differ by their moment.
    city.ctx.rng = Arc::new(SeededRng::new(5));
    let one = city.book(0, 4).await.unwrap();
    city.clock.advance_secs(1);
    city.ctx.rng = Arc::new(SeededRng::new(5));
    let two = city.book(1, 4).await.unwrap();
    let (one, two) = (city.find(0, &one).await.unwrap(), city.find(1, &two).await.unwrap());
    assert!(one.no.is_some() && two.no.is_some() && one.no != two.no, "{:?} {:?}", one.no, two.no);
    assert_ne!(one.code, two.code);
    city.sound().await;
}

#[db_test]
async fn the_cut_off_is_kept(db: TestDb) {
    let city = City::open(&db, 2, Fen::ZERO).await;
    // Slot 4 is at ten; the cut-off is half an hour before.
    let booked = city.book(0, 4).await.unwrap();
    city.clock.advance_secs(30 * 60);
    let late = city.cancel(0, &booked).await;
    assert!(matches!(late, Err(CancelError::Refused(Refusal::PastCutOff { .. }))), "{late:?}");
    assert_eq!(city.find(0, &booked).await.unwrap().state, State::Booked);
    city.sound().await;
}

#[db_test]
async fn a_hold_runs_out_and_its_place_comes_back(db: TestDb) {
    let city = City::open(&db, 1, Fen::new(2_500)).await;
    let held = city.book(0, 8).await.unwrap();
    assert_eq!(city.find(0, &held).await.unwrap().state, State::Held);
    assert!(matches!(city.book(1, 8).await, Err(BookError::Full)));
    city.clock.advance_secs(899);
    assert_eq!(expire_holds(&city.ctx, &city.listeners).await.unwrap(), 0);
    city.clock.advance_secs(1);
    assert_eq!(expire_holds(&city.ctx, &city.listeners).await.unwrap(), 1);
    assert_eq!(expire_holds(&city.ctx, &city.listeners).await.unwrap(), 0);
    assert_eq!(city.events(&held).await, ["hold:held", "expire:expired"]);
    assert!(city.book(1, 8).await.unwrap().fresh);
    city.sound().await;
}

#[db_test]
async fn the_desk_sees_what_it_may(db: TestDb) {
    let city = City::open(&db, 3, Fen::ZERO).await;
    let today = city.book(0, 4).await.unwrap();
    let tomorrow = city.book(0, 8).await.unwrap();
    let given_up = city.book(1, 4).await.unwrap();
    city.cancel(1, &given_up).await.unwrap();
    let code = |visit: Option<visits::Appointment>| visit.unwrap().code.to_string();
    let (now, later, gone) =
        (code(city.find(0, &today).await), code(city.find(0, &tomorrow).await), code(city.find(1, &given_up).await));
    assert_eq!(city.verdict(&now).await, Verdict::Ready);
    assert!(matches!(city.verdict(&later).await, Verdict::OtherDay { .. }));
    assert!(matches!(city.verdict(&gone).await, Verdict::Cancelled { .. }));
    assert_eq!(city.verdict(&now[..15]).await, Verdict::Unread(CodeKind::Digits));
    let stranger = VisitCode::draw(city.ctx.rng.as_ref()).unwrap();
    assert_eq!(city.verdict(stranger.as_str()).await, Verdict::Unknown);
    // Another hospital learns nothing and can do nothing.
    let elsewhere: HospitalId = city.ctx.id();
    let scanned = look_up(&city.ctx, &elsewhere, &now).await.unwrap();
    assert!(scanned.verdict == Verdict::OtherHospital && scanned.visit.is_none());
    let command = CheckIn { hospital: elsewhere, code: VisitCode::parse(&now).unwrap() };
    assert!(matches!(check_in(&city.ctx, command).await, Err(CheckInError::NotFound)));

    let command = |code: &str| CheckIn { hospital: city.hospital.clone(), code: VisitCode::parse(code).unwrap() };
    assert!(!check_in(&city.ctx, command(&now)).await.unwrap().already);
    assert!(check_in(&city.ctx, command(&now)).await.unwrap().already);
    assert!(matches!(check_in(&city.ctx, command(&later)).await, Err(CheckInError::Refused(Refusal::OtherDay { .. }))));
    assert!(matches!(check_in(&city.ctx, command(&gone)).await, Err(CheckInError::Refused(Refusal::Forbidden { .. }))));
    assert_eq!(city.verdict(&now).await, Verdict::Attended { at: city.ctx.now() });
    assert!(matches!(city.cancel(0, &today).await, Err(CancelError::Refused(Refusal::Forbidden { .. }))));
    let (person, moment) = (city.people[0].clone(), city.ctx.now());
    let waiting = city.ctx.db.read("test.todos", move |tx| todos::upcoming(tx, &person, moment)).await.unwrap();
    let waiting: Vec<_> = waiting.into_iter().map(|visit| visit.id).collect();
    assert_eq!(waiting, [today.appointment, tomorrow.appointment], "whoever waits to be called still sees the visit");
    city.clock.advance_secs(kernel::DAY_SECS);
    assert!(matches!(city.verdict(&now).await, Verdict::OtherDay { .. }), "a barcode is good for its day alone");
    city.sound().await;
}

#[db_test]
async fn the_last_place_goes_to_one_of_two_instances(db: TestDb) {
    let city = City::open(&db, 1, Fen::ZERO).await;
    let mut other = city.ctx.clone();
    other.db = db.another_instance("other");
    for slot in [8, 9, 10] {
        let mut races = tokio::task::JoinSet::new();
        for (at, person) in city.people.iter().cloned().enumerate() {
            let ctx = if at % 2 == 0 { city.ctx.clone() } else { other.clone() };
            let slot = city.slots[slot].clone();
            races.spawn(async move { book(&ctx, Book { person, slot }).await });
        }
        let results = races.join_all().await;
        let won = results.iter().filter(|result| matches!(result, Ok(booked) if booked.fresh)).count();
        assert_eq!(won, 1, "{results:?}");
    }
    city.sound().await;
}

#[db_test]
async fn one_person_on_two_instances_gets_one_visit(db: TestDb) {
    let city = City::open(&db, 3, Fen::ZERO).await;
    let mut other = city.ctx.clone();
    other.db = db.another_instance("other");
    let mut races = tokio::task::JoinSet::new();
    for (at, slot) in [8, 9, 10, 8, 9, 10].into_iter().enumerate() {
        let ctx = if at % 2 == 0 { city.ctx.clone() } else { other.clone() };
        let command = Book { person: city.people[2].clone(), slot: city.slots[slot].clone() };
        races.spawn(async move { book(&ctx, command).await });
    }
    let results = races.join_all().await;
    let fresh = results.iter().filter(|result| matches!(result, Ok(booked) if booked.fresh)).count();
    assert_eq!(fresh, 1, "{results:?}");
    city.sound().await;
}

#[db_test]
async fn the_demo_city_is_seeded_once_and_found(db: TestDb) {
    let ctx = test_ctx(&db, a_monday_morning());
    seed(&ctx).await.unwrap();
    let sizes = ctx.db.read("test.sizes", store::sizes).await.unwrap();
    assert_eq!(sizes[0], 8);
    assert!(sizes[1] > 55, "{sizes:?}");
    seed(&ctx).await.unwrap();
    assert_eq!(ctx.db.read("test.sizes", store::sizes).await.unwrap(), sizes);
    // By initials, by pinyin, by Chinese, by English, however it is typed.
    for (typed, hospitals, departments) in [
        ("czsdyrm", 1, 0),
        ("ＹＫ", 0, 14),
        ("眼科", 0, 3),
        ("眼 科", 0, 3),
        ("眼\u{0}科\u{200B}", 0, 3),
        ("yanke", 0, 3),
        ("yan ke", 0, 5),
        ("renmin yiyuan", 3, 0),
        ("ophthal", 0, 3),
        ("syy", 1, 0),
        ("市一院", 1, 0),
        ("first people’s hospital", 1, 0),
        ("hospital changzhou first", 1, 0),
    ] {
        let patterns = hall::search::patterns(typed).unwrap();
        let found = ctx.db.read("test.search", move |tx| crate::search::find(tx, &patterns)).await.unwrap();
        assert_eq!((found.hospitals.len(), found.departments.len()), (hospitals, departments), "{typed}");
        // 眼科 comes before 中医科, which has yk in the middle of its initials, and before 耳鼻咽喉科, which has yan and ke.
        assert!(found.departments.iter().take(3).all(|(department, _)| department.name == "眼科"), "{typed}");
    }
    let from = ctx.now();
    let listed = ctx.db.read("test.list", move |tx| hospitals::hospitals(tx, from)).await.unwrap();
    assert!(listed.iter().all(|row| row.left > 0));
    let id = listed[0].item.id.clone();
    let departments = ctx.db.read("test.departments", move |tx| hospitals::departments(tx, &id, from)).await.unwrap();
    assert_eq!(departments.iter().map(|row| row.left).sum::<i64>(), listed[0].left);
    let id = departments[0].item.id.clone();
    let doctors = ctx.db.read("test.doctors", move |tx| hospitals::doctors(tx, &id, from)).await.unwrap();
    assert_eq!(doctors.iter().map(|listed| listed.left).sum::<i64>(), departments[0].left);
    assert!(doctors.iter().all(|listed| listed.next.is_some()));
    assert_eq!(HospitalId::PREFIX, "hos");
}
