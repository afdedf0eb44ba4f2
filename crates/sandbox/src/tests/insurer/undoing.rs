//! Settlements undone, answers lost, messages late; and a sandbox that ends in between.

use std::time::Duration;

use super::desk::{Desk, check, fault, msgid, restarted};
use super::*;

#[tokio::test]
async fn a_void_gives_everything_back_once() {
    let stage = Stage::new().await;
    let desk = Desk::employee(&stage).await;
    let visit = desk.register(&stage, "25.00").await;
    let (settled, info) = desk.settle(&stage, &visit).await;
    let (number, input) = (msgid(&stage), desk.undo(&visit, &info["setl_id"]));
    let mut another = input.clone();
    another["data"]["mdtrt_id"] = json!("320400");
    assert_eq!(desk.send(&stage, "2208", another).await.unwrap_err(), "未查询到结算信息");
    let first = desk.send_as(&stage, &number, "2208", input.clone()).await.unwrap();
    check(&first);
    let record = &first["setlinfo"];
    assert_eq!((&record["balc"], &record["fund_pay_sumamt"]), (&json!("1200.00"), &json!("-8.00")));
    assert_eq!((&record["medins_setl_id"], record["setl_id"].as_str().unwrap().len()), (&json!(number), 30));
    assert_ne!(record["setl_id"], info["setl_id"], "the undoing has a number of its own");
    assert_eq!(desk.send_as(&stage, &number, "2208", input.clone()).await.unwrap(), first);
    assert_eq!(desk.send(&stage, "2208", input).await.unwrap_err(), "结算已撤销");
    assert_eq!(desk.balance(&stage).await, 120_000);
    assert_eq!(desk.in_force(&stage, &visit).await.unwrap_err(), "未查询到结算信息");
    let named = desk.send(&stage, "5203", desk.undo(&visit, &info["setl_id"])).await.unwrap();
    assert_eq!(named["setlinfo"]["refd_setl_flag"], "1");
    assert_eq!(named["setlinfo"]["medins_setl_id"], json!(settled));
    let (_, anew) = desk.settle(&stage, &visit).await;
    assert_ne!(anew["setl_id"], info["setl_id"]);
    assert_eq!(desk.balance(&stage).await, 118_800);
    let mut states = desk.states(&stage).await;
    states.sort();
    assert_eq!(states, ["settled", "voided"]);
}

#[tokio::test]
async fn a_reversal_makes_a_settlement_as_if_it_had_never_been() {
    let stage = Stage::new().await;
    let desk = Desk::employee(&stage).await;
    let visit = desk.register(&stage, "25.00").await;
    let (number, info) = desk.settle(&stage, &visit).await;
    for (omsgid, oinfno, words) in [
        (number.as_str(), "2204", "该交易不支持冲正"),
        (number.as_str(), "2208", "冲正信息与原交易不一致"),
        ("", "2207", "omsgid不能为空"),
    ] {
        assert_eq!(desk.send(&stage, "2601", desk.reversal(omsgid, oinfno)).await.unwrap_err(), words);
    }
    for _ in 0..2 {
        desk.send(&stage, "2601", desk.reversal(&number, "2207")).await.unwrap();
        assert_eq!((desk.balance(&stage).await, desk.states(&stage).await), (120_000, vec!["reversed".to_owned()]));
    }
    assert_eq!(desk.in_force(&stage, &visit).await.unwrap_err(), "未查询到结算信息");
    let named = desk.send(&stage, "5203", desk.undo(&visit, &info["setl_id"])).await;
    assert_eq!(named.unwrap_err(), "未查询到结算信息");
    let late = desk.send_as(&stage, &number, "2207", desk.settlement(&visit, true)).await;
    assert_eq!(late.unwrap_err(), "该交易已冲正");
    let void = desk.send(&stage, "2208", desk.undo(&visit, &info["setl_id"])).await;
    assert_eq!(void.unwrap_err(), "结算已撤销（已冲正）");
    desk.settle(&stage, &visit).await;
    assert_eq!(desk.balance(&stage).await, 118_800, "the visit may be settled under another number");
}

#[tokio::test]
async fn a_reversal_that_comes_first_bars_the_message() {
    let stage = Stage::new().await;
    let desk = Desk::employee(&stage).await;
    let visit = desk.register(&stage, "25.00").await;
    let number = msgid(&stage);
    for _ in 0..2 {
        let unknown = desk.send(&stage, "2601", desk.reversal(&number, "2207")).await;
        assert_eq!(unknown.unwrap_err(), "原交易不存在");
    }
    let late = desk.send_as(&stage, &number, "2207", desk.settlement(&visit, true)).await;
    assert_eq!(late.unwrap_err(), "该交易已冲正");
    assert_eq!((desk.balance(&stage).await, desk.states(&stage).await.len()), (120_000, 0));
    desk.settle(&stage, &visit).await;
}

#[tokio::test]
async fn a_void_can_be_reversed_while_the_account_bears_it() {
    let stage = Stage::new().await;
    let desk = Desk::employee(&stage).await;
    let visit = desk.register(&stage, "25.00").await;
    let (settled, info) = desk.settle(&stage, &visit).await;
    let void = msgid(&stage);
    desk.send_as(&stage, &void, "2208", desk.undo(&visit, &info["setl_id"])).await.unwrap();
    desk.steer(&stage, json!({ "balance_fen": 1_199 })).await;
    let poor = desk.send(&stage, "2601", desk.reversal(&void, "2208")).await;
    assert_eq!(poor.unwrap_err(), "个人账户余额不足");
    desk.steer(&stage, json!({ "balance_fen": 1_200 })).await;
    for _ in 0..2 {
        desk.send(&stage, "2601", desk.reversal(&void, "2208")).await.unwrap();
        assert_eq!((desk.balance(&stage).await, desk.states(&stage).await), (0, vec!["settled".to_owned()]));
    }
    let told = desk.in_force(&stage, &visit).await.unwrap();
    assert_eq!(told["medins_setl_id"], json!(settled));
    desk.send(&stage, "2208", desk.undo(&visit, &info["setl_id"])).await.unwrap();
    desk.send(&stage, "2601", desk.reversal(&settled, "2207")).await.unwrap();
    assert_eq!(desk.balance(&stage).await, 1_200, "voided and reversed gives back once");
}

#[tokio::test]
async fn undoing_is_taken_for_days_and_settling_is_not() {
    let stage = Stage::new().await;
    let mut desk = Desk::employee(&stage).await;
    let visit = desk.register(&stage, "25.00").await;
    let (_, info) = desk.settle(&stage, &visit).await;
    let (void, settle) = (msgid(&stage), msgid(&stage));
    stage.advance(5 * 86_400).await;
    desk.sign_in(&stage).await;
    desk.send_as(&stage, &void, "2208", desk.undo(&visit, &info["setl_id"])).await.unwrap();
    let old = desk.send_as(&stage, &settle, "2207", desk.settlement(&visit, true)).await;
    assert_eq!(old.unwrap_err(), "inf_time与当前日期不符");
}

#[tokio::test]
async fn faults_befall_settlements() {
    let stage = Stage::new().await;
    let desk = Desk::employee(&stage).await;
    let visit = desk.register(&stage, "25.00").await;
    let (number, input) = (msgid(&stage), desk.settlement(&visit, true));
    let send = async || desk.send_as(&stage, &number, "2207", input.clone()).await;
    let nothing = async || {
        assert_eq!((desk.balance(&stage).await, desk.states(&stage).await.len()), (120_000, 0));
        assert_eq!(desk.in_force(&stage, &visit).await.unwrap_err(), "未查询到结算信息");
    };

    fault(&stage, json!({ "kind": "lose", "operation": "2207" })).await;
    check(&send().await.unwrap());
    nothing().await;
    fault(&stage, json!({ "kind": "forge", "operation": "2207" })).await;
    let forged = send().await.unwrap()["setlinfo"].clone();
    assert_eq!((&forged["acct_pay"], &forged["psn_part_amt"]), (&json!("13.00"), &json!("17.00")));
    nothing().await;
    fault(&stage, json!({ "kind": "refuse", "code": "INVALID_SIGN_NO" })).await;
    assert_eq!(send().await.unwrap_err(), "签到流水号无效，请重新签到");
    for kind in ["time_out_before", "down"] {
        fault(&stage, json!({ "kind": kind, "operation": "2207", "match": number })).await;
        assert!(desk.post(&stage, &number, "2207", input.clone()).await.is_none(), "{kind}");
        nothing().await;
    }
    fault(&stage, json!({ "kind": "time_out_after", "operation": "2207" })).await;
    assert!(desk.post(&stage, &number, "2207", input.clone()).await.is_none());
    let told = desk.in_force(&stage, &visit).await.unwrap();
    assert_eq!((told["medins_setl_id"].clone(), desk.balance(&stage).await), (json!(number), 118_800));
    fault(&stage, json!({ "kind": "duplicate", "operation": "2207" })).await;
    let second = desk.register(&stage, "25.00").await;
    desk.settle(&stage, &second).await;
    assert_eq!((desk.balance(&stage).await, desk.states(&stage).await.len()), (117_600, 2), "twice sent, once done");
    for infno in ["2201", "2204", "2206", "2208", "5203", "2202", "2601", "9001"] {
        fault(&stage, json!({ "kind": "forge", "operation": infno })).await;
        let (_, answer) = desk.post(&stage, &msgid(&stage), infno, desk.undo(&visit, &told["setl_id"])).await.unwrap();
        assert_eq!(answer["infcode"], 0, "{infno}");
    }
    assert_eq!((desk.balance(&stage).await, desk.states(&stage).await), (117_600, vec!["settled".to_owned(); 2]));
}

#[tokio::test]
async fn a_reordered_settlement_takes_effect_behind_the_next_call() {
    let stage = Stage::new().await;
    let desk = Desk::employee(&stage).await;
    let visit = desk.register(&stage, "25.00").await;
    let (number, input) = (msgid(&stage), desk.settlement(&visit, true));
    fault(&stage, json!({ "kind": "reorder", "operation": "2207" })).await;
    let told = desk.send_as(&stage, &number, "2207", input.clone()).await.unwrap();
    assert_eq!((desk.balance(&stage).await, desk.states(&stage).await.len()), (120_000, 0));
    let stage = restarted(stage).await;
    assert_eq!(desk.in_force(&stage, &visit).await.unwrap_err(), "未查询到结算信息");
    let now = desk.in_force(&stage, &visit).await.unwrap();
    assert_eq!((&now["setl_id"], desk.balance(&stage).await), (&told["setlinfo"]["setl_id"], 118_800));
    assert_eq!(desk.send_as(&stage, &number, "2207", input).await.unwrap()["setlinfo"]["setl_id"], now["setl_id"]);

    let second = desk.register(&stage, "25.00").await;
    let (number, input) = (msgid(&stage), desk.settlement(&second, true));
    fault(&stage, json!({ "kind": "reorder", "operation": "2207" })).await;
    desk.send_as(&stage, &number, "2207", input).await.unwrap();
    let unknown = desk.send(&stage, "2601", desk.reversal(&number, "2207")).await;
    assert_eq!(unknown.unwrap_err(), "原交易不存在");
    assert_eq!(desk.in_force(&stage, &second).await.unwrap_err(), "未查询到结算信息");
    assert_eq!(desk.in_force(&stage, &second).await.unwrap_err(), "未查询到结算信息", "it was barred");
    assert_eq!(desk.balance(&stage).await, 118_800);
}

#[tokio::test]
async fn a_settlement_that_arrives_after_its_reversal_comes_to_nothing() {
    let stage = Stage::new().await;
    let desk = Desk::employee(&stage).await;
    let visit = desk.register(&stage, "25.00").await;
    let number = msgid(&stage);
    fault(&stage, json!({ "kind": "slow", "ms": TIMEOUT_MS + 1_000, "operation": "2207" })).await;
    assert!(desk.post(&stage, &number, "2207", desk.settlement(&visit, true)).await.is_none());
    let unknown = desk.send(&stage, "2601", desk.reversal(&number, "2207")).await;
    assert_eq!(unknown.unwrap_err(), "原交易不存在");
    tokio::time::sleep(Duration::from_millis(2_000)).await;
    assert_eq!((desk.balance(&stage).await, desk.states(&stage).await.len()), (120_000, 0));
}

#[tokio::test]
async fn a_restart_keeps_the_truth() {
    let stage = Stage::new().await;
    let desk = Desk::employee(&stage).await;
    let (visit, open) = (desk.register(&stage, "25.00").await, desk.register(&stage, "25.00").await);
    let (number, info) = desk.settle(&stage, &visit).await;
    let barred = msgid(&stage);
    desk.send(&stage, "2601", desk.reversal(&barred, "2207")).await.unwrap_err();
    let stage = restarted(stage).await;
    assert_eq!(desk.balance(&stage).await, 118_800);
    let again = desk.send_as(&stage, &number, "2207", desk.settlement(&visit, true)).await.unwrap();
    assert_eq!(again["setlinfo"], info);
    let late = desk.send_as(&stage, &barred, "2207", desk.settlement(&open, true)).await;
    assert_eq!(late.unwrap_err(), "该交易已冲正");
    desk.send(&stage, "2601", desk.reversal(&number, "2207")).await.unwrap();
    desk.settle(&stage, &open).await;
    assert_eq!(desk.balance(&stage).await, 118_800);
}
