//! What 5203 says of a visit, in every form in which regions say it: by its flag, by its sign, with what was undone
//! beside; and what of it is believed.

use identity::ports::PortError;
use kernel::ManualClock;
use payments::ports::{SettleError, Settled, Settlements};
use serde_json::{Value, json};

use super::insurer::FakeInsurer;
use super::*;

/// What the adapter makes of these entries.
async fn asked(entries: Value) -> Result<Option<Settled>, SettleError> {
    let nine = Moment::at(Date::constant(2026, 3, 2), Time::constant(9, 30, 5, 0));
    let (clock, folder) = (Arc::new(ManualClock::new(nine)), Folder::new());
    let output = json!({ "setlinfo": entries, "setldetail": [{ "fund_pay_type": 310100, "fund_payamt": "8.00" }] });
    let insurer =
        FakeInsurer::start(move |message| if message["infno"] == "9001" { Value::Null } else { output.clone() }).await;
    client(&insurer.endpoint).settled(&context(&folder, clock), &visit(true)).await
}

/// 25.00, settled under `setl_id`: the fund 8.00, the account 12.00, cash 5.00. `changes` are written over it.
fn made(setl_id: &str, changes: Value) -> Value {
    let mut info = json!({
        "setl_id": setl_id, "mdtrt_id": "M", "psn_no": "P", "medfee_sumamt": "25.00", "fund_pay_sumamt": "8.00",
        "psn_pay": "17.00", "acct_pay": "12.00", "cash_payamt": "5.00", "medins_setl_id": "N",
    });
    for (name, value) in changes.as_object().unwrap() {
        info[name] = value.clone();
    }
    info
}

/// The record of an undoing, all of it below nothing.
fn undone(setl_id: &str, changes: Value) -> Value {
    let mut info = made(setl_id, changes);
    for name in ["medfee_sumamt", "fund_pay_sumamt", "psn_pay", "acct_pay", "cash_payamt"] {
        info[name] = json!(format!("-{}", info[name].as_str().unwrap()));
    }
    info
}

fn flag(told: &str) -> Value {
    json!({ "refd_setl_flag": told })
}

#[tokio::test]
async fn one_settlement_is_in_force_or_undone_by_its_flag_and_else_by_its_total() {
    for (entry, in_force) in [
        (made("S", flag("0")), true),
        (made("S", flag("")), true),
        (made("S", json!({})), true),
        (made("S", flag("1")), false),
        (undone("S", flag("1")), false),
        (undone("S", flag("")), false),
        (undone("S", json!({ "psn_no": "" })), false),
        (made("S", json!({ "medfee_sumamt": null })), true),
    ] {
        let told = asked(entry.clone()).await;
        assert_eq!(told.map(|found| found.is_some()), Ok(in_force), "{entry}");
    }
}

/// A purse below nothing does not undo a settlement whose total is above it: money would stay with the insurer.
#[tokio::test]
async fn one_purse_below_nothing_undoes_no_settlement() {
    for name in ["oth_pay", "hosp_part_amt", "acct_mulaid_pay", "acct_pay"] {
        for told in ["0", ""] {
            let entry = made("S", json!({ name: "-0.01", "refd_setl_flag": told }));
            let answer = asked(entry.clone()).await;
            assert!(matches!(&answer, Err(SettleError::Amounts(why)) if why.contains(name)), "{entry}: {answer:?}");
        }
    }
}

#[tokio::test]
async fn what_contradicts_itself_stays_unknown_with_words() {
    for (entries, words) in [
        (undone("S", flag("0")), "refd_setl_flag is 0, medfee_sumamt is -25.00"),
        (made("S", flag("2")), "refd_setl_flag is 2"),
        (made("S", json!({ "medfee_sumamt": null, "acct_pay": "-12.00" })), "medfee_sumamt is not told"),
        (json!([]), "no settlement"),
        (json!([made("S", flag("0")), undone("T", flag("1"))]), "in force and undone"),
        (json!([made("S", flag("0")), undone("S", flag(""))]), "in force and undone"),
        (json!([made("S", flag("0")), made("T", flag("0"))]), "2 settlements in force"),
        (json!([made("S", json!({})), made("T", json!({})), undone("U", json!({}))]), "which of them"),
        (json!([made("S", flag("0")), made("T", json!({ "psn_no": "Q" }))]), "somebody else"),
    ] {
        let answer = asked(entries.clone()).await;
        let unknown =
            |error: &SettleError| matches!(error, SettleError::Port(PortError::Unknown(why)) if why.contains(words));
        assert!(answer.as_ref().is_err_and(unknown), "{entries}: {answer:?}");
    }
}

/// Regions list what was undone, and the record of the undoing, beside what is in force.
#[tokio::test]
async fn of_several_the_one_in_force_is_found() {
    for (entries, in_force) in [
        (json!([made("S", flag("1")), undone("T", flag("1"))]), None),
        (json!([made("S", flag("1")), undone("T", flag("0"))]), None),
        (json!([undone("T", flag("")), made("S", flag(""))]), None),
        (json!([made("S", json!({})), undone("S", json!({ "psn_no": "" }))]), None),
        (json!([made("S", flag("1")), undone("T", flag("1")), made("U", flag("0"))]), Some("U")),
        (json!([made("S", flag("1")), made("U", flag("0"))]), Some("U")),
        (json!([made("S", json!({})), undone("S", json!({})), made("U", json!({}))]), Some("U")),
        (json!([made("S", flag("0")), made("S", flag("0"))]), Some("S")),
    ] {
        let answer = asked(entries.clone()).await.unwrap();
        assert_eq!(answer.as_ref().map(|found| found.setl_id.as_str()), in_force, "{entries}");
        // Lines of the list may be any of theirs: they are not read as one's.
        assert!(answer.is_none_or(|found| found.split.fund == Fen::new(800)), "{entries}");
    }
}

/// A region that does not repeat our number still says that something is in force.
#[tokio::test]
async fn a_settlement_without_our_number_is_told_without_it() {
    for told in [json!(""), json!(null)] {
        let found = asked(made("S", json!({ "medins_setl_id": told }))).await.unwrap().unwrap();
        assert_eq!((found.setl_id.as_str(), found.number), ("S", None));
    }
    let found = asked(made("S", json!({}))).await.unwrap().unwrap();
    assert_eq!(found.number.as_deref(), Some("N"));
}
