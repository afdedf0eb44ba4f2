//! What the adapter must be told: the section `[face]` of the configuration.

use platform::config::{Part, Section};
use reqwest::Url;
use serde_json::{Value, json};
use wire::aliyun_cloudauth::PARTNER;

use crate::acs3::AccessKey;

/// One account at the provider.
#[derive(Debug, Clone)]
pub struct FaceSettings {
    /// `https://cloudauth.aliyuncs.com`, or the sandbox's address. No path: the provider signs `/`. Empty as it is read
    /// where nobody gave it: [`FaceSettings::at`] fills it in.
    pub endpoint: String,
    /// The key that signs.
    pub key: AccessKey,
    /// `SceneId`: digits, given by the provider's console.
    pub scene_id: String,
    /// Where browsers reach what the provider gives as `CertifyUrl`, as `scheme://host[:port]`,
    /// when that is not the endpoint itself: a server inside a container, or the provider's own
    /// second host.
    pub upload_base: Option<String>,
    /// How long one call may take, milliseconds, from the first byte sent to the last received.
    pub timeout_ms: u64,
    /// Calls under way at once, at most.
    pub calls_max: usize,
}

impl Section for FaceSettings {
    const NAME: &'static str = PARTNER.name;
    const PORT: u16 = PARTNER.port;

    fn read(part: &mut Part<'_, '_>) -> FaceSettings {
        let scene_id = part.needed("scene_id", "1000000001");
        if !is_scene(&scene_id) {
            part.wrong("scene_id", "must be digits, as the provider's console gives them");
        }
        FaceSettings {
            endpoint: part.endpoint().unwrap_or_default(),
            key: AccessKey {
                id: part.own("access_key_id"),
                secret: part.secret("access_key_secret", "sandbox-secret").expose().clone(),
            },
            scene_id,
            upload_base: part.base("upload_base"),
            timeout_ms: part.timeout_ms(),
            calls_max: part.max_in_flight(),
        }
    }

    fn places(&self) -> usize {
        self.calls_max
    }

    fn account(&self) -> Value {
        json!({ "access_key_id": self.key.id, "access_key_secret": self.key.secret, "scene_id": self.scene_id })
    }
}

/// Whether a text has the form of a scene's id.
pub(super) fn is_scene(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// Settings that could never work.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadFaceSettings {
    /// The endpoint is not `http://host` or `https://host` with nothing after it.
    #[error("the face endpoint must be http(s)://host[:port] without a path, not {0:?}")]
    Endpoint(String),
    /// The same for the address that browsers use.
    #[error("the face upload address must be http(s)://host[:port] without a path, not {0:?}")]
    UploadBase(String),
    /// The scene is a number.
    #[error("the face scene must be digits, not {0:?}")]
    SceneId(String),
    /// The HTTP client could not be made.
    #[error("the face client cannot be made: {0}")]
    Client(String),
}

impl FaceSettings {
    /// The same account at `sandbox`, where the configuration does not say where the provider is.
    pub fn at(mut self, sandbox: &str) -> FaceSettings {
        if self.endpoint.is_empty() {
            sandbox.clone_into(&mut self.endpoint);
        }
        self
    }

    /// The addresses to which frames may be sent.
    pub(super) fn origins(&self) -> Result<Origins, BadFaceSettings> {
        let provider = origin(&self.endpoint).ok_or_else(|| BadFaceSettings::Endpoint(self.endpoint.clone()))?;
        let browser = match &self.upload_base {
            None => provider.clone(),
            Some(base) => origin(base).ok_or_else(|| BadFaceSettings::UploadBase(base.clone()))?,
        };
        Ok(Origins { provider, browser })
    }
}

/// The two origins that a `CertifyUrl` may have, as `scheme://host[:port]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Origins {
    /// The endpoint's.
    provider: String,
    /// The one that browsers use.
    pub(super) browser: String,
}

impl Origins {
    /// The address a browser may be sent to: `None` unless it is of one of the two origins, so that
    /// nobody who speaks for the provider sends a face elsewhere.
    pub(super) fn upload_url(&self, certify_url: &str) -> Option<String> {
        let url = Url::parse(certify_url).ok()?;
        let named = !url.username().is_empty() || url.password().is_some() || url.fragment().is_some();
        let own = url.origin().ascii_serialization();
        if named || (own != self.provider && own != self.browser) {
            return None;
        }
        let query = url.query().map(|query| format!("?{query}")).unwrap_or_default();
        Some(format!("{}{}{query}", self.browser, url.path()))
    }
}

/// An address with nothing after the host, as browsers write its origin.
fn origin(text: &str) -> Option<String> {
    let url = Url::parse(text).ok()?;
    let bare = matches!(url.scheme(), "http" | "https")
        && matches!(url.path(), "/" | "")
        && url.query().is_none()
        && url.fragment().is_none()
        && url.username().is_empty()
        && url.password().is_none();
    bare.then(|| url.origin().ascii_serialization())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::section::{read, told};

    const PRODUCTION: &str = "mode = \"production\"\n[face]\nendpoint = \"https://cloudauth.aliyuncs.com\"\naccess_key_id = \"id\"\n\
                              access_key_secret = \"very-secret\"\nscene_id = \"1000009999\"\n";

    #[test]
    fn a_demo_needs_nothing_and_asks_the_sandbox() {
        let settings = read::<FaceSettings>("").unwrap();
        assert_eq!((settings.key.id.as_str(), settings.key.secret.as_str()), ("sandbox", "sandbox-secret"));
        assert_eq!((settings.scene_id.as_str(), settings.timeout_ms, settings.calls_max), ("1000000001", 5_000, 16));
        assert_eq!(settings.upload_base, None);
        assert_eq!(settings.at("http://127.0.0.1:8084").endpoint, "http://127.0.0.1:8084");
        let placed = read::<FaceSettings>("[face]\nendpoint = \"http://faces.example.cn\"\n").unwrap();
        assert_eq!(placed.at("http://127.0.0.1:8084").endpoint, "http://faces.example.cn");
    }

    #[test]
    fn what_was_written_is_read_and_its_secret_never_printed() {
        let text = "[face]\naccess_key_id = \"id\"\naccess_key_secret = \"very-secret\"\nscene_id = \"7\"\n\
                    upload_base = \"https://faces.example\"\ntimeout_ms = 25000\nmax_in_flight = 3\n";
        let settings = read::<FaceSettings>(text).unwrap();
        assert_eq!((settings.upload_base.as_deref(), settings.timeout_ms), (Some("https://faces.example"), 25_000));
        assert_eq!(settings.places(), 3);
        let shown = format!("{settings:?}");
        assert!(shown.contains("AccessKey(id)") && !shown.contains("very-secret"), "{shown}");
        let account = json!({ "access_key_id": "id", "access_key_secret": "very-secret", "scene_id": "7" });
        assert_eq!(settings.account(), account);
    }

    #[test]
    fn all_mistakes_are_told_with_their_lines() {
        assert_eq!(told::<FaceSettings>(PRODUCTION), [""; 0]);
        for (change, to, wanted) in [
            (
                "endpoint = \"https://cloudauth.aliyuncs.com\"\n",
                "",
                "renshe.toml: face.endpoint: must be given in production",
            ),
            ("https://", "http://", "renshe.toml:3: face.endpoint: must begin with https:// in production"),
            ("\"id\"", "\"sandbox\"", "renshe.toml:4: face.access_key_id: is the sandbox's account"),
            ("access_key_id = \"id\"\n", "", "renshe.toml: face.access_key_id: must be given in production"),
            ("very-secret", "sandbox-secret", "renshe.toml:5: face.access_key_secret: is the sandbox's secret"),
            ("scene_id = \"1000009999\"\n", "", "renshe.toml: face.scene_id: must be given in production"),
            ("1000009999", "ten", "renshe.toml:6: face.scene_id: must be digits"),
            ("\"id\"", "\"\"", "renshe.toml:4: face.access_key_id: must be given in production"),
            ("very-secret", " ", "renshe.toml:5: face.access_key_secret: must be given in production"),
            ("scene_id", "timeout_ms = 25001\nscene_id", "renshe.toml:6: face.timeout_ms: 25001 is out of range"),
            ("scene_id", "upload_base = \"https://x/y\"\nscene_id", "renshe.toml:6: face.upload_base: must be http://"),
        ] {
            assert!(PRODUCTION.contains(change), "{change}");
            let told = told::<FaceSettings>(&PRODUCTION.replace(change, to));
            assert!(told.len() == 1 && told[0].starts_with(wanted), "wanted: {wanted}\ntold:   {told:?}");
        }
    }

    fn settings(endpoint: &str, upload_base: Option<&str>) -> FaceSettings {
        FaceSettings {
            endpoint: endpoint.into(),
            key: AccessKey { id: "id".into(), secret: "secret".into() },
            scene_id: "1000000006".into(),
            upload_base: upload_base.map(str::to_owned),
            timeout_ms: 1000,
            calls_max: 1,
        }
    }

    #[test]
    fn a_browser_is_sent_to_the_configured_origin_only() {
        let plain = settings("http://127.0.0.1:8093", None).origins().unwrap();
        for (certify_url, upload_url) in [
            ("http://127.0.0.1:8093/capture/a?x=1", Some("http://127.0.0.1:8093/capture/a?x=1")),
            ("http://127.0.0.1:8094/capture/a", None),
            ("https://127.0.0.1:8093/capture/a", None),
            ("http://127.0.0.1:8093@faces.example/capture/a", None),
            ("http://faces.example/http://127.0.0.1:8093/", None),
            ("javascript:alert(1)", None),
            ("/capture/a", None),
            ("", None),
        ] {
            assert_eq!(plain.upload_url(certify_url).as_deref(), upload_url, "{certify_url}");
        }
        let two = settings("http://sandbox:8093", Some("https://Faces.example/")).origins().unwrap();
        assert_eq!(two.browser, "https://faces.example");
        let sent = Some("https://faces.example/capture/a");
        assert_eq!(two.upload_url("http://sandbox:8093/capture/a").as_deref(), sent);
        assert_eq!(two.upload_url("https://faces.example:443/capture/a").as_deref(), sent);
        assert_eq!(two.upload_url("https://other.example/capture/a"), None);
    }

    #[test]
    fn addresses_that_could_never_work_are_named() {
        let bad = settings("http://127.0.0.1:8093", Some("https://faces.example/path")).origins();
        assert_eq!(bad, Err(BadFaceSettings::UploadBase("https://faces.example/path".into())));
        let bad = settings("faces.example", None).origins();
        assert_eq!(bad, Err(BadFaceSettings::Endpoint("faces.example".into())));
    }
}
