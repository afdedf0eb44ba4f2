//! Text messages: the outbox's kind `sms`, carried to Alibaba Cloud SMS.
//!
//! The kind is of mode *ask*: once a text may have been handed over it is looked for at the
//! provider, and never sent a second time.

mod ask;
mod send;
mod settings;

use std::collections::BTreeMap;

use async_trait::async_trait;
use platform::Ctx;
use platform::outbox::{Carrier, Mode, Parcel, Verdict};
use serde::Deserialize;
use wire::aliyun_sms::VERSION;

use crate::aliyun::{Access, BadAccess, Gateway};
pub use settings::{BadSmsSettings, SmsSettings};

/// The outbox kind this adapter carries.
pub const KIND: &str = "sms";

/// Carries text messages (ACC-1, SVC-6).
pub struct SmsCarrier {
    settings: SmsSettings,
    gateway: Gateway,
}

impl SmsCarrier {
    /// An adapter for one provider's account. Fails on settings that could never work.
    pub fn new(settings: SmsSettings) -> Result<SmsCarrier, BadSmsSettings> {
        let access = Access {
            partner: KIND,
            version: VERSION,
            endpoint: &settings.endpoint,
            key: &settings.key,
            timeout_ms: settings.timeout_ms,
            calls_max: settings.calls_max,
        };
        let gateway = Gateway::new(&access).map_err(|bad| match bad {
            BadAccess::Endpoint => BadSmsSettings::Endpoint(settings.endpoint.clone()),
            BadAccess::Client(why) => BadSmsSettings::Client(why),
        })?;
        Ok(SmsCarrier { settings, gateway })
    }
}

#[async_trait]
impl Carrier for SmsCarrier {
    fn kind(&self) -> &'static str {
        KIND
    }

    fn mode(&self) -> Mode {
        Mode::Ask
    }

    fn at_once(&self) -> usize {
        self.settings.calls_max
    }

    async fn send(&self, ctx: &Ctx, parcel: &Parcel) -> Verdict {
        send::send(self, ctx, parcel).await
    }

    async fn ask(&self, ctx: &Ctx, parcel: &Parcel) -> Verdict {
        ask::ask(self, ctx, parcel).await
    }
}

/// The payload of an outbox row of kind [`KIND`].
#[derive(Deserialize)]
struct Text {
    /// Eleven digits.
    mobile: String,
    /// Our own name for the template; the settings know the provider's.
    template: String,
    /// The template's variables.
    #[serde(default)]
    params: BTreeMap<String, serde_json::Value>,
}

impl Text {
    fn of(parcel: &Parcel) -> Result<Text, Verdict> {
        // The error of serde may quote the value, which is personal data: it is not passed on.
        Text::deserialize(&parcel.payload).map_err(|_| Verdict::Refused("the payload is not a text message".to_owned()))
    }

    /// The variables as the provider wants them: a JSON object of strings.
    fn template_param(&self) -> String {
        let params: serde_json::Map<String, serde_json::Value> = self
            .params
            .iter()
            .map(|(name, value)| {
                let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
                (name.clone(), serde_json::Value::String(text))
            })
            .collect();
        serde_json::Value::Object(params).to_string()
    }
}
