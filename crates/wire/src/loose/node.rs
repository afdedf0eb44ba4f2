//! A node of an answer: an object, a list of one, a text that holds either, or nothing.

use serde::de::{Deserialize, DeserializeOwned, Deserializer, Error};
use serde_json::value::RawValue;

/// What was written in a place, unchanged.
#[derive(Debug, Clone, Default)]
pub struct Node(Option<Box<RawValue>>);

/// A node that has another form than any that is known. It does not say what stands there: that may be about
/// a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a node cannot be read")]
pub struct Unreadable;

impl Node {
    /// Whether it is empty: null, an empty text, an empty object or list, or no such field.
    pub fn is_nothing(&self) -> bool {
        matches!(self.inner().map(|raw| compact(&raw)).as_deref(), Ok("" | "null" | "\"\"" | "{}" | "[]"))
    }

    /// Reads it as one thing.
    pub fn one<T: DeserializeOwned>(&self) -> Result<T, Unreadable> {
        let raw = self.inner()?;
        if raw.starts_with('[') {
            let list: Vec<Box<RawValue>> = serde_json::from_str(&raw).map_err(|_| Unreadable)?;
            let [single] = list.as_slice() else { return Err(Unreadable) };
            return serde_json::from_str(single.get()).map_err(|_| Unreadable);
        }
        serde_json::from_str(&raw).map_err(|_| Unreadable)
    }

    /// Reads it as any number of things: a list, a single one, or none.
    pub fn many<T: DeserializeOwned>(&self) -> Result<Vec<T>, Unreadable> {
        if self.is_nothing() {
            return Ok(Vec::new());
        }
        let raw = self.inner()?;
        if raw.starts_with('[') {
            return serde_json::from_str(&raw).map_err(|_| Unreadable);
        }
        serde_json::from_str(&raw).map(|single| vec![single]).map_err(|_| Unreadable)
    }

    /// The node of that name inside it; itself where there is none. Some regions leave the name out, and some
    /// write it twice.
    pub fn inside(&self, name: &str) -> Node {
        let mut node = self.clone();
        for _ in 0..2 {
            let fields = node.one::<std::collections::BTreeMap<String, Box<RawValue>>>();
            match fields.ok().and_then(|mut fields| fields.remove(name)) {
                Some(raw) => node = Node(Some(raw)),
                None => break,
            }
        }
        node
    }

    /// The JSON, out of the text that holds it where it is one.
    fn inner(&self) -> Result<String, Unreadable> {
        let Some(raw) = &self.0 else { return Ok(String::new()) };
        let raw = raw.get().trim();
        if !raw.starts_with('"') {
            return Ok(raw.to_owned());
        }
        let text: String = serde_json::from_str(raw).map_err(|_| Unreadable)?;
        Ok(text.trim().to_owned())
    }
}

impl<'de> Deserialize<'de> for Node {
    fn deserialize<D: Deserializer<'de>>(source: D) -> Result<Node, D::Error> {
        Box::<RawValue>::deserialize(source).map(Some).map(Node)
    }
}

impl From<Box<RawValue>> for Node {
    fn from(raw: Box<RawValue>) -> Node {
        Node(Some(raw))
    }
}

/// [`Node::one`] as a field.
pub(crate) fn one<'de, D: Deserializer<'de>, T: DeserializeOwned>(source: D) -> Result<T, D::Error> {
    Node::deserialize(source)?.one().map_err(D::Error::custom)
}

/// [`Node::many`] as a field.
pub(crate) fn many<'de, D: Deserializer<'de>, T: DeserializeOwned>(source: D) -> Result<Vec<T>, D::Error> {
    Node::deserialize(source)?.many().map_err(D::Error::custom)
}

/// Without the blanks that may stand between the brackets of something empty.
fn compact(raw: &str) -> String {
    if raw.len() > 64 { raw.to_owned() } else { raw.split_whitespace().collect() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, PartialEq, serde::Deserialize)]
    struct Thing {
        a: u8,
    }

    fn node(json: &str) -> Node {
        serde_json::from_str(json).unwrap()
    }

    #[test]
    fn one_thing_is_read_in_every_form() {
        for json in [r#"{"a":1}"#, r#"[{"a":1}]"#, r#""{\"a\":1}""#, r#"" [ {\"a\": 1} ] ""#] {
            assert_eq!(node(json).one(), Ok(Thing { a: 1 }), "{json}");
        }
        for json in [r#"[]"#, r#"[{"a":1},{"a":1}]"#, r#""""#, "null", r#""PznBlnVSzpDlyl54Vk3/hg==""#, "7"] {
            assert_eq!(node(json).one::<Thing>(), Err(Unreadable), "{json}");
        }
    }

    #[test]
    fn many_things_are_a_list_a_single_one_or_none() {
        for (json, count) in [
            (r#"[{"a":1},{"a":2}]"#, 2),
            (r#"{"a":1}"#, 1),
            (r#""[{\"a\":1}]""#, 1),
            ("[]", 0),
            ("null", 0),
            (r#""""#, 0),
            (r#"" ""#, 0),
            ("{ }", 0),
        ] {
            assert_eq!(node(json).many::<Thing>().map(|things| things.len()), Ok(count), "{json}");
        }
        assert_eq!(node(r#"[{"b":1}]"#).many::<Thing>(), Err(Unreadable));
        assert!(Node::default().is_nothing() && node("[ ]").is_nothing() && !node("[0]").is_nothing());
    }

    #[test]
    fn a_name_may_be_left_out_or_written_twice() {
        for json in [r#"{"data":{"a":1}}"#, r#"{"a":1}"#, r#"{"data":{"data":{"a":1}}}"#, r#"{"data":[{"a":1}]}"#] {
            assert_eq!(node(json).inside("data").one(), Ok(Thing { a: 1 }), "{json}");
        }
        assert_eq!(node(r#"{"data":null}"#).inside("data").one::<Thing>(), Err(Unreadable));
    }
}
