//! Forms of pages: read out of a page, and sent as a browser sends them.

use reqwest::header::{CONTENT_TYPE, COOKIE};

/// The value of the first field with this name.
pub fn field(page: &str, name: &str) -> Option<String> {
    let at = page.find(&format!("name=\"{name}\""))?;
    let open = page[..at].rfind('<')?;
    let tag = &page[open..at + page[at..].find('>')?];
    Some(tag.split("value=\"").nth(1)?.split('"').next()?.to_owned())
}

/// Fields as a browser writes them.
pub fn encoded(fields: &[(&str, &str)]) -> String {
    let all = reqwest::Url::parse_with_params("http://x/", fields);
    all.ok().and_then(|url| url.query().map(str::to_owned)).unwrap_or_default()
}

/// A form on its way from a page of the same site, with the cookies of whoever sends it.
pub fn sent(client: &reqwest::Client, url: &str, cookie: &str, fields: &[(&str, &str)]) -> reqwest::RequestBuilder {
    client
        .post(url)
        .header(COOKIE, cookie)
        .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
        .header("sec-fetch-site", "same-origin")
        .body(encoded(fields))
}
