//! The answers given where no page can be made, because the request was not read or there is no place for it.
//!
//! They are in both languages, since nobody knows yet who asks.

use super::framing::Refusal;

/// An answer ready to be written, after which the connection ends.
pub(super) fn answer(status: &'static str, more: &str, zh: &str, en: &str) -> Vec<u8> {
    let page = format!(
        "<!DOCTYPE html><html lang=\"zh-CN\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" \
         content=\"width=device-width\"><title>{status}</title></head><body><p>{zh}</p><p lang=\"en\">{en}</p></body></html>\n"
    );
    let head = format!(
        "HTTP/1.1 {status}\r\ncontent-type: text/html; charset=utf-8\r\ncontent-length: {}\r\nconnection: close\r\n\
         cache-control: no-store\r\nx-content-type-options: nosniff\r\ncontent-security-policy: default-src 'none'\r\n{more}\r\n",
        page.len()
    );
    [head.into_bytes(), page.into_bytes()].concat()
}

/// A head that was refused.
pub(super) fn refused(refusal: Refusal) -> Vec<u8> {
    match refusal {
        Refusal::Malformed | Refusal::Framing => answer(
            "400 Bad Request",
            "",
            "这个请求无法读取，什么都没有改变。请重新打开网址再试。",
            "This request cannot be read; nothing was changed. Please open the address again.",
        ),
        Refusal::Host => answer(
            "400 Bad Request",
            "",
            "这个请求没有说明要访问哪个网站。请重新输入网址再试。",
            "This request does not say which site it is for. Please enter the address again.",
        ),
        Refusal::HeadTooLarge => answer(
            "431 Request Header Fields Too Large",
            "",
            "浏览器随请求带来的数据太多，多半是积累的 Cookie。请在浏览器设置里清除本网站的数据，再重新打开。",
            "The browser sent too much along with its request, most likely cookies that have piled up. Please clear this \
             site's data in the browser's settings and open it again.",
        ),
        Refusal::TargetTooLong => answer(
            "414 URI Too Long",
            "",
            "这个网址太长，无法打开。请从首页重新进入。",
            "This address is too long to be opened. Please start again from the front page.",
        ),
    }
}

/// A head that did not come in time.
pub(super) fn late() -> Vec<u8> {
    answer(
        "408 Request Timeout",
        "",
        "等了很久也没有收到完整的请求，什么都没有改变。请检查网络后再试。",
        "The request did not arrive in time; nothing was changed. Please check the network and try again.",
    )
}

/// There is no place for the moment.
pub(super) fn full() -> Vec<u8> {
    answer(
        "503 Service Unavailable",
        "retry-after: 3\r\n",
        "现在访问的人太多，请过几秒再试。什么都没有改变。",
        "Too many people are here right now; please try again in a few seconds. Nothing was changed.",
    )
}

impl Refusal {
    /// The name used in metrics.
    pub(super) fn label(self) -> &'static str {
        match self {
            Refusal::Malformed => "malformed",
            Refusal::Host => "host",
            Refusal::Framing => "framing",
            Refusal::HeadTooLarge => "head_too_large",
            Refusal::TargetTooLong => "target_too_long",
        }
    }
}
