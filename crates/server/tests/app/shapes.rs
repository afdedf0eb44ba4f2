//! Requests in odd shapes, at the real program: what leaves room for two readings is refused and ends the connection,
//! and what is refused is told as a page, with nothing changed.

use crate::support::program::{Home, Serving};
use crate::support::raw::{Raw, ask, get, status};

const FORM: &str = "Host: localhost\r\nAccept: text/html\r\nContent-Type: application/x-www-form-urlencoded\r\n";

fn with_a_city(tell: impl AsyncFn(&str)) {
    let home = Home::new();
    let mut command = home.command(&[]);
    command.env("RENSHE__HTTP__PAUSE_SECS", "1");
    let city = Serving::start(command);
    tokio::runtime::Runtime::new().expect("a runtime").block_on(tell(&city.url));
}

#[test]
fn what_can_be_read_in_two_ways_is_read_in_none() {
    with_a_city(async |url| {
        // Behind each stands a second request that somebody smuggles in: it must never be answered.
        let smuggled = "GET /smuggled HTTP/1.1\r\nHost: localhost\r\n\r\n";
        for lines in [
            "Content-Length: 4\r\nTransfer-Encoding: chunked\r\n",
            "Transfer-Encoding: chunked\r\nContent-Length: 4\r\n",
            "Content-Length: 4\r\nContent-Length: 4\r\n",
            "Content-Length: 4\r\nContent-Length: 0\r\n",
            "Content-Length: 4, 4\r\n",
            "Content-Length: +4\r\n",
            "Transfer-Encoding: identity\r\n",
            "Transfer-Encoding: chunked, identity\r\n",
            "Transfer-Encoding: \u{b}chunked\r\n",
            "Content-Length : 4\r\n",
            "X: 1\r\n Content-Length: 4\r\n",
            "X: 1\nContent-Length: 4\r\n",
        ] {
            let said = ask(url, &format!("POST /login HTTP/1.1\r\n{FORM}{lines}\r\n0\r\n\r\n{smuggled}")).await;
            assert_eq!(status(&said), 400, "{lines:?}: {said}");
            assert_eq!(said.matches("HTTP/1.1 ").count(), 1, "{lines:?}: {said}");
            assert!(said.contains("什么都没有改变") && said.contains("connection: close"), "{said}");
        }
        // What is plain is answered, one after the other.
        let twice = format!("GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n{}", get("/healthz"));
        assert_eq!(ask(url, &twice).await.matches("HTTP/1.1 200").count(), 2);
    });
}

#[test]
fn a_request_names_one_host() {
    with_a_city(async |url| {
        for (head, want) in [
            ("GET / HTTP/1.1\r\n", 400),
            ("GET / HTTP/1.1\r\nHost: localhost\r\nHost: localhost\r\n", 400),
            ("GET / HTTP/1.1\r\nHost: localhost\r\nHost: evil.cn\r\n", 400),
            ("GET / HTTP/1.1\r\nHost:\r\n", 400),
            ("GET / HTTP/1.1\r\nHost: local host\r\n", 400),
            ("GET / HTTP/1.1\r\nHost: localhost/evil\r\n", 400),
            ("GET / HTTP/1.1\r\nHost: 人社\r\n", 400),
            ("GET http://evil.cn/ HTTP/1.1\r\nHost: localhost\r\n", 400),
            ("GET http://localhost/healthz HTTP/1.1\r\nHost: localhost\r\n", 200),
            ("GET /healthz HTTP/1.1\r\nHost: LOCALHOST:80\r\n", 200),
            ("GET /healthz HTTP/1.1\r\nHost: 10.0.0.7\r\n", 200),
            // Old probes speak so.
            ("GET /healthz HTTP/1.0\r\n", 200),
            ("GET /healthz HTTP/1.0\r\nHost: localhost\r\n", 200),
            ("GET / HTTP/2.0\r\nHost: localhost\r\n", 400),
            ("GET / HTTP/1.1 \r\nHost: localhost\r\n", 400),
            ("GET  / HTTP/1.1\r\nHost: localhost\r\n", 400),
            ("GET healthz HTTP/1.1\r\nHost: localhost\r\n", 400),
            ("CONNECT localhost:80 HTTP/1.1\r\nHost: localhost:80\r\n", 400),
            ("PRI * HTTP/2.0\r\n\r\nSM\r\n", 400),
            ("\x16\x03\x01\x02\r\n", 400),
        ] {
            let said = ask(url, &format!("{head}Connection: close\r\n\r\n")).await;
            assert_eq!(status(&said), want, "{head:?}: {said}");
        }
        let star = ask(url, "OPTIONS * HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n").await;
        assert!(matches!(status(&star), 404 | 405), "{star}");
    });
}

#[test]
fn what_is_too_much_is_said_to_be_too_much() {
    with_a_city(async |url| {
        let cookies = format!("Cookie: {}\r\n", "neighbour=0123456789; ".repeat(2_000));
        let said = ask(url, &format!("GET / HTTP/1.1\r\nHost: localhost\r\n{cookies}\r\n")).await;
        assert!(status(&said) == 431 && said.contains("清除本网站的数据"), "{said}");
        let lines: String = (0..200).map(|n| format!("X-{n}: 1\r\n")).collect();
        assert_eq!(status(&ask(url, &format!("GET / HTTP/1.1\r\nHost: localhost\r\n{lines}\r\n")).await), 431);
        assert_eq!(status(&ask(url, &get(&format!("/{}", "a".repeat(9_000)))).await), 414);
        // Endless: it is not gathered until it ends.
        let mut endless = Raw::sending(url, "GET / HTTP/1.1\r\nHost: localhost\r\nX: ").await;
        while endless.try_send(&"a".repeat(10_000)).await {}
        // A form larger than is read: the answer arrives although nobody reads on.
        let form = format!("POST /login HTTP/1.1\r\n{FORM}Content-Length: 900000\r\n\r\n{}", "a".repeat(900_000));
        let said = ask(url, &form).await;
        assert!(status(&said) == 413 && said.contains("太大"), "{said}");
    });
}

#[test]
fn a_body_that_is_none_is_refused_with_a_page() {
    with_a_city(async |url| {
        let post = |path: &str, more: &str, body: &str| format!("POST {path} HTTP/1.1\r\n{FORM}{more}\r\n{body}");
        let chunked = "Transfer-Encoding: chunked\r\n";
        for path in ["/login", "/sign-up", "/slots/slt_00000000000000000000000000/book"] {
            for body in ["zz\r\n", "5\r\nlogin", "5\r\nlogin=139\r\n0\r\n\r\n", "5 \r\nlogin\r\n", "-1\r\n"] {
                let mut raw = Raw::sending(url, &post(path, chunked, body)).await;
                let said = raw.rest().await.expect("an answer, and the end");
                // Half a chunk is one that did not come in time.
                let (want, words) =
                    if body.ends_with("login") { (408, "没有收到完整") } else { (400, "没有看懂") };
                assert!(
                    status(&said) == want && said.contains(words) && said.contains("code-small"),
                    "{body:?}: {said}"
                );
                assert_eq!(said.matches("HTTP/1.1 ").count(), 1, "{said}");
            }
        }
        // Right chunks are a form like any other: this one has no token.
        let said =
            ask(url, &post("/login", &format!("{chunked}Connection: close\r\n"), "5\r\nlogin\r\n0\r\n\r\n")).await;
        assert_eq!(status(&said), 403, "{said}");
        // Machines are told in their own way.
        let api = "X-Renshe-Key: pky_00000000000000000000000000\r\nX-Renshe-Nonce: 0123456789abcdef0123456789abcdef\r\n\
                   X-Renshe-Signature: x\r\n";
        let now = std::time::UNIX_EPOCH.elapsed().expect("after 1970").as_secs();
        let json = "Host: localhost\r\nContent-Type: application/json\r\n";
        let api = format!(
            "POST /api/v1/card-codes/verify HTTP/1.1\r\n{json}{api}X-Renshe-Time: {now}\r\n{chunked}\r\nzz\r\n"
        );
        let said = ask(url, &api).await;
        assert!(status(&said) == 400 && said.contains("\"body\""), "{said}");
        let said = ask(url, &format!("POST /pay/notify/wechat-pay HTTP/1.1\r\n{json}{chunked}\r\nzz\r\n")).await;
        assert_eq!(status(&said), 400, "{said}");
    });
}
