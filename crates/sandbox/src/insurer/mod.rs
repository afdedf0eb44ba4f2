//! The insurer: the national interface for designated institutions, behind the `x-tif` gateway. Who
//! somebody is (1101, and `CZ01`, the code of a person for this minute, a profile of ours); and a
//! visit from its registration to its settlement and back (9001, 9002, 2201 to 2208, 5203, 2601).
//!
//! Steered on the page of people: insured as employee or resident, here or elsewhere, ended, not at all, and what the
//! personal account holds. Samples: 320402199001019214 elsewhere, …9222 ended, …9230 unknown. [`rules`] calculates what
//! is paid.

mod account;
mod api;
mod books;
mod cancel;
mod carry;
mod code;
mod dialect;
mod envelope;
mod fees;
mod fields;
mod forge;
mod messages;
mod person;
mod presettle;
mod query;
mod register;
mod reverse;
mod rules;
mod settle;
mod sign_in;
mod sign_out;
mod store;
mod void;

use std::sync::Arc;

use axum::Router;
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::{get, post};
use platform::db::{DbFault, Tx};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::about::About;
use crate::entry::{Desk, Entry, Opening};
use crate::house::Office;
use crate::partner::{Manner, Partner, Raw, Reply};
use crate::settings::store as settings;
use crate::setup::StartError;
use crate::tif;

use account::InsurerAccount;
pub use dialect::Dialect;
pub(crate) use dialect::Spoken;

/// Who somebody is, and how insured.
const PERSON: &str = "1101";
/// The insurer's own code of a person for this minute.
const CODE: &str = "CZ01";
/// 签到.
const SIGN_IN: &str = "9001";
/// 签退.
const SIGN_OUT: &str = "9002";
/// 门诊挂号.
const REGISTER: &str = "2201";
/// 挂号撤销.
const CANCEL: &str = "2202";
/// 费用明细上传.
const FEES: &str = "2204";
/// 费用明细撤销.
const UNFEES: &str = "2205";
/// 预结算.
const PRESETTLE: &str = "2206";
/// 结算.
const SETTLE: &str = "2207";
/// 结算撤销.
const VOID: &str = "2208";
/// 冲正.
const REVERSE: &str = "2601";
/// 结算查询.
const QUERY: &str = "5203";

/// What pages and rules know of this partner.
pub(crate) const ABOUT: About = About {
    place: wire::insurer::PARTNER,
    title_zh: "医保经办系统",
    title_en: "Insurer",
    protocol: "NHSA designated-institution interface V1.0 (1101, 22xx, 2601, 5203, 9001, 9002), x-tif SHA-256",
    operations: &[
        PERSON, CODE, SIGN_IN, SIGN_OUT, REGISTER, CANCEL, FEES, UNFEES, PRESETTLE, SETTLE, VOID, REVERSE, QUERY,
    ],
    notices: &[],
    codes: &["SYSTEM_ERROR", "INVALID_SIGN_NO", tif::CODES[0], tif::CODES[1]],
    forgeries: &[],
    twists: &[],
};

/// What the house knows of it.
pub(crate) const ENTRY: Entry =
    Entry { about: &ABOUT, page: None, open: |opening| Box::pin(open(opening)), forget: messages::store::forget_signs };

/// The house as it sees it.
type House = Office<Room>;

fn control() -> Router<House> {
    Router::new()
        .route("/switches/insurer-dialect", post(dialect::api::form))
        .route("/control/insurer/settlements", get(api::settlements))
        .route("/control/insurer/movements", get(api::movements))
        .route("/control/insurer/dialect", get(dialect::api::get).post(dialect::api::post))
}

/// What it keeps while it runs.
pub(crate) struct Room {
    pub(crate) account: InsurerAccount,
    /// The dialect of this moment.
    pub(crate) speaks: Spoken,
}

/// Begins with the dialect that is wanted, or the last.
async fn open(opening: &Opening<'_>) -> Result<Desk, StartError> {
    let account: InsurerAccount = opening.account(ABOUT.place)?;
    let wanted = account.dialect;
    let begun = opening.house.db.write(settings::lane(), "sandbox.insurer.start", move |tx| begin(tx, wanted));
    let speaks = Spoken::new(begun.await.map_err(StartError::Fault)?);
    let house = Office::new(opening.house, Room { account, speaks });
    let own = house.clone();
    Ok(Desk {
        control: control().with_state(house.clone()),
        front: Some(Arc::new(move |lang| Box::pin(dialect::api::front(own.clone(), lang)))),
        ..Desk::of::<Insurer>(&house, told(&house))
    })
}

fn told(house: &House) -> Value {
    let Room { account, speaks } = &*house.room;
    let mut told = json!(account);
    told["dialect"] = json!(speaks.get().as_str());
    told
}

/// The partner.
pub(crate) struct Insurer;

/// A verified call.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Call {
    infno: String,
    msgid: String,
    sign_no: String,
    /// `insuplc_admdvs`.
    region: String,
    /// `fixmedins_code`.
    institution: String,
    input: Value,
}

impl Call {
    /// Whom it is about; empty when about nobody.
    fn psn_no(&self) -> &str {
        let of = if self.infno == FEES { &self.input["feedetail"][0] } else { &self.input["data"] };
        of["psn_no"].as_str().unwrap_or_default()
    }
}

impl Partner for Insurer {
    type Call = Call;
    type Room = Room;

    const ABOUT: &'static About = &ABOUT;

    fn operation(raw: &Raw) -> String {
        raw.path.rsplit('/').next().unwrap_or_default().to_owned()
    }

    async fn admit(house: &House, raw: &Raw) -> Result<Result<Call, Reply>, DbFault> {
        let account = &house.room.account;
        if let Err(refusal) = tif::admit(house, raw, &account.paasid, &account.token).await? {
            return Ok(Err(refusal));
        }
        let operation = Insurer::operation(raw);
        Ok(envelope::open(&raw.body, &operation, &account.fixmedins_code, house.now())
            .map_err(|why| envelope::failed(house, &why)))
    }

    /// Questions change nothing, so the ways in which an act can go wrong do not apply to them.
    async fn answer(house: &House, call: &Call, manner: Manner) -> Result<Reply, DbFault> {
        match call.infno.as_str() {
            PERSON => person::answer(house, &call.input).await,
            CODE => code::answer(house, &call.input).await,
            SIGN_IN => sign_in::sign_in(house, call, manner).await,
            SIGN_OUT => sign_out::sign_out(house, call, manner).await,
            PRESETTLE | QUERY => carry::ask(house, call).await,
            _ => carry::act(house, call, manner).await,
        }
    }

    fn refusal(house: &House, code: &str) -> Reply {
        match code {
            _ if code.starts_with("TIF_") => tif::refusal(code),
            "SYSTEM_ERROR" => {
                Reply { status: StatusCode::INTERNAL_SERVER_ERROR, ..envelope::failed(house, "系统异常") }
            }
            "INVALID_SIGN_NO" => envelope::failed(house, "签到流水号无效，请重新签到"),
            other => envelope::failed(house, other),
        }
    }

    fn forgery(house: &House, call: &Call) -> Reply {
        forge::forgery(house, call)
    }

    fn finish(house: &House, raw: &Raw, reply: Reply) -> Response {
        house.room.speaks.get().respond(&Insurer::operation(raw), reply)
    }
}

/// The dialect to begin with: the one that is wanted, or the last.
fn begin(tx: &mut Tx<'_>, wanted: Option<Dialect>) -> Result<Dialect, DbFault> {
    if let Some(dialect) = wanted {
        dialect::keep(tx, dialect)?;
    }
    dialect::kept(tx)
}
