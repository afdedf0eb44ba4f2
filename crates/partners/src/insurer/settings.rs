//! What the adapter must be told, as plain values; the server fills it from the configuration.

use wire::insurer::insu_state;

use crate::tif::{BadTifSettings, TifAccount};

/// Where transactions are when nobody says otherwise; `{infno}` is the transaction's number. Paths
/// differ by region.
pub const PATH: &str = "/fsi/api/rsfComIfService/{infno}";

/// Words of `err_msg` by which insurers say that they know nobody of that name and number. They
/// differ by region.
pub const NOT_KNOWN: [&str; 3] = ["未查询到", "不存在", "姓名与证件号码不一致"];

/// One institution's account at the insurer.
#[derive(Debug, Clone)]
pub struct InsurerSettings {
    /// `https://host`, or the sandbox's address.
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
    /// Values of `psn_insu_stas` with which contributions run.
    pub active_states: Vec<String>,
    /// Words of a refusal that mean *nobody*; see [`NOT_KNOWN`].
    pub not_known: Vec<String>,
    /// Whether the insurer gives codes of its own (医保码) by `CZ01`.
    pub gives_code: bool,
    /// How long one call may take, milliseconds.
    pub timeout_ms: u64,
    /// Calls under way at once, at most.
    pub calls_max: usize,
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
            active_states: vec![insu_state::ACTIVE.to_owned()],
            not_known: NOT_KNOWN.map(str::to_owned).to_vec(),
            gives_code: true,
            timeout_ms: 5_000,
            calls_max: 16,
        }
    }

    pub(super) fn check(&self) -> Result<(), BadTifSettings> {
        let bad = |says: &str| Err(BadTifSettings::Value(says.to_owned()));
        if self.fixmedins_code.len() != 12 || !self.fixmedins_code.bytes().all(|b| b.is_ascii_alphanumeric()) {
            return bad("fixmedins_code is twelve letters and digits");
        }
        if self.mdtrtarea_admvs.len() != 6 || !self.mdtrtarea_admvs.bytes().all(|b| b.is_ascii_digit()) {
            return bad("mdtrtarea_admvs is six digits");
        }
        if !self.path.starts_with('/') || !self.path.contains("{infno}") {
            return bad("path begins with / and holds {infno}");
        }
        Ok(())
    }
}
