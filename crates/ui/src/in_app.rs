//! Pages that are opened inside another app. The app's own browser shows them, and not everything works there.

use crate::headers::text;
use http::{HeaderMap, header};

/// An app whose browser shows our pages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InApp {
    /// 微信: opens no payment link of its own channel (H5) in its own browser.
    WeChat,
    /// 支付宝: opens no other channel's.
    Alipay,
}

impl InApp {
    /// The app that a request comes from, as its browser calls itself.
    pub(crate) fn of(headers: &HeaderMap) -> Option<InApp> {
        let agent = text(headers, header::USER_AGENT);
        match () {
            () if agent.contains("MicroMessenger") => Some(InApp::WeChat),
            () if agent.contains("AlipayClient") => Some(InApp::Alipay),
            () => None,
        }
    }

    /// As keys of texts name it.
    pub fn word(self) -> &'static str {
        match self {
            InApp::WeChat => "wechat",
            InApp::Alipay => "alipay",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn apps_are_known_by_what_they_call_themselves() {
        for (agent, want) in [
            (
                "Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 Chrome/116 XWEB/1 Mobile MicroMessenger/8.0.50",
                Some(InApp::WeChat),
            ),
            (
                "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5) Mobile/15E148 wxwork/4.1 MicroMessenger/7.0.1",
                Some(InApp::WeChat),
            ),
            (
                "Mozilla/5.0 (Linux; U; Android 13) Mobile Safari/537.36 AliApp(AP/10.5) AlipayClient/10.5",
                Some(InApp::Alipay),
            ),
            ("Mozilla/5.0 (Linux; Android 10) Chrome/70 Mobile Safari/537.36", None),
            ("", None),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(header::USER_AGENT, agent.parse().unwrap());
            assert_eq!(InApp::of(&headers), want, "{agent}");
        }
    }
}
