//! The programs that the tests need and that cargo does not bring: PostgreSQL, Chromium with its
//! driver, a Chinese font, axe-core, rustfmt and clippy.
//!
//! What is missing is installed by apt-get when we are root or `CI=true`; otherwise the line to
//! type is printed and nothing is changed. axe-core comes from npm into `target/`, so anybody may
//! fetch it.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// The tools that a part of the tests needs.
#[derive(Clone, Copy, Default, PartialEq, Eq, Debug)]
pub struct Needs {
    /// A PostgreSQL server's programs.
    pub postgres: bool,
    /// Chromium, its driver, a font with Chinese characters, and axe-core.
    pub browser: bool,
    /// rustfmt and clippy.
    pub linters: bool,
}

impl Needs {
    /// What two parts need together.
    pub fn and(self, other: Needs) -> Needs {
        Needs {
            postgres: self.postgres || other.postgres,
            browser: self.browser || other.browser,
            linters: self.linters || other.linters,
        }
    }
}

/// Makes sure that everything in `needs` is there, installing it where we may.
///
/// # Errors
/// The line to type, when something is missing that may not or could not be installed.
pub fn ensure(needs: Needs) -> Result<(), String> {
    if needs.linters && !(runs("cargo", &["fmt", "--version"]) && runs("cargo", &["clippy", "--version"])) {
        return Err("rustfmt or clippy is missing; type:\n    rustup component add rustfmt clippy".to_string());
    }
    let missing = missing_packages(needs);
    if missing.is_empty() {
        return Ok(());
    }
    let list = missing.join(" ");
    let line = format!("apt-get update && apt-get install -y --no-install-recommends {list}");
    let sudo = if is_root() { "" } else { "sudo " };
    if !is_root() && env::var("CI").as_deref() != Ok("true") {
        return Err(format!("the tests need {list}; type:\n    sudo sh -c '{line}'"));
    }
    println!("installing {list}");
    let done = Command::new("sh")
        .args(["-c", &format!("{sudo}sh -c '{line}'")])
        .env("DEBIAN_FRONTEND", "noninteractive")
        .stdin(Stdio::null())
        .status();
    let left = missing_packages(needs);
    if left.is_empty() {
        return Ok(());
    }
    let how = done.map_or_else(|e| e.to_string(), |s| s.to_string());
    Err(format!("{} could not be installed ({how}); type:\n    {sudo}sh -c '{line}'", left.join(" ")))
}

/// The accessibility rules, as one script that is run in a page.
pub fn axe(root: &Path) -> PathBuf {
    root.join("target/axe/node_modules/axe-core/axe.min.js")
}

/// Puts axe-core below `target/`, unless it is there.
///
/// # Errors
/// The line to type, when npm could not fetch it.
pub fn fetch_axe(root: &Path) -> Result<(), String> {
    if axe(root).is_file() {
        return Ok(());
    }
    let folder = root.join("target/axe");
    let folder = folder.display();
    let line = format!("npm install --prefix '{folder}' --no-save --no-audit --no-fund axe-core@4");
    println!("fetching axe-core");
    let done =
        fs::create_dir_all(root.join("target/axe")).and_then(|()| Command::new("sh").args(["-c", &line]).status());
    if axe(root).is_file() {
        return Ok(());
    }
    let how = done.map_or_else(|e| e.to_string(), |s| s.to_string());
    Err(format!("axe-core could not be fetched ({how}); type:\n    {line}"))
}

/// The Debian packages that would bring what is missing.
fn missing_packages(needs: Needs) -> Vec<&'static str> {
    let mut missing = Vec::new();
    if needs.postgres && postgres_bin().is_none() {
        missing.push("postgresql");
    }
    if needs.browser {
        if chromium().is_none() {
            missing.push("chromium");
        }
        if chromedriver().is_none() {
            missing.push("chromium-driver");
        }
        if !chinese_font() {
            missing.push("fonts-wqy-microhei");
        }
        if on_path("npm").is_none() {
            missing.push("npm");
        }
    }
    missing
}

/// The folder with `initdb` and `postgres`: Debian's newest version, or wherever the path has them.
pub fn postgres_bin() -> Option<PathBuf> {
    let mut versions: Vec<(u32, PathBuf)> = fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten()
        .flatten()
        .filter_map(|entry| {
            let version = entry.file_name().to_str()?.parse().ok()?;
            let bin = entry.path().join("bin");
            (bin.join("initdb").exists() && bin.join("postgres").exists()).then_some((version, bin))
        })
        .collect();
    versions.sort();
    match versions.pop() {
        Some((_, bin)) => Some(bin),
        None => on_path("initdb")?.parent().map(Path::to_path_buf),
    }
}

/// Chromium, or what `RENSHE_CHROMIUM` names.
pub fn chromium() -> Option<PathBuf> {
    named("RENSHE_CHROMIUM").or_else(|| ["chromium", "chromium-browser", "google-chrome"].into_iter().find_map(on_path))
}

/// Chromium's driver, or what `RENSHE_CHROMEDRIVER` names.
pub fn chromedriver() -> Option<PathBuf> {
    named("RENSHE_CHROMEDRIVER").or_else(|| on_path("chromedriver"))
}

/// Clippy's compiler, which lies beside the toolchain's own.
pub fn clippy_driver() -> Option<PathBuf> {
    let out = Command::new("rustc").args(["--print", "sysroot"]).output().ok()?;
    let sysroot = PathBuf::from(String::from_utf8_lossy(&out.stdout).trim());
    Some(sysroot.join("bin/clippy-driver")).filter(|p| p.is_file())
}

/// Whether pages in Chinese would be drawn with characters rather than boxes.
fn chinese_font() -> bool {
    if Path::new("/usr/share/fonts/truetype/wqy/wqy-microhei.ttc").exists() {
        return true;
    }
    let listed = Command::new("fc-list").arg(":lang=zh-cn").output();
    listed.is_ok_and(|out| !out.stdout.is_empty())
}

/// A folder in memory with room for the tests' databases, where there is one and nobody chose another: what a test
/// writes dies with it, and waiting for the disk is most of the time that small databases take. Tests that kill
/// processes keep their files there too, because a process that dies does not take those pages along.
pub fn memory() -> Option<&'static str> {
    const FOLDER: &str = "/dev/shm";
    const ROOM_KIB: u64 = 2 * 1024 * 1024;
    if std::env::var_os("TMPDIR").is_some() {
        return None;
    }
    let out = Command::new("df").args(["-k", "--output=avail", FOLDER]).output().ok()?;
    let room: u64 = String::from_utf8_lossy(&out.stdout).split_whitespace().last()?.parse().ok()?;
    (room >= ROOM_KIB).then_some(FOLDER)
}

/// Whether this process may install packages and must not run PostgreSQL itself.
pub fn is_root() -> bool {
    let id = Command::new("id").arg("-u").output();
    id.is_ok_and(|out| out.stdout.trim_ascii() == b"0")
}

/// Whether a program answers.
pub fn runs(program: &str, args: &[&str]) -> bool {
    let status = Command::new(program).args(args).stdout(Stdio::null()).stderr(Stdio::null()).status();
    status.is_ok_and(|s| s.success())
}

fn named(variable: &str) -> Option<PathBuf> {
    env::var_os(variable).map(PathBuf::from).filter(|p| p.is_file())
}

fn on_path(program: &str) -> Option<PathBuf> {
    env::split_paths(&env::var_os("PATH")?).map(|folder| folder.join(program)).find(|file| file.is_file())
}
