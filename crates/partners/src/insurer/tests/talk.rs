//! What the adapter says, what it believes, and what it makes of a refusal.

use std::sync::atomic::{AtomicI64, Ordering};

use identity::ports::PortError;
use kernel::ManualClock;
use payments::ports::{Presettled, Refusal, SettleError, Settled, SettlementFacts, Settlements, Split};
use serde_json::{Value, json};

use super::insurer::FakeInsurer;
use super::*;

/// A stage whose clock stands on a Monday morning.
struct Stage {
    insurer: FakeInsurer,
    client: InsurerClient,
    clock: Arc<ManualClock>,
    ctx: Ctx,
    _folder: Folder,
}

impl Stage {
    async fn new(says: impl FnMut(&Value) -> Value + Send + 'static) -> Stage {
        let nine = Moment::at(Date::constant(2026, 3, 2), Time::constant(9, 30, 5, 0));
        let (clock, folder) = (Arc::new(ManualClock::new(nine)), Folder::new());
        let insurer = FakeInsurer::start(says).await;
        let ctx = context(&folder, clock.clone());
        Stage { client: client(&insurer.endpoint), insurer, clock, ctx, _folder: folder }
    }

    async fn settle(&self, number: &str) -> Result<Settled, SettleError> {
        self.client.settle(&self.ctx, number, &visit(true), &advice()).await
    }
}

fn advice() -> Presettled {
    let echo = [0, 500, 0, 2_000].map(Fen::new);
    Presettled { split: split(), balance: None, echo }
}

fn split() -> Split {
    let [fund, personal_account, cash] = [800, 1_200, 500].map(Fen::new);
    Split { fund, personal_account, other: Fen::ZERO, cash }
}

/// A true answer to 2206, 2207, 2208 and 5203, with amounts in both forms.
fn settled(number: &Value) -> Value {
    json!({
        "setlinfo": {
            "setl_id": "S", "mdtrt_id": "M", "psn_no": "P", "medfee_sumamt": 25, "overlmt_selfpay": "5.00",
            "inscp_scp_amt": "20", "hifp_pay": 8, "fund_pay_sumamt": "8.00", "psn_part_amt": "17.0", "acct_pay": 12,
            "psn_cash_pay": "5.00", "balc": "1188.00", "medins_setl_id": number, "refd_setl_flag": 0,
            "setl_time": "2026-03-02 09:30:06", "clr_optins": 320400, "clr_type": "11", "clr_way": " ",
        },
        "setldetail": [{ "fund_pay_type": 310100, "fund_payamt": "8.00" }],
    })
}

fn number_of(error: SettleError) -> &'static str {
    match error {
        SettleError::Amounts(_) => "amounts",
        SettleError::Port(PortError::NotSent(_)) => "not sent",
        SettleError::Port(PortError::Unknown(_)) => "unknown",
        SettleError::Port(PortError::Refused(_)) | SettleError::Refused { .. } => "refused",
    }
}

const NUMBER: &str = "H32040000001202603020930050042";

#[tokio::test]
async fn a_settlement_goes_under_the_number_given_at_the_time_written_in_it() {
    let stage = Stage::new(|message| match message["infno"].as_str() {
        Some("9001") => Value::Null,
        _ => settled(&message["msgid"]),
    })
    .await;
    stage.clock.advance_secs(3_600);
    let told = stage.settle(NUMBER).await.unwrap();
    assert_eq!((told.setl_id.as_str(), told.number.as_deref(), told.split), ("S", Some(NUMBER), split()));
    assert_eq!(told.balance, Some(Fen::new(118_800)));
    let facts = SettlementFacts {
        settled_at: Some(Moment::at(Date::constant(2026, 3, 2), Time::constant(9, 30, 6, 0))),
        clr_optins: Some("320400".to_owned()),
        clr_type: Some("11".to_owned()),
        clr_way: None,
        medins_setl_id: Some(NUMBER.to_owned()),
    };
    assert_eq!(told.facts, facts);
    let message = stage.insurer.heard("2207").remove(0);
    assert_eq!((&message["msgid"], &message["inf_time"]), (&json!(NUMBER), &json!("2026-03-02 09:30:05")));
    assert_eq!((&message["sign_no"], &message["insuplc_admdvs"]), (&json!("S1"), &json!("320400")));
    assert_eq!(
        message["input"],
        json!({ "data": {
            "psn_no": "P", "mdtrt_cert_type": "02", "mdtrt_cert_no": "320402199001019169", "med_type": "12",
            "medfee_sumamt": "25.00", "psn_setlway": "01", "mdtrt_id": "M", "chrg_bchno": "202603020930050042",
            "acct_used_flag": "1", "insutype": "310", "invono": "", "fulamt_ownpay_amt": "0.00",
            "overlmt_selfpay": "5.00", "preselfpay_amt": "0.00", "inscp_scp_amt": "20.00",
        } })
    );
    assert_eq!(stage.insurer.heard("9001")[0]["input"]["signIn"]["opter_no"], "renshe");
    let failed = stage.settle("no number").await.unwrap_err();
    assert_eq!(number_of(failed), "not sent");
}

#[tokio::test]
async fn a_number_that_was_not_told_is_not_kept_as_if_it_had_been() {
    let stage = Stage::new(|message| match message["infno"].as_str() {
        Some("9001") => Value::Null,
        _ => settled(&Value::Null),
    })
    .await;
    let told = stage.settle(NUMBER).await.unwrap();
    assert_eq!((told.number.as_deref(), told.facts.medins_setl_id), (Some(NUMBER), None));
    assert_eq!(told.facts.clr_optins.as_deref(), Some("320400"));
}

#[tokio::test]
async fn one_line_is_sent_whose_number_is_the_batchs() {
    let stage = Stage::new(|message| match message["infno"].as_str() {
        Some("2201") => json!({ "data": { "mdtrt_id": "M", "psn_no": "P", "ipt_otp_no": "visit-1" } }),
        Some("2204") => json!({ "result": [{
            "feedetl_sn": message["input"]["feedetail"][0]["feedetl_sn"], "det_item_fee_sumamt": "25.00",
        }] }),
        _ => Value::Null,
    })
    .await;
    let (person, care) = (person("P", "310"), care("visit-1"));
    let registered = stage.client.register(&stage.ctx, &person, &care).await.unwrap();
    let [message] = stage.insurer.heard("2204").try_into().unwrap();
    assert_eq!(registered.batch_no, message["msgid"].as_str().unwrap()[12..]);
    let [line] = message["input"]["feedetail"].as_array().unwrap().clone().try_into().unwrap();
    for (name, wanted) in [
        ("feedetl_sn", registered.batch_no.as_str()),
        ("chrg_bchno", &registered.batch_no),
        ("mdtrt_id", "M"),
        ("psn_no", "P"),
        ("medins_list_codg", "visit"),
        ("det_item_fee_sumamt", "25.00"),
        ("cnt", "1.0000"),
        ("pric", "25.000000"),
        ("fee_ocur_time", "2026-03-02 09:30:05"),
        ("bilg_dr_codg", "D0001"),
    ] {
        assert_eq!(line[name], wanted, "{name}");
    }
    let asked = &stage.insurer.heard("2201")[0]["input"]["data"];
    assert_eq!((&asked["begntime"], &asked["caty"]), (&json!("2026-03-02 09:30:00"), &json!("A69")));
    let too_long = Care { visit_no: "x".repeat(31), ..care };
    let failed = stage.client.register(&stage.ctx, &person, &too_long).await.unwrap_err();
    assert_eq!(number_of(failed), "not sent");
    assert_eq!(stage.insurer.heard("2201").len(), 1);
}

#[tokio::test]
async fn the_operator_signs_in_once_a_day_and_again_when_told_to() {
    let refuse = Arc::new(AtomicI64::new(0));
    let left = Arc::clone(&refuse);
    let stage = Stage::new(move |message| match message["infno"].as_str() {
        Some("9001") => Value::Null,
        _ if left.fetch_sub(1, Ordering::SeqCst) > 0 => json!("签到流水号无效，请重新签到"),
        _ => settled(&message["msgid"]),
    })
    .await;
    let ask = async || stage.client.presettle(&stage.ctx, &visit(true)).await;
    let (first, second, third) = tokio::join!(ask(), ask(), ask());
    assert!(first.is_ok() && second.is_ok() && third.is_ok());
    assert_eq!(stage.insurer.heard("9001").len(), 1, "one signs in for all");
    // 09:30:05 and 14 h 29 min 55 s is midnight in Shanghai.
    stage.clock.advance_secs(14 * 3_600 + 29 * 60 + 54);
    ask().await.unwrap();
    assert_eq!(stage.insurer.heard("9001").len(), 1);
    stage.clock.advance_secs(1);
    ask().await.unwrap();
    assert_eq!(stage.insurer.heard("9001").len(), 2);
    refuse.store(1, Ordering::SeqCst);
    stage.settle(NUMBER).await.unwrap();
    let [refused, taken] = stage.insurer.heard("2207").try_into().unwrap();
    assert_eq!((&refused["msgid"], &refused["input"]), (&taken["msgid"], &taken["input"]));
    assert_eq!((&refused["sign_no"], &taken["sign_no"]), (&json!("S2"), &json!("S3")));
    refuse.store(9, Ordering::SeqCst);
    let failed = stage.settle(NUMBER).await.unwrap_err();
    // Nobody has looked at the settlement: it is not refused, and goes again under its number.
    assert_eq!(number_of(failed), "not sent");
    assert_eq!(stage.insurer.heard("2207").len(), 4, "not a third time");
}

#[tokio::test]
async fn without_a_sign_in_nothing_is_sent() {
    let stage = Stage::new(|message| match message["infno"].as_str() {
        Some("9001") => json!({ "infcode": 0, "inf_refmsgid": "1", "output": { "signinoutb": { "sign_no": "" } } }),
        _ => settled(&message["msgid"]),
    })
    .await;
    for _ in 0..2 {
        assert_eq!(number_of(stage.settle(NUMBER).await.unwrap_err()), "not sent");
    }
    assert_eq!((stage.insurer.heard("9001").len(), stage.insurer.heard("2207").len()), (2, 0));
}

#[tokio::test]
async fn an_answer_that_is_not_ours_is_not_believed() {
    for (changes, wanted) in [
        (json!({ "psn_no": "Q" }), "unknown"),
        (json!({ "mdtrt_id": "N" }), "unknown"),
        (json!({ "setl_id": "" }), "unknown"),
        (json!({ "setl_id": "9".repeat(31) }), "unknown"),
        (json!({ "medins_setl_id": "H32040000001202603020930050043" }), "unknown"),
        (json!({ "psn_cash_pay": null, "acct_pay": null }), "unknown"),
        (json!({ "psn_cash_pay": 5.5 }), "amounts"),
        (json!({ "psn_cash_pay": "5.000001" }), "amounts"),
        (json!({ "medfee_sumamt": 25.01 }), "amounts"),
        (json!({ "acct_pay": "13.00" }), "amounts"),
    ] {
        let told = changes.clone();
        let stage = Stage::new(move |message| {
            let mut answer = settled(&message["msgid"]);
            for (name, value) in told.as_object().unwrap() {
                answer["setlinfo"][name] = value.clone();
            }
            if message["infno"] == "9001" { Value::Null } else { answer }
        })
        .await;
        let error = stage.settle(NUMBER).await.unwrap_err();
        assert!(!error.to_string().contains("320402"), "{error}");
        assert_eq!(number_of(error), wanted, "{changes}");
    }
}

#[tokio::test]
async fn refusals_are_told_apart_by_what_is_certain() {
    let unknown = |why: &str| SettleError::Port(PortError::Unknown(why.to_owned()));
    for (said, wanted) in [
        (json!("周明远未参保或参保状态异常"), refused(Refusal::NotInsured)),
        (json!("周明远在黑名单中"), refused(Refusal::Other)),
        (json!("msgid重复"), unknown("a refusal that does not say that nothing was done")),
        (json!({ "infcode": 7, "inf_refmsgid": "1" }), unknown("infcode 7")),
        (json!({ "infcode": 0, "output": {} }), unknown("an answer without inf_refmsgid")),
        (json!({ "infcode": 0, "inf_refmsgid": "1" }), unknown("the answer cannot be read")),
        (
            json!({ "infcode": "0", "inf_refmsgid": "", "err_msg": "周明远结算失败", "output": null }),
            unknown("infcode 0 with the words of a failure"),
        ),
        (json!({ "infcode": -1, "message": "个人账户余额不足" }), refused(Refusal::AccountShort)),
    ] {
        let answer = said.clone();
        let stage =
            Stage::new(move |message| if message["infno"] == "9001" { Value::Null } else { answer.clone() }).await;
        assert_eq!(stage.settle(NUMBER).await.unwrap_err(), wanted, "{said}");
    }
}

#[tokio::test]
async fn words_that_mean_it_is_done_or_never_was_count_as_that_and_only_where_they_are_said() {
    for (said, none, reversed, voided) in [
        ("未查询到结算信息", true, false, false),
        ("未查询到参保人信息", false, false, false),
        ("原交易不存在", false, true, false),
        ("该交易已冲正", false, true, false),
        ("结算已撤销", false, false, true),
        ("就诊信息不存在", false, false, false),
    ] {
        let stage = Stage::new(move |message| if message["infno"] == "9001" { Value::Null } else { json!(said) }).await;
        let (client, ctx, visit) = (&stage.client, &stage.ctx, visit(true));
        assert_eq!(client.settled(ctx, &visit).await == Ok(None), none, "{said}");
        assert_eq!(client.reverse(ctx, &visit, NUMBER).await.is_ok(), reversed, "{said}");
        assert_eq!(client.void(ctx, NUMBER, &visit, "S").await.is_ok(), voided, "{said}");
        assert_eq!(
            stage.insurer.heard("2601")[0]["input"]["data"],
            json!({ "psn_no": "P", "omsgid": NUMBER, "oinfno": "2207" })
        );
        assert_ne!(stage.insurer.heard("2601")[0]["msgid"], NUMBER);
        assert_eq!(stage.insurer.heard("2208")[0]["msgid"], NUMBER);
        assert_eq!(
            stage.insurer.heard("5203")[0]["input"]["data"],
            json!({ "psn_no": "P", "mdtrt_id": "M", "setl_id": "" })
        );
    }
}
