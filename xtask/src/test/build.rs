//! How the tests are built: what cargo is told, and in which environment.

use std::env;

use crate::tools;

/// Builds every target of the workspace and runs none.
pub fn everything() -> Vec<String> {
    ["test", "--workspace", "--all-targets", "--no-run"].map(String::from).to_vec()
}

/// The same test command, building only: without what is meant for the test binary (after `--`).
pub fn only(arguments: &[String]) -> Vec<String> {
    let told = arguments.iter().take_while(|argument| *argument != "--").cloned();
    told.chain(["--no-run".to_string()]).collect()
}

/// Lets clippy's driver compile our own crates, as `cargo clippy` does, with each lint an error.
///
/// # Errors
/// A sentence, when the driver is not where a toolchain has it.
pub fn linted() -> Result<[(String, String); 2], String> {
    // The separator between arguments is the driver's own.
    const DENIED: &str = "-D__CLIPPY_HACKERY__warnings__CLIPPY_HACKERY__";
    let driver =
        tools::clippy_driver().ok_or("clippy-driver is not beside rustc; type:\n    rustup component add clippy")?;
    Ok([
        ("RUSTC_WORKSPACE_WRAPPER".to_string(), driver.display().to_string()),
        ("CLIPPY_ARGS".to_string(), DENIED.to_string()),
    ])
}

/// On a machine that builds once and is thrown away, nothing is kept for a second build.
pub fn once() -> Vec<(String, String)> {
    if env::var("CI").as_deref() != Ok("true") {
        return Vec::new();
    }
    vec![
        ("CARGO_INCREMENTAL".to_string(), "0".to_string()),
        ("CARGO_PROFILE_DEV_DEBUG".to_string(), "false".to_string()),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_build_is_the_command_without_its_filters() {
        let told = |text: &str| only(&text.split(' ').map(String::from).collect::<Vec<_>>()).join(" ");
        assert_eq!(told("test --workspace --test app"), "test --workspace --test app --no-run");
        assert_eq!(told("test --workspace --lib -- --skip a"), "test --workspace --lib --no-run");
    }
}
