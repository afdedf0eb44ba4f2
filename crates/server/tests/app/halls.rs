//! Two invented halls beside the program's own: what they hand up is there, and no file but their own was touched for it;
//! what two of them both claim is refused.

use std::sync::Arc;

use axum::Router;
use axum::routing::get;
use hall::{Asking, Hall, Text, Tile, Wait, Waiting, Works};
use platform::db::{DbFault, Tx};
use platform::jobs::Job;
use renshe::app::Place;
use renshe::halls::{self, Halls};
use testkit::db_test;
use ui::Nav;
use ui::desk::DeskLink;
use ui::front::Todo;

use crate::commands::plant;
use crate::support::instance::Instance;
use crate::support::program::{Home, Serving};
use crate::support::{TestApp, store};

/// Kites are flown; one of them presses.
fn kites() -> Hall {
    Hall {
        routes: Router::new().route("/kites", get(async || "all the kites")),
        apis: Router::new().route("/strings", get(async || "all the strings")),
        nav: places("kites"),
        tiles: vec![Tile::new(5, "/kites", "ui-brand", "list"), Tile::new(95, "/kites/mine", "ui-brand", "list")],
        desks: vec![desk("/desk/kites", 901)],
        texts: vec![Text::notice("kite_up", "SMS_900001", "您的风筝${name}飞起来了。")],
        waiting: Some(|_, asking, _| Ok(waits(asking, &[(0, "风筝一号", true), (40, "风筝二号", false)]))),
        census: vec![("kites", |_, most| Ok(most.unsigned_abs().min(7)))],
        works: |_| Works { jobs: vec![Job::new("kites.fly", 60, async |_| Ok(()))], ..Works::default() },
        ..Hall::named("kites")
    }
}

/// Boats are sailed.
fn boats() -> Hall {
    Hall {
        routes: Router::new().route("/boats", get(async || "all the boats")),
        nav: places("boats"),
        desks: vec![desk("/desk/boats", 902)],
        waiting: Some(|_, asking, _| Ok(waits(asking, &[(20, "小船", false), (99, "大船", false)]))),
        works: |_| Works { jobs: vec![Job::new("boats.sail", 60, async |_| Ok(()))], ..Works::default() },
        ..Hall::named("boats")
    }
}

fn places(first: &'static str) -> Nav {
    Nav { places: vec![ui::nav::Place::new(first, "", "about-home")], ..Nav::default() }
}

const fn desk(href: &'static str, rank: u16) -> DeskLink {
    DeskLink { href, icon: "list", words: "front-todos", roles: &["clerk"], rank, needs: None }
}

/// So many days from now, its name, whether it presses.
fn waits(asking: &Asking<'_>, all: &[(i64, &'static str, bool)]) -> Waiting {
    let row = |&(days, name, pressing): &(i64, &'static str, bool)| {
        let at = asking.now.plus_secs(days * 86_400);
        let (detail, href) = (String::new(), format!("/kites/{name}"));
        let todo = Todo { title: name.to_owned(), detail, href, button: "看看".to_owned(), bar: "blue" };
        Wait { pressing, at, keep: false, show: Box::new(|_| todo) }
    };
    Waiting { rows: all.iter().map(row).collect(), all: all.len() }
}

/// The program's halls and these.
fn with(more: Vec<Hall>) -> Result<Arc<Halls>, String> {
    let mut all = halls::all();
    all.extend(more);
    Halls::of(all).map_err(|error| error.to_string())
}

#[db_test]
async fn what_invented_halls_hand_up_is_there(app: TestApp) {
    let halls = with(vec![kites(), boats()]).expect("no twins");
    let town = Instance::of_halls(app.ctx.clone(), &halls, app.wired(), Place::demo).await;
    let mut person = app.citizen(0).await;
    person.go_to(&town.url);
    for (path, says) in
        [("/kites", "all the kites"), ("/boats", "all the boats"), ("/api/v1/kites/strings", "all the strings")]
    {
        assert_eq!(person.get(path).await.text, says, "{path}");
    }
    assert_eq!(app.visitor().get("/kites").await.status, 404, "the program itself has no kites");

    let titles = |text: &str| {
        let mut found: Vec<_> = ["风筝一号", "风筝二号", "小船", "大船"].map(|name| (text.find(name), name)).to_vec();
        found.retain(|(at, _)| at.is_some());
        found.sort_unstable();
        found.into_iter().map(|(_, name)| name).collect::<Vec<_>>()
    };
    let front = person.get("/").await;
    assert_eq!(titles(&front.text), ["风筝一号", "小船", "风筝二号"], "what presses, then the nearest: {}", front.text);
    assert!(front.says("全部 4") || front.says("全部\u{a0}4"), "{}", front.text);
    assert_eq!(titles(&person.get("/todos").await.text), ["风筝一号", "小船", "风筝二号", "大船"]);

    let (first, last) = (front.text.find("href=\"/kites\""), front.text.find("href=\"/kites/mine\""));
    let own = front.text.find("class=\"tile\" href=\"/hospitals\"");
    assert!(first.is_some() && first < own && own < last, "tiles stand by their places: {}", front.text);
    assert!(halls.nav().place("/boats/boa_1").is_some());

    let links: Vec<_> = halls.desks().of("clerk", &[]).into_iter().map(|link| link.href).collect();
    assert!(links.ends_with(&["/desk/kites", "/desk/boats"]), "{links:?}");
    let works = halls.works(&app.wired(), Works::default()).expect("no twins");
    let ran = |name| works.jobs.iter().any(|job| job.name == name);
    assert!(ran("kites.fly") && ran("boats.sail") && ran("identity.wipe_codes"));
    let count = halls.census();
    let census = app.ctx.db.read("test.census", move |tx: &mut Tx<'_>| count(tx, 5)).await;
    let census: Vec<_> = census.map_err(|fault: DbFault| fault.to_string()).expect("counted");
    assert!(census.contains(&("kites", 5)) && census.contains(&("people", 4)), "{census:?}");
    assert!(halls.texts().iter().any(|text| text.name == "kite_up"));
    app.check().await;
}

#[test]
fn what_two_halls_claim_is_refused_by_both_their_names() {
    let kite = || Text::notice("kite_up", "SMS_900001", "风筝");
    let other_template = || Text { demo_code: "SMS_900009", ..kite() };
    let other_name = || Text { name: "kite_down", ..kite() };
    let health = halls::all().into_iter().find(|hall| hall.name == "health").expect("a hall");
    for (hall, says) in [
        (Hall::named("kites"), "two halls have the name «kites»: kites and kites"),
        (
            Hall { nav: places("kites"), ..Hall::named("boats") },
            "two halls have the first part of paths «kites»: kites and boats",
        ),
        (
            Hall { desks: vec![desk("/desk/kites", 1)], ..Hall::named("boats") },
            "two halls have the page of the desks «/desk/kites»: kites and boats",
        ),
        (
            Hall { desks: vec![desk("/desk/boats", 901)], ..Hall::named("boats") },
            "two halls have the rank among the desks' pages «901»: kites and boats",
        ),
        (
            Hall { texts: vec![other_template()], ..Hall::named("boats") },
            "two halls have the text «kite_up»: kites and boats",
        ),
        (
            Hall { texts: vec![other_name()], ..Hall::named("boats") },
            "two halls have the template «SMS_900001»: kites and boats",
        ),
        (
            Hall { subjects: health.subjects, ..Hall::named("boats") },
            "two halls have the kind of order «appointment»: health and boats",
        ),
        (
            Hall { institutions: health.institutions, ..Hall::named("boats") },
            "two halls have the kind of institution «hospital»: health and boats",
        ),
    ] {
        assert_eq!(with(vec![kites(), hall]).map(drop).expect_err("twins"), says);
    }
    assert!(with(vec![kites(), boats()]).is_ok());
}

#[test]
fn a_parcel_that_nothing_carries_is_told_at_a_start_and_people_are_served() {
    let home = Home::new();
    home.good(&["seed"]);
    plant(&home, store::plant_a_parcel_of_nobody);
    let path = home.path().join("log");
    let log = std::fs::File::create(&path).expect("a file");
    let serving = Serving::start_logging(home.command(&["serve"]), log);
    let told = std::fs::read_to_string(&path).expect("a log");
    assert!(told.lines().any(|line| line.contains("outbox.nobody_carries") && line.contains("ghost")), "{told}");
    assert!(serving.url.starts_with("http"), "the address is printed after that");
    serving.stop();
}

#[db_test]
async fn two_jobs_of_one_name_and_two_carriers_of_one_kind_are_refused(app: TestApp) {
    let wired = app.wired();
    let told = |works: fn(&hall::Wired) -> Works| {
        let halls = with(vec![kites(), Hall { works, ..Hall::named("boats") }]).expect("no twins yet");
        halls.works(&wired, Works::default()).map(drop).expect_err("twins").to_string()
    };
    let job = told(|_| Works { jobs: vec![Job::new("kites.fly", 5, async |_| Ok(()))], ..Works::default() });
    assert_eq!(job, "two halls have the job «kites.fly»: kites and boats");
    let carrier = told(|wired| Works {
        carriers: vec![Arc::new(identity::IssueCarrier::new(Arc::clone(&wired.identity)))],
        ..Works::default()
    });
    assert_eq!(carrier, "two halls have the kind of parcel «card_issue»: identity and boats");
}
