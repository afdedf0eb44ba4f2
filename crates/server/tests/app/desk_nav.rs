//! One frame for all desks: each role sees the pages of its work and no others, and gets where it sees a link, and nowhere
//! else.

use reqwest::Method;
use testkit::db_test;

use crate::routes::{Route, Verb, routes};
use crate::second_ways::window;
use crate::support::people::location;
use crate::support::{Answer, TestApp, Visitor};

/// What all roles have in common: the door, and the end of the shift.
const COMMON: [&str; 2] = ["/desk", "/desk/logout"];

fn desks() -> impl Iterator<Item = Route> {
    routes().into_iter().filter(|route| route.kind == "desk" && !COMMON.contains(&route.path))
}

/// The entries of a page's navigation, and those that are said to be this page.
fn navigation(page: &Answer) -> (Vec<String>, Vec<String>) {
    let nav = page.text.split("class=\"desk-nav\"").nth(1).expect("a navigation");
    let list = nav.split("</nav>").next().and_then(|nav| nav.split("<ul>").nth(1)).unwrap_or_default();
    let list = list.split("</ul>").next().expect("a list's end");
    let mut entries = (Vec::new(), Vec::new());
    for link in list.split("<a href=\"").skip(1) {
        let (path, rest) = link.split_once('"').expect("a path");
        entries.0.push(path.to_owned());
        if rest.starts_with(" aria-current=\"page\"") {
            entries.1.push(path.to_owned());
        }
    }
    entries
}

/// Every page that a role can open, found by asking for each.
async fn open_to(person: &Visitor, path: &str) -> bool {
    let page = person.once(Method::GET, path, None).await;
    let (entries, current) = navigation(&page);
    match page.status {
        200 => assert_eq!(current, [path], "one entry is this page's: {entries:?}"),
        403 => assert!(page.says("这里您不能进入") && current.is_empty(), "{path}: {}", page.text),
        other => panic!("{path}: {other}"),
    }
    assert_eq!(page.status == 200, entries.iter().any(|entry| entry == path), "{path} of {entries:?}");
    assert!(page.says("action=\"/desk/logout\""), "a shift ends on every page");
    page.status == 200
}

#[db_test]
async fn each_role_gets_where_its_navigation_leads_and_nowhere_else(app: TestApp) {
    let (clerk, _) = app.clerk(0).await;
    let people = [("clerk", clerk, "/desk/visits"), ("window", window(&app).await, "/desk/window")];
    for (role, person, home) in &people {
        assert_eq!(location(&person.once(Method::GET, "/desk", None).await), *home, "{role}");
    }
    for route in desks() {
        for method in &route.methods {
            let mut open = Vec::new();
            for (role, person, _) in &people {
                let is_open = match method {
                    Verb::Get => open_to(person, route.path).await,
                    // Whose page it is learns that the form's token is missing; whose it is not, no more than that.
                    Verb::Post => {
                        let answer = person.once(Method::POST, route.path, Some(String::new())).await;
                        assert_eq!(answer.status, 403, "{role} {}", route.path);
                        !answer.says("这里您不能进入")
                    }
                };
                open.extend(is_open.then_some(*role));
            }
            assert_eq!(open.len(), 1, "{method:?} {} is one role's, not {open:?}", route.path);
        }
    }
    app.check().await;
}

#[db_test]
async fn a_refusal_at_a_desk_stands_in_its_frame(app: TestApp) {
    let (clerk, _) = app.clerk(0).await;
    let page = clerk.get("/desk/window").await;
    assert_eq!(page.status, 403);
    assert_eq!(navigation(&page).0, ["/desk/visits", "/desk/card"]);
    assert!(page.says("回工作台") && !page.says("回首页") && !page.says("class=\"tabs\""), "{}", page.text);
    // So does what the router itself refuses: a path that there is not, a form's path opened as a page.
    for (path, status) in [("/desk/nowhere", 404), ("/desk/visits/scan", 405)] {
        let lost = clerk.get(path).await;
        assert_eq!(lost.status, status, "{path}");
        assert_eq!(navigation(&lost).0, ["/desk/visits", "/desk/card"], "{path}: {}", lost.text);
    }
    // The shift can be ended there too.
    let out = clerk.send_form_to(&page, "/desk/logout", &[]).await;
    assert_eq!(out.path, "/desk/login");
    // Who is not known has the frame without a name, and without anywhere to go.
    let nowhere = app.visitor().get("/desk/nowhere").await;
    assert!(nowhere.status == 404 && navigation(&nowhere).0.is_empty(), "{}", nowhere.text);
    assert!(nowhere.says("回工作台") && !nowhere.says("/desk/logout"), "{}", nowhere.text);
    app.check().await;
}
