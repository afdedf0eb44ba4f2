//! Style, script and pictures, embedded; served under names that hold a hash of their content, so that
//! a browser may keep them for ever.

use crate::encoding::Encoding;
use crate::headers::text;
use axum::body::Body;
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use http::{HeaderMap, HeaderValue, StatusCode, header};
use include_dir::{Dir, include_dir};
use sha2::{Digest, Sha256};
use std::collections::HashMap;
use std::sync::{LazyLock, OnceLock};

static FILES: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/../../assets");
static ASSETS: LazyLock<Assets> = LazyLock::new(Assets::load);

/// The address of an asset by its plain name: `app.css` → `/assets/app.1a2b3c4d5e.css`; empty if unknown.
pub fn url(name: &str) -> &'static str {
    ASSETS.urls.get(name).map_or("", String::as_str)
}

/// The bytes of an asset as written, for text ones.
pub(crate) fn source(name: &str) -> Option<&'static str> {
    FILES.get_file(name)?.contents_utf8()
}

/// Answers `/assets/{name}`: the smallest coding the visitor takes, to be kept for a year.
pub fn serve(name: &str, headers: &HeaderMap) -> Option<Response> {
    let asset = ASSETS.by_name.get(name)?;
    let wanted = Encoding::for_asset(&text(headers, header::ACCEPT_ENCODING));
    let (encoding, body) = match asset.packed(wanted) {
        Some(packed) => (wanted, packed),
        None => (Encoding::Identity, Bytes::from_static(asset.plain)),
    };
    let mut response = (StatusCode::OK, Body::from(body)).into_response();
    let out = response.headers_mut();
    out.insert(header::CONTENT_TYPE, HeaderValue::from_static(asset.mime));
    out.insert(header::CACHE_CONTROL, HeaderValue::from_static("public, max-age=31536000, immutable"));
    out.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
    if let Some(coding) = encoding.header() {
        out.insert(header::CONTENT_ENCODING, coding);
    }
    Some(response)
}

struct Assets {
    urls: HashMap<&'static str, String>,
    by_name: HashMap<String, Asset>,
}

struct Asset {
    plain: &'static [u8],
    mime: &'static str,
    // Compressed at first use: start-up stays short, and no build step is needed.
    packed: [OnceLock<Option<Bytes>>; 3],
}

impl Assets {
    fn load() -> Assets {
        let mut urls = HashMap::new();
        let mut by_name = HashMap::new();
        for file in FILES.files() {
            let Some(name) = file.path().to_str() else { continue };
            let Some((stem, ext)) = name.rsplit_once('.') else { continue };
            let hashed = format!("{stem}.{}.{ext}", hash(file.contents()));
            urls.insert(name, format!("/assets/{hashed}"));
            let packed = [OnceLock::new(), OnceLock::new(), OnceLock::new()];
            by_name.insert(hashed, Asset { plain: file.contents(), mime: mime(ext), packed });
        }
        Assets { urls, by_name }
    }
}

impl Asset {
    fn packed(&self, encoding: Encoding) -> Option<Bytes> {
        let slot = match encoding {
            Encoding::Identity => return None,
            Encoding::Gzip => 0,
            Encoding::Zstd => 1,
            Encoding::Brotli => 2,
        };
        self.packed[slot].get_or_init(|| encoding.compress_best(self.plain)).clone()
    }
}

fn hash(content: &[u8]) -> String {
    let digest = Sha256::digest(content);
    digest.iter().take(5).map(|byte| format!("{byte:02x}")).collect()
}

fn mime(ext: &str) -> &'static str {
    match ext {
        "css" => "text/css; charset=utf-8",
        "js" => "text/javascript; charset=utf-8",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        _ => "application/octet-stream",
    }
}
