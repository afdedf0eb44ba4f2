//! Signing up and logging in, as stories need it again and again.

use kernel::check_digit::mod11_2;

use super::app::TestApp;
use super::visitor::{Answer, Visitor};

/// A password that policy takes.
pub const PASSWORD: &str = "Chunjiang-2026";

/// An ID number that nobody else has: somebody born on a day of 1990 in Tianning.
pub fn id_number(n: u32) -> String {
    let digits = format!("3204021990{:02}{:02}{:03}", n / 28 % 12 + 1, n % 28 + 1, 100 + n / 336);
    let check = mod11_2::of(&digits).expect("seventeen digits");
    format!("{digits}{check}")
}

/// Six digits that are not the code.
pub fn not(code: &str) -> &'static str {
    if code == "000000" { "000001" } else { "000000" }
}

/// What the details page asks for.
pub fn details<'a>(name: &'a str, id_number: &'a str, code: &'a str, password: &'a str) -> [(&'a str, &'a str); 5] {
    [("name", name), ("id_number", id_number), ("code", code), ("password", password), ("password_again", password)]
}

impl TestApp {
    /// Asks for a sign-up code and returns the details page.
    pub async fn ask_sign_up(&self, person: &Visitor, mobile: &str) -> Answer {
        person.post_form("/sign-up", &[("mobile", mobile)]).await
    }

    /// Signs somebody up from the first page on, and returns the page they land on.
    pub async fn sign_up(&self, person: &Visitor, mobile: &str, name: &str, id_number: &str) -> Answer {
        let page = self.ask_sign_up(person, mobile).await;
        assert!(page.is_ok() && page.path.starts_with("/sign-up/details"), "{} {}", page.path, page.text);
        let digits: String = mobile.chars().filter(char::is_ascii_digit).collect();
        let code = self.code(&digits).await;
        person.send_form(&page, &details(name, id_number, &code, PASSWORD)).await
    }

    /// Tries to log in, and returns the page after redirects.
    pub async fn log_in(&self, person: &Visitor, login: &str, password: &str) -> Answer {
        person.post_form("/login", &[("login", login), ("password", password)]).await
    }

    /// Makes whoever is signed in here authenticated on this device, and insured here.
    pub async fn vouch(&self, person: &Visitor) {
        self.vouch_in(person, &person.agent()).await;
    }

    /// The same for whoever will ask from a browser that calls itself so.
    pub async fn vouch_in(&self, person: &Visitor, agent: &str) {
        let (session, device) = (person.cookie("ses"), person.cookie("dev"));
        let (session, device) = session.zip(device).expect("a session and a device");
        self.vouch_with(&session, &device, agent).await;
    }

    /// The same by the values of the cookies.
    pub async fn vouch_with(&self, session: &str, device: &str, agent: &str) {
        identity::demo::vouch(&self.ctx, session, device, agent).await.expect("vouched for");
    }

    /// Somebody new who signed up and logged in.
    pub async fn newcomer(&self, n: u32) -> Visitor {
        let (person, mobile) = (self.visitor(), format!("1580000{n:04}"));
        self.sign_up(&person, &mobile, "市民", &id_number(n)).await;
        let home = self.log_in(&person, &mobile, PASSWORD).await;
        assert!(home.is_ok() && home.path == "/me", "{} {}", home.path, home.text);
        person
    }
}

/// Whether the answer is a redirect to signing in.
pub fn asks_to_sign_in(answer: &Answer) -> bool {
    answer.status == 303 && location(answer).starts_with("/login?to=")
}

/// Where a redirect leads; empty without one.
pub fn location(answer: &Answer) -> String {
    answer.headers.get("location").and_then(|value| value.to_str().ok()).unwrap_or_default().to_owned()
}
