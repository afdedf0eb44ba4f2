//! Looking behind the pages, and acting where no page does.

use identity::demo::DemoLogin;
use platform::audit::{self, Verdict};
use platform::db::{DbFault, LaneKey, Tx};
use std::sync::Arc;

use super::app::TestApp;
use super::store::{self, OutboxRow};
use super::visitor::Visitor;

/// A slot to book, with what surrounds it.
#[derive(Debug, Clone)]
pub struct Place {
    pub slot: String,
    pub clinic: String,
    pub hospital: String,
    /// The hospital's short name, as policy knows it.
    pub code: String,
}

impl Place {
    /// The page that books it.
    pub fn book(&self) -> String {
        format!("/slots/{}/book", self.slot)
    }
}

impl TestApp {
    /// Asks the database.
    pub async fn ask<T: Send + 'static>(
        &self,
        question: impl Fn(&mut Tx<'_>) -> Result<T, DbFault> + Send + 'static,
    ) -> T {
        self.ctx.db.read("test.ask", question).await.expect("the database answers")
    }

    /// Plants something in the database.
    pub async fn plant<T: Send + 'static>(
        &self,
        act: impl Fn(&mut Tx<'_>) -> Result<T, DbFault> + Send + 'static,
    ) -> T {
        self.ctx.db.write(LaneKey::of("test", "plant"), "test.plant", act).await.expect("the database takes it")
    }

    /// Every row of the outbox, oldest first.
    pub async fn outbox(&self) -> Vec<OutboxRow> {
        self.ask(store::outbox).await
    }

    /// A slot with so many free places that begins after so many seconds.
    pub async fn place(&self, after_secs: i64, places: i64) -> Place {
        self.places(after_secs, places).await.into_iter().next().expect("a free slot")
    }

    /// Such slots, soonest first; neighbours may be of one clinic.
    pub async fn places(&self, after_secs: i64, places: i64) -> Vec<Place> {
        let after = self.ctx.now().plus_secs(after_secs);
        self.ask(move |tx| {
            let mut found = Vec::new();
            for (slot, clinic) in store::free_slots(tx, after, places)? {
                let (hospital, code) = store::hospital_of(tx, &clinic)?;
                found.push(Place { slot, clinic, hospital, code });
            }
            Ok(found)
        })
        .await
    }

    /// Places, held and booked of a slot.
    pub async fn counters(&self, slot: &str) -> (i64, i64, i64) {
        let slot = slot.to_owned();
        self.ask(move |tx| store::counters(tx, &slot)).await
    }

    /// States of the appointments in a slot, sorted.
    pub async fn states(&self, slot: &str) -> Vec<String> {
        let slot = slot.to_owned();
        self.ask(move |tx| store::states(tx, &slot)).await
    }

    /// How many rows a table has.
    pub async fn count(&self, table: &'static str) -> i64 {
        self.ask(move |tx| store::count(tx, table)).await
    }

    /// How often an act is in the audit chains.
    pub async fn acts(&self, act: &'static str) -> i64 {
        self.ask(move |tx| store::acts(tx, act)).await
    }

    /// Runs `renshe audit verify`'s recomputation and expects every chain whole.
    pub async fn audit(&self) -> Verdict {
        let vault = Arc::clone(&self.ctx.vault);
        let verdict = self.ask(move |tx| audit::verify(tx, &vault)).await;
        assert_eq!(verdict.broken, Vec::<String>::new(), "the audit chains are whole");
        assert!(verdict.rows > 0, "something was recorded");
        verdict
    }

    /// Many people with a session each.
    pub async fn crowd(&self, n: usize) -> Vec<Visitor> {
        let crowd = identity::demo::crowd(&self.ctx, n).await.expect("a crowd");
        crowd.into_iter().map(|(_, cookie)| self.visitor().with_cookie(&cookie)).collect()
    }

    /// The clerk of a hospital, signed in at the desk.
    pub async fn clerk_of(&self, hospital: &str) -> Visitor {
        let login = self.logins.iter().find(|login| serves(login, hospital)).expect("a clerk of this hospital");
        let visitor = self.visitor();
        let answer = visitor.post_form("/desk/login", &[("login", &login.login), ("password", &login.password)]).await;
        assert!(answer.path.starts_with("/desk") && answer.is_ok(), "signing in: {} {}", answer.status, answer.text);
        visitor
    }

    /// A slot with free places at the hospital of the first sample clerk.
    pub async fn place_at_desk(&self, after_secs: i64, places: i64) -> Place {
        let clerk = self.logins.iter().find(|login| login.role == "clerk").expect("a clerk");
        let found = self.places(after_secs, places).await.into_iter().find(|place| serves(clerk, &place.hospital));
        found.expect("a free slot at the first desk's hospital")
    }
}

/// Whether it is somebody of this hospital.
fn serves(login: &DemoLogin, hospital: &str) -> bool {
    login.institution.as_ref().is_some_and(|served| served.as_str() == hospital)
}

/// The sixteen digits of the barcode on a page.
pub fn barcode(page: &str) -> String {
    let shown = page.split("class=\"code\">").nth(1).expect("a barcode").split('<').next().unwrap_or_default();
    let digits: String = shown.chars().filter(char::is_ascii_digit).collect();
    assert_eq!(digits.len(), 16, "{shown}");
    digits
}
