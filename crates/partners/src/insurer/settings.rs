//! What the adapter must be told: one institution's account at the insurer. The section `[insurer]` is read in `section`.

use std::collections::BTreeMap;

use kernel::InsurerCode;
use wire::insurer::{ACCOUNT_FUNDS, FUNDS, Form, HOSPITAL_FUNDS, insu_state};

use super::words::SettleWords;
use crate::tif::{BadTifSettings, TifAccount};

/// Where transactions are when nobody says otherwise; `{infno}` is the transaction's number. Paths
/// differ by region.
pub const PATH: &str = "/fsi/api/rsfComIfService/{infno}";

/// Words of `err_msg` by which insurers say that they know nobody under that number. They differ by region.
pub const NOT_KNOWN: [&str; 2] = ["未查询到", "不存在"];

/// Words by which they say that they know the number under another name; these are looked for first. They
/// differ by region too.
pub const OTHER_NAME: [&str; 6] =
    ["姓名与证件号码不一致", "姓名与证件号码不匹配", "姓名与证件号码不符", "姓名不一致", "姓名不匹配", "姓名不符"];

/// Whose money a line of `setldetail` is, by its `fund_pay_type`. A code in none of the lists is known to be
/// nobody's: it may be either.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FundTypes {
    /// [`FUNDS`], and what a region adds.
    pub funds: Vec<String>,
    /// [`ACCOUNT_FUNDS`]: the personal account.
    pub account: Vec<String>,
    /// [`HOSPITAL_FUNDS`]: the institution.
    pub hospital: Vec<String>,
}

impl Default for FundTypes {
    fn default() -> FundTypes {
        let list = |codes: &[&str]| codes.iter().map(|code| (*code).to_owned()).collect();
        FundTypes { funds: list(&FUNDS), account: list(&ACCOUNT_FUNDS), hospital: list(&HOSPITAL_FUNDS) }
    }
}

impl FundTypes {
    /// With a region's codes. What it says of a code counts for more than what is known of all regions.
    pub fn with(mut self, funds: &[String], account: &[String], hospital: &[String]) -> FundTypes {
        let told: Vec<&String> = [funds, account, hospital].into_iter().flatten().collect();
        for (list, more) in [(&mut self.funds, funds), (&mut self.account, account), (&mut self.hospital, hospital)] {
            list.retain(|code| !told.contains(&code));
            list.extend_from_slice(more);
        }
        self
    }

    /// A code that stands in two lists; a line counted twice would make up for one that is missing.
    fn twice(&self) -> Option<&String> {
        let mut codes: Vec<&String> = [&self.funds, &self.account, &self.hospital].into_iter().flatten().collect();
        codes.sort_unstable();
        codes.windows(2).find_map(|pair| (pair.first() == pair.last()).then(|| pair.first().copied()).flatten())
    }
}

/// One institution's account at the insurer.
#[derive(Debug, Clone)]
pub struct InsurerSettings {
    /// `https://host`, or the sandbox's address. Empty as it is read where nobody gave it: [`InsurerSettings::at`] fills it
    /// in.
    pub endpoint: String,
    /// The account at the gateway.
    pub account: TifAccount,
    /// 定点医药机构编号: twelve characters.
    pub fixmedins_code: String,
    /// 定点医药机构名称.
    pub fixmedins_name: String,
    /// 就医地医保区划: six digits.
    pub mdtrtarea_admvs: String,
    /// Where transactions are; see [`PATH`].
    pub path: String,
    /// Where single transactions are instead, by number.
    pub paths: BTreeMap<String, String>,
    /// Values of `psn_insu_stas` with which contributions run.
    pub active_states: Vec<String>,
    /// Words of a refusal that mean *nobody*; see [`NOT_KNOWN`].
    pub not_known: Vec<String>,
    /// Words of a refusal that mean *another name*; see [`OTHER_NAME`].
    pub other_name: Vec<String>,
    /// How other refusals are worded.
    pub words: SettleWords,
    /// Whose money a line of `setldetail` is.
    pub fund_types: FundTypes,
    /// In which form numbers are sent.
    pub form: Form,
    /// Whether the insurer gives codes of its own (医保码) by `CZ01`.
    pub gives_code: bool,
    /// How long one call may take, milliseconds.
    pub timeout_ms: u64,
    /// Calls under way at once, at most.
    pub calls_max: usize,
    /// How a sandbox that stands in for the insurer is to speak, by its own word for it; nothing: as it did last.
    pub sandbox_dialect: Option<String>,
}

impl InsurerSettings {
    /// An account with everything that differs by region at its default.
    pub fn new(endpoint: &str, account: TifAccount, fixmedins_code: &str) -> InsurerSettings {
        InsurerSettings {
            endpoint: endpoint.to_owned(),
            account,
            fixmedins_code: fixmedins_code.to_owned(),
            fixmedins_name: "常州人社线上服务".to_owned(),
            mdtrtarea_admvs: "320400".to_owned(),
            path: PATH.to_owned(),
            paths: BTreeMap::new(),
            active_states: vec![insu_state::ACTIVE.to_owned()],
            not_known: NOT_KNOWN.map(str::to_owned).to_vec(),
            other_name: OTHER_NAME.map(str::to_owned).to_vec(),
            words: SettleWords::default(),
            fund_types: FundTypes::default(),
            form: Form::Text,
            gives_code: true,
            timeout_ms: 5_000,
            calls_max: 16,
            sandbox_dialect: None,
        }
    }

    /// The same account at `sandbox`, where the configuration does not say where the insurer is.
    pub fn at(mut self, sandbox: &str) -> InsurerSettings {
        if self.endpoint.is_empty() {
            sandbox.clone_into(&mut self.endpoint);
        }
        self
    }

    /// What could never work: the setting's key, and what is wrong with it.
    pub(super) fn faults(&self) -> Vec<(String, String)> {
        let mut faults = Vec::new();
        let mut fault = |key: &str, says: &str| faults.push((key.to_owned(), says.to_owned()));
        if !InsurerCode::has_form(&self.fixmedins_code) {
            fault("fixmedins_code", "must be twelve letters and digits, for example \"H32040000001\"");
        }
        if self.mdtrtarea_admvs.len() != 6 || !self.mdtrtarea_admvs.bytes().all(|b| b.is_ascii_digit()) {
            fault("mdtrtarea_admvs", "must be six digits, for example \"320400\"");
        }
        if !self.path.starts_with('/') || !self.path.contains("{infno}") {
            fault("path", "must begin with / and hold {infno}");
        }
        for (infno, _) in self.paths.iter().filter(|(_, path)| !path.starts_with('/')) {
            fault(&format!("paths.{infno}"), "must begin with /");
        }
        if let Some(code) = self.fund_types.twice() {
            fault("more_funds", &format!("fund_pay_type {code} stands in two lists of funds"));
        }
        if self.words.fits_everything() {
            fault("words", "hold an empty word, which stands in every sentence");
        }
        faults
    }

    pub(super) fn check(&self) -> Result<(), BadTifSettings> {
        match self.faults().first() {
            Some((key, says)) => Err(BadTifSettings::Value(format!("{key} {says}"))),
            None => Ok(()),
        }
    }

    /// Where a transaction is.
    pub(super) fn path(&self, infno: &str) -> String {
        self.paths.get(infno).unwrap_or(&self.path).replace("{infno}", infno)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_region_puts_a_code_where_it_belongs_there() {
        let own = |codes: &[&str]| codes.iter().map(|code| (*code).to_owned()).collect::<Vec<_>>();
        let types = FundTypes::default().with(&own(&["999997"]), &own(&["310100"]), &[]);
        assert_eq!(types.twice(), None);
        assert!(types.funds.contains(&"999997".to_owned()) && !types.funds.contains(&"310100".to_owned()));
        assert!(types.account.contains(&"310100".to_owned()));
        let twice = FundTypes::default().with(&own(&["999997"]), &own(&["999997"]), &[]);
        assert_eq!(twice.twice().map(String::as_str), Some("999997"));
    }

    #[test]
    fn a_transaction_may_have_a_path_of_its_own() {
        let account = TifAccount { paasid: "p".to_owned(), token: "t".to_owned() };
        let mut settings = InsurerSettings::new("https://insurer.example.cn", account, "H32040000001");
        settings.paths.insert("1101".to_owned(), "/fsi/api/fsiPsnInfoService/queryPsnInfo".to_owned());
        assert_eq!(settings.path("1101"), "/fsi/api/fsiPsnInfoService/queryPsnInfo");
        assert_eq!(settings.path("2207"), "/fsi/api/rsfComIfService/2207");
        assert_eq!(settings.check(), Ok(()));
        settings.paths.insert("2207".to_owned(), "fsi".to_owned());
        assert!(settings.check().is_err());
    }
}
