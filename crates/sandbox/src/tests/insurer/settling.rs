//! A visit on its way to a settlement.

use super::desk::{Desk, ORDINARY, OTHER, check, msgid};
use super::*;

fn amounts(info: &Value) -> [&str; 5] {
    let cash = if info["psn_cash_pay"].is_null() { "cash_payamt" } else { "psn_cash_pay" };
    ["fund_pay_sumamt", "acct_pay", cash, "overlmt_selfpay", "balc"].map(|name| info[name].as_str().unwrap())
}

#[tokio::test]
async fn a_visit_of_25_yuan_is_split_as_the_rules_say() {
    let stage = Stage::new().await;
    let desk = Desk::employee(&stage).await;
    let visit = desk.register(&stage, "25.00").await;
    let advice = desk.send(&stage, "2206", desk.settlement(&visit, true)).await.unwrap();
    check(&advice);
    assert_eq!(amounts(&advice["setlinfo"]), ["8.00", "12.00", "5.00", "5.00", "1188.00"]);
    assert_eq!((desk.balance(&stage).await, desk.states(&stage).await.len()), (120_000, 0), "advice changes nothing");
    assert_eq!(desk.in_force(&stage, &visit).await.unwrap_err(), "未查询到结算信息");

    let number = msgid(&stage);
    let output = desk.send_as(&stage, &number, "2207", desk.settlement(&visit, true)).await.unwrap();
    check(&output);
    let info = &output["setlinfo"];
    assert_eq!(amounts(info), ["8.00", "12.00", "5.00", "5.00", "1188.00"]);
    assert_eq!((&info["medins_setl_id"], &info["mdtrt_id"]), (&json!(number), &json!(visit.mdtrt_id)));
    assert_eq!((&info["psn_no"], info["setl_id"].as_str().unwrap().len()), (&json!(desk.psn_no), 30));
    assert_eq!((desk.balance(&stage).await, desk.states(&stage).await), (118_800, vec!["settled".to_owned()]));
    let told = desk.in_force(&stage, &visit).await.unwrap();
    assert_eq!((&told["setl_id"], &told["medins_setl_id"]), (&info["setl_id"], &json!(number)));
    assert_eq!((&told["refd_setl_flag"], amounts(&told)), (&json!("0"), amounts(info)));
}

#[tokio::test]
async fn who_pays_follows_scheme_switch_and_balance() {
    let stage = Stage::new().await;
    let desk = Desk::employee(&stage).await;
    for (balance, use_account, wanted) in [
        (1_199, true, ["8.00", "11.99", "5.01", "5.00", "0.00"]),
        (0, true, ["8.00", "0.00", "17.00", "5.00", "0.00"]),
        (120_000, false, ["8.00", "0.00", "17.00", "5.00", "1200.00"]),
    ] {
        desk.steer(&stage, json!({ "balance_fen": balance })).await;
        let visit = desk.register(&stage, "25.00").await;
        let output = desk.send(&stage, "2207", desk.settlement(&visit, use_account)).await.unwrap();
        check(&output);
        assert_eq!(amounts(&output["setlinfo"]), wanted, "{balance} {use_account}");
    }
    desk.steer(&stage, json!({ "insured": "resident" })).await;
    let desk = Desk::of(&stage, ORDINARY, "390").await;
    let visit = desk.register(&stage, "25.00").await;
    let output = desk.send(&stage, "2207", desk.settlement(&visit, true)).await.unwrap();
    check(&output);
    assert_eq!(amounts(&output["setlinfo"]), ["10.00", "0.00", "15.00", "5.00", "0.00"], "residents have no account");
    assert_eq!(desk.balance(&stage).await, 120_000);
}

#[tokio::test]
async fn a_balance_spent_since_the_advice_is_not_there_any_more() {
    let stage = Stage::new().await;
    let desk = Desk::employee(&stage).await;
    let visit = desk.register(&stage, "25.00").await;
    let advice = desk.send(&stage, "2206", desk.settlement(&visit, true)).await.unwrap();
    assert_eq!(advice["setlinfo"]["psn_cash_pay"], "5.00");
    desk.steer(&stage, json!({ "balance_fen": 300 })).await;
    let (_, info) = desk.settle(&stage, &visit).await;
    assert_eq!(amounts(&info), ["8.00", "3.00", "14.00", "5.00", "0.00"]);
    assert_eq!(desk.balance(&stage).await, 0);
}

#[tokio::test]
async fn what_does_not_fit_is_refused_in_words() {
    let stage = Stage::new().await;
    let desk = Desk::employee(&stage).await;
    let visit = desk.register(&stage, "25.00").await;
    for (name, value, words) in [
        ("medfee_sumamt", "24.00", "medfee_sumamt与费用明细合计不一致"),
        ("medfee_sumamt", "25.001", "medfee_sumamt格式错误"),
        ("medfee_sumamt", "-25.00", "medfee_sumamt格式错误"),
        ("overlmt_selfpay", "0.00", "overlmt_selfpay与预结算结果不一致"),
        ("inscp_scp_amt", "25.00", "inscp_scp_amt与预结算结果不一致"),
        ("fulamt_ownpay_amt", "1.00", "fulamt_ownpay_amt与预结算结果不一致"),
        ("preselfpay_amt", "", "preselfpay_amt不能为空"),
        ("acct_used_flag", "2", "acct_used_flag字典值错误"),
        ("med_type", "99", "med_type字典值错误"),
        ("insutype", "390", "未参保或参保状态异常"),
        ("mdtrt_cert_no", OTHER, "就诊凭证与参保人不一致"),
        ("mdtrt_cert_type", "03", "沙箱仅支持身份证件"),
        ("mdtrt_id", "320400", "就诊信息不存在"),
        ("chrg_bchno", "nothing", "未查询到费用明细"),
        ("psn_no", "1", "未查询到参保人信息"),
        ("psn_no", "", "psn_no不能为空"),
    ] {
        let mut input = desk.settlement(&visit, true);
        input["data"][name] = json!(value);
        assert_eq!(desk.send(&stage, "2207", input).await.unwrap_err(), words, "{name} {value}");
    }
    let other = Desk::of(&stage, OTHER, "310").await;
    assert_eq!(other.send(&stage, "2207", other.settlement(&visit, true)).await.unwrap_err(), "就诊信息不存在");
    desk.steer(&stage, json!({ "insured": "ended" })).await;
    assert_eq!(desk.send(&stage, "2207", desk.settlement(&visit, true)).await.unwrap_err(), "未参保或参保状态异常");
    desk.steer(&stage, json!({ "insured": "employee" })).await;
    desk.settle(&stage, &visit).await;
    for infno in ["2206", "2207"] {
        assert_eq!(desk.send(&stage, infno, desk.settlement(&visit, true)).await.unwrap_err(), "该就诊已结算");
    }
    assert_eq!((desk.balance(&stage).await, desk.states(&stage).await.len()), (118_800, 1));
}

#[tokio::test]
async fn lines_must_be_of_one_visit_and_add_up() {
    let stage = Stage::new().await;
    let desk = Desk::employee(&stage).await;
    let (visit, second) = (desk.register(&stage, "25.00").await, desk.register(&stage, "18.00").await);
    let line = |name: &str, value: Value| {
        let mut line = desk.line(&visit);
        line["feedetl_sn"] = json!("new");
        line[name] = value;
        line
    };
    for (lines, words) in [
        (vec![], "psn_no不能为空"),
        (vec![desk.line(&second); 120], "input长度超过40000"),
        (vec![desk.line(&visit)], "feedetl_sn重复"),
        (vec![line("cnt", json!("2.0000"))], "det_item_fee_sumamt与单价、数量不符"),
        (vec![line("pric", json!("25"))], ""),
        (vec![line("pric", json!("twenty"))], "pric格式错误"),
        (vec![line("cnt", json!(true))], "cnt格式错误"),
        (vec![line("medins_list_codg", json!(""))], "medins_list_codg不能为空"),
        (vec![line("feedetl_sn", json!("a")), line("feedetl_sn", json!("a"))], "feedetl_sn重复"),
        (vec![line("feedetl_sn", json!("b")), line("mdtrt_id", json!(second.mdtrt_id))], "费用明细不属于同一就诊"),
        (vec![line("feedetl_sn", json!("b")), line("psn_no", json!("1"))], "费用明细不属于同一参保人"),
    ] {
        let answer = desk.send(&stage, "2204", json!({ "feedetail": lines })).await;
        assert_eq!(answer.as_ref().err().map_or("", String::as_str), words, "{answer:?}");
    }
    let answer = desk.send(&stage, "2207", desk.settlement(&visit, true)).await;
    assert_eq!(answer.unwrap_err(), "medfee_sumamt与费用明细合计不一致", "the batch holds 50.00 now");
    let mut two = line("feedetl_sn", json!("two"));
    (two["cnt"], two["det_item_fee_sumamt"], two["chrg_bchno"]) = (json!("2"), json!("50.00"), json!("other"));
    let told = desk.send(&stage, "2204", json!({ "feedetail": [two] })).await.unwrap();
    let told = &told["result"][0];
    assert_eq!((&told["overlmt_amt"], &told["inscp_scp_amt"]), (&json!("10.00"), &json!("40.00")));
    assert_eq!(told["pric_uplmt_amt"], "20.00");
}

#[tokio::test]
async fn a_number_is_carried_out_once() {
    let stage = Stage::new().await;
    let desk = Desk::employee(&stage).await;
    let visit = desk.register(&stage, "25.00").await;
    let (number, input) = (msgid(&stage), desk.settlement(&visit, true));
    let mut wrong = input.clone();
    wrong["data"]["inscp_scp_amt"] = json!("1.00");
    desk.send_as(&stage, &number, "2207", wrong.clone()).await.unwrap_err();
    let first = desk.send_as(&stage, &number, "2207", input.clone()).await.unwrap();
    stage.advance(3_600).await;
    let again = desk.send_as(&stage, &number, "2207", input.clone()).await.unwrap();
    assert_eq!(first, again, "what was refused has not used the number up; what was done has");
    assert_eq!(desk.send_as(&stage, &number, "2207", wrong).await.unwrap_err(), "msgid重复");
    let void = desk.undo(&visit, &first["setlinfo"]["setl_id"]);
    assert_eq!(desk.send_as(&stage, &number, "2208", void).await.unwrap_err(), "msgid重复");
    let other = Desk::of(&stage, OTHER, "310").await;
    let theirs = other.register(&stage, "25.00").await;
    let stolen = other.send_as(&stage, &number, "2207", other.settlement(&theirs, true)).await;
    assert_eq!(stolen.unwrap_err(), "msgid重复");
    assert_eq!((desk.balance(&stage).await, desk.states(&stage).await.len()), (118_800, 1));
}

#[tokio::test]
async fn a_balance_is_spent_once_however_many_come() {
    let stage = Stage::new().await;
    let desk = Desk::employee(&stage).await;
    desk.steer(&stage, json!({ "balance_fen": 1_200 })).await;
    let mut visits = Vec::new();
    for _ in 0..10 {
        visits.push(desk.register(&stage, "25.00").await);
    }
    let (stage, desk) = (Arc::new(stage), Arc::new(desk));
    let run = |visit: desk::Visit, number: String| {
        let (stage, desk) = (Arc::clone(&stage), Arc::clone(&desk));
        tokio::spawn(async move { desk.send_as(&stage, &number, "2207", desk.settlement(&visit, true)).await })
    };
    let tasks: Vec<_> = visits.iter().map(|visit| run(visit.clone(), msgid(&stage))).collect();
    let mut paid = Vec::new();
    for task in tasks {
        let output = task.await.unwrap().unwrap();
        check(&output);
        paid.push(output["setlinfo"]["acct_pay"].as_str().unwrap().to_owned());
    }
    paid.sort();
    assert_eq!((paid[9].as_str(), paid[8].as_str()), ("12.00", "0.00"));
    assert_eq!((desk.balance(&stage).await, desk.states(&stage).await.len()), (0, 10));

    desk.steer(&stage, json!({ "balance_fen": 120_000 })).await;
    let (visit, number) = (desk.register(&stage, "25.00").await, msgid(&stage));
    let tasks: Vec<_> = (0..10).map(|_| run(visit.clone(), number.clone())).collect();
    let mut answers = Vec::new();
    for task in tasks {
        answers.push(task.await.unwrap().unwrap());
    }
    assert!(answers.windows(2).all(|two| two[0] == two[1]), "one number, one settlement");
    assert_eq!((desk.balance(&stage).await, desk.states(&stage).await.len()), (118_800, 11));
}

#[tokio::test]
async fn a_sign_in_is_good_for_its_day_and_the_region_must_be_the_persons() {
    let stage = Stage::new().await;
    let mut desk = Desk::employee(&stage).await;
    let signed = desk.sign_no.clone();
    for sign_no in ["", "320400", "1"] {
        desk.sign_no = sign_no.to_owned();
        let refused = desk.send(&stage, "2201", desk.registration("v1")).await.unwrap_err();
        assert_eq!(refused, "签到流水号无效，请重新签到");
    }
    desk.sign_no = signed;
    desk.region = "320500".to_owned();
    let refused = desk.send(&stage, "2201", desk.registration("v1")).await.unwrap_err();
    assert_eq!(refused, "insuplc_admdvs与参保地不一致");
    desk.region = "320400".to_owned();
    let visit = desk.register(&stage, "25.00").await;
    let (_, info) = desk.settle(&stage, &visit).await;
    desk.steer(&stage, json!({ "region": "320500" })).await;
    desk.in_force(&stage, &visit).await.unwrap();
    desk.send(&stage, "2208", desk.undo(&visit, &info["setl_id"])).await.unwrap();
    let refused = desk.send(&stage, "2206", desk.settlement(&visit, true)).await.unwrap_err();
    assert_eq!(refused, "insuplc_admdvs与参保地不一致", "what begins is for the region of now");
    stage.advance(86_400).await;
    assert_eq!(desk.in_force(&stage, &visit).await.unwrap_err(), "签到流水号无效，请重新签到");
    desk.sign_in(&stage).await;
    assert_eq!(desk.in_force(&stage, &visit).await.unwrap_err(), "未查询到结算信息");
}

#[tokio::test]
async fn a_visit_is_cancelled_while_it_is_not_settled() {
    let stage = Stage::new().await;
    let desk = Desk::employee(&stage).await;
    let visit = desk.register(&stage, "25.00").await;
    let again = desk.send(&stage, "2201", desk.registration(&visit.ipt_otp_no)).await.unwrap();
    assert_eq!(again["data"]["mdtrt_id"], json!(visit.mdtrt_id), "the institution's number is the visit's");
    let other = Desk::of(&stage, OTHER, "310").await;
    let taken = other.send(&stage, "2201", other.registration(&visit.ipt_otp_no)).await;
    assert_eq!(taken.unwrap_err(), "ipt_otp_no已被使用");
    let cancel = |ipt_otp_no: &str| json!({ "data": { "psn_no": desk.psn_no, "mdtrt_id": visit.mdtrt_id, "ipt_otp_no": ipt_otp_no } });
    assert_eq!(desk.send(&stage, "2202", cancel("x")).await.unwrap_err(), "ipt_otp_no与就诊信息不一致");
    let (_, info) = desk.settle(&stage, &visit).await;
    let refused = desk.send(&stage, "2202", cancel(&visit.ipt_otp_no)).await.unwrap_err();
    assert_eq!(refused, "该就诊已结算，不能撤销挂号");
    desk.send(&stage, "2208", desk.undo(&visit, &info["setl_id"])).await.unwrap();
    let number = msgid(&stage);
    for _ in 0..2 {
        desk.send_as(&stage, &number, "2202", cancel(&visit.ipt_otp_no)).await.unwrap();
    }
    assert_eq!(desk.send(&stage, "2202", cancel(&visit.ipt_otp_no)).await.unwrap_err(), "挂号已撤销");
    assert_eq!(desk.send(&stage, "2207", desk.settlement(&visit, true)).await.unwrap_err(), "挂号已撤销");
    let new = other.send(&stage, "2201", other.registration(&visit.ipt_otp_no)).await.unwrap();
    assert_ne!(new["data"]["mdtrt_id"], json!(visit.mdtrt_id), "a cancelled visit gives its number back");
}
