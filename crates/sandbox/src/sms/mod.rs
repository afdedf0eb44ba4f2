//! The SMS provider: Alibaba Cloud SMS, version 2017-05-25, `SendSms` and `QuerySendDetails`,
//! signed by `ACS3-HMAC-SHA256`.
//!
//! Magic numbers: 19900000001 absent subscriber, …2 slow to deliver, …3 refused as no mobile
//! number, …4 always over its share, …5 accepted but lost.

mod account;
mod page;
mod query;
mod send;
mod sent;
mod state;
pub(crate) mod store;
mod switch;

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::Router;
use axum::http::StatusCode;
use axum::routing::{get, post};
use platform::db::DbFault;
use serde_json::{Value, json};
use wire::acs3::code as gateway;
use wire::aliyun_sms::{self, Action, SendSmsReply, code};

use crate::about::{About, Page};
use crate::acs3;
use crate::entry::{Desk, Entry, Opening};
use crate::house::Office;
use crate::partner::{Manner, Partner, Raw, Reply};
use crate::settings::store as settings;
use crate::setup::StartError;

pub(crate) use account::SmsAccount;
pub use account::SmsTemplate;
pub(crate) use state::State;

/// What pages and rules know of this partner.
pub(crate) const ABOUT: About = About {
    place: aliyun_sms::PARTNER,
    title_zh: "短信服务商",
    title_en: "SMS provider",
    protocol: "Alibaba Cloud SMS 2017-05-25, ACS3-HMAC-SHA256",
    operations: &["SendSms", "QuerySendDetails"],
    notices: &[],
    codes: &[
        code::BUSINESS_LIMIT_CONTROL,
        code::MOBILE_NUMBER_ILLEGAL,
        code::SMS_TEMPLATE_ILLEGAL,
        code::SMS_SIGNATURE_ILLEGAL,
        code::AMOUNT_NOT_ENOUGH,
        code::SYSTEM_ERROR,
        gateway::SIGNATURE_DOES_NOT_MATCH,
        gateway::THROTTLING,
        gateway::SERVICE_UNAVAILABLE,
    ],
    forgeries: &[],
    twists: &[],
};

/// What the house knows of it.
pub(crate) const ENTRY: Entry = Entry {
    about: &ABOUT,
    page: Some(Page { path: "/sms", zh: "短信", en: "Text messages" }),
    open: |opening| Box::pin(open(opening)),
    forget: |_, _| Ok(()),
};

/// What it keeps while it runs.
type Room = SmsAccount;
/// The house as it sees it.
type House = Office<Room>;

fn control() -> Router<House> {
    Router::new()
        .route("/sms", get(page::show))
        .route("/switches/sms-limits", post(switch::form))
        .route("/control/sms", get(sent::sms))
        .route("/control/switches", get(switch::get).post(switch::post))
}

/// The account; whether limits hold is what the switch says, since a first start.
async fn open(opening: &Opening<'_>) -> Result<Desk, StartError> {
    let account: SmsAccount = opening.account(ABOUT.place)?;
    let limits = account.limits;
    let first =
        opening.house.db.write(settings::lane(), "sandbox.sms.start", move |tx| settings::first_sms_limits(tx, limits));
    first.await.map_err(StartError::Fault)?;
    let house = Office::new(opening.house, account);
    let own = house.clone();
    Ok(Desk {
        control: control().with_state(house.clone()),
        front: Some(Arc::new(move |lang| Box::pin(switch::front(own.clone(), lang)))),
        ..Desk::of::<Sms>(&house, told(&house))
    })
}

fn told(house: &House) -> Value {
    let SmsAccount { access_key_id, access_key_secret, sign_name, .. } = &*house.room;
    json!({ "access_key_id": access_key_id, "access_key_secret": access_key_secret, "sign_name": sign_name })
}

/// The partner.
pub(crate) struct Sms;

/// A verified call.
#[derive(Debug, Clone)]
pub(crate) struct Call {
    action: Action,
    params: BTreeMap<String, String>,
}

impl Call {
    fn param(&self, name: &str) -> &str {
        self.params.get(name).map_or("", String::as_str)
    }
}

impl Partner for Sms {
    type Call = Call;
    type Room = Room;

    const ABOUT: &'static About = &ABOUT;

    fn operation(raw: &Raw) -> String {
        raw.header("x-acs-action").to_owned()
    }

    async fn admit(house: &House, raw: &Raw) -> Result<Result<Call, Reply>, DbFault> {
        let key = acs3::Key { id: &house.room.access_key_id, secret: &house.room.access_key_secret };
        let verified = match acs3::admit(house, key, aliyun_sms::VERSION, raw).await? {
            Ok(verified) => verified,
            Err(code) => return Ok(Err(Sms::refusal(house, code))),
        };
        let action = verified.action.parse::<Action>();
        Ok(action
            .map(|action| Call { action, params: verified.params })
            .map_err(|_| Sms::refusal(house, gateway::ACTION_NOT_FOUND)))
    }

    async fn answer(house: &House, call: &Call, manner: Manner) -> Result<Reply, DbFault> {
        match call.action {
            Action::SendSms => send::send(house, call, manner).await,
            Action::QuerySendDetails => query::query(house, call).await,
        }
    }

    fn refusal(house: &House, code: &str) -> Reply {
        let product = code.starts_with("isv.") || code.starts_with("isp.");
        // The product answers 200 even when it refuses; the gateway before it does not.
        let status = if product { StatusCode::OK } else { acs3::status(code) };
        let reply = SendSmsReply {
            code: code.to_owned(),
            message: format!("refused by the sandbox: {code}"),
            request_id: house.request_id(),
            biz_id: None,
        };
        Reply { status, body: json!(reply) }
    }

    /// An acceptance without the provider's number for the text, or details of somebody else's.
    fn forgery(house: &House, call: &Call) -> Reply {
        let row = json!({ "PhoneNum": "13900009999", "SendStatus": 3, "ErrCode": "DELIVERED", "OutId": "" });
        let mut body = json!({ "Code": "OK", "Message": "OK", "RequestId": house.request_id() });
        if call.action == Action::QuerySendDetails {
            body["TotalCount"] = json!("1");
            body["SmsSendDetailDTOs"] = json!({ "SmsSendDetailDTO": [row] });
        }
        Reply::ok(body)
    }
}
