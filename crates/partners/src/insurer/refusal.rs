//! What a refusal means. Its words (`err_msg`) may quote the person: what leaves this module is a
//! word of ours.

use identity::ports::PortError;
use payments::ports::{Refusal, SettleError};
use wire::insurer::FAILED;

use super::SettleWords;

/// Tells a certain refusal from one that leaves open what was done.
pub(super) fn refusal(words: &SettleWords, infcode: i64, says: &str) -> SettleError {
    match certain(words, infcode, says) {
        Ok(what) => SettleError::Refused { what, says: format!("infcode {infcode}") },
        Err(open) => open.into(),
    }
}

/// As what it is refused, where nothing was done for certain.
pub(super) fn certain(words: &SettleWords, infcode: i64, says: &str) -> Result<Refusal, PortError> {
    if infcode != FAILED {
        return Err(PortError::Unknown(format!("infcode {infcode}")));
    }
    if words.is_unsure(says) {
        return Err(PortError::Unknown("a refusal that does not say that nothing was done".to_owned()));
    }
    let known = words.refusals.iter().find(|(word, _)| says.contains(word));
    Ok(known.map_or(Refusal::Other, |(_, what)| *what))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_regions_words_come_before_those_of_all() {
        let mut words = SettleWords::default();
        assert_eq!(certain(&words, FAILED, "该就诊存在未退费结算"), Ok(Refusal::Other));
        words.first([("存在未退费结算", Refusal::SettledAlready), ("已结算至他人", Refusal::NoVisit)].into_iter());
        for (says, wanted) in [
            ("该就诊存在未退费结算", Refusal::SettledAlready),
            ("已结算至他人", Refusal::NoVisit),
            ("该就诊已结算", Refusal::SettledAlready),
        ] {
            assert_eq!(certain(&words, FAILED, says), Ok(wanted), "{says}");
        }
        assert!(!words.fits_everything());
    }

    #[test]
    fn words_become_one_of_ours_and_are_not_passed_on() {
        let words = SettleWords::default();
        for (says, what) in [
            ("周明远未参保或参保状态异常", Refusal::NotInsured),
            ("个人账户余额不足", Refusal::AccountShort),
            ("该就诊已结算，不能撤销挂号", Refusal::SettledAlready),
            ("该笔结算已撤销", Refusal::VoidedAlready),
            ("挂号已撤销", Refusal::Cancelled),
            ("overlmt_selfpay与预结算结果不一致", Refusal::AdviceChanged),
            ("insuplc_admdvs与参保地不一致", Refusal::AnotherRegion),
            ("该交易已冲正", Refusal::ReversedAlready),
            ("签到流水号无效，请重新签到", Refusal::NotSignedIn),
            ("就诊信息不存在", Refusal::NoVisit),
            ("周明远在黑名单中", Refusal::Other),
            ("", Refusal::Other),
        ] {
            let wanted = SettleError::Refused { what, says: "infcode -1".to_owned() };
            assert_eq!(refusal(&words, FAILED, says), wanted, "{says}");
        }
        for (infcode, says) in
            [(FAILED, "msgid重复"), (FAILED, "调用超时"), (FAILED, "系统异常：未参保"), (-2, "未参保")]
        {
            let error = refusal(&words, infcode, says);
            let open = matches!(&error, SettleError::Port(PortError::Unknown(why)) if !why.contains("参保"));
            assert!(open, "{says}: {error}");
        }
    }
}
