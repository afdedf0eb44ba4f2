//! Text that no keyboard writes, in every field of every route: whatever it is, a page answers.
//!
//! A database may not take the byte zero, nor a long text where an index is; a page must take both.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use reqwest::Method;
use testkit::db_test;

use crate::routes::{Route, Verb, routes, served};
use crate::support::form::encoded;
use crate::support::{TestApp, Visitor};

/// Fields sent in one request.
const TOGETHER: usize = 8;

/// How a field is read: as text somewhere, as something else somewhere.
#[derive(Debug, Default, Clone, Copy)]
struct Read {
    text: bool,
    number: bool,
}

/// The fields that routes read, by their names: from the structs that say how.
fn fields() -> BTreeMap<String, Read> {
    let crates = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("crates/");
    let mut found = BTreeMap::new();
    for name in served() {
        read_folder(&crates.join(name).join("src"), &mut found);
    }
    found
}

fn read_folder(folder: &Path, found: &mut BTreeMap<String, Read>) {
    for entry in fs::read_dir(folder).expect("a folder").flatten() {
        let path = entry.path();
        if path.is_dir() {
            read_folder(&path, found);
        } else if path.extension().is_some_and(|end| end == "rs") {
            read_source(&fs::read_to_string(&path).expect("UTF-8"), found);
        }
    }
}

fn read_source(text: &str, found: &mut BTreeMap<String, Read>) {
    for part in text
        .split("#[derive(")
        .skip(1)
        .filter(|part| part.lines().next().is_some_and(|line| line.contains("Deserialize")))
    {
        let Some(body) = part.split_once('{').and_then(|(_, rest)| rest.split_once('}')).map(|(body, _)| body) else {
            continue;
        };
        for line in body.lines().map(str::trim).filter(|line| !line.starts_with("//") && !line.starts_with('#')) {
            let field = line.trim_end_matches(',').split_once(": ");
            if let Some((name, kind)) =
                field.filter(|(name, _)| name.chars().all(|c| c.is_ascii_lowercase() || c == '_'))
            {
                let read = found.entry(name.to_owned()).or_default();
                read.text |= kind.contains("String");
                read.number |= !kind.contains("String");
            }
        }
    }
}

/// Six thousand characters that do not compress.
fn long() -> String {
    let rng = kernel::SeededRng::new(7);
    (0..94).map(|_| kernel::bytes32(&rng).iter().map(|byte| format!("{byte:02x}")).collect::<String>()).collect()
}

/// Every way to send odd text to a route: some fields at a time; what is a number somewhere as a number, or left out.
fn queries(fields: &BTreeMap<String, Read>) -> Vec<String> {
    let named =
        |keep: fn(&Read) -> bool| fields.iter().filter(move |(_, read)| keep(read)).map(|(name, _)| name.as_str());
    let numbers: Vec<(&str, &str)> = named(|read| read.number).map(|name| (name, "1772413200000")).collect();
    let (only, any): (Vec<&str>, Vec<&str>) = (named(|read| !read.number).collect(), named(|read| read.text).collect());
    let mut queries = Vec::new();
    let long = long();
    for odd in ["\0", "a\0b", "\u{202E}\u{FEFF}\u{FFFE}", "💊%_\\'\"", &long] {
        let together = if odd.len() > 100 { TOGETHER } else { fields.len() };
        for some in only.chunks(together) {
            let some: Vec<(&str, &str)> = some.iter().map(|name| (*name, odd)).collect();
            queries.push(encoded(&[some.as_slice(), &numbers].concat()));
        }
        for some in any.chunks(together) {
            queries.push(encoded(&some.iter().map(|name| (*name, odd)).collect::<Vec<_>>()));
        }
    }
    queries
}

/// The route's address with odd text in each place of its path.
fn addresses(route: &Route) -> Vec<String> {
    let fill = |with: &str| {
        let part = |part: &str| if part.starts_with('{') { with.to_owned() } else { part.to_owned() };
        route.path.split('/').map(part).collect::<Vec<_>>().join("/")
    };
    let plain = fill("real-name");
    let odd = ["%00", "a%00b", "%FF%FE", "%E2%80%AE"].map(fill);
    if odd.contains(&plain) { vec![plain] } else { [vec![plain], odd.to_vec(), vec![fill(&long())]].concat() }
}

async fn ask(person: &Visitor, method: Method, path: &str, body: Option<String>) {
    let answer = person.once(method.clone(), path, body).await;
    let shown: String = path.chars().take(120).collect();
    assert!(answer.status < 500, "{method} {shown}: {} {}", answer.status, answer.text);
    let kind = answer.headers.get("content-type").and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    let page = answer.status < 400 || kind.starts_with("text/html") || kind.starts_with("application/json");
    assert!(page, "{method} {shown}: {} is told as {kind}: {}", answer.status, answer.text);
}

#[db_test]
async fn whatever_is_typed_a_page_answers(app: TestApp) {
    let fields = fields();
    for name in ["q", "id", "before", "to", "code", "pin", "password", "ticket", "given", "look", "name"] {
        assert!(fields.contains_key(name), "{name} is not among {fields:?}");
    }
    let queries = queries(&fields);
    let (citizen, (clerk, _)) = (app.citizen(0).await, app.clerk(0).await);
    let token = |page: crate::support::Answer| page.field("csrf").expect("a form");
    let citizens = (token(citizen.get("/devices").await), citizen);
    let clerks = (token(clerk.get("/desk").await), clerk);
    let visitor = app.visitor();
    let visitors = (token(visitor.get("/login").await), visitor);
    for route in routes() {
        let (token, person) = match route.kind {
            "apart" | "probe" => continue,
            "citizen" => &citizens,
            "desk" => &clerks,
            _ => &visitors,
        };
        // What ends the session would end this walk.
        if route.path.ends_with("/logout") {
            continue;
        }
        for address in addresses(&route) {
            for method in &route.methods {
                match method {
                    Verb::Get => {
                        ask(person, Method::GET, &address, None).await;
                        for query in queries.iter().filter(|_| address.len() < 100) {
                            ask(person, Method::GET, &format!("{address}?{query}"), None).await;
                        }
                    }
                    Verb::Post => {
                        for query in &queries {
                            let body = format!("csrf={token}&{query}");
                            ask(person, Method::POST, &address, Some(body)).await;
                        }
                    }
                }
            }
        }
    }
    app.audit().await;
}

/// Where the second page of a list begins is typed by nobody, and can be.
#[db_test]
async fn an_address_that_cannot_be_read_is_refused_with_a_page(app: TestApp) {
    let person = app.citizen(0).await;
    for path in ["/search?q=a&q=b", "/login?to=a&to=b", "/orders?before=1&before=2"] {
        let page = person.get(path).await;
        assert!(page.status == 400 && page.says("</html>"), "{path}: {} {}", page.status, page.text);
    }
    for path in ["/appointments/%ff", "/pay/%ff", "/messages/%ff", "/hospitals/%ff%fe", "/nowhere/%ff"] {
        let page = person.get(path).await;
        assert!(matches!(page.status, 400 | 404) && page.says("</html>"), "{path}: {} {}", page.status, page.text);
    }
}

#[db_test]
async fn the_rest_of_a_list_begins_anywhere(app: TestApp) {
    let person = app.citizen(0).await;
    for id in ["%00", "a%00b", "%F0%9F%92%8A", "", &"x".repeat(9000)] {
        for before in ["1772413200000", "0", "-9223372036854775808", "9223372036854775807", "x", "%00"] {
            let page = person.get(&format!("/orders?before={before}&id={id}")).await;
            assert!(matches!(page.status, 200 | 400 | 414), "{before} {id}: {} {}", page.status, page.text);
        }
    }
}

#[db_test]
async fn control_characters_are_not_shown_again(app: TestApp) {
    let person = app.visitor();
    let page = app.ask_sign_up(&person, "13800001234").await;
    let typed = [("name", "张\0\u{7}三\u{9d}"), ("id_number", "1\u{1b}2"), ("code", "1")];
    let again = person.send_form(&page, &typed).await;
    assert_eq!(again.status, 422, "{}", again.text);
    assert!(again.says("value=\"张三\""), "{}", again.text);
    assert!(!again.text.contains(|c: char| c.is_control() && !"\r\n\t".contains(c)), "{:?}", again.text);
    app.check().await;
}
