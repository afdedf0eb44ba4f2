//! Every route, walked as nobody and as the wrong person. `routes.txt` is the checked-in list;
//! `public-routes.txt` holds those that answer anybody.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use reqwest::Method;
use testkit::db_test;

use crate::support::people::{asks_to_sign_in, location};
use crate::support::{Answer, TestApp, Visitor};

const ROUTES: &str = include_str!("routes.txt");
const PUBLIC: &str = include_str!("public-routes.txt");
/// Crates whose routes the program serves: the halls', and these; the sandbox listens elsewhere.
pub fn served() -> Vec<&'static str> {
    let halls = renshe::halls::all();
    ["ui", "identity", "payments", "server"].into_iter().chain(halls.iter().map(|hall| hall.name)).collect()
}

/// One line of `routes.txt`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Route {
    pub kind: &'static str,
    pub methods: Vec<Verb>,
    pub path: &'static str,
}

/// A method as the lists name it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verb {
    Get,
    Post,
}

impl Verb {
    fn http(self) -> Method {
        match self {
            Verb::Get => Method::GET,
            Verb::Post => Method::POST,
        }
    }
}

fn lines(text: &'static str) -> impl Iterator<Item = &'static str> {
    text.lines().filter(|line| !line.starts_with('#') && !line.is_empty())
}

fn methods(text: &str) -> Vec<Verb> {
    let all = [("GET", Verb::Get), ("POST", Verb::Post)];
    all.into_iter().filter(|(name, _)| text.split(',').any(|part| part == *name)).map(|(_, method)| method).collect()
}

/// Every route of the list.
pub fn routes() -> Vec<Route> {
    lines(ROUTES)
        .map(|line| {
            let words: Vec<&str> = line.split_whitespace().collect();
            let [kind, names, path] = words[..] else { panic!("{line}") };
            Route { kind, methods: methods(names), path }
        })
        .collect()
}

/// Every `.route("…", …)` in a source text: path and methods.
fn in_source(text: &str, found: &mut BTreeSet<(String, Vec<Verb>)>) {
    for part in text.split(".route(").skip(1) {
        let Some(rest) = part.trim_start().strip_prefix('"') else { continue };
        let (path, rest) = rest.split_once('"').expect("a literal");
        let mut depth = 1;
        let call: String = rest
            .chars()
            .take_while(|c| {
                depth += match c {
                    '(' => 1,
                    ')' => -1,
                    _ => 0,
                };
                depth > 0
            })
            .collect();
        let mut named = Vec::new();
        for (word, method) in [("get(", Verb::Get), ("post(", Verb::Post)] {
            if call.contains(word) {
                named.push(method);
            }
        }
        found.insert((path.to_owned(), named));
    }
}

/// Routes of unit tests are not the program's: they stand in folders `tests`, or at the end of a file from here on.
const UNIT_TESTS: &str = "#[cfg(test)]\nmod tests {";

fn walk(folder: &Path, found: &mut BTreeSet<(String, Vec<Verb>)>) {
    for entry in fs::read_dir(folder).expect("a folder").flatten() {
        let path = entry.path();
        if path.is_dir() {
            if path.file_name().is_none_or(|name| name != "tests") {
                walk(&path, found);
            }
        } else if path.extension().is_some_and(|end| end == "rs") {
            let text = fs::read_to_string(&path).expect("UTF-8");
            in_source(text.split(UNIT_TESTS).next().unwrap_or_default(), found);
        }
    }
}

#[test]
fn the_list_holds_every_route() {
    let mut found = BTreeSet::new();
    let crates = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("crates/");
    for name in served() {
        walk(&crates.join(name).join("src"), &mut found);
    }
    let listed: BTreeSet<_> = routes().into_iter().map(|route| (route.path.to_owned(), route.methods)).collect();
    let missing: Vec<_> = found.difference(&listed).collect();
    let gone: Vec<_> = listed.difference(&found).collect();
    assert!(missing.is_empty() && gone.is_empty(), "not in routes.txt: {missing:?}; not in the program: {gone:?}");
}

#[test]
fn every_page_of_a_hall_is_among_the_places_that_it_hands_up() {
    let crates = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("crates/");
    for hall in renshe::halls::all() {
        let mut found = BTreeSet::new();
        walk(&crates.join(hall.name).join("src"), &mut found);
        let pages = found.iter().map(|(path, _)| path.trim_start_matches('/'));
        for path in pages.filter(|path| !path.starts_with("desk/")) {
            let first = path.split('/').next().unwrap_or_default();
            let known = hall.nav.places.iter().any(|place| place.first == first);
            assert!(known, "/{path}: a page of another hall with this first part would not be noticed as its twin");
        }
    }
}

#[test]
fn the_public_routes_are_those_that_were_decided() {
    let open = |kind: &str| matches!(kind, "public" | "probe" | "channel");
    let listed: BTreeSet<_> =
        routes().into_iter().filter(|route| open(route.kind)).map(|route| (route.path, route.methods)).collect();
    let decided: BTreeSet<_> = lines(PUBLIC)
        .map(|line| line.split_once(' ').map(|(names, path)| (path, methods(names))).expect("methods and path"))
        .collect();
    assert_eq!(listed, decided);
}

/// A real address for a route: ids that exist, so that a refusal is about the visitor.
async fn address(app: &TestApp, route: &Route, owned: &Owned) -> String {
    let place = app.place(86_400, 4).await;
    let nobody = app.visitor();
    let hospital = nobody.get("/hospitals").await.link("/hospitals/").expect("a hospital");
    let department = nobody.get(&hospital).await.link("/departments/").expect("a department");
    let doctor = nobody.get(&department).await.link("/doctors/").expect("a doctor");
    match route.path {
        "/assets/{name}" => nobody.get("/").await.link("/assets/").expect("an asset"),
        "/clinics/{id}" => format!("/clinics/{}", place.clinic),
        "/slots/{id}/book" => place.book(),
        "/hospitals/{id}" => hospital,
        "/departments/{id}" => department,
        "/doctors/{id}" => doctor,
        "/appointments/{id}" => owned.visit.clone(),
        "/appointments/{id}/cancel" => format!("{}/cancel", owned.visit),
        "/messages/{id}" => owned.message.clone(),
        "/real-name/continue/{id}" => "/real-name/continue/kpt_00000000000000000000000000".to_owned(),
        pay if pay.starts_with("/pay/{order}") => pay.replace("{order}", "ord_00000000000000000000000000"),
        way if way.starts_with("/prove/{purpose}/") => {
            way.replace("{purpose}", "real-name").replace("{id}", "fce_00000000000000000000000000")
        }
        plain => {
            assert!(!plain.contains('{'), "say here what {plain} is filled with");
            plain.to_owned()
        }
    }
}

/// What belongs to the first sample person.
struct Owned {
    visit: String,
    message: String,
}

async fn owned(app: &TestApp) -> Owned {
    let owner = app.citizen(0).await;
    let visit = owner.post_form(&app.place(86_400, 4).await.book(), &[]).await.path;
    let message = owner.get("/messages").await.link("/messages/msg_").expect("a message");
    Owned { visit, message }
}

/// Asks for a route as somebody, with nothing in the body.
async fn knock(person: &Visitor, method: Verb, path: &str) -> Answer {
    let body = (method == Verb::Post).then(String::new);
    person.once(method.http(), path, body).await
}

#[db_test]
async fn nobody_gets_where_somebody_must_be(app: TestApp) {
    let owned = owned(&app).await;
    for route in routes().iter().filter(|route| route.kind != "apart") {
        let path = address(&app, route, &owned).await;
        for method in &route.methods {
            let answer = knock(&app.visitor(), *method, &path).await;
            let told = format!("{method:?} {path}: {} {}", answer.status, location(&answer));
            match (route.kind, method) {
                ("citizen" | "own", _) => assert!(asks_to_sign_in(&answer), "{told}"),
                ("desk", _) => assert!(answer.status == 303 && location(&answer) == "/desk/login", "{told}"),
                ("channel", _) => assert!(answer.status == 401 && answer.says("FAIL"), "{told}"),
                ("partner", _) => assert!(answer.status == 401 && answer.says("\"unsigned\""), "{told}"),
                // A POST without the form's token, from a browser never seen.
                ("public", Verb::Post) => assert!(answer.status == 403 && answer.says("什么都没有改变"), "{told}"),
                _ => assert!(matches!(answer.status, 200 | 303 | 404 | 422) && !asks_to_sign_in(&answer), "{told}"),
            }
        }
        let wrong = app.visitor().once(Method::DELETE, &path, None).await;
        assert_eq!(wrong.status, 405, "{path} knows no DELETE");
    }
    app.check().await;
}

#[db_test]
async fn a_clerk_is_nobody_among_citizens_and_a_citizen_at_desks(app: TestApp) {
    let owned = owned(&app).await;
    let (clerk, _) = app.clerk(0).await;
    let citizen = app.citizen(1).await;
    // Nor does it help to put one's token under the other's name.
    let dressed_up = app.visitor().with_cookie(&format!("ses={}", clerk.cookie("desk").expect("a token")));
    let intruder = app.visitor().with_cookie(&format!("desk={}", citizen.cookie("ses").expect("a token")));
    for route in routes() {
        let path = address(&app, &route, &owned).await;
        for method in &route.methods {
            match route.kind {
                "citizen" | "own" => {
                    for person in [&clerk, &dressed_up] {
                        assert!(asks_to_sign_in(&knock(person, *method, &path).await), "{method:?} {path}");
                    }
                }
                "desk" => {
                    for person in [&citizen, &intruder] {
                        let answer = knock(person, *method, &path).await;
                        assert_eq!(location(&answer), "/desk/login", "{method:?} {path}: {}", answer.status);
                    }
                }
                _ => {}
            }
        }
    }
    app.check().await;
}

#[db_test]
async fn stolen_cookies_show_nothing_of_health_and_money_and_do_nothing(app: TestApp) {
    let owned = owned(&app).await;
    let owner = app.citizen(0).await;
    // All of the browser's cookies, in another browser; and the session's alone.
    let thief = app.visitor_at(9).with_header("user-agent", "Mozilla/5.0 (Windows NT 10.0) Chrome/130");
    thief.cookies.lock().expect("lock").clone_from(&owner.cookies.lock().expect("lock"));
    let session = app.visitor_at(9).with_cookie(&format!("ses={}", owner.cookie("ses").expect("a session")));
    for (who, leads) in [(&thief, "/devices/prove"), (&session, "/real-name")] {
        for route in routes().iter().filter(|route| route.kind == "own") {
            let path = address(&app, route, &owned).await;
            for method in &route.methods {
                let answer = knock(who, *method, &path).await;
                let led = answer.status == 303 && location(&answer).starts_with(leads);
                assert!(led, "{method:?} {path}: {} {}", answer.status, location(&answer));
            }
        }
        // The front page greets, and shows neither visit nor card.
        let front = who.get("/").await;
        assert!(front.is_ok() && front.says("请先确认是您本人在用这台设备"), "{}", front.text);
        assert!(front.link("/appointments/").is_none() && !front.says("href=\"/card\""), "{}", front.text);
    }
    assert!(owner.get(&owned.visit).await.says("预约成功"), "nothing happened to it");
    app.check().await;
}

#[db_test]
async fn what_is_another_persons_is_not_found(app: TestApp) {
    let owned = owned(&app).await;
    let stranger = app.citizen(1).await;
    let token = stranger.get("/me").await.field("csrf").expect("a form");
    let cancel = format!("{}/cancel", owned.visit);
    for path in [&owned.visit, &owned.message, &cancel] {
        let theirs = stranger.get(path).await;
        let (folder, _) = path.trim_start_matches('/').split_once('/').expect("a folder");
        let nobodys =
            stranger.get(&format!("/{folder}/{}_00000000000000000000000000", &path[folder.len() + 2..][..3])).await;
        assert_eq!((theirs.status, nobodys.status), (404, 404), "{path}");
        assert!(theirs.says("没有找到这个页面") && !theirs.says("周明远"), "{path}: {}", theirs.text);
    }
    let sent = stranger.post(&cancel, &[("csrf", &token)]).await;
    assert_eq!(sent.status, 404);
    let owner = app.citizen(0).await;
    assert!(owner.get(&owned.visit).await.says("预约成功"), "nothing happened to it");
    assert!(owner.get("/messages").await.says("bar-blue"), "and the message is still unread");
    app.check().await;
}
