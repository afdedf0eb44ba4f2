//! How the insurer's answers look in each dialect, letter for letter, and how one is chosen.

use super::desk::{Desk, restarted};
use super::*;
use crate::Dialect;

async fn speak(stage: &Stage, dialect: Dialect) {
    let (status, answer) = stage.post("/control/insurer/dialect", json!({ "dialect": dialect.as_str() })).await;
    assert_eq!((status, &answer["dialect"]), (200, &json!(dialect.as_str())));
}

/// How the insurer spoke when it began.
fn begun(running: &Running) -> Value {
    let insurer = running.partners.iter().find(|partner| partner.name == "insurer");
    insurer.unwrap().account["dialect"].clone()
}

/// What stands in an answer, and what does not.
fn holds(dialect: Dialect, infno: &str, text: &str, has: &[&str], lacks: &[&str]) {
    for part in has {
        assert!(text.contains(part), "{} {infno} has no {part}: {text}", dialect.as_str());
    }
    for part in lacks {
        assert!(!text.contains(part), "{} {infno} has {part}: {text}", dialect.as_str());
    }
}

/// A visit from its settlement to its undoing: the texts of 2206, 2207, 5203, 2208 and 2202.
async fn story(stage: &Stage, desk: &Desk) -> [String; 5] {
    let visit = desk.register(stage, "25.00").await;
    let (settlement, empty) = (desk.settlement(&visit, true), json!(""));
    let advice = desk.text(stage, "2206", settlement.clone()).await;
    let settled = desk.text(stage, "2207", settlement).await;
    let asked = desk.text(stage, "5203", desk.undo(&visit, &empty)).await;
    let setl_id = settled.split("\"setl_id\":\"").nth(1).unwrap().split('"').next().unwrap();
    let undone = desk.text(stage, "2208", desk.undo(&visit, &json!(setl_id))).await;
    let cancel =
        json!({ "data": { "psn_no": desk.psn_no, "mdtrt_id": visit.mdtrt_id, "ipt_otp_no": visit.ipt_otp_no } });
    [advice, settled, asked, undone, desk.text(stage, "2202", cancel).await]
}

/// What an answer has, and what it lacks.
type Parts = (&'static [&'static str], &'static [&'static str]);

/// What stands in 2206, 2207, 5203, 2208 and 2202 of each, and in a refusal.
const LETTERS: [(Dialect, [Parts; 5], &str); 8] = [
    (
        Dialect::National,
        [
            (&["\"infcode\":0", "\"err_msg\":\"\"", "\"medfee_sumamt\":25.00"], &["refd_setl_flag"]),
            (&["\"acct_pay\":12.00", "\"psn_part_amt\":17.00", "\"psn_cash_pay\":5.00", "310100"], &["310200"]),
            (
                &["\"psn_pay\":17.00", "\"cash_payamt\":5.00", "\"refd_setl_flag\":\"0\""],
                &["psn_part_amt", "psn_cash_pay", "hosp_part_amt"],
            ),
            (
                &["\"fund_pay_sumamt\":-8.00", "\"hosp_part_amt\":null", "\"maf_pay\":0.00"],
                &["psn_no\"", "-0.00", "medfee_sumamt", "clr_way"],
            ),
            (&["\"output\":{}"], &[]),
        ],
        "\"infcode\":-1",
    ),
    (
        Dialect::Text,
        [
            (&["\"infcode\":\"0\"", "\"err_msg\":\"成功\"", "\"inf_refmsgid\":\"\""], &[]),
            (&["\"medfee_sumamt\":\"25.00\"", "\"balc\":\"1188.00\""], &[]),
            (&["\"psn_pay\":\"17.00\"", "\"cash_payamt\":\"5.00\""], &["psn_cash_pay"]),
            (&["\"medfee_sumamt\":\"25.00\"", "\"psn_no\":"], &["-25"]),
            (&["\"output\":\"\""], &[]),
        ],
        "\"infcode\":\"-1\"",
    ),
    (
        Dialect::Bare,
        [
            (&["\"medfee_sumamt\":25,", "\"pool_prop_selfpay\":0.4"], &[]),
            (&["\"psn_cash_pay\":5,"], &["5.0"]),
            (&["\"psn_pay\":17,"], &["psn_part_amt"]),
            (&["\"medfee_sumamt\":-25,", "\"psn_part_amt\":-17,"], &[]),
            (&["\"infcode\":0"], &["output"]),
        ],
        "{\"err_msg\":\"",
    ),
    (
        Dialect::Doubles,
        [
            (&["\"medfee_sumamt\":25.0,", "\"err_msg\":null"], &["25.00"]),
            (&["\"balc\":1188.0,"], &[]),
            (&["\"cash_payamt\":5.0,"], &["psn_cash_pay"]),
            (&["\"acct_pay\":-12.0,", "\"psn_no\":"], &[]),
            (&["\"output\":{}"], &[]),
        ],
        "\"infcode\":-1",
    ),
    (
        Dialect::Nulls,
        [
            (&["\"setl_id\":null", "\"setl_time\":null", "\"clr_way\":null", "\"hosp_part_amt\":null"], &[]),
            (&["\"fund_pay_type\":\"310200\"", "\"fund_payamt\":12.0", "\"err_msg\":\"success\""], &[]),
            (&["\"psn_pay\":17.0", "\"acct_mulaid_pay\":null"], &["psn_part_amt"]),
            (&["\"psn_part_amt\":null", "\"hosp_part_amt\":null", "\"fund_payamt\":-12.0"], &[]),
            (&["\"output\":null"], &[]),
        ],
        "\"inf_refmsgid\":null",
    ),
    (
        Dialect::Purses,
        [
            (&["\"hosp_part_amt\":1.00", "\"psn_cash_pay\":4.00"], &[]),
            (&["\"310201\"", "\"999996\"", "\"fund_payamt\":1.00"], &["310200"]),
            (&["\"psn_pay\":16.00", "\"psn_part_amt\":16.00", "\"cash_payamt\":4.00", "\"psn_cash_pay\":4.00"], &[]),
            (&["\"psn_pay\":-16.00", "\"psn_part_amt\":null", "\"ownpay_hosp_part\":-1.00", "999997"], &["psn_no\""]),
            (&["\"output\":{}"], &[]),
        ],
        "\"infcode\":-1",
    ),
    (
        Dialect::AsSettled,
        [
            (&["\"medfee_sumamt\":25.00"], &[]),
            (&["\"psn_cash_pay\":5.00"], &[]),
            (
                &["\"psn_part_amt\":17.00", "\"psn_cash_pay\":5.00", "\"hosp_part_amt\":0.00"],
                &["psn_pay", "cash_payamt"],
            ),
            (&["\"medfee_sumamt\":25.00", "\"psn_no\":"], &["-25"]),
            (&["\"output\":{}"], &[]),
        ],
        "\"infcode\":-1",
    ),
    (
        Dialect::Exponents,
        [
            (&["\"medfee_sumamt\":2.5E+1", "\"maf_pay\":0E+0"], &["25.00"]),
            (&["\"acct_pay\":1.2E+1", "\"medins_setl_id\":", "\"balc\":1.188E+3"], &[]),
            (&["\"setlinfo\":[{", "\"cash_payamt\":5E+0"], &["medins_setl_id", "psn_cash_pay", "record"]),
            (&["\"medfee_sumamt\":-2.5E+1"], &[]),
            (&["\"output\":{}"], &[]),
        ],
        "\"infcode\":-1",
    ),
];

#[tokio::test]
async fn each_dialect_is_spoken_to_the_letter() {
    let stage = Stage::new().await;
    let desk = Desk::employee(&stage).await;
    for (dialect, parts, refusal) in LETTERS {
        speak(&stage, dialect).await;
        let texts = story(&stage, &desk).await;
        for ((infno, text), (has, lacks)) in ["2206", "2207", "5203", "2208", "2202"].iter().zip(&texts).zip(parts) {
            holds(dialect, infno, text, has, lacks);
        }
        let refused = desk.text(&stage, "2206", json!({ "data": { "psn_no": "nobody" } })).await;
        holds(dialect, "2206", &refused, &[refusal, "未查询到参保人信息"], &["setlinfo"]);
    }
}

#[tokio::test]
async fn a_region_may_list_what_was_undone_beside_what_is_in_force() {
    let stage = Stage::new().await;
    let desk = Desk::employee(&stage).await;
    let visit = desk.register(&stage, "25.00").await;
    let ask = async || desk.text(&stage, "5203", desk.undo(&visit, &json!(""))).await;
    speak(&stage, Dialect::Exponents).await;
    assert!(ask().await.contains("未查询到结算信息"));
    for undone in [1, 2] {
        let settled = desk.text(&stage, "2207", desk.settlement(&visit, true)).await;
        let setl_id = settled.split("\"setl_id\":\"").nth(1).unwrap().split('"').next().unwrap();
        desk.text(&stage, "2208", desk.undo(&visit, &json!(setl_id))).await;
        let told = ask().await;
        let count = |part: &str| told.matches(part).count();
        assert_eq!((count("\"medfee_sumamt\":2.5E+1"), count("\"medfee_sumamt\":-2.5E+1")), (undone, undone), "{told}");
        assert_eq!(count("\"refd_setl_flag\":\"1\""), 2 * undone);
    }
    desk.text(&stage, "2207", desk.settlement(&visit, true)).await;
    let told = ask().await;
    assert_eq!((told.matches("\"refd_setl_flag\":\"0\"").count(), told.matches("\"cash_payamt\"").count()), (1, 5));
}

#[tokio::test]
async fn people_have_an_age_as_the_dialect_writes_it() {
    let stage = Stage::new().await;
    let desk = Desk::employee(&stage).await;
    let ask = json!({ "data": { "mdtrt_cert_type": "02", "mdtrt_cert_no": desk.id_number, "psn_cert_type": "01" } });
    for (dialect, has) in [
        (Dialect::National, &["\"insuinfo\":[{", "\"idetinfo\":[]", "\"balc\":1200.00"][..]),
        (Dialect::Nulls, &["\"idetinfo\":null", "\"balc\":1200.0,"]),
        (Dialect::Text, &["\"balc\":\"1200.00\""]),
    ] {
        speak(&stage, dialect).await;
        holds(dialect, "1101", &desk.text(&stage, "1101", ask.clone()).await, has, &[]);
    }
    let age = async || {
        let text = desk.text(&stage, "1101", ask.clone()).await;
        text.split("\"age\":").nth(1).unwrap().split([',', '}']).next().unwrap().to_owned()
    };
    speak(&stage, Dialect::Doubles).await;
    let with_fraction = age().await;
    assert!(with_fraction.split_once('.').is_some_and(|(_, tenth)| tenth.len() == 1), "{with_fraction}");
    speak(&stage, Dialect::National).await;
    assert_eq!(Some(age().await.as_str()), with_fraction.split('.').next());
    // Only one insurance, since the one as a pupil is gone.
    speak(&stage, Dialect::AsSettled).await;
    desk.steer(&stage, json!({ "insured": "resident" })).await;
    holds(Dialect::AsSettled, "1101", &desk.text(&stage, "1101", ask.clone()).await, &["\"insuinfo\":{"], &[]);
}

#[tokio::test]
async fn a_dialect_is_chosen_at_the_start_or_at_the_control_page_and_stays() {
    let stage = Stage::new().await;
    let told = stage.get("/control/insurer/dialect").await;
    assert_eq!((&told["dialect"], told["dialects"].as_array().unwrap().len()), (&json!("national"), 8));
    let (status, _) = stage.post("/control/insurer/dialect", json!({ "dialect": "latin" })).await;
    assert_eq!(status, 400);
    let form = stage.http.post(stage.url("/switches/insurer-dialect")).form(&[("dialect", "doubles")]);
    let page = form.send().await.unwrap().text().await.unwrap();
    assert!(page.contains("value=\"doubles\" selected") && page.contains("1.0E7"), "{page}");
    let stage = restarted(stage).await;
    assert_eq!(begun(&stage.running), "doubles");
    assert_eq!(stage.get("/control/insurer/dialect").await["dialect"], "doubles");
    let Stage { running, clock, folder, .. } = stage;
    running.stop().await;
    let accounts = [("insurer", json!({ "dialect": "nulls" }))].into();
    let running = Sandbox::start(SandboxSettings { accounts, ..settings(&folder, &clock) }).await.unwrap();
    assert_eq!(begun(&running), "nulls");
}

#[tokio::test]
async fn what_was_undone_of_a_visit_is_told_however_much_was_settled_since() {
    let stage = Stage::new().await;
    let desk = Desk::employee(&stage).await;
    let (visit, other) = (desk.register(&stage, "25.00").await, desk.register(&stage, "25.00").await);
    let settled_and_undone = async |visit| {
        let (_, told) = desk.settle(&stage, visit).await;
        desk.send(&stage, "2208", desk.undo(visit, &told["setl_id"])).await.unwrap();
    };
    settled_and_undone(&visit).await;
    stage.advance(2).await;
    for _ in 0..101 {
        settled_and_undone(&other).await;
    }
    speak(&stage, Dialect::Exponents).await;
    let told = desk.text(&stage, "5203", desk.undo(&visit, &json!(""))).await;
    assert_eq!(told.matches("\"refd_setl_flag\":\"1\"").count(), 2, "it and its record: {told}");
}
