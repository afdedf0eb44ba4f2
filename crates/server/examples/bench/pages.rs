//! Pages a second, beside a bare server that answers the same bytes.

use std::error::Error;
use std::net::SocketAddr;
use std::time::Duration;

use axum::body::Bytes;
use health::appointments::book::{Book, book};

use crate::bare;
use crate::city::{City, wishes};
use crate::load;
use crate::report::Report;

type Done = Result<(), Box<dyn Error>>;

const SPAN: Duration = Duration::from_secs(4);
const CONNECTIONS: usize = 16;

/// Front page, doctor list, a person's order; and what a first visit weighs.
pub fn run(report: &mut Report) -> Done {
    let city = City::build("pages", "", 4)?;
    let addr = city.serve()?;
    let department = one_link(&city, addr, "/hospitals", "/hospitals/")
        .and_then(|path| one_link(&city, addr, &path, "/departments/"))?;
    let order = an_order(&city)?;
    let cookie = city.people[0].1.clone();
    compare(&city, report, addr, ("front page, signed out, zstd", "/", "", "zstd", "≥ 0.5"))?;
    compare(&city, report, addr, ("doctor list, signed out, zstd", &department, "", "zstd", "≥ 0.5"))?;
    compare(&city, report, addr, ("a person's order, uncompressed", &order, &cookie, "identity", "≥ 0.25"))?;
    compare(&city, report, addr, ("a person's order, zstd", &order, &cookie, "zstd", "≥ 0.12"))?;
    report.figure("first visit of the front page, all assets, gzip", weight(&city, addr)? / 1024.0, "KB", "≤ 50");
    city.end();
    Ok(())
}

fn an_order(city: &City) -> Result<String, Box<dyn Error>> {
    let wish = wishes(&city.places()?, 1, 1).pop().ok_or("no slots")?;
    let command = Book { person: city.people[0].0.clone(), slot: wish.1 };
    let booked = city.runtime.block_on(book(&city.ctx, command))?;
    Ok(format!("/appointments/{}", booked.appointment))
}

fn compare(
    city: &City,
    report: &mut Report,
    addr: SocketAddr,
    (what, path, cookie, encoding, aim): (&str, &str, &str, &str, &'static str),
) -> Done {
    let body = fetch(city, addr, path, cookie, encoding)?;
    let limit_addr = city.runtime.block_on(bare::serve(body))?;
    let request = load::get(path, cookie, encoding);
    // Ours, the limit, ours, the limit: a slow second of the machine hits both.
    let mut sums = (0.0, 0.0);
    for _ in 0..2 {
        sums.0 += city.runtime.block_on(load::repeat(addr, request.clone(), CONNECTIONS, SPAN / 2)).per_second();
        sums.1 += city.runtime.block_on(load::repeat(limit_addr, request.clone(), CONNECTIONS, SPAN / 2)).per_second();
    }
    report.ratio(what, sums.0 / 2.0, sums.1 / 2.0, "/s", aim);
    Ok(())
}

fn fetch(city: &City, addr: SocketAddr, path: &str, cookie: &str, encoding: &str) -> Result<Bytes, Box<dyn Error>> {
    let client = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build()?;
    city.runtime.block_on(async {
        let mut request = client
            .get(format!("http://{addr}{path}"))
            .header("accept", "text/html")
            .header("accept-encoding", encoding);
        if !cookie.is_empty() {
            request = request.header("cookie", cookie);
        }
        let answer = request.send().await?;
        if !answer.status().is_success() {
            return Err(format!("{path} answered {}", answer.status()).into());
        }
        Ok(answer.bytes().await?)
    })
}

fn one_link(city: &City, addr: SocketAddr, path: &str, prefix: &str) -> Result<String, Box<dyn Error>> {
    let page = fetch(city, addr, path, "", "identity")?;
    let text = String::from_utf8_lossy(&page).into_owned();
    let start = format!("href=\"{prefix}");
    let link = text
        .split(&start)
        .nth(1)
        .and_then(|rest| rest.split('"').next())
        .ok_or_else(|| format!("{path} has no {prefix}"))?;
    Ok(format!("{prefix}{link}"))
}

fn weight(city: &City, addr: SocketAddr) -> Result<f64, Box<dyn Error>> {
    let page = fetch(city, addr, "/", "", "identity")?;
    let text = String::from_utf8_lossy(&page).into_owned();
    let mut sum = fetch(city, addr, "/", "", "gzip")?.len();
    for asset in text.split('"').filter(|part| part.starts_with("/assets/")).collect::<std::collections::BTreeSet<_>>()
    {
        sum += fetch(city, addr, asset, "", "gzip")?.len();
    }
    Ok(sum as f64)
}
