//! Networks that give each request another exit address: one tap, and everything can be used; no page asks for ever, and
//! nobody else gains by it.

use aws_lc_rs::signature::EcdsaKeyPair;
use reqwest::Method;
use testkit::db_test;

use crate::devices::{is_challenged, leave, new_key, sign_at};
use crate::support::instance::Instance;
use crate::support::people::location;
use crate::support::{Answer, TestApp, Visitor};

const MOBILE: &str = "13900000001";

/// A browser each of whose requests comes from another network, as a trusted proxy tells it.
struct Wanderer {
    browser: Visitor,
    city: String,
    at: u8,
}

impl Wanderer {
    fn new(browser: &Visitor, city: &Instance, at: u8) -> Wanderer {
        let mut browser = browser.clone();
        browser.go_to(&city.url);
        Wanderer { browser, city: city.url.clone(), at }
    }

    /// The browser where it is for its next request.
    fn next(&mut self) -> &Visitor {
        self.at += 1;
        self.stand(&format!("203.0.{}.7", self.at))
    }

    /// The browser at an address.
    fn stand(&mut self, address: &str) -> &Visitor {
        self.browser.extra.retain(|(name, _)| name != "x-forwarded-for");
        self.browser.extra.push(("x-forwarded-for".to_owned(), address.to_owned()));
        &self.browser
    }

    async fn get(&mut self, path: &str) -> Answer {
        self.next().once(Method::GET, path, None).await
    }

    async fn send(&mut self, page: &Answer, action: &str, fields: &[(&str, &str)]) -> Answer {
        self.next().send_once(page, action, fields).await
    }

    async fn sign(&mut self, page: &Answer, key: &EcdsaKeyPair) -> Answer {
        let city = self.city.clone();
        sign_at(&city, self.next(), page, key).await
    }

    /// What is asked for, with the device shown as often as a page asks by itself; how often that was.
    async fn by_itself(&mut self, path: &str, key: &EcdsaKeyPair) -> (Answer, usize) {
        let (mut answer, mut times) = (self.get(path).await, 0);
        while is_challenged(&answer) && times < 20 {
            let page = self.get(&location(&answer)).await;
            if !page.says("data-auto") {
                return (page, times);
            }
            times += 1;
            let went_on = self.sign(&page, key).await;
            assert_eq!(location(&went_on), path, "{}", went_on.text);
            answer = self.get(path).await;
        }
        (answer, times)
    }
}

#[db_test]
async fn a_network_that_changes_with_each_request_needs_one_tap(app: TestApp) {
    let (city, place) = (app.proxied().await, app.place(86_400, 4).await);
    let (owner, key) = (app.citizen(0).await, new_key());
    assert!(leave(&owner, &key).await.is_ok());
    app.advance_secs(121);
    let mut owner = Wanderer::new(&owner, &city, 0);
    let (page, times) = owner.by_itself(&place.book(), &key).await;
    assert_eq!(times, 1, "what did not help is not tried again by itself: {}", page.text);
    assert!(page.says("您的网络或浏览器刚刚变了") && page.says("10 分钟"), "{}", page.text);
    let before = owner.browser.cookie("ses");
    let tapped = owner.sign(&page, &key).await;
    assert_eq!(location(&tapped), place.book(), "{}", tapped.text);
    assert_ne!(owner.browser.cookie("ses"), before, "another token from now on");
    // Everything can be used, from another network each time.
    let confirm = owner.get(&place.book()).await;
    assert!(confirm.is_ok(), "{} {}", confirm.status, location(&confirm));
    let booked = owner.send(&confirm, &place.book(), &[]).await;
    assert!(location(&booked).starts_with("/appointments/"), "{} {}", booked.status, location(&booked));
    for path in [&location(&booked), "/card", "/messages", "/orders"] {
        assert!(owner.get(path).await.is_ok(), "{path}");
    }
    // Two minutes later it goes on by itself, without a tap.
    app.advance_secs(121);
    assert_eq!(owner.by_itself("/card", &key).await.1, 1);
    assert!(owner.get("/card").await.is_ok());
    // Enough to look for ten minutes, and no longer.
    app.advance_secs(599);
    assert!(owner.get("/orders").await.is_ok());
    app.advance_secs(1);
    assert!(is_challenged(&owner.get("/orders").await), "its time is over");
    app.check().await;
    app.audit().await;
}

#[db_test]
async fn a_thief_of_cookies_gains_nothing_by_roaming(app: TestApp) {
    let (city, place) = (app.proxied().await, app.place(86_400, 4).await);
    let (owner, key, own) = (app.citizen(0).await, new_key(), new_key());
    assert!(leave(&owner, &key).await.is_ok());
    app.advance_secs(121);
    // Everything of the browser's but its key, the name that it calls itself by too.
    let copied = app.visitor();
    copied.cookies.lock().expect("lock").clone_from(&owner.cookies.lock().expect("lock"));
    let (mut owner, mut thief) = (Wanderer::new(&owner, &city, 0), Wanderer::new(&copied, &city, 100));
    // A thief who moves about is asked as often as it likes, and answers nothing.
    for _ in 0..3 {
        let asked = thief.get(&place.book()).await;
        assert!(is_challenged(&asked), "{} {}", asked.status, location(&asked));
        let page = thief.get(&location(&asked)).await;
        assert!(!page.says("刚刚变了"), "nothing was shown: {}", page.text);
        assert_eq!(thief.sign(&page, &own).await.status, 422);
    }
    let (page, _) = owner.by_itself(&place.book(), &key).await;
    // Not even while its owner is half way.
    let theirs = thief.get(&format!("/devices/prove?to={}", place.book())).await;
    assert_eq!(thief.sign(&theirs, &own).await.status, 422);
    assert_eq!(location(&owner.sign(&page, &key).await), place.book());
    assert!(owner.get(&place.book()).await.is_ok());
    // From the moment that networks no longer count, what was copied opens nothing.
    for path in [place.book(), "/card".to_owned(), "/me".to_owned(), "/devices".to_owned()] {
        let shut = thief.get(&path).await;
        assert!(location(&shut).starts_with("/login"), "{path}: {} {}", shut.status, location(&shut));
    }
    // Whoever copies what is new, in another browser, is another browser.
    let other = app.visitor().with_header("user-agent", "Mozilla/5.0 (Windows NT 10.0) Chrome/130");
    other.cookies.lock().expect("lock").clone_from(&owner.browser.cookies.lock().expect("lock"));
    assert!(is_challenged(&Wanderer::new(&other, &city, 200).get(&place.book()).await));
    assert!(owner.get(&place.book()).await.is_ok(), "and its owner goes on");
    app.check().await;
    app.audit().await;
}

#[db_test]
async fn without_script_a_code_holds_on_a_network_that_changes(app: TestApp) {
    let (city, place) = (app.proxied().await, app.place(86_400, 4).await);
    let mut owner = Wanderer::new(&app.citizen(0).await, &city, 0);
    let asked = owner.get(&place.book()).await;
    assert!(is_challenged(&asked));
    let page = owner.get(&location(&asked)).await;
    assert!(page.says("您的网络或浏览器刚刚变了") && page.says("用短信验证码确认"), "{}", page.text);
    let sent = owner.send(&page, "/devices/prove/sms", &[]).await;
    let enter = owner.get(&location(&sent)).await;
    let code = app.code(MOBILE).await;
    let shown = owner.send(&enter, "/devices/prove/code", &[("code", &code)]).await;
    assert_eq!(location(&shown), place.book(), "{}", shown.text);
    for path in [place.book(), "/card".to_owned(), "/orders".to_owned()] {
        assert!(owner.get(&path).await.is_ok(), "{path}");
    }
    app.advance_secs(599);
    assert!(owner.get(&place.book()).await.is_ok());
    app.advance_secs(1);
    assert!(is_challenged(&owner.get(&place.book()).await), "its time is over");
    app.check().await;
    app.audit().await;
}

#[db_test]
async fn whoever_comes_to_rest_roams_no_more(app: TestApp) {
    let (city, gated) = (app.proxied().await, app.place(86_400, 4).await.book());
    let (owner, key) = (app.citizen(0).await, new_key());
    assert!(leave(&owner, &key).await.is_ok());
    app.advance_secs(121);
    let mut owner = Wanderer::new(&owner, &city, 0);
    let (page, _) = owner.by_itself(&gated, &key).await;
    assert_eq!(location(&owner.sign(&page, &key).await), gated);
    // At home from now on, for half an hour: its device is shown every two minutes, and nothing is asked.
    let home = "198.51.100.1";
    for _ in 0..16 {
        app.advance_secs(121);
        let asked = owner.stand(home).once(Method::GET, &gated, None).await;
        assert!(is_challenged(&asked), "{} {}", asked.status, location(&asked));
        let page = owner.stand(home).once(Method::GET, &location(&asked), None).await;
        assert!(page.says("data-auto"), "{}", page.text);
        assert_eq!(location(&sign_at(&city.url, owner.stand(home), &page, &key).await), gated);
    }
    // A copy of what is new, in a browser of the same name, opens nothing on another network.
    let copied = app.visitor();
    copied.cookies.lock().expect("lock").clone_from(&owner.browser.cookies.lock().expect("lock"));
    let mut thief = Wanderer::new(&copied, &city, 100);
    for path in [&gated, "/orders"] {
        assert!(is_challenged(&thief.get(path).await), "{path}");
    }
    // Nor does a code that is entered at home roam.
    let before = owner.browser.cookie("ses");
    app.advance_secs(121);
    let asked = owner.stand(home).once(Method::GET, &gated, None).await;
    let page = owner.stand(home).once(Method::GET, &location(&asked), None).await;
    let sent = owner.stand(home).send_once(&page, "/devices/prove/sms", &[]).await;
    let enter = owner.stand(home).once(Method::GET, &location(&sent), None).await;
    let code = app.code(MOBILE).await;
    let shown = owner.stand(home).send_once(&enter, "/devices/prove/code", &[("code", &code)]).await;
    assert_eq!(location(&shown), gated, "{}", shown.text);
    assert_eq!(owner.browser.cookie("ses"), before, "the same token");
    assert!(is_challenged(&thief.get(&gated).await));
    app.check().await;
}

#[db_test]
async fn another_password_ends_every_former_token(app: TestApp) {
    let (city, gated) = (app.proxied().await, app.place(86_400, 4).await.book());
    let mut owner = Wanderer::new(&app.citizen(0).await, &city, 0);
    let copied = app.visitor();
    copied.cookies.lock().expect("lock").clone_from(&owner.browser.cookies.lock().expect("lock"));
    let mut thief = Wanderer::new(&copied, &city, 100);
    let asked = owner.get(&gated).await;
    let page = owner.get(&location(&asked)).await;
    let sent = owner.send(&page, "/devices/prove/sms", &[]).await;
    let enter = owner.get(&location(&sent)).await;
    let code = app.code(MOBILE).await;
    owner.send(&enter, "/devices/prove/code", &[("code", &code)]).await;
    assert!(thief.get("/me").await.is_ok(), "the token before has its minute");
    let page = owner.get("/me/password").await;
    let fields =
        [("old", "changzhou2026"), ("password", "文笔塔青果巷天宁寺"), ("password_again", "文笔塔青果巷天宁寺")];
    let changed = owner.send(&page, "/me/password", &fields).await;
    assert_eq!(location(&changed), "/me", "{}", changed.text);
    let shut = thief.get("/me").await;
    assert!(location(&shut).starts_with("/login"), "{} {}", shut.status, location(&shut));
    assert!(owner.get("/me").await.is_ok());
    app.check().await;
    app.audit().await;
}

#[db_test]
async fn whoever_reads_slowly_needs_one_tap_too(app: TestApp) {
    let (city, gated) = (app.proxied().await, app.place(86_400, 4).await.book());
    let (owner, key) = (app.citizen(0).await, new_key());
    assert!(leave(&owner, &key).await.is_ok());
    app.advance_secs(121);
    let mut owner = Wanderer::new(&owner, &city, 0);
    let (page, _) = owner.by_itself(&gated, &key).await;
    // So late that the answer is refused: the page asks for the same tap, and that one is enough.
    app.advance_secs(601);
    let again = owner.sign(&page, &key).await;
    assert!(again.status == 422 && again.says("没有确认成功"), "{} {}", again.status, again.text);
    assert!(again.says("您的网络或浏览器刚刚变了") && !again.says("data-auto"), "{}", again.text);
    app.advance_secs(299);
    let tapped = owner.sign(&again, &key).await;
    assert_eq!(location(&tapped), gated, "{}", tapped.text);
    assert!(owner.get(&gated).await.is_ok());
    app.check().await;
}

#[db_test]
async fn whoever_goes_back_is_told_nothing_of_the_network(app: TestApp) {
    let gated = app.place(86_400, 4).await.book();
    let (owner, key) = (app.citizen(0).await, new_key());
    assert!(leave(&owner, &key).await.is_ok());
    app.advance_secs(121);
    let asked = owner.once(Method::GET, &gated, None).await;
    let page = owner.once(Method::GET, &location(&asked), None).await;
    assert_eq!(location(&sign_at(&app.url, &owner, &page, &key).await), gated);
    for _ in 0..3 {
        let back = owner.once(Method::GET, &location(&asked), None).await;
        assert_eq!(location(&back), gated, "{}", back.text);
    }
    app.check().await;
}

#[db_test]
async fn two_exits_of_which_one_is_known_do_not_turn_for_ever(app: TestApp) {
    let (city, place) = (app.proxied().await, app.place(86_400, 4).await);
    let (owner, key) = (app.citizen(0).await, new_key());
    assert!(leave(&owner, &key).await.is_ok());
    app.advance_secs(121);
    let mut owner = Wanderer::new(&owner, &city, 0);
    let (first, second) = ("198.51.100.1", "198.51.101.1");
    // Shown at one exit, where the page itself is always asked for; what is wanted is asked for at the other.
    let prove = format!("/devices/prove?to={}", place.book());
    let page = owner.stand(first).once(Method::GET, &prove, None).await;
    sign_at(&city.url, owner.stand(first), &page, &key).await;
    app.advance_secs(60);
    let mut turns = 0;
    let page = loop {
        let asked = owner.stand(second).once(Method::GET, &place.book(), None).await;
        assert!(is_challenged(&asked), "{} {}", asked.status, location(&asked));
        let page = owner.stand(first).once(Method::GET, &location(&asked), None).await;
        if page.is_ok() {
            break page;
        }
        assert_eq!(location(&page), place.book());
        turns += 1;
        assert!(turns < 5, "for ever");
    };
    assert!(page.says("您的网络或浏览器刚刚变了") && !page.says("data-auto"), "{}", page.text);
    sign_at(&city.url, owner.stand(first), &page, &key).await;
    assert!(owner.stand(second).once(Method::GET, &place.book(), None).await.is_ok());
    app.check().await;
}
