//! Whether the amounts of a settlement add up, and how they split. Whatever does not is not put
//! right here: a person must look.

use kernel::Fen;
use payments::ports::{SettleError, Split, Visit};
use wire::insurer::{SetlInfo, SettlementReply};

/// The purses of a settlement whose every identity holds. `infno` is the transaction that answered.
/// Where the visit says so, the account has paid nothing.
pub(super) fn split(infno: &str, reply: &SettlementReply, visit: &Visit) -> Result<Split, SettleError> {
    check(reply, visit.care.total, visit.use_account).map_err(|why| SettleError::Amounts(format!("{infno}: {why}")))
}

/// The same for a settlement that is asked about: it may have been made when the account could be used.
pub(super) fn split_made(infno: &str, reply: &SettlementReply, visit: &Visit) -> Result<Split, SettleError> {
    check(reply, visit.care.total, true).map_err(|why| SettleError::Amounts(format!("{infno}: {why}")))
}

/// The same for the record of an undoing: some regions write its amounts below nothing, all of them.
pub(super) fn split_undone(infno: &str, mut reply: SettlementReply, visit: &Visit) -> Result<Split, SettleError> {
    if reply.setlinfo.medfee_sumamt < Fen::ZERO {
        let details = reply.setldetail.iter_mut().map(|detail| &mut detail.fund_payamt);
        for amount in paid(&mut reply.setlinfo).into_iter().chain(details) {
            *amount = Fen::ZERO
                .checked_sub(*amount)
                .ok_or_else(|| SettleError::Amounts(format!("{infno}: an amount is too large")))?;
        }
    }
    split_made(infno, &reply, visit)
}

/// What was paid from somewhere or counted: what changes its sign when it is undone. The balance is
/// what it is.
fn paid(info: &mut SetlInfo) -> [&mut Fen; 19] {
    [
        &mut info.medfee_sumamt,
        &mut info.fulamt_ownpay_amt,
        &mut info.overlmt_selfpay,
        &mut info.preselfpay_amt,
        &mut info.inscp_scp_amt,
        &mut info.act_pay_dedc,
        &mut info.hifp_pay,
        &mut info.cvlserv_pay,
        &mut info.hifes_pay,
        &mut info.hifmi_pay,
        &mut info.hifob_pay,
        &mut info.maf_pay,
        &mut info.oth_pay,
        &mut info.fund_pay_sumamt,
        &mut info.psn_part_amt,
        &mut info.acct_pay,
        &mut info.psn_cash_pay,
        &mut info.hosp_part_amt,
        &mut info.acct_mulaid_pay,
    ]
}

fn check(reply: &SettlementReply, total: Fen, use_account: bool) -> Result<Split, String> {
    let info = &reply.setlinfo;
    let mut copy = info.clone();
    let details = reply.setldetail.iter().map(|detail| detail.fund_payamt);
    let mut all = paid(&mut copy).into_iter().map(|amount| *amount).chain(details.clone()).chain(info.balc);
    if let Some(less) = all.find(|amount| *amount < Fen::ZERO) {
        return Err(format!("an amount is {less}"));
    }
    let funds =
        [info.hifp_pay, info.cvlserv_pay, info.hifes_pay, info.hifmi_pay, info.hifob_pay, info.maf_pay, info.oth_pay];
    equal("medfee_sumamt", info.medfee_sumamt, "the fee", Some(total))?;
    let borne = [info.fund_pay_sumamt, info.psn_part_amt, info.hosp_part_amt];
    equal("medfee_sumamt", info.medfee_sumamt, "fund_pay_sumamt + psn_part_amt + hosp_part_amt", Fen::sum(borne))?;
    let own = info.acct_pay.checked_add(info.psn_cash_pay);
    equal("psn_part_amt", info.psn_part_amt, "acct_pay + psn_cash_pay", own)?;
    equal("fund_pay_sumamt", info.fund_pay_sumamt, "the sum of the funds", Fen::sum(funds))?;
    equal("fund_pay_sumamt", info.fund_pay_sumamt, "the sum of setldetail", Fen::sum(details))?;
    if info.acct_mulaid_pay > info.acct_pay {
        return Err(format!("acct_mulaid_pay is {}, acct_pay is {}", info.acct_mulaid_pay, info.acct_pay));
    }
    if !use_account && info.acct_pay != Fen::ZERO {
        return Err(format!("acct_pay is {} and the account was not to be used", info.acct_pay));
    }
    let fund = info.fund_pay_sumamt.checked_sub(info.oth_pay).ok_or("an amount is too large")?;
    let other = info.oth_pay.checked_add(info.hosp_part_amt).ok_or("an amount is too large")?;
    Ok(Split { fund, personal_account: info.acct_pay, other, cash: info.psn_cash_pay })
}

fn equal(name: &str, amount: Fen, of: &str, wanted: Option<Fen>) -> Result<(), String> {
    match wanted {
        Some(wanted) if wanted == amount => Ok(()),
        Some(wanted) => Err(format!("{name} is {amount}, {of} is {wanted}")),
        None => Err(format!("{of} is too large")),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    /// 25.00: the fund 8.00, the account 12.00, cash 5.00.
    fn reply(changes: &[(&str, &str)], details: &[&str]) -> SettlementReply {
        let mut setlinfo = json!({
            "setl_id": "S", "mdtrt_id": "M", "psn_no": "P",
            "medfee_sumamt": "25.00", "overlmt_selfpay": "5.00", "inscp_scp_amt": "20.00",
            "hifp_pay": "8.00", "cvlserv_pay": "0.00", "hifes_pay": "0.00", "hifmi_pay": "0.00",
            "hifob_pay": "0.00", "maf_pay": "0.00", "oth_pay": "0.00", "fund_pay_sumamt": "8.00",
            "psn_part_amt": "17.00", "acct_pay": "12.00", "psn_cash_pay": "5.00", "hosp_part_amt": "0.00",
            "acct_mulaid_pay": "0.00", "balc": "1188.00",
        });
        for (name, amount) in changes {
            setlinfo[*name] = json!(amount);
        }
        let details: Vec<Value> = details.iter().map(|amount| json!({ "fund_payamt": amount })).collect();
        serde_json::from_value(json!({ "setlinfo": setlinfo, "setldetail": details })).unwrap()
    }

    fn split_of(fund: i64, personal_account: i64, other: i64, cash: i64) -> Split {
        let [fund, personal_account, other, cash] = [fund, personal_account, other, cash].map(Fen::new);
        Split { fund, personal_account, other, cash }
    }

    #[test]
    fn what_adds_up_is_split() {
        for (changes, details, wanted) in [
            (&[][..], &["8.00"][..], split_of(800, 1_200, 0, 500)),
            (&[], &["5.00", "3.00"], split_of(800, 1_200, 0, 500)),
            (&[("acct_mulaid_pay", "12.00")], &["8.00"], split_of(800, 1_200, 0, 500)),
            (&[("hifp_pay", "3.00"), ("oth_pay", "5.00")], &["8.00"], split_of(300, 1_200, 500, 500)),
            (
                &[("hosp_part_amt", "2.00"), ("psn_part_amt", "15.00"), ("acct_pay", "10.00")],
                &["8.00"],
                split_of(800, 1_000, 200, 500),
            ),
            (
                &[
                    ("hifp_pay", "1"),
                    ("cvlserv_pay", "1"),
                    ("hifes_pay", "1"),
                    ("hifmi_pay", "1"),
                    ("hifob_pay", "1"),
                    ("maf_pay", "1"),
                    ("oth_pay", "2"),
                ],
                &["8.00"],
                split_of(600, 1_200, 200, 500),
            ),
            (
                &[("hifp_pay", "0"), ("fund_pay_sumamt", "0"), ("psn_part_amt", "25"), ("psn_cash_pay", "13")],
                &[],
                split_of(0, 1_200, 0, 1_300),
            ),
        ] {
            let split = check(&reply(changes, details), Fen::new(2_500), true).unwrap();
            assert_eq!(split, wanted, "{changes:?}");
            assert_eq!(split.total(), Some(Fen::new(2_500)));
        }
        let all_cash = [("acct_pay", "0.00"), ("psn_cash_pay", "17.00")];
        assert_eq!(check(&reply(&all_cash, &["8"]), Fen::new(2_500), false), Ok(split_of(800, 0, 0, 1_700)));
    }

    /// One identity is broken in each; nothing else is.
    #[test]
    fn what_does_not_add_up_is_told_by_its_name() {
        for (changes, details, total, use_account, wanted) in [
            (&[][..], &["8.00"][..], 2_600, true, "medfee_sumamt is 25.00, the fee is 26.00"),
            (
                &[("psn_part_amt", "18.00"), ("psn_cash_pay", "6.00")],
                &["8.00"],
                2_500,
                true,
                "fund_pay_sumamt + psn_part_amt + hosp_part_amt is 26.00",
            ),
            (
                &[("hosp_part_amt", "0.01")],
                &["8.00"],
                2_500,
                true,
                "fund_pay_sumamt + psn_part_amt + hosp_part_amt is 25.01",
            ),
            (&[("acct_pay", "13.00")], &["8.00"], 2_500, true, "acct_pay + psn_cash_pay is 18.00"),
            (&[("psn_cash_pay", "4.99")], &["8.00"], 2_500, true, "acct_pay + psn_cash_pay is 16.99"),
            (&[("maf_pay", "1.00")], &["8.00"], 2_500, true, "the sum of the funds is 9.00"),
            (&[("hifp_pay", "7.00")], &["8.00"], 2_500, true, "the sum of the funds is 7.00"),
            (&[], &["8.00", "0.01"], 2_500, true, "the sum of setldetail is 8.01"),
            (&[], &[], 2_500, true, "the sum of setldetail is 0.00"),
            (&[("acct_mulaid_pay", "12.01")], &["8.00"], 2_500, true, "acct_mulaid_pay is 12.01"),
            (&[("psn_cash_pay", "-1.00"), ("acct_pay", "18.00")], &["8.00"], 2_500, true, "an amount is -1.00"),
            (&[], &["9.00", "-1.00"], 2_500, true, "an amount is -1.00"),
            (&[("balc", "-0.01")], &["8.00"], 2_500, true, "an amount is -0.01"),
            (&[("act_pay_dedc", "-3")], &["8.00"], 2_500, true, "an amount is -3.00"),
            (&[], &["8.00"], 2_500, false, "the account was not to be used"),
            (&[("acct_pay", "92233720368547758.07")], &["8.00"], 2_500, true, "acct_pay + psn_cash_pay is too large"),
        ] {
            let why = check(&reply(changes, details), Fen::new(total), use_account).unwrap_err();
            assert!(why.contains(wanted), "{changes:?} {details:?}: {why}");
        }
    }

    #[test]
    fn an_undoing_may_be_written_below_nothing_as_a_whole() {
        let visit = crate::insurer::tests::visit(false);
        let turned = [
            ("medfee_sumamt", "-25.00"),
            ("overlmt_selfpay", "-5.00"),
            ("inscp_scp_amt", "-20.00"),
            ("hifp_pay", "-8.00"),
            ("fund_pay_sumamt", "-8.00"),
            ("psn_part_amt", "-17.00"),
            ("acct_pay", "-12.00"),
            ("psn_cash_pay", "-5.00"),
        ];
        let wanted = split_of(800, 1_200, 0, 500);
        assert_eq!(split_undone("2208", reply(&turned, &["-8.00"]), &visit), Ok(wanted));
        assert_eq!(split_undone("2208", reply(&[], &["8.00"]), &visit), Ok(wanted));
        let half = reply(&turned[..7], &["-8.00"]);
        assert!(matches!(split_undone("2208", half, &visit), Err(SettleError::Amounts(_))));
        let made = split("2207", &reply(&turned, &["-8.00"]), &visit).unwrap_err();
        assert_eq!(
            made,
            SettleError::Amounts("2207: an amount is -25.00".into()),
            "never of a settlement that is made"
        );
    }
}
