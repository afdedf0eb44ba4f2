//! Every page in every look: what it must keep is measured, and it is drawn for the eye.

use crate::browser::{Browser, NARROW, PHONE, WINDOW, Wanted};
use crate::driver::{Driver, story};
use crate::measure::{Findings, Promise};
use crate::support::TestApp;
use crate::world::World;

/// One way to see the citizens' pages.
#[derive(Clone, Copy)]
struct Look {
    /// Names the screenshots.
    name: &'static str,
    lang: &'static str,
    elder: bool,
    wanted: Wanted,
}

impl Look {
    fn phone(name: &'static str, lang: &'static str, elder: bool) -> Look {
        Look { name, lang, elder, wanted: Wanted::on(PHONE) }
    }

    fn on(self, wanted: Wanted) -> Look {
        Look { wanted, ..self }
    }

    fn promise(&self) -> Promise {
        let promise = if self.elder { Promise::ELDER } else { Promise::STANDARD };
        let promise = if self.lang == "en" { promise.in_english() } else { promise };
        let usual = Wanted::on(PHONE);
        // What axe-core reads is the same tree in every width and with every size of text, and the usual ones are read in
        // each language, in both looks and in the dark; what width and size change is measured in all of them.
        let seen_elsewhere = self.wanted.screen.width < usual.screen.width || self.wanted.text_px > usual.text_px;
        Promise { rules: !seen_elsewhere, ..promise }
    }
}

#[test]
fn every_page_in_chinese() {
    story(|app, driver| async move {
        tour(&app, &driver, &[Look::phone("zh", "zh-CN", false)]).await;
    });
}

#[test]
fn every_page_in_english() {
    story(|app, driver| async move {
        tour(&app, &driver, &[Look::phone("en", "en", false)]).await;
    });
}

#[test]
fn every_page_in_the_elder_look() {
    story(|app, driver| async move {
        tour(&app, &driver, &[Look::phone("elder", "zh-CN", true)]).await;
    });
}

#[test]
fn every_page_in_the_elder_look_in_english() {
    story(|app, driver| async move {
        tour(&app, &driver, &[Look::phone("elder-en", "en", true)]).await;
    });
}

#[test]
fn every_page_in_the_dark() {
    story(|app, driver| async move {
        let dark = Wanted { dark: true, ..Wanted::on(PHONE) };
        let looks = [Look::phone("dark", "zh-CN", false).on(dark), Look::phone("dark-elder", "zh-CN", true).on(dark)];
        tour(&app, &driver, &looks).await;
    });
}

#[test]
fn every_page_on_a_wide_screen() {
    story(|app, driver| async move {
        tour(&app, &driver, &[Look::phone("wide", "zh-CN", false).on(Wanted::on(WINDOW))]).await;
    });
}

#[test]
fn every_page_on_a_narrow_phone() {
    story(|app, driver| async move {
        let narrow = Wanted::on(NARROW);
        let looks =
            [Look::phone("narrow", "zh-CN", false).on(narrow), Look::phone("narrow-en", "en", false).on(narrow)];
        tour(&app, &driver, &looks).await;
    });
}

#[test]
fn every_page_in_the_elder_look_on_a_narrow_phone() {
    story(|app, driver| async move {
        let narrow = Wanted::on(NARROW);
        let looks = [
            Look::phone("narrow-elder", "zh-CN", true).on(narrow),
            Look::phone("narrow-elder-en", "en", true).on(narrow),
        ];
        tour(&app, &driver, &looks).await;
    });
}

#[test]
fn every_page_with_text_twice_as_large() {
    story(|app, driver| async move {
        let double = Wanted { text_px: 32, ..Wanted::on(PHONE) };
        let looks = [
            Look::phone("double", "zh-CN", false).on(double),
            Look::phone("double-en", "en", false).on(double),
            Look::phone("narrow-double", "zh-CN", false).on(Wanted { text_px: 32, ..Wanted::on(NARROW) }),
        ];
        tour(&app, &driver, &looks).await;
    });
}

/// Pages on which a visit is booked and paid, by the beginnings of their names.
const ON_THE_WAY: [&str; 4] = ["pay", "confirm", "order", "cancel"];

#[test]
fn in_the_elder_look_no_line_of_booking_and_paying_holds_one_character_alone() {
    story(|app, driver| async move {
        let world = World::make(&app).await;
        let mut alone = Vec::new();
        for screen in [PHONE, NARROW] {
            let browser = Browser::open(&driver, &app.url, Wanted::on(screen)).await;
            browser.adopt(&world.citizen).await;
            app.vouch_in(&world.citizen, &browser.agent().await).await;
            browser.look("zh-CN", true).await;
            let booking = world.open.iter().filter(|(name, _)| !name.starts_with("login"));
            let own = world.own.iter().filter(|(name, _)| ON_THE_WAY.iter().any(|start| name.starts_with(start)));
            for (name, path) in booking.chain(own) {
                browser.go(path).await;
                browser.shot(&format!("lines-{}-{name}", screen.width)).await;
                let found = browser.run(include_str!("lines.js"), vec![]).await;
                let found = found.as_array().into_iter().flatten().filter_map(|line| line.as_str());
                alone.extend(found.map(|line| format!("{} {name}: {line}", screen.width)));
            }
            browser.close().await;
        }
        assert!(alone.is_empty(), "{}", alone.join("\n"));
    });
}

/// Walks all pages in each of the looks: signed out first, then as a person.
async fn tour(app: &TestApp, driver: &Driver, looks: &[Look]) {
    let world = World::make(app).await;
    let mut findings = Findings::default();
    for look in looks {
        let browser = Browser::open(driver, &app.url, look.wanted).await;
        browser.look(look.lang, look.elder).await;
        for (name, path) in &world.open {
            visit(&browser, look, name, path, &mut findings).await;
        }
        browser.adopt(&world.citizen).await;
        app.vouch_in(&world.citizen, &browser.agent().await).await;
        browser.look(look.lang, look.elder).await;
        for (name, path) in &world.own {
            visit(&browser, look, &format!("my-{name}"), path, &mut findings).await;
        }
        browser.close().await;
    }
    findings.none();
}

async fn visit(browser: &Browser, look: &Look, name: &str, path: &str, findings: &mut Findings) {
    browser.go(path).await;
    let page = format!("{}-{name}", look.name);
    browser.shot(&page).await;
    findings.look(browser, &page, look.promise()).await;
}
