//! Around a visit: signing out, taking fees back, and numbers as a sender writes them.

use super::desk::Desk;
use super::*;

#[tokio::test]
async fn who_has_signed_out_asks_nothing_more_that_day() {
    let stage = Stage::new().await;
    let mut desk = Desk::employee(&stage).await;
    let visit = desk.register(&stage, "25.00").await;
    let out = json!({ "signOut": { "sign_no": desk.sign_no, "opter_no": "renshe" } });
    let other = json!({ "signOut": { "sign_no": desk.sign_no, "opter_no": "another" } });
    assert!(desk.send(&stage, "9002", other).await.is_err(), "somebody else's");
    assert_eq!(desk.send(&stage, "9002", json!({})).await, Err("sign_no不能为空".into()));
    let output = desk.send(&stage, "9002", out.clone()).await.unwrap();
    assert_eq!(output["signoutoutb"]["sign_time"].as_str().unwrap().len(), 19);
    assert_eq!(desk.send(&stage, "9002", out).await, Err("签到流水号无效，请重新签到".into()));
    let asked = desk.send(&stage, "2206", desk.settlement(&visit, true)).await;
    assert_eq!(asked, Err("签到流水号无效，请重新签到".into()));
    desk.sign_in(&stage).await;
    assert!(desk.send(&stage, "2206", desk.settlement(&visit, true)).await.is_ok());
}

#[tokio::test]
async fn fees_are_taken_back_until_they_are_settled() {
    let stage = Stage::new().await;
    let desk = Desk::employee(&stage).await;
    let visit = desk.register(&stage, "25.00").await;
    let undo =
        |batch: &str| json!({ "data": { "mdtrt_id": visit.mdtrt_id, "chrg_bchno": batch, "psn_no": desk.psn_no } });
    let fees = || json!({ "feedetail": [desk.line(&visit)] });
    assert_eq!(desk.send(&stage, "2205", undo("another")).await, Err("未查询到费用明细".into()));
    assert_eq!(desk.send(&stage, "2204", fees()).await, Err("feedetl_sn重复".into()));
    for batch in [visit.batch_no.as_str(), "0000"] {
        let number = desk::msgid(&stage);
        assert!(desk.send_as(&stage, &number, "2205", undo(batch)).await.is_ok());
        assert!(desk.send_as(&stage, &number, "2205", undo(batch)).await.is_ok(), "the same again");
        assert!(desk.send(&stage, "2207", desk.settlement(&visit, true)).await.is_err(), "nothing to settle");
        assert!(desk.send(&stage, "2204", fees()).await.is_ok());
    }
    desk.settle(&stage, &visit).await;
    assert_eq!(desk.send(&stage, "2205", undo("0000")).await, Err("该就诊已结算".into()));
}

#[tokio::test]
async fn amounts_may_be_json_numbers() {
    let stage = Stage::new().await;
    let desk = Desk::employee(&stage).await;
    let visit = desk.register(&stage, "25.00").await;
    let mut input = desk.settlement(&visit, true);
    for (name, value) in [
        ("medfee_sumamt", json!(25)),
        ("overlmt_selfpay", json!(5.0)),
        ("inscp_scp_amt", json!(20.0)),
        ("preselfpay_amt", json!(0)),
    ] {
        input["data"][name] = value;
    }
    let output = desk.send(&stage, "2207", input).await.unwrap();
    desk::check(&output);
    assert_eq!(output["setlinfo"]["medfee_sumamt"], "25.00");
    let mut line = desk.line(&visit);
    line["feedetl_sn"] = json!("n1");
    let other = desk.register(&stage, "10.00").await;
    line["mdtrt_id"] = json!(other.mdtrt_id);
    (line["det_item_fee_sumamt"], line["cnt"], line["pric"]) = (json!(7.5), json!(3), json!(2.5));
    let output = desk.send(&stage, "2204", json!({ "feedetail": [line] })).await.unwrap();
    assert_eq!(
        (&output["result"][0]["cnt"], &output["result"][0]["det_item_fee_sumamt"]),
        (&json!("3.0000"), &json!("7.50"))
    );
}

#[tokio::test]
async fn a_number_keeps_its_own_time() {
    let stage = Stage::new().await;
    let desk = Desk::employee(&stage).await;
    let now = crate::times::civil(stage.clock.now());
    // The number was drawn yesterday, and the message is written now.
    let yesterday = crate::times::civil(stage.clock.now().minus_secs(86_400));
    let stamp: String = yesterday.chars().filter(char::is_ascii_digit).collect();
    let registration = || desk.registration("apt-own-time");
    let sent = async |msgid: String, at: &str| desk.send_at(&stage, &msgid, at, "2201", registration()).await;
    assert!(sent(format!("H32040000001{stamp}0001"), &now).await.is_ok());
    assert_eq!(sent("H3204000000120261399000000001".into(), &now).await, Err("msgid格式错误".into()));
    assert_eq!(sent(format!("H32040000002{stamp}0001"), &now).await, Err("msgid格式错误".into()));
    assert_eq!(sent(format!("H32040000001{stamp}0002"), "2026/03/02 09:30:00").await, Err("inf_time格式错误".into()));
    assert_eq!(
        sent(format!("H32040000001{stamp}0002"), "2020-03-02 09:30:00").await,
        Err("inf_time与当前日期不符".into())
    );
}
