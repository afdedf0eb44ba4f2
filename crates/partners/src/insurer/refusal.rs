//! What a refusal means. Its words (`err_msg`) may quote the person: what leaves this module is a
//! word of ours.

use identity::ports::PortError;
use wire::insurer::FAILED;

use super::SettleWords;

/// Tells a certain refusal from one that leaves open what was done.
pub(super) fn refusal(words: &SettleWords, infcode: i64, says: &str) -> PortError {
    if infcode != FAILED {
        return PortError::Unknown(format!("infcode {infcode}"));
    }
    if words.is_unsure(says) {
        return PortError::Unknown("a refusal that does not say that nothing was done".to_owned());
    }
    let known = words.refusals.iter().find(|(word, _)| says.contains(word));
    PortError::Refused(known.map_or_else(|| format!("infcode {infcode}"), |(_, code)| code.clone()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_regions_words_come_before_those_of_all() {
        let mut words = SettleWords::default();
        assert_eq!(refusal(&words, FAILED, "该就诊存在未退费结算"), PortError::Refused("infcode -1".to_owned()));
        words.first([("存在未退费结算", "settled_already"), ("已结算至他人", "no_visit")].into_iter());
        for (says, wanted) in [
            ("该就诊存在未退费结算", "settled_already"),
            ("已结算至他人", "no_visit"),
            ("该就诊已结算", "settled_already"),
        ] {
            assert_eq!(refusal(&words, FAILED, says), PortError::Refused(wanted.to_owned()), "{says}");
        }
        assert_eq!(words.check(), Ok(()));
    }

    #[test]
    fn words_become_a_code_and_are_not_passed_on() {
        let words = SettleWords::default();
        let refused = |code: &str| PortError::Refused(code.to_owned());
        for (says, wanted) in [
            ("周明远未参保或参保状态异常", refused("not_insured")),
            ("个人账户余额不足", refused("account_short")),
            ("该就诊已结算，不能撤销挂号", refused("settled_already")),
            ("挂号已撤销", refused("cancelled")),
            ("overlmt_selfpay与预结算结果不一致", refused("advice_changed")),
            ("insuplc_admdvs与参保地不一致", refused("another_region")),
            ("该交易已冲正", refused("reversed_already")),
            ("签到流水号无效，请重新签到", refused("not_signed_in")),
            ("就诊信息不存在", refused("no_visit")),
            ("周明远在黑名单中", refused("infcode -1")),
            ("", refused("infcode -1")),
        ] {
            assert_eq!(refusal(&words, FAILED, says), wanted, "{says}");
        }
        for (infcode, says) in
            [(FAILED, "msgid重复"), (FAILED, "调用超时"), (FAILED, "系统异常：未参保"), (-2, "未参保")]
        {
            let error = refusal(&words, infcode, says);
            assert!(matches!(&error, PortError::Unknown(why) if !why.contains("参保")), "{says}: {error}");
        }
    }
}
