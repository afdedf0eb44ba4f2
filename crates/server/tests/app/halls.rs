//! Two invented halls beside the program's own: what they hand up is there, and no file but their own was touched for it;
//! what two of them both claim is refused.

use std::sync::Arc;

use axum::Router;
use axum::routing::get;
use hall::search::{Found, LIMIT, Patterns, Service, Words};
use hall::{Hall, Row, Rows, Text, Tile, TodoRow, Todos, Whose, Works};
use kernel::Moment;
use platform::db::{DbFault, Tx};
use platform::jobs::Job;
use renshe::app::Place;
use renshe::halls::{self, Halls};
use testkit::db_test;
use ui::desk::DeskLink;
use ui::front::Todo;
use ui::nav::{Link, TabItem};
use ui::{Nav, Page};

use crate::commands::plant;
use crate::support::instance::Instance;
use crate::support::program::{Home, Serving};
use crate::support::{Answer, TestApp, store};

const DAY: i64 = 86_400;

/// Kites are flown; one of them presses.
fn kites() -> Hall {
    Hall {
        routes: Router::new().route("/kites", get(async || "all the kites")),
        apis: Router::new().route("/strings", get(async || "all the strings")),
        nav: places("kites"),
        tiles: vec![Tile::new(5, "/kites", "ui-brand", "list"), Tile::new(95, "/kites/mine", "ui-brand", "list")],
        desks: vec![desk("/desk/kites", 901)],
        texts: vec![Text::notice("kite_up", "SMS_900001", "您的风筝${name}飞起来了。")],
        services: vec![
            Service::new(95, "/kites/mine", "find-todos", "风筝 预约"),
            Service::new(5, "/kites", "find-orders", "风筝 预约"),
        ],
        lists: vec![Link { path: "/kites", words: "ui-brand", icon: "list" }],
        find: Some(|_, asked| Ok(fits(asked, "kites", "红风筝", 1))),
        todos: Some(|_, whose, _| Ok(todos(whose, &[(0, "风筝一号", true), (40, "风筝二号", false)]))),
        orders: Some(|_, whose, before, most| {
            let open = Rows { unfinished: vec![ordered(whose, 9, "kit")], ..Rows::default() };
            Ok(lists(whose, ("kit", 1), open, before, most))
        }),
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
        find: Some(|_, asked| Ok(fits(asked, "boats", "风筝船", LIMIT + 1))),
        todos: Some(|_, whose, _| Ok(todos(whose, &[(20, "小船", false), (99, "大船", false)]))),
        orders: Some(|_, whose, before, most| {
            let open = Rows { coming: vec![ordered(whose, 1, "boa"), ordered(whose, 9, "boa")], ..Rows::default() };
            Ok(lists(whose, ("boa", 0), open, before, most))
        }),
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

const fn tab(name: &'static str, at: u8) -> TabItem {
    let link = Link { path: "/kites", words: "ui-brand", icon: "list" };
    TabItem { name, link, at, raised: false, elder: false }
}

/// Boats with one page, which is elsewhere.
fn routed(path: &str) -> Hall {
    Hall { routes: Router::new().route(path, get(async || "all the boats")), ..Hall::named("boats") }
}

/// So many days from now, its name, whether it presses.
fn todos(whose: &Whose<'_>, all: &[(i64, &'static str, bool)]) -> Todos {
    let row = |&(days, name, pressing): &(i64, &'static str, bool)| {
        let at = whose.now.plus_secs(days * DAY);
        let (detail, href) = (String::new(), format!("/kites/{name}"));
        let todo = Todo { title: name.to_owned(), detail, href, button: "看看".to_owned(), bar: "blue" };
        TodoRow { pressing, at, keep: false, show: Box::new(|_| todo) }
    };
    Todos { rows: all.iter().map(row).collect(), all: all.len() }
}

/// One of a kind, so many days from now: what is not to come is over.
fn ordered(whose: &Whose<'_>, days: i64, kind: &'static str) -> Row {
    let at = Moment::start_of(whose.now.date()).plus_secs(days * DAY);
    let id = format!("{kind}_{:02}", days.abs());
    let (href, over) = (format!("/toys/{id}"), days <= 0);
    let line =
        ui::orders::Line { icon: "list", href, title: id.clone(), tone: "plain", over, ..ui::orders::Line::default() };
    Row { at, id, show: Box::new(|_| line) }
}

/// One of a kind each day, from `first` to 20 days ago; what is open stands on the first page.
fn lists(
    whose: &Whose<'_>,
    (kind, first): (&'static str, i64),
    open: Rows,
    before: Option<(Moment, &str)>,
    most: usize,
) -> Rows {
    let mut over: Vec<Row> = (first..=20).map(|days| ordered(whose, -days, kind)).collect();
    over.retain(|row| before.is_none_or(|before| (row.at, row.id.as_str()) < before));
    over.truncate(most);
    if before.is_some() { Rows { over, ..Rows::default() } } else { Rows { over, ..open } }
}

/// So many things of a name, if it fits.
fn fits(asked: &Patterns, first: &'static str, name: &'static str, many: usize) -> Vec<Found> {
    let line = |_: &Page, (first, name, at): &(&str, &str, usize)| ui::search::Line {
        href: format!("/{first}/{at}"),
        title: format!("{name}{at}"),
        detail: String::new(),
    };
    let fits = Words::of(&[name], "").rank(asked).is_some();
    let found = (1..=many).filter(|_| fits).map(|at| (first, name, at)).collect();
    Found::of("front-todos", found, line).into_iter().collect()
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

/// Nothing on it is read, so nobody's booking makes it anew for everybody.
#[db_test]
async fn the_front_page_of_nobody_does_not_ask_halls_whether_something_changed(app: TestApp) {
    let changing = Hall { version: || panic!("the front page shows nothing that changes"), ..Hall::named("boats") };
    let halls = with(vec![changing]).expect("no twins");
    let town = Instance::of_halls(app.ctx.clone(), &halls, app.wired(), Place::demo).await;
    let mut nobody = app.visitor();
    nobody.go_to(&town.url);
    let front = nobody.get("/").await;
    assert!(front.is_ok() && front.says("三步看上病"), "{}", front.text);
    app.check().await;
}

#[db_test]
async fn orders_of_all_halls_are_one_list_that_goes_on_where_it_ended(app: TestApp) {
    let halls = with(vec![kites(), boats()]).expect("no twins");
    let town = Instance::of_halls(app.ctx.clone(), &halls, app.wired(), Place::demo).await;
    let mut person = app.citizen(0).await;
    let visit = person.post_form(&app.place(5 * DAY, 4).await.book(), &[]).await.path;
    person.go_to(&town.url);
    let toys = |page: &Answer| page.links("/toys/").iter().map(|link| link.replace("/toys/", "")).collect::<Vec<_>>();
    let both = |days: std::ops::RangeInclusive<i64>| {
        days.flat_map(|day| ["kit", "boa"].map(|kind| format!("{kind}_{day:02}"))).collect::<Vec<_>>()
    };

    // One kite to be dealt with, and two boats with a visit between them are to come.
    let first = person.get("/orders").await;
    let open = ["kit_09", "boa_01", "boa_09", "boa_00"].map(str::to_owned);
    let page = [open.to_vec(), both(1..=14), vec!["kit_15".to_owned()]].concat();
    assert_eq!(toys(&first), page, "{}", first.text);
    let at = |words: &str| first.text.find(words).unwrap_or_else(|| panic!("no {words}: {}", first.text));
    assert!(at("还没办完") < at("/toys/kit_09") && at("/toys/kit_09") < at("近期安排"), "{}", first.text);
    assert!(at("/toys/boa_01") < at(&visit) && at(&visit) < at("/toys/boa_09"), "{}", first.text);

    // It ended with a kite, and begins again with the boat of the same moment.
    let older = first.link("/orders?").expect("older ones").replace("&#38;", "&");
    assert!(older.ends_with("&id=kit_15"), "{older}");
    let second = person.get(&older).await;
    let page = [vec!["boa_15".to_owned()], both(16..=20)].concat();
    assert_eq!((toys(&second), second.link("/orders?")), (page, None), "{}", second.text);
    assert!(!second.says("还没办完") && !second.says("近期安排") && second.link(&visit).is_none(), "{}", second.text);
    // Where it ends with a boat, the kite of that moment has been shown; and an id may be of no hall that there is.
    for (id, next) in [("boa_15", "kit_16"), ("apt_00000000000000000000000000", "kit_16"), ("zzz", "kit_15")] {
        let page = person.get(&older.replace("kit_15", id)).await;
        assert_eq!(toys(&page).first().map(String::as_str), Some(next), "{id}: {}", page.text);
    }
    app.check().await;
}

#[db_test]
async fn what_invented_halls_have_is_found_beside_the_programs_own(app: TestApp) {
    let halls = with(vec![kites(), boats()]).expect("no twins");
    let town = Instance::of_halls(app.ctx.clone(), &halls, app.wired(), Place::demo).await;
    let mut nobody = app.visitor();
    nobody.go_to(&town.url);
    let links = |text: &str| -> Vec<String> {
        let (_, results) = text.split_once("<main").expect("a page");
        let rows = results.split("class=\"row\" href=\"").skip(1);
        rows.filter_map(|row| row.split('"').next()).map(str::to_owned).collect()
    };
    let booking = links(&nobody.get("/search?q=预约").await.text);
    let own = booking.iter().position(|path| path == "/hospitals");
    assert!(booking.first().is_some_and(|path| path == "/kites") && own > Some(0), "by their places: {booking:?}");
    assert_eq!(booking.last().map(String::as_str), Some("/kites/mine"), "{booking:?}");

    let found = nobody.get("/search?q=风筝").await;
    let expected = ["/kites", "/kites/mine", "/kites/1"].map(str::to_owned).into_iter();
    let expected: Vec<_> = expected.chain((1..=LIMIT).map(|at| format!("/boats/{at}"))).collect();
    assert_eq!(links(&found.text), expected, "services, then hall by hall: {}", found.text);
    assert_eq!(found.text.matches("还有更多").count(), 1, "only of boats there are more: {}", found.text);
    let eyes = nobody.get("/search?q=yk").await;
    assert!(eyes.says(">眼科<") && !eyes.says("风筝"), "{}", eyes.text);

    let nothing = nobody.get("/search?q=zzzz").await;
    let (own, list) =
        (nothing.text.find("btn-plain\" href=\"/hospitals\""), nothing.text.find("btn-plain\" href=\"/kites\""));
    assert!(own.is_some() && own < list, "{}", nothing.text);
    assert!(app.visitor().get("/search?q=风筝").await.says("没有找到"), "the program itself has no kites");
    app.check().await;
}

#[test]
fn what_two_halls_claim_is_refused() {
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
        (routed("/kites"), "two halls have the route «GET /kites»: kites and boats"),
        (routed("/desk/visits"), "two halls have the route «GET /desk/visits»: health and boats"),
        (routed("/look"), "two halls have the route «GET /look»: server and boats"),
        (
            Hall { nav: Nav { tabs: vec![tab("health", 39)], ..Nav::default() }, ..Hall::named("boats") },
            "two halls have the tab «health»: health and boats",
        ),
        (
            Hall { nav: Nav { tabs: vec![tab("boat", 10)], ..Nav::default() }, ..Hall::named("boats") },
            "two halls have the place among the tabs «10»: health and boats",
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
            Hall { services: vec![Service::new(1, "/kites", "front-todos", "")], ..Hall::named("boats") },
            "two halls have the service «/kites»: kites and boats",
        ),
        (
            Hall { texts: vec![other_template()], ..Hall::named("boats") },
            "two halls have the text «kite_up»: kites and boats",
        ),
        (
            Hall { texts: vec![other_name()], ..Hall::named("boats") },
            "two halls have the template «SMS_900001»: kites and boats",
        ),
        (Hall { subjects: health.subjects, ..Hall::named("boats") }, "two listen to the orders of «appointment»"),
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
