//! Pages as a screen reader meets them: the accessibility tree of Chromium, walked in its order.

use std::time::Duration;

use serde_json::{Value, json};

use crate::browser::{Browser, PHONE, WINDOW, Wanted};
use crate::desk;
use crate::driver::story;
use crate::world::World;

/// Roles of what can be used, which must say what it is for.
const CONTROLS: [&str; 11] = [
    "button",
    "link",
    "textbox",
    "searchbox",
    "combobox",
    "radio",
    "checkbox",
    "spinbutton",
    "switch",
    "listbox",
    "slider",
];

/// One thing a screen reader stops at.
struct Stop {
    role: String,
    name: String,
    level: i64,
    in_main: bool,
    in_heading: bool,
}

/// The page's stops in their order.
async fn stops(browser: &Browser) -> Vec<Stop> {
    let mut found = Vec::new();
    for _ in 0..40 {
        let tree = browser.devtools("Accessibility.getFullAXTree", json!({})).await;
        let nodes = tree["nodes"].as_array().expect("a tree");
        found.clear();
        walk(nodes, nodes.first().expect("a root"), (false, false), &mut found);
        if found.iter().any(|stop| stop.in_main) {
            break;
        }
        // A page that looks again by itself is just being replaced: its tree is empty.
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    found
}

fn walk(nodes: &[Value], node: &Value, (in_main, in_heading): (bool, bool), found: &mut Vec<Stop>) {
    let text = |value: &Value| value["value"].as_str().unwrap_or_default().trim().to_owned();
    let role = text(&node["role"]);
    let properties = node["properties"].as_array();
    let level = properties
        .into_iter()
        .flatten()
        .find(|one| one["name"] == "level")
        .map_or(0, |one| one["value"]["value"].as_i64().unwrap_or(0));
    let inside = (in_main || role == "main", in_heading || role == "heading");
    if node["ignored"] != json!(true) {
        found.push(Stop { name: text(&node["name"]), level, in_main, in_heading, role });
    }
    for child in node["childIds"].as_array().into_iter().flatten() {
        if let Some(child) = nodes.iter().find(|node| node["nodeId"] == *child) {
            walk(nodes, child, inside, found);
        }
    }
}

/// What is wrong with a page, in sentences.
async fn findings(browser: &Browser, page: &str) -> Vec<String> {
    let stops = stops(browser).await;
    let mut found = Vec::new();
    let headings: Vec<&Stop> = stops.iter().filter(|stop| stop.role == "heading").collect();
    let titles = headings.iter().filter(|heading| heading.level == 1).count();
    if titles != 1 || headings.first().is_none_or(|first| first.level != 1) {
        let all: Vec<String> = headings.iter().map(|heading| format!("{} {}", heading.level, heading.name)).collect();
        found.push(format!("{titles} titles, or another heading before: {all:?}"));
    }
    for pair in headings.windows(2) {
        if pair[1].level > pair[0].level + 1 {
            found.push(format!("a level is left out before «{}»", pair[1].name));
        }
    }
    for stop in &stops {
        if CONTROLS.contains(&stop.role.as_str()) && stop.name.is_empty() {
            found.push(format!("a {} without a name", stop.role));
        }
    }
    found.extend(empty_headings(&stops));
    let order = browser.run(include_str!("tree.js"), vec![]).await;
    found.extend(order.as_array().into_iter().flatten().filter_map(Value::as_str).map(str::to_owned));
    const LIVE: &str = "return !document.querySelector('[data-reload-secs]') || !!document.querySelector('main [role=status], main [role=alert], main [aria-live]')";
    if browser.run(LIVE, vec![]).await != json!(true) {
        found.push("the page looks again by itself, and nothing in it says what changed".to_owned());
    }
    found.into_iter().map(|line| format!("{page}: {line}")).collect()
}

/// Headings of the page's main part under which nothing stands before the next one of their rank.
fn empty_headings(stops: &[Stop]) -> Vec<String> {
    let main: Vec<&Stop> = stops.iter().filter(|stop| stop.in_main).collect();
    let mut found = Vec::new();
    for (at, heading) in main.iter().enumerate().filter(|(_, stop)| stop.role == "heading") {
        let below = main[at + 1..].iter().take_while(|stop| stop.role != "heading" || stop.level > heading.level);
        let says = |stop: &&&Stop| {
            let something = stop.role == "StaticText" || stop.role == "image" || CONTROLS.contains(&stop.role.as_str());
            something && !stop.in_heading && !stop.name.is_empty()
        };
        if below.filter(says).count() == 0 {
            found.push(format!("nothing under the heading «{}»", heading.name));
        }
    }
    found
}

/// The live regions of a page, with their words.
async fn told(browser: &Browser) -> String {
    let told = "return [...document.querySelectorAll('[role=alert], [role=status]')].filter((one) => one.checkVisibility()).map((one) => one.innerText).join('\\n')";
    browser.run(told, vec![]).await.as_str().unwrap_or_default().replace('\u{a0}', " ").replace('\u{2060}', "")
}

#[test]
fn every_page_is_met_in_its_order_with_one_title_and_no_nameless_control() {
    story(|app, driver| async move {
        let world = World::make(&app).await;
        let browser = Browser::open(&driver, &app.url, Wanted::on(PHONE)).await;
        let mut found = Vec::new();
        for elder in [false, true] {
            browser.look("zh-CN", elder).await;
            for (name, path) in &world.open {
                browser.go(path).await;
                found.extend(findings(&browser, name).await);
            }
        }
        browser.adopt(&world.citizen).await;
        app.vouch_in(&world.citizen, &browser.agent().await).await;
        for elder in [false, true] {
            browser.look("zh-CN", elder).await;
            for (name, path) in &world.own {
                browser.go(path).await;
                found.extend(findings(&browser, name).await);
            }
        }
        for path in ["/offline", "/offline/card"] {
            browser.go(path).await;
            found.extend(findings(&browser, path).await);
        }
        assert_eq!(found, Vec::<String>::new(), "\n{}", found.join("\n"));
        browser.close().await;
    });
}

#[test]
fn a_form_that_comes_back_is_met_with_what_is_wrong() {
    story(|app, driver| async move {
        let browser = Browser::open(&driver, &app.url, Wanted::on(PHONE)).await;
        browser.look("zh-CN", false).await;
        browser.go("/sign-up").await;
        browser.fill("mobile", "138 1234 567").await;
        browser.tap_words("同意并获取短信验证码").await;
        assert_eq!(findings(&browser, "sign-up-wrong").await, Vec::<String>::new());
        assert!(told(&browser).await.contains("有 1 处要改"), "said as soon as the page is there");
        let focused = "return document.activeElement.getAttribute('role')";
        assert_eq!(browser.run(focused, vec![]).await, "alert", "and the reader stands there");
        let described = "const field = document.querySelector('[name=mobile]'); \
                         return [field.getAttribute('aria-invalid'), document.getElementById(field.getAttribute('aria-describedby').split(' ')[0]).innerText]";
        let told = browser.run(described, vec![]).await;
        assert_eq!(told[0], "true");
        assert!(told[1].as_str().is_some_and(|why| why.contains("11")), "{told}");
        browser.fill("mobile", "8").await;
        browser.tap_words("同意并获取短信验证码").await;
        browser.says("验证码已发往").await;
        assert_eq!(findings(&browser, "details").await, Vec::<String>::new());
        browser.tap_words("同意并提交注册").await;
        assert_eq!(findings(&browser, "details-wrong").await, Vec::<String>::new());
        assert_eq!(browser.run(focused, vec![]).await, "alert");
        browser.close().await;
    });
}

#[test]
fn the_desk_is_met_in_its_order_and_says_its_verdict() {
    story(|app, driver| async move {
        let world = World::make(&app).await;
        let browser = Browser::open(&driver, &app.url, Wanted::on(WINDOW)).await;
        browser.look("zh-CN", false).await;
        browser.go("/desk/login").await;
        let mut found = findings(&browser, "desk-login").await;
        desk::log_in(&app, &browser).await;
        found.extend(findings(&browser, "desk").await);
        desk::scan(&browser, &world.code).await;
        found.extend(findings(&browser, "desk-ready").await);
        assert!(told(&browser).await.contains("可以签到"));
        desk::enter(&browser).await;
        found.extend(findings(&browser, "desk-done").await);
        browser.go("/desk/card").await;
        found.extend(findings(&browser, "desk-card").await);
        assert_eq!(found, Vec::<String>::new(), "\n{}", found.join("\n"));
        browser.close().await;
    });
}

#[test]
fn what_is_planted_is_found() {
    story(|app, driver| async move {
        let browser = Browser::open(&driver, &app.url, Wanted::on(PHONE)).await;
        browser.look("zh-CN", false).await;
        browser.go("/hospitals").await;
        assert_eq!(findings(&browser, "hospitals").await, Vec::<String>::new());
        const PLANT: &str = "document.querySelector('h1').remove(); const main = document.querySelector('main'); \
            main.insertAdjacentHTML('beforeend', '<button></button><div id=\"turned\"><p>a</p><p>b</p></div>\
            <h2>Two</h2><p>words</p><h4>Four</h4><p>words</p><p data-reload-secs=\"900\"></p><h2>Nothing</h2>'); \
            const turned = document.querySelector('#turned'); turned.style.display = 'flex'; turned.style.flexDirection = 'column-reverse';";
        browser.run(PLANT, vec![]).await;
        let found = findings(&browser, "planted").await.join("\n");
        for words in [
            "0 titles",
            "left out before «Four»",
            "a button without a name",
            "nothing under the heading «Nothing»",
            "“b” stands before p. “a”",
            "nothing in it says what changed",
        ] {
            assert!(found.contains(words), "{words}: {found}");
        }
        browser.close().await;
    });
}
