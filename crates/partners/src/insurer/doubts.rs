//! What does not fit in a settlement and changes no purse: single funds, the list of who bears it, the balance.

use kernel::Fen;
use payments::ports::Split;
use wire::insurer::{SetlInfo, SettlementReply};

use super::settings::FundTypes;

/// In words for the log: names of fields and amounts.
pub(super) type Doubts = Vec<String>;

/// Tells the operators of the city; nothing depends on it.
pub(super) fn report(infno: &'static str, doubts: &[String]) {
    for doubt in doubts {
        tracing::warn!(infno, %doubt, "insurer.doubt");
        metrics::counter!("renshe_insurer_doubts", "infno" => infno).increment(1);
    }
}

/// The personal account as it was told, where that can be.
pub(super) fn balance(info: &SetlInfo) -> Option<Fen> {
    info.balc.fen().ok().flatten().filter(|balance| *balance >= Fen::ZERO)
}

/// Looks over the amounts on which no purse depends.
pub(super) fn doubts(reply: &SettlementReply, split: &Split, types: &FundTypes) -> Doubts {
    let mut doubts = unfit(reply);
    let info = &reply.setlinfo;
    if let Some(fund) = info.fund_pay_sumamt.fen().ok().flatten() {
        funds_by_name(info, fund, &mut doubts);
        funds_in_list(reply, fund, types, &mut doubts);
    }
    for (whose, codes, borne) in [
        ("acct_pay", &types.account, Some(split.personal_account)),
        ("hosp_part_amt", &types.hospital, info.hosp_part_amt.fen().ok().flatten()),
    ] {
        if let (Some(listed), Some(borne)) = (types.sum(codes, reply), borne)
            && listed != borne
        {
            doubts.push(format!("{whose} is {borne}, the lines of setldetail are {listed}"));
        }
    }
    doubts
}

/// Values that are not numbers, or are negative.
fn unfit(reply: &SettlementReply) -> Doubts {
    let info = &reply.setlinfo;
    let single = [
        ("fulamt_ownpay_amt", &info.fulamt_ownpay_amt),
        ("overlmt_selfpay", &info.overlmt_selfpay),
        ("preselfpay_amt", &info.preselfpay_amt),
        ("inscp_scp_amt", &info.inscp_scp_amt),
        ("act_pay_dedc", &info.act_pay_dedc),
        ("balc", &info.balc),
    ];
    let lines = reply.setldetail.iter().map(|line| ("fund_payamt", &line.fund_payamt));
    let all = single.into_iter().chain(info.funds()).chain(lines);
    let wrong = all.filter_map(|(name, told)| match told.fen() {
        Ok(Some(less)) if less < Fen::ZERO => Some(format!("{name} is {less}")),
        Ok(_) => None,
        Err(why) => Some(format!("{name} is {why}")),
    });
    wrong.collect()
}

/// The funds told by name are all of the sum, or those that are told are no more than it.
fn funds_by_name(info: &SetlInfo, fund: Fen, doubts: &mut Doubts) {
    let told: Vec<Fen> = info.funds().into_iter().filter_map(|(_, told)| told.fen().ok().flatten()).collect();
    // Only some regions have `hifdm_pay`.
    let all = told.len() >= info.funds().len() - 1;
    if let Some(sum) = Fen::sum(told).filter(|sum| if all { *sum != fund } else { *sum > fund }) {
        doubts.push(format!("fund_pay_sumamt is {fund}, the funds by name are {sum}"));
    }
}

/// The funds' lines of the list are the sum; lines that may be anybody's may make up for what is missing.
fn funds_in_list(reply: &SettlementReply, fund: Fen, types: &FundTypes, doubts: &mut Doubts) {
    if reply.setldetail.is_empty() {
        return;
    }
    let known = types.sum(&types.funds, reply).unwrap_or_default();
    let known_to_be = [&types.funds, &types.account, &types.hospital];
    let open =
        reply.setldetail.iter().filter(|line| !known_to_be.iter().any(|list| list.contains(&line.fund_pay_type)));
    let open: Vec<_> = open.collect();
    for line in &open {
        let code: String = line.fund_pay_type.chars().filter(char::is_ascii_alphanumeric).take(10).collect();
        doubts.push(format!("fund_pay_type {code} is in no list"));
    }
    let most = Fen::sum(open.iter().filter_map(|line| line.fund_payamt.fen().ok().flatten()).chain([known]));
    if known > fund || most.is_none_or(|most| most < fund) {
        doubts.push(format!("fund_pay_sumamt is {fund}, the funds' lines of setldetail are {known}"));
    }
}

impl FundTypes {
    /// The sum of the lines with these codes; `None` where there is no such line, or none that can be added.
    pub(super) fn sum(&self, codes: &[String], reply: &SettlementReply) -> Option<Fen> {
        let lines = reply.setldetail.iter().filter(|line| codes.contains(&line.fund_pay_type));
        let amounts: Vec<Fen> = lines.filter_map(|line| line.fund_payamt.fen().ok().flatten()).collect();
        if amounts.is_empty() { None } else { Fen::sum(amounts) }
    }
}
