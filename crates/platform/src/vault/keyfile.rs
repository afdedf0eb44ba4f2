//! `keys.toml`: the master keys on disk, readable by their owner only, replaced as a whole.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::Path;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use kernel::{Rng, bytes32};
use serde::{Deserialize, Serialize};
use zeroize::{Zeroize, Zeroizing};

use super::cipher::{Cipher, Digest, Secret};
use super::{Suite, VaultError};
use crate::private;

const FORMAT: i64 = 1;

const PREAMBLE: &str = "\
# The master keys of this renshe installation. Whoever has this file and the database can read all
# personal data; without this file nobody can, ever again. Keep a copy apart from the database's.
# A new [[kek]] is added by `renshe keys add` and made active by `renshe keys activate`; the other keys never change.

";

/// The master keys, parsed.
pub(super) struct KeyFile {
    pub(super) digest: Digest,
    pub(super) active: String,
    pub(super) index: Secret,
    pub(super) mac: Secret,
    pub(super) anchor: Secret,
    pub(super) keks: Vec<Kek>,
}

/// One key-encryption key.
pub(super) struct Kek {
    pub(super) id: String,
    pub(super) cipher: Cipher,
    pub(super) secret: Secret,
}

/// The file as TOML sees it; wiped when dropped.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Text {
    format: i64,
    digest: String,
    active: String,
    index: String,
    mac: String,
    anchor: String,
    kek: Vec<KekText>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct KekText {
    id: String,
    cipher: String,
    secret: String,
}

impl Drop for Text {
    fn drop(&mut self) {
        for secret in [&mut self.index, &mut self.mac, &mut self.anchor] {
            secret.zeroize();
        }
        for kek in &mut self.kek {
            kek.secret.zeroize();
        }
    }
}

impl KeyFile {
    pub(super) fn generate(suite: Suite, rng: &dyn Rng) -> Self {
        let secret = || Secret::new(bytes32(rng));
        let (index, mac, anchor) = (secret(), secret(), secret());
        let mut file = Self { digest: suite.digest, active: String::new(), index, mac, anchor, keks: Vec::new() };
        file.active = file.add_kek(suite.cipher, rng);
        file
    }

    /// Adds a key; the active one stays.
    pub(super) fn add_kek(&mut self, cipher: Cipher, rng: &dyn Rng) -> String {
        let id = format!("kek_{:016x}", rng.u64());
        self.keks.push(Kek { id: id.clone(), cipher, secret: Secret::new(bytes32(rng)) });
        id
    }

    /// Makes a key of this file the active one; false when it holds no such key.
    pub(super) fn activate(&mut self, id: &str) -> bool {
        let known = self.keks.iter().any(|kek| kek.id == id);
        if known {
            id.clone_into(&mut self.active);
        }
        known
    }

    pub(super) fn read(path: &Path) -> Result<Self, VaultError> {
        let fail = |why: String| VaultError::File { path: path.to_owned(), why };
        let text = match fs::read_to_string(path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Err(VaultError::NoFile(path.to_owned())),
            Err(error) => return Err(fail(error.to_string())),
            Ok(text) => Zeroizing::new(text),
        };
        refuse_world_readable(path).map_err(fail)?;
        private::file(path).map_err(|error| fail(error.to_string()))?;
        Self::parse(&text).map_err(fail)
    }

    fn parse(text: &str) -> Result<Self, String> {
        // The parser's own message would quote the line, and with it a secret.
        let parsed: Text = toml::from_str(text).map_err(|error| match error.span() {
            Some(span) => format!("line {}: {}", text[..span.start].lines().count().max(1), error.message()),
            None => error.message().to_owned(),
        })?;
        if parsed.format != FORMAT {
            return Err(format!("its format is {}, this program reads format {FORMAT}", parsed.format));
        }
        let digest = parsed.digest.parse::<Digest>().map_err(|_| "`digest` must be \"sha256\" or \"sm3\"")?;
        let mut keks = Vec::with_capacity(parsed.kek.len());
        for kek in &parsed.kek {
            let cipher = kek.cipher.parse::<Cipher>().ok();
            let cipher =
                cipher.ok_or_else(|| format!("[[kek]] {}: `cipher` must be \"aes-256-gcm\" or \"sm4-gcm\"", kek.id))?;
            if kek.id.is_empty() || kek.id.len() > 64 || keks.iter().any(|other: &Kek| other.id == kek.id) {
                return Err(format!("[[kek]] id {:?} is empty, too long or there twice", kek.id));
            }
            keks.push(Kek { id: kek.id.clone(), cipher, secret: decode(&kek.secret, "a [[kek]]'s `secret`")? });
        }
        Ok(Self {
            digest,
            active: parsed.active.clone(),
            index: decode(&parsed.index, "`index`")?,
            mac: decode(&parsed.mac, "`mac`")?,
            anchor: decode(&parsed.anchor, "`anchor`")?,
            keks,
        })
    }

    fn render(&self) -> Result<Zeroizing<String>, String> {
        let encode = |secret: &Secret| STANDARD.encode(secret.bytes());
        let kek = |kek: &Kek| KekText {
            id: kek.id.clone(),
            cipher: kek.cipher.as_str().to_owned(),
            secret: encode(&kek.secret),
        };
        let text = Text {
            format: FORMAT,
            digest: self.digest.as_str().to_owned(),
            active: self.active.clone(),
            index: encode(&self.index),
            mac: encode(&self.mac),
            anchor: encode(&self.anchor),
            kek: self.keks.iter().map(kek).collect(),
        };
        let body = Zeroizing::new(toml::to_string(&text).map_err(|error| error.to_string())?);
        Ok(Zeroizing::new(format!("{PREAMBLE}{}", body.as_str())))
    }

    /// Writes a file that must not exist yet.
    pub(super) fn write_new(&self, path: &Path) -> Result<(), VaultError> {
        let write = || -> Result<(), String> {
            let text = self.render()?;
            if let Some(dir) = path.parent() {
                private::make(dir).map_err(|error| error.to_string())?;
            }
            write_private(path, text.as_bytes()).map_err(|error| error.to_string())
        };
        write().map_err(|why| VaultError::File { path: path.to_owned(), why })
    }

    /// Replaces a file: a crash leaves the old one or the new one, never half of one.
    pub(super) fn replace(&self, path: &Path) -> Result<(), VaultError> {
        let write = || -> Result<(), String> {
            let text = self.render()?;
            let next = path.with_extension("toml.new");
            // A left-over of a crash before the rename; it was never in use.
            drop(fs::remove_file(&next));
            let swap = write_private(&next, text.as_bytes())
                .and_then(|()| fs::rename(&next, path))
                .and_then(|()| sync_folder(path));
            swap.map_err(|error| error.to_string())
        };
        write().map_err(|why| VaultError::File { path: path.to_owned(), why })
    }
}

fn decode(text: &str, what: &str) -> Result<Secret, String> {
    let bytes = STANDARD.decode(text).map(Zeroizing::new).map_err(|_| format!("{what} is not base64"))?;
    let bytes: [u8; 32] = bytes.as_slice().try_into().map_err(|_| format!("{what} must be 32 bytes long"))?;
    Ok(Secret::new(bytes))
}

fn write_private(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    sync_folder(path)
}

/// Makes the name as durable as the content.
fn sync_folder(path: &Path) -> io::Result<()> {
    match path.parent() {
        Some(dir) if !dir.as_os_str().is_empty() => File::open(dir)?.sync_all(),
        _ => File::open(".")?.sync_all(),
    }
}

#[cfg(unix)]
fn refuse_world_readable(path: &Path) -> Result<(), String> {
    let mode =
        std::os::unix::fs::PermissionsExt::mode(&fs::metadata(path).map_err(|error| error.to_string())?.permissions());
    if mode & 0o007 != 0 {
        return Err(format!(
            "everybody on this machine can reach it (mode {:03o}); say: chmod 600 {}",
            mode & 0o777,
            path.display()
        ));
    }
    Ok(())
}

#[cfg(not(unix))]
fn refuse_world_readable(_path: &Path) -> Result<(), String> {
    Ok(())
}

#[cfg(test)]
mod tests {
    use kernel::SeededRng;

    use super::*;

    #[test]
    fn what_is_rendered_is_read_again() {
        let file = KeyFile::generate(Suite { cipher: Cipher::Sm4Gcm, digest: Digest::Sm3 }, &SeededRng::new(1));
        let again = KeyFile::parse(&file.render().unwrap()).unwrap();
        assert_eq!((again.digest, again.active.as_str(), again.keks.len()), (Digest::Sm3, file.active.as_str(), 1));
        assert_eq!(again.keks[0].secret.bytes(), file.keks[0].secret.bytes());
        assert_eq!(again.anchor.bytes(), file.anchor.bytes());
    }

    #[test]
    fn mistakes_are_named_and_quote_no_secret() {
        let text = KeyFile::generate(Suite::default(), &SeededRng::new(1)).render().unwrap();
        let secret = text.lines().find_map(|line| line.strip_prefix("mac = ")).unwrap().trim_matches('"').to_owned();
        let cases = [
            (text.replace("format = 1", "format = 9"), "format is 9"),
            (text.replace("\"sha256\"", "\"md5\""), "`digest` must be"),
            (text.replace(&secret, "?"), "`mac` is not base64"),
            (text.replace(&secret, "AAAA"), "`mac` must be 32 bytes"),
            (text.replace(&format!("\"{secret}\""), &secret), "line "),
        ];
        for (text, wanted) in cases {
            let why = KeyFile::parse(&text).err().unwrap();
            assert!(why.contains(wanted) && !why.contains(&secret), "{why}");
        }
    }

    #[cfg(unix)]
    #[test]
    fn a_key_file_open_to_everybody_is_refused() {
        use std::os::unix::fs::PermissionsExt;
        let path = std::env::temp_dir().join(format!("renshe-keyfile-{}.toml", std::process::id()));
        drop(fs::remove_file(&path));
        KeyFile::generate(Suite::default(), &SeededRng::new(1)).write_new(&path).unwrap();
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        assert!(KeyFile::read(&path).is_ok());
        fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
        assert!(KeyFile::read(&path).is_ok());
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600, "narrowed to its owner");
        fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
        let error = KeyFile::read(&path).err().unwrap().to_string();
        assert!(error.contains("chmod 600"), "{error}");
        fs::remove_file(&path).unwrap();
    }
}
