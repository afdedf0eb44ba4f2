//! The door to the world, at the real program: whoever only sits there, sends half of something, or reads nothing,
//! keeps nobody from a page, holds no memory to speak of, and does not delay a stop.

use platform::listen::files;
use tokio::task::JoinSet;

use crate::support::program::{Home, Serving};
use crate::support::raw::{Raw, ask, get, status};

/// Times of a server that does not wait long.
const QUICK: [(&str, &str); 3] = [("HTTP__HEAD_SECS", "2"), ("HTTP__IDLE_SECS", "2"), ("HTTP__PAUSE_SECS", "2")];
/// Times of a server that waits longer than any test runs.
const PATIENT: [(&str, &str); 3] =
    [("HTTP__HEAD_SECS", "600"), ("HTTP__IDLE_SECS", "600"), ("HTTP__PAUSE_SECS", "600")];

const HALF_HEAD: &str = "GET / HTTP/1.1\r\nHost: localhost\r\nCookie: vis";
const HALF_BODY: &str = "POST /login HTTP/1.1\r\nHost: localhost\r\nAccept: text/html\r\n\
                         Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 100\r\n\r\nlogin=139";

/// Answers by the dozen that nobody reads: more than the system takes on anybody's behalf.
fn unread() -> String {
    "GET / HTTP/1.1\r\nHost: localhost\r\nAccept: text/html\r\n\r\n".repeat(200)
}

async fn many(url: &str, how_many: usize, text: &str) -> Vec<Raw> {
    let mut all = Vec::with_capacity(how_many);
    for _ in 0..how_many {
        all.push(Raw::sending(url, text).await);
    }
    all
}

async fn front_page(url: &str) {
    let page = ask(url, &get("/")).await;
    assert!(status(&page) == 200 && page.contains("常州人社"), "{page}");
}

/// A city with settings of its own.
fn city(home: &Home, ulimit: &str, settings: &[&[(&str, &str)]]) -> Serving {
    files::raise();
    Serving::start(home.command_with_files(ulimit, &settings.concat()))
}

fn told(tell: impl Future<Output = ()>) {
    tokio::runtime::Runtime::new().expect("a runtime").block_on(tell);
}

#[test]
fn a_thousand_silent_connections_keep_nobody_waiting_and_are_closed() {
    let home = Home::new();
    // The soft limit that most systems begin with is less than that: the program raises it.
    let city = city(&home, "-S -n 256", &[&QUICK]);
    told(async {
        front_page(&city.url).await;
        let before = city.memory_kib();
        let mut silent = many(&city.url, 1_200, "").await;
        front_page(&city.url).await;
        let grown = city.memory_kib().saturating_sub(before);
        assert!(grown < 40 * 1024, "{grown} KiB for 1,200 connections");
        for raw in &mut silent {
            assert!(raw.rest().await.is_some_and(|said| said.is_empty() || status(&said) == 408), "closed");
        }
        front_page(&city.url).await;
    });
}

#[test]
fn half_of_something_is_not_waited_for() {
    let home = Home::new();
    let city = city(&home, "-S -n 4096", &[&QUICK]);
    told(async {
        front_page(&city.url).await;
        let (before, files) = (city.memory_kib(), city.open_files());
        let mut heads = many(&city.url, 400, HALF_HEAD).await;
        let mut bodies = many(&city.url, 400, HALF_BODY).await;
        let mut readers = many(&city.url, 100, &unread()).await;
        front_page(&city.url).await;
        let grown = city.memory_kib().saturating_sub(before);
        assert!(grown < 80 * 1024, "{grown} KiB for 900 connections");
        for raw in &mut heads {
            let said = raw.rest().await.expect("closed");
            assert!(status(&said) == 408 && said.contains("什么都没有改变"), "{said}");
        }
        for raw in &mut bodies {
            let said = raw.rest().await.expect("closed");
            assert!(status(&said) == 408 && said.contains("没有收到完整的内容"), "{said}");
        }
        // Nobody has read yet: the server gives them up all the same.
        while city.open_files() > files + 20 {
            front_page(&city.url).await;
        }
        for raw in &mut readers {
            let said = raw.rest().await.expect("closed");
            assert!(said.matches("HTTP/1.1 200").count() < 200, "all of them were written to nobody");
        }
    });
}

#[test]
fn a_trickle_earns_no_place() {
    let home = Home::new();
    let city = city(&home, "-S -n 4096", &[&QUICK]);
    told(async {
        let mut raw = Raw::sending(&city.url, HALF_BODY).await;
        // A byte at a time, each well within the pause: it is over all the same.
        let mut sent = 0;
        while sent < 60 && raw.try_send("0").await {
            sent += 1;
            raw.pause_a_little().await;
        }
        assert!(sent < 60, "a byte now and then kept the place");
        // Nor do line ends that belong to nothing.
        let mut raw = Raw::to(&city.url).await;
        let mut sent = 0;
        while sent < 60 && raw.try_send("\r\n").await {
            sent += 1;
            raw.pause_a_little().await;
        }
        assert!(sent < 60, "a line end now and then kept the place");
        // One does, behind a form of old, and one request follows another.
        let mut raw = Raw::sending(&city.url, "\r\n").await;
        for _ in 0..2 {
            raw.send("GET / HTTP/1.1\r\nHost: localhost\r\nAccept: text/html\r\n\r\n\r\n").await;
            assert_eq!(status(&raw.answer().await), 200);
        }
    });
}

#[test]
fn a_full_house_makes_room_for_who_comes() {
    let home = Home::new();
    let city = city(&home, "-S -n 4096", &[&PATIENT, &[("HTTP__CONNECTIONS", "100")]]);
    told(async {
        let mut kept = Raw::to(&city.url).await;
        let mut silent = many(&city.url, 1_000, "").await;
        // Nobody's time-out ends within this test: those who have sat longest made room.
        for text in [HALF_HEAD, HALF_BODY] {
            silent.extend(many(&city.url, 150, text).await);
            front_page(&city.url).await;
        }
        let mut gone = 0;
        for raw in &mut silent[..800] {
            gone += usize::from(raw.is_closed().await);
        }
        assert!(gone >= 790, "{gone} of the first 800 were sent away");
        assert!(kept.is_closed().await, "and the first of all");
    });
}

/// Behind one address of a carrier stand hundreds of people, and somebody who is up to no good.
#[test]
fn hundreds_behind_one_address_are_served_beside_a_flood() {
    let home = Home::new();
    let city = city(&home, "-S -n 4096", &[&PATIENT, &[("HTTP__CONNECTIONS_PER_ADDRESS", "500")]]);
    told(async {
        let flood = many(&city.url, 1_000, "").await;
        let mut people = JoinSet::new();
        for _ in 0..300 {
            let url = city.url.clone();
            people.spawn(async move {
                let mut browser = Raw::to(&url).await;
                for path in ["/", "/hospitals", "/login"] {
                    let asked = format!("GET {path} HTTP/1.1\r\nHost: localhost\r\nAccept: text/html\r\n\r\n");
                    let mut page = String::new();
                    // As browsers do: over one connection, and over another if that has been closed between two pages.
                    for _ in 0..3 {
                        if browser.try_send(&asked).await {
                            page = browser.answer().await;
                        }
                        if !page.is_empty() {
                            break;
                        }
                        browser = Raw::to(&url).await;
                    }
                    assert_eq!(status(&page), 200, "{path}: {page}");
                }
            });
        }
        while let Some(person) = people.join_next().await {
            person.expect("everybody is served");
        }
        drop(flood);
    });
}

#[test]
fn too_few_files_end_nothing() {
    let home = Home::new();
    let city = city(&home, "-n 128", &[&PATIENT]);
    told(async {
        let crowd = many(&city.url, 400, "").await;
        front_page(&city.url).await;
        let more = many(&city.url, 400, HALF_HEAD).await;
        front_page(&city.url).await;
        drop((crowd, more));
        front_page(&city.url).await;
    });
}

/// A handshake has a place and an end like a request.
#[test]
fn handshakes_that_do_not_go_on_keep_nobody_waiting() {
    let home = Home::new();
    let certificate = rcgen::generate_simple_self_signed(["localhost".to_owned()]).expect("a certificate");
    let cert = home.file("cert.pem", &certificate.cert.pem()).display().to_string();
    let key = home.file("key.pem", &certificate.signing_key.serialize_pem()).display().to_string();
    let tls = [("TLS__CERT", cert.as_str()), ("TLS__KEY", key.as_str())];
    let city = city(&home, "-S -n 4096", &[&QUICK, &tls, &[("HTTP__CONNECTIONS", "200")]]);
    assert!(city.url.starts_with("https://localhost:"), "{}", city.url);
    told(async {
        // Nothing, the beginning of a handshake, and somebody who takes it for plain HTTP.
        let mut hung = Vec::new();
        for text in ["", "\x16\x03\x01\x02\x00\x01", "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"] {
            hung.extend(many(&city.url, 300, text).await);
        }
        let client = reqwest::Client::builder().danger_accept_invalid_certs(true).build().expect("a client");
        let page = client.get(&city.url).send().await.expect("an answer");
        assert_eq!((page.status().as_u16(), page.headers().contains_key("strict-transport-security")), (200, true));
        for raw in &mut hung {
            assert!(raw.rest().await.is_some(), "closed");
        }
        assert_eq!(client.get(&city.url).send().await.expect("an answer").status(), 200);
    });
    assert_eq!(city.stop().0, 0);
}

#[test]
fn more_connections_than_files_are_refused_at_the_start() {
    let home = Home::new();
    let command = home.command_with_files("-n 1024", &[("HTTP__CONNECTIONS", "5000")]);
    let ended = crate::support::program::ended(command);
    assert_ne!(ended.code, 0);
    assert!(ended.err.contains("http.connections") && ended.err.contains("LimitNOFILE"), "{}", ended.err);
}

#[test]
fn a_stop_waits_for_nobody_who_only_sits_there() {
    let home = Home::new();
    let city = city(&home, "-S -n 4096", &[&PATIENT, &[("HTTP__STOP_SECS", "600")]]);
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let held = runtime.block_on(async {
        let mut held = many(&city.url, 300, "").await;
        held.extend(many(&city.url, 100, HALF_HEAD).await);
        let mut idle = Raw::sending(&city.url, "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n").await;
        assert_eq!(status(&idle.answer().await), 200);
        held.push(idle);
        held
    });
    // It would wait ten minutes for whatever is under way.
    assert_eq!(city.stop().0, 0);
    drop(held);
}

#[test]
fn a_stop_finishes_what_is_under_way() {
    let home = Home::new();
    let city = city(&home, "-S -n 4096", &[&PATIENT, &[("HTTP__STOP_SECS", "600")]]);
    let url = city.url.clone();
    told(async {
        let mut under_way = Raw::sending(&url, HALF_BODY).await;
        front_page(&url).await;
        city.ask_to_stop();
        while Raw::is_refused(&url).await.is_none() {}
        under_way.send(&"x".repeat(91)).await;
        let said = under_way.rest().await.expect("an answer, and the end");
        assert!(status(&said) == 403 && said.contains("什么都没有改变"), "{said}");
        assert!(said.to_ascii_lowercase().contains("connection: close"), "{said}");
    });
    assert_eq!(city.stop().0, 0);
}

#[test]
fn a_stop_does_not_wait_for_ever() {
    let home = Home::new();
    let city = city(&home, "-S -n 4096", &[&PATIENT, &[("HTTP__STOP_SECS", "1")]]);
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let held = runtime.block_on(async {
        let held = (many(&city.url, 50, HALF_BODY).await, many(&city.url, 20, &unread()).await);
        front_page(&city.url).await;
        held
    });
    assert_eq!(city.stop().0, 0);
    drop(held);
}
