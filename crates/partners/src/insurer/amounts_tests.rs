//! Purses that add up, those that follow from the rest, and what is said of those that do not.

use serde_json::{Value, json};

use super::*;
use crate::insurer::tests::visit;

/// 25.00: the fund 8.00, the account 12.00, cash 5.00. `changes` are written over it as they stand; a field
/// whose change is `Value::Null` is null, which means the same as none.
fn reply(changes: &Value, details: &Value) -> SettlementReply {
    let mut setlinfo = json!({
        "setl_id": "S", "mdtrt_id": "M", "psn_no": "P",
        "medfee_sumamt": "25.00", "overlmt_selfpay": "5.00", "inscp_scp_amt": "20.00",
        "hifp_pay": "8.00", "cvlserv_pay": "0.00", "hifes_pay": "0.00", "hifmi_pay": "0.00",
        "hifob_pay": "0.00", "maf_pay": "0.00", "oth_pay": "0.00", "fund_pay_sumamt": "8.00",
        "psn_part_amt": "17.00", "acct_pay": "12.00", "psn_cash_pay": "5.00", "hosp_part_amt": "0.00",
        "acct_mulaid_pay": "0.00", "balc": "1188.00",
    });
    for (name, amount) in changes.as_object().unwrap() {
        setlinfo[name] = amount.clone();
    }
    let lines = details.as_object().unwrap().iter();
    let lines: Vec<Value> = lines.map(|(code, amount)| json!({"fund_pay_type": code, "fund_payamt": amount})).collect();
    serde_json::from_str(&json!({"setlinfo": setlinfo, "setldetail": lines}).to_string()).unwrap()
}

fn usual() -> Value {
    json!({"310100": "8.00"})
}

fn split_of(fund: i64, personal_account: i64, other: i64, cash: i64) -> Split {
    let [fund, personal_account, other, cash] = [fund, personal_account, other, cash].map(Fen::new);
    Split { fund, personal_account, other, cash }
}

fn check(reply: &SettlementReply, fee: i64, use_personal_account: bool) -> Result<Reckoned, SettleError> {
    reckoned("2207", reply, (Fen::new(fee), use_personal_account), &FundTypes::default())
}

#[test]
fn what_adds_up_is_split() {
    for (changes, wanted) in [
        (json!({}), split_of(800, 1_200, 0, 500)),
        (json!({"acct_mulaid_pay": "12.00"}), split_of(800, 1_200, 0, 500)),
        (json!({"hifp_pay": "3.00", "oth_pay": "5.00"}), split_of(300, 1_200, 500, 500)),
        (
            json!({"hosp_part_amt": "2.00", "psn_part_amt": "15.00", "acct_pay": "10.00"}),
            split_of(800, 1_000, 200, 500),
        ),
        (
            json!({"hifp_pay": 1, "cvlserv_pay": 1, "hifes_pay": 1, "hifmi_pay": 1, "hifob_pay": 1, "maf_pay": 1, "oth_pay": 2}),
            split_of(600, 1_200, 200, 500),
        ),
        // What is told twice is told the same.
        (json!({"psn_pay": "17.00", "cash_payamt": "5.0"}), split_of(800, 1_200, 0, 500)),
    ] {
        let told = check(&reply(&changes, &usual()), 2_500, true).unwrap();
        assert_eq!((told.split, told.doubts), (wanted, vec![]), "{changes}");
        assert_eq!(told.split.total(), Some(Fen::new(2_500)));
    }
    let all_cash = json!({"acct_pay": "0.00", "psn_cash_pay": "17.00"});
    assert_eq!(check(&reply(&all_cash, &usual()), 2_500, false).unwrap().split, split_of(800, 0, 0, 1_700));
}

/// Each leaves out or empties something that follows from the rest.
#[test]
fn what_is_not_told_is_worked_out_of_the_rest() {
    for (changes, wanted) in [
        // As 5203 has it: its own names, and no share of the institution.
        (
            json!({"psn_part_amt": null, "psn_cash_pay": null, "hosp_part_amt": null, "psn_pay": 17.00, "cash_payamt": 5}),
            split_of(800, 1_200, 0, 500),
        ),
        (
            json!({"psn_part_amt": "", "psn_cash_pay": "", "hosp_part_amt": "", "psn_pay": "15.00", "cash_payamt": 3}),
            split_of(800, 1_200, 200, 300),
        ),
        (json!({"psn_part_amt": null}), split_of(800, 1_200, 0, 500)),
        (json!({"acct_pay": null}), split_of(800, 1_200, 0, 500)),
        (json!({"psn_cash_pay": null}), split_of(800, 1_200, 0, 500)),
        (json!({"fund_pay_sumamt": null}), split_of(800, 1_200, 0, 500)),
        (json!({"medfee_sumamt": null}), split_of(800, 1_200, 0, 500)),
        (
            json!({"oth_pay": null, "acct_mulaid_pay": null, "balc": null, "maf_pay": null}),
            split_of(800, 1_200, 0, 500),
        ),
    ] {
        let told = check(&reply(&changes, &usual()), 2_500, true).unwrap();
        assert_eq!((told.split, told.doubts), (wanted, vec![]), "{changes}");
    }
}

#[test]
fn what_cannot_be_worked_out_stays_unknown() {
    for (changes, name) in [
        (json!({"psn_part_amt": null, "psn_cash_pay": null}), "psn_part_amt"),
        (json!({"acct_pay": "", "psn_cash_pay": ""}), "psn_cash_pay"),
        (json!({"fund_pay_sumamt": null, "hosp_part_amt": "null"}), "fund_pay_sumamt"),
    ] {
        let error = check(&reply(&changes, &json!({})), 2_500, true).unwrap_err();
        assert_eq!(error, PortError::Unknown(format!("2207: {name} is not told")).into(), "{changes}");
    }
}

/// One identity is broken in each; nothing else is.
#[test]
fn what_does_not_add_up_is_told_by_its_name() {
    for (changes, fee, use_personal_account, wanted) in [
        (json!({}), 2_600, true, "medfee_sumamt is 25.00, the fee is 26.00"),
        (
            json!({"psn_part_amt": "18.00", "psn_cash_pay": "6.00"}),
            2_500,
            true,
            "fund_pay_sumamt + psn_part_amt + hosp_part_amt is 26.00",
        ),
        (json!({"hosp_part_amt": "0.01"}), 2_500, true, "fund_pay_sumamt + psn_part_amt + hosp_part_amt is 25.01"),
        (json!({"acct_pay": "13.00"}), 2_500, true, "acct_pay + psn_cash_pay is 18.00"),
        (json!({"psn_cash_pay": 4.99}), 2_500, true, "acct_pay + psn_cash_pay is 16.99"),
        (json!({"acct_mulaid_pay": "12.01"}), 2_500, true, "acct_mulaid_pay is 12.01"),
        (json!({"psn_cash_pay": "-1.00", "acct_pay": "18.00"}), 2_500, true, "psn_cash_pay is -1.00"),
        (json!({"oth_pay": "8.01"}), 2_500, true, "fund_pay_sumamt is 8.00, oth_pay is 8.01"),
        (json!({"acct_pay": "17.01", "psn_cash_pay": null}), 2_500, true, "psn_part_amt is 17.00, acct_pay is 17.01"),
        (json!({"psn_pay": "16.00"}), 2_500, true, "psn_part_amt is 17.00, psn_pay is 16.00"),
        (json!({"cash_payamt": "5.01"}), 2_500, true, "psn_cash_pay is 5.00, cash_payamt is 5.01"),
        (json!({}), 2_500, false, "the account was not to be used"),
        (json!({"acct_pay": "92233720368547758.07"}), 2_500, true, "acct_pay + psn_cash_pay is too large"),
        (json!({"psn_cash_pay": "5.004"}), 2_500, true, "psn_cash_pay is 5.004, with more than 2 places"),
        (json!({"psn_cash_pay": "five"}), 2_500, true, "psn_cash_pay is not a number"),
        (json!({"hosp_part_amt": null, "fund_pay_sumamt": "9.00"}), 2_500, true, "the fee is 25.00"),
    ] {
        let error = check(&reply(&changes, &usual()), fee, use_personal_account).unwrap_err();
        assert!(matches!(&error, SettleError::Amounts(why) if why.contains(wanted)), "{changes}: {error}");
    }
}

/// Whoever's money the lines of the list are: they are the funds' sum, or a doubt.
#[test]
fn lines_that_are_not_the_funds_are_not_counted_as_theirs() {
    for (details, doubts) in [
        (json!({}), &[][..]),
        (json!({"310100": "5.00", "330100": 3}), &[]),
        (json!({"310100": "8.00", "310201": "12.00"}), &[]),
        (json!({"310100": "8.00", "310200": 12.0, "999996": 0}), &[]),
        (json!({"310100": null}), &["the funds' lines of setldetail are 0.00"]),
        (json!({"310100": "8.00", "330100": "0.01"}), &["the funds' lines of setldetail are 8.01"]),
        (json!({"310100": "7.99"}), &["the funds' lines of setldetail are 7.99"]),
        (json!({"310100": "8.00", "310200": "11.00"}), &["acct_pay is 12.00, the lines of setldetail are 11.00"]),
        (json!({"310100": "8.00", "999996": "1.00"}), &["hosp_part_amt is 0.00, the lines of setldetail are 1.00"]),
        // A code that regions use differently makes up for what the others leave open, or for nothing.
        (json!({"310100": "7.00", "999997": "1.00"}), &["fund_pay_type 999997 is in no list"]),
        (json!({"310100": "8.00", "999997": "25.00"}), &["fund_pay_type 999997 is in no list"]),
        (json!({"999997": "7.99"}), &["fund_pay_type 999997 is in no list", "the funds' lines of setldetail are 0.00"]),
    ] {
        let told = check(&reply(&json!({}), &details), 2_500, true).unwrap();
        assert_eq!(told.split, split_of(800, 1_200, 0, 500));
        assert_eq!(told.doubts.len(), doubts.len(), "{details}: {:?}", told.doubts);
        for (doubt, wanted) in told.doubts.iter().zip(doubts) {
            assert!(doubt.contains(wanted), "{details}: {doubt}");
        }
    }
    // A region adds its own.
    let types = FundTypes { funds: vec!["310100".into(), "999997".into()], ..FundTypes::default() };
    let list = json!({"310100": "7.00", "999997": "1.00"});
    let told = reckoned("2207", &reply(&json!({}), &list), (Fen::new(2_500), true), &types).unwrap();
    assert_eq!(told.doubts, Vec::<String>::new());
}

#[test]
fn the_institutions_share_may_only_stand_in_the_list() {
    let changes =
        json!({"hosp_part_amt": null, "fund_pay_sumamt": null, "psn_part_amt": "15.00", "psn_cash_pay": "3.00"});
    let told = check(&reply(&changes, &json!({"310100": "8.00", "999996": "2.00"})), 2_500, true).unwrap();
    assert_eq!(told.split, split_of(800, 1_200, 200, 300));
}

/// What no purse depends on is a doubt: at the insurer it is settled, and somebody waits.
#[test]
fn what_changes_no_purse_stops_nothing() {
    for (changes, balance, doubt) in [
        (json!({"maf_pay": "1.00"}), Some(118_800), "fund_pay_sumamt is 8.00, the funds by name are 9.00"),
        (json!({"hifp_pay": "7.00"}), Some(118_800), "fund_pay_sumamt is 8.00, the funds by name are 7.00"),
        (json!({"hifp_pay": "9.00", "maf_pay": null}), Some(118_800), "the funds by name are 9.00"),
        (json!({"balc": "-0.01"}), None, "balc is -0.01"),
        (json!({"balc": "12.345"}), None, "balc is 12.345, with more than 2 places"),
        (json!({"act_pay_dedc": "-3"}), Some(118_800), "act_pay_dedc is -3.00"),
        (json!({"fulamt_ownpay_amt": {}}), Some(118_800), "fulamt_ownpay_amt is not a number"),
    ] {
        let told = check(&reply(&changes, &usual()), 2_500, true).unwrap();
        assert_eq!((told.split, told.balance), (split_of(800, 1_200, 0, 500), balance.map(Fen::new)), "{changes}");
        assert!(matches!(&told.doubts[..], [only] if only.contains(doubt)), "{changes}: {:?}", told.doubts);
    }
}

#[test]
fn an_undoing_may_be_written_in_any_way_and_is_one() {
    let turned = json!({
        "medfee_sumamt": "-25.00", "overlmt_selfpay": "-5.00", "inscp_scp_amt": "-20.00", "hifp_pay": "-8.00",
        "fund_pay_sumamt": "-8.00", "psn_part_amt": "-17.00", "acct_pay": "-12.00", "psn_cash_pay": "-5.00",
    });
    let (turned, visit) = (reply(&turned, &json!({"310100": -8.00})), visit(false));
    let undone = |changes: &Value| reckon_undone(&reply(changes, &json!({})).setlinfo, &visit);
    let whole = Undone { split: Some(split_of(800, 1_200, 0, 500)), doubt: None };
    assert_eq!(reckon_undone(&turned.setlinfo, &visit), whole);
    assert_eq!(undone(&json!({})), whole);
    assert_eq!(undone(&json!({"hosp_part_amt": null, "psn_part_amt": null})), whole);
    assert_eq!(undone(&json!({"acct_pay": null, "psn_cash_pay": null})), Undone::default(), "not told what it was");
    // Whatever else it tells, it is undone.
    for (changes, doubt) in [
        (json!({"acct_pay": "0.001"}), "acct_pay is 0.001, with more than 2 places"),
        (json!({"medfee_sumamt": "-25.00", "fund_pay_sumamt": "-8.00"}), "psn_part_amt is -17.00"),
        (json!({"medfee_sumamt": null, "acct_pay": "-12.00"}), "fund_pay_sumamt is -8.00"),
        (json!({"oth_pay": "-0.01"}), "oth_pay is -0.01"),
        (json!({"medfee_sumamt": "24.00"}), "medfee_sumamt is 24.00, the fee is 25.00"),
        (json!({"acct_pay": "13.00"}), "acct_pay + psn_cash_pay is 18.00"),
        (json!({"acct_pay": "-92233720368547758.08", "medfee_sumamt": "-25.00"}), "too large"),
    ] {
        let told = undone(&changes);
        assert!(
            told.split.is_none() && told.doubt.as_ref().is_some_and(|why| why.contains(doubt)),
            "{changes}: {told:?}"
        );
    }
    assert_eq!((sign(&turned.setlinfo), sign(&reply(&json!({}), &json!({})).setlinfo)), (Sign::Below, Sign::Above));
    let made = reckon("2207", &turned, &visit, &FundTypes::default()).unwrap_err();
    assert_eq!(made, SettleError::Amounts("2207: medfee_sumamt is -25.00".into()), "never of one that is made");
}
