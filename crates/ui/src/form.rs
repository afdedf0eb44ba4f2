//! Forms: protected against other sites before a byte is believed, and errors as kinds, not sentences.

use crate::body::read_body;
use crate::problem::Problem;
use crate::sent;
use axum::body::{Body, Bytes};
use axum::extract::{FromRequest, Request};
use kernel::typing;
use platform::Ctx;
use serde::de::DeserializeOwned;

/// The largest form. Forms hold words and choices, never files.
pub const FORM_BYTES: usize = 64 * 1024;

/// A urlencoded POST that a page of ours sent. Give its fields `#[serde(default)]`: an empty field is
/// for the handler to explain, an unreadable form is not.
#[derive(Clone, Debug)]
pub struct Form<T>(pub T);

impl<T: DeserializeOwned> FromRequest<Ctx> for Form<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &Ctx) -> Result<Form<T>, Problem> {
        let (parts, body) = request.into_parts();
        let bytes = read_body(body, FORM_BYTES).await?;
        if let Err(why) = sent::judge(state, &parts, &bytes) {
            return Err(sent::problem(state, &parts, &bytes, why));
        }
        let request = Request::from_parts(parts, Body::from(cleaned(bytes)));
        match axum::extract::Form::<T>::from_request(request, &()).await {
            Ok(axum::extract::Form(value)) => Ok(Form(value)),
            Err(rejection) => Err(Problem::bad_form().because(rejection)),
        }
    }
}

/// The form without control characters, secrets aside: passwords are as they were typed, and shown by nobody.
fn cleaned(bytes: Bytes) -> Bytes {
    let fields: Vec<_> = form_urlencoded::parse(&bytes).collect();
    if fields.iter().all(|(name, value)| is_secret(name) || typing::shown(value) == *value) {
        return bytes;
    }
    let mut clean = form_urlencoded::Serializer::new(String::with_capacity(bytes.len()));
    for (name, value) in &fields {
        let value = if is_secret(name) { value.clone() } else { typing::shown(value) };
        clean.append_pair(name, &value);
    }
    Bytes::from(clean.finish())
}

/// Whether what stands in a field of this name is a secret: it is typed again, never kept or shown. So is the form's
/// token, which belongs to one page.
pub fn is_secret(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    let pin = name.starts_with("pin") || name.ends_with("pin");
    pin || name.contains("password") || name.contains("code") || name == crate::csrf::FIELD
}

/// What is wrong with a form, by field and kind. The text of a kind is `error-<kind>`; a kind may carry one detail
/// after a colon (`name-character:3`), which its text calls `what`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Errors(Vec<(String, String)>);

impl Errors {
    /// None yet.
    pub fn new() -> Errors {
        Errors::default()
    }

    /// Notes an error; the first of a field is the one shown.
    pub fn add(&mut self, field: &str, kind: impl Into<String>) {
        self.0.push((field.to_owned(), kind.into()));
    }

    /// Notes the errors of fields that stand further down the page.
    pub fn append(&mut self, further: Errors) {
        self.0.extend(further.0);
    }

    /// A form with a single error.
    pub fn one(field: &str, kind: impl Into<String>) -> Errors {
        Errors(vec![(field.to_owned(), kind.into())])
    }

    /// Whether the form may go on.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The kind of error at a field.
    pub fn of(&self, field: &str) -> Option<&str> {
        self.0.iter().find(|(name, _)| name == field).map(|(_, kind)| kind.as_str())
    }

    /// The field that is wrong first: where a form that comes back is to be looked at.
    pub fn first_field(&self) -> &str {
        self.0.first().map_or("", |(field, _)| field)
    }

    /// How many fields are wrong.
    pub fn count(&self) -> usize {
        let mut fields: Vec<&str> = self.iter().map(|(field, _)| field).collect();
        fields.sort_unstable();
        fields.dedup();
        fields.len()
    }

    /// All of them: field, kind.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(field, kind)| (field.as_str(), kind.as_str()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn control_characters_come_no_further() {
        let sent = Bytes::from_static(b"name=a%00%C2%9Db&note=a%0D%0Ab%09c&password=x%00y&name=%E5%BC%A0");
        let clean = cleaned(sent);
        let fields: Vec<_> = form_urlencoded::parse(&clean).into_owned().collect();
        let values: Vec<&str> = fields.iter().map(|(_, value)| value.as_str()).collect();
        assert_eq!(values, ["ab", "a\r\nb\tc", "x\0y", "张"]);
        let plain = Bytes::from_static(b"name=a+b&csrf=1");
        assert_eq!(cleaned(plain.clone()), plain, "as it was sent");
    }

    #[test]
    fn secrets_are_known_by_their_names() {
        for name in
            ["csrf", "password", "password_again", "old_password", "code", "pin", "pin_again", "card_pin", "Code"]
        {
            assert!(is_secret(name), "{name}");
        }
        for name in ["name", "mobile", "note", "act", "to"] {
            assert!(!is_secret(name), "{name}");
        }
    }
}
