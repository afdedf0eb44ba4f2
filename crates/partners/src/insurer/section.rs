//! The section `[insurer]` of the configuration: the account, and what its region says otherwise.

use payments::ports::Refusal;
use platform::Mode;
use platform::config::{Part, Section};
use serde_json::{Value, json};
use wire::insurer::{Form, PARTNER, insu_state};

use super::settings::{FundTypes, InsurerSettings, NOT_KNOWN, OTHER_NAME, PATH};
use super::words::{SettleWords, refusals};
use crate::tif::TifAccount;

impl Section for InsurerSettings {
    const NAME: &'static str = PARTNER.name;
    const PORT: u16 = PARTNER.port;

    fn read(part: &mut Part<'_, '_>) -> InsurerSettings {
        let (funds, account, hospital) =
            (part.list("more_funds"), part.list("more_account_funds"), part.list("more_hospital_funds"));
        let settings = InsurerSettings {
            endpoint: part.endpoint().unwrap_or_default(),
            account: TifAccount::read(part),
            fixmedins_code: part.needed("fixmedins_code", "H32040000001"),
            fixmedins_name: part.needed("fixmedins_name", "常州人社线上服务"),
            mdtrtarea_admvs: part.needed("mdtrtarea_admvs", "320400"),
            path: part.text_or("path", PATH),
            paths: part.map("paths"),
            active_states: part.list_or("active_states", &[insu_state::ACTIVE]),
            not_known: part.list_or("not_known", &NOT_KNOWN),
            other_name: part.list_or("other_name", &OTHER_NAME),
            words: words(part),
            fund_types: FundTypes::default().with(&funds, &account, &hospital),
            form: part.choice("numbers", &[("text", Form::Text), ("number", Form::Number)]).unwrap_or(Form::Text),
            // A profile of ours is asked for, not taken for granted.
            gives_code: part.flag("gives_code", part.mode() == Mode::Demo),
            timeout_ms: part.timeout_ms(),
            calls_max: part.max_in_flight(),
            sandbox_dialect: part.elsewhere("sandbox.insurer_dialect"),
        };
        for (key, says) in settings.faults() {
            part.wrong(&key, says);
        }
        settings
    }

    fn places(&self) -> usize {
        self.calls_max
    }

    fn account(&self) -> Value {
        json!({
            "paasid": self.account.paasid,
            "token": self.account.token,
            "fixmedins_code": self.fixmedins_code,
            "path": self.path,
            "dialect": self.sandbox_dialect,
        })
    }
}

/// What the adapter knows of all regions, with what this one adds.
fn words(part: &mut Part<'_, '_>) -> SettleWords {
    let mut words = SettleWords::default();
    for (key, list) in [
        ("words.sign_in", &mut words.sign_in),
        ("words.unsure", &mut words.unsure),
        ("words.no_settlement", &mut words.no_settlement),
        ("words.no_original", &mut words.no_original),
        ("words.voided", &mut words.voided),
        ("words.done", &mut words.done),
    ] {
        list.extend(part.list(key));
    }
    let mut more: Vec<(String, Refusal)> = Vec::new();
    for ours in refusals() {
        let key = format!("words.{ours}");
        for word in part.list(&key) {
            if let Some((_, other)) = more.iter().find(|(one, other)| *one == word && *other != ours) {
                part.wrong(&key, format!("\"{word}\" also stands in {other}"));
            }
            more.push((word, ours));
        }
    }
    words.first(more.iter().map(|(word, ours)| (word.as_str(), *ours)));
    words
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::section::{read, told};

    const PRODUCTION: &str = "mode = \"production\"\n[insurer]\nendpoint = \"https://insurer.example.cn\"\npaasid = \"czrs\"\n\
                              token = \"very-secret\"\nfixmedins_code = \"H32040000007\"\nfixmedins_name = \"常州人社\"\n\
                              mdtrtarea_admvs = \"320400\"\n";

    #[test]
    fn a_demo_needs_nothing_and_asks_the_sandbox() {
        let settings = read::<InsurerSettings>("").unwrap();
        let account = TifAccount { paasid: "sandbox".to_owned(), token: "sandbox-token".to_owned() };
        let plain = InsurerSettings::new("", account, "H32040000001");
        assert_eq!(format!("{settings:?}"), format!("{plain:?}"), "as the adapter's own defaults are");
        assert_eq!(settings.at("http://127.0.0.1:8085").endpoint, "http://127.0.0.1:8085");
        let placed = read::<InsurerSettings>("[insurer]\nendpoint = \"http://insurer.example.cn\"\n").unwrap();
        assert_eq!(placed.at("http://127.0.0.1:8085").endpoint, "http://insurer.example.cn");
    }

    #[test]
    fn what_was_written_is_read_and_its_secret_never_printed() {
        let text = "[insurer]\npaasid = \"czrs\"\ntoken = \"very-secret\"\nnumbers = \"number\"\nmore_funds = [\"999997\"]\n\
                    max_in_flight = 3\n[insurer.words]\nsign_in = [\"请签到\"]\nno_visit = [\"查无此诊\"]\n[insurer.paths]\n\
                    1101 = \"/fsi/1101\"\n[sandbox]\ninsurer_dialect = \"purses\"\n";
        let settings = read::<InsurerSettings>(text).unwrap();
        assert_eq!((settings.form, settings.places(), settings.path("1101").as_str()), (Form::Number, 3, "/fsi/1101"));
        assert!(settings.fund_types.funds.contains(&"999997".to_owned()));
        assert!(settings.words.sign_in.contains(&"请签到".to_owned()) && settings.words.sign_in.len() > 1);
        let first = settings.words.refusals.first().map(|(word, ours)| (word.as_str(), ours.as_str()));
        assert_eq!(first, Some(("查无此诊", "no_visit")), "before those of all regions");
        let shown = format!("{settings:?}");
        assert!(shown.contains("TifAccount(czrs)") && !shown.contains("very-secret"), "{shown}");
        let account = json!({
            "paasid": "czrs", "token": "very-secret", "fixmedins_code": "H32040000001", "path": PATH, "dialect": "purses",
        });
        assert_eq!(settings.account(), account);
    }

    #[test]
    fn what_differs_at_each_insurer_is_read_with_care() {
        for (text, wanted) in [
            ("fixmedins_code = \"H1\"", "renshe.toml:2: insurer.fixmedins_code: must be twelve letters and digits"),
            ("mdtrtarea_admvs = \"32\"", "renshe.toml:2: insurer.mdtrtarea_admvs: must be six digits"),
            ("path = \"/fsi\"", "renshe.toml:2: insurer.path: must begin with / and hold {infno}"),
            ("[insurer.paths]\n1101 = \"fsi\"", "renshe.toml:3: insurer.paths.1101: must begin with /"),
            ("not_known = [\"\"]", "renshe.toml:2: insurer.not_known: holds an empty text"),
            ("other_name = [\"不符\", \"\"]", "renshe.toml:2: insurer.other_name: holds an empty text"),
            ("[insurer.words]\ndone = [\"\"]", "renshe.toml:3: insurer.words.done: holds an empty text"),
            (
                "more_funds = [\"999997\"]\nmore_account_funds = [\"999997\"]",
                "renshe.toml:2: insurer.more_funds: fund_pay_type 999997 stands in two lists",
            ),
            ("numbers = \"digits\"", "renshe.toml:2: insurer.numbers: \"digits\" is not one of \"text\", \"number\""),
            ("[insurer.words]\nno_visit = [\" \"]", "renshe.toml:3: insurer.words.no_visit: holds an empty text"),
            (
                "[insurer.words]\nno_visit = [\"已结\"]\nsettled_already = [\"已结\"]",
                "renshe.toml:3: insurer.words.no_visit: \"已结\" also stands in settled_already",
            ),
        ] {
            let told = told::<InsurerSettings>(&format!("[insurer]\n{text}\n"));
            assert!(told.len() == 1 && told[0].starts_with(wanted), "wanted: {wanted}\ntold:   {told:?}");
        }
        let unknown = read::<InsurerSettings>("[insurer.words]\nsettled = []\n").unwrap_err().to_string();
        let wanted = "renshe.toml:2: unknown setting `settled` in [insurer.words]; known there:";
        assert!(unknown.starts_with(wanted), "{unknown}");
    }

    #[test]
    fn production_has_an_account_of_its_own() {
        assert_eq!(told::<InsurerSettings>(PRODUCTION), [""; 0]);
        for (change, to, wanted) in [
            (
                "endpoint = \"https://insurer.example.cn\"\n",
                "",
                "renshe.toml: insurer.endpoint: must be given in production",
            ),
            ("https://", "http://", "renshe.toml:3: insurer.endpoint: must begin with https:// in production"),
            ("\"czrs\"", "\"sandbox\"", "renshe.toml:4: insurer.paasid: is the sandbox's account"),
            ("very-secret", "sandbox-token", "renshe.toml:5: insurer.token: is the sandbox's secret"),
            (
                "fixmedins_code = \"H32040000007\"\n",
                "",
                "renshe.toml: insurer.fixmedins_code: must be given in production",
            ),
            ("fixmedins_name = \"常州人社\"\n", "", "renshe.toml: insurer.fixmedins_name: must be given in production"),
            ("mdtrtarea_admvs = \"320400\"\n", "", "renshe.toml: insurer.mdtrtarea_admvs: must be given in production"),
        ] {
            assert!(PRODUCTION.contains(change), "{change}");
            let told = told::<InsurerSettings>(&PRODUCTION.replace(change, to));
            assert!(told.len() == 1 && told[0].starts_with(wanted), "wanted: {wanted}\ntold:   {told:?}");
        }
    }
}
