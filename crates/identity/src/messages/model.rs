//! What a message's arguments mean, and the words they become. Pure.

use kernel::{Moment, ShortNo};
use serde_json::{Map, Value};
use ui::{Lang, Page, locale};

kernel::typed_id!(
    /// A message to a person.
    pub MessageId, "msg"
);

/// The argument that holds a path of this service where the matter can be looked at.
const LINK: &str = "link";
/// The argument that holds the short number of the matter.
const NO: &str = "no";
/// How the name of an argument ends that is for readers of English.
const ENGLISH: &str = "_en";

/// Arguments of a message. A whole number under a name ending in `_at` is a moment (ms since the Unix
/// epoch), written in the reader's way; `link` leads to the matter, `no` is its short number; a name ending in `_en` is what the text without
/// the ending is called in English; all else is text as it is.
#[derive(Debug, Clone, Default)]
pub(crate) struct Args(Map<String, Value>);

impl Args {
    pub(crate) fn new(value: &Value) -> Args {
        Args(value.as_object().cloned().unwrap_or_default())
    }

    /// Reads what was sealed.
    pub(crate) fn parse(text: &str) -> Option<Args> {
        serde_json::from_str(text).ok().map(Args)
    }

    /// What is sealed.
    pub(crate) fn to_text(&self) -> String {
        Value::Object(self.0.clone()).to_string()
    }

    /// Where the matter can be looked at.
    pub(crate) fn link(&self) -> Option<String> {
        self.0.get(LINK).and_then(Value::as_str).and_then(ui::local_path).map(str::to_owned)
    }

    /// The short number of the matter, as it is shown.
    pub(crate) fn no(&self) -> Option<String> {
        let text = self.0.get(NO).and_then(Value::as_str)?;
        Some(ShortNo::parse(text).map_or_else(|_| text.to_owned(), |no| no.grouped()))
    }

    /// Parameters of the SMS, which is always Chinese.
    pub(crate) fn for_sms(&self) -> Map<String, Value> {
        let texts = self.texts(chinese_moment).into_iter().filter(|(name, _)| !name.ends_with(ENGLISH) && name != NO);
        texts.map(|(name, text)| (name, Value::String(text))).collect()
    }

    /// The same, with the English names under the Chinese ones' places.
    fn in_english(&self) -> Args {
        let mut args = self.0.clone();
        for (name, value) in &self.0 {
            if let (Some(name), Some(_)) = (name.strip_suffix(ENGLISH), value.as_str().filter(|text| !text.is_empty()))
            {
                args.insert(name.to_owned(), value.clone());
            }
        }
        Args(args)
    }

    fn texts(&self, moment: impl Fn(Moment) -> String) -> Vec<(String, String)> {
        let text = |name: &str, value: &Value| match (value, value.as_i64()) {
            _ if name == NO => self.no().unwrap_or_default(),
            (_, Some(ms)) if name.ends_with("_at") => moment(Moment::from_ms(ms)),
            (Value::String(text), _) => text.clone(),
            (other, _) => other.to_string(),
        };
        let shown = self.0.iter().filter(|(name, _)| name.as_str() != LINK);
        shown.map(|(name, value)| (name.clone(), text(name, value))).collect()
    }
}

/// A message's words for its reader: `part` is `title` or `body`. A kind this program no longer knows
/// still says that there was a message.
pub(crate) fn words(page: &Page, kind: &str, part: &str, args: &Args) -> String {
    let key = format!("message-{}-{part}", kind.replace('_', "-"));
    if !locale::has(page.look.lang, &key) {
        return page.t(&format!("message-other-{part}"));
    }
    let texts = match page.look.lang {
        Lang::Zh => args.texts(|moment| page.moment(moment)),
        Lang::En => args.in_english().texts(|moment| page.moment(moment)),
    };
    let pairs: Vec<(&str, String)> = texts.iter().map(|(name, text)| (name.as_str(), text.clone())).collect();
    locale::text_with(page.look.lang, &key, &pairs)
}

/// A moment as a text message says it.
pub(crate) fn chinese_moment(moment: Moment) -> String {
    let at = moment.datetime();
    format!("{}月{}日 {}:{:02}", at.month(), at.day(), at.hour(), at.minute())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn sms_parameters_are_chinese_text() {
        // 2026-03-05 14:20 in Changzhou.
        let args = Args::new(
            &json!({ "hospital": "常州市中医医院", "starts_at": 1_772_691_600_000_i64, "count": 7, "no": "1234567897", "link": "/x", "hospital_en": "Hospital of TCM" }),
        );
        let params = args.for_sms();
        assert_eq!(params.get("hospital"), Some(&json!("常州市中医医院")));
        assert_eq!(params.get("starts_at"), Some(&json!("3月5日 14:20")));
        assert_eq!(params.get("count"), Some(&json!("7")));
        assert_eq!(params.get("no"), None, "the templates that are approved have no such place");
        assert_eq!(params.get("link"), None);
        assert_eq!(params.get("hospital_en"), None);
        assert_eq!(args.in_english().0.get("hospital"), Some(&json!("Hospital of TCM")));
    }

    #[test]
    fn a_short_number_is_shown_in_groups_and_one_of_before_as_it_was() {
        let shown = |no: Value| Args::new(&json!({ "no": no })).no();
        assert_eq!(shown(json!("1234567897")), Some("123\u{a0}456\u{a0}7897".to_owned()));
        assert_eq!(shown(json!("ABCD-EFGH")), Some("ABCD-EFGH".to_owned()));
        assert_eq!(shown(Value::Null), None);
    }

    #[test]
    fn links_stay_at_home() {
        assert_eq!(Args::new(&json!({ "link": "/things/thg_1" })).link(), Some("/things/thg_1".into()));
        assert_eq!(Args::new(&json!({ "link": "//evil.example" })).link(), None);
        assert_eq!(Args::new(&json!({})).link(), None);
    }
}
