//! The raw engine: pgbench with the statements of one booking, a transaction each.

use std::error::Error;
use std::process::Command;

use crate::store::{self, Form};

/// Where the bookings of pgbench go.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Aim {
    Spread,
    Hot,
}

/// A fresh database on the benchmark's server; returns its address.
pub fn database(admin: &str, name: &str) -> Result<String, Box<dyn Error>> {
    psql(admin, &format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)"))?;
    psql(admin, &format!("CREATE DATABASE {name}"))?;
    Ok(address(admin, name))
}

/// Transactions a second of 16 clients for eight seconds.
pub fn pgbench(admin: &str, name: &str, aim: Aim, form: Form) -> Result<f64, Box<dyn Error>> {
    let url = address(admin, name);
    psql(&url, store::PREPARATION)?;
    let script = std::env::temp_dir().join(format!("renshe-bench-{}.sql", std::process::id()));
    std::fs::write(&script, store::transaction(aim == Aim::Hot, form))?;
    let tool = format!(
        "{}/pgbench",
        std::env::var("RENSHE_PG_BIN").unwrap_or_else(|_| "/usr/lib/postgresql/15/bin".to_owned())
    );
    let out = Command::new(tool)
        .args(["-n", "-M", "prepared", "-c", "16", "-j", "2", "-T", "8", "-f"])
        .arg(&script)
        .arg(&url)
        .output()?;
    std::fs::remove_file(&script)?;
    let text = String::from_utf8_lossy(&out.stdout);
    let tps = text
        .lines()
        .find_map(|line| line.strip_prefix("tps = "))
        .and_then(|rest| rest.split_whitespace().next())
        .and_then(|n| n.parse().ok());
    tps.ok_or_else(|| format!("pgbench said: {text} {}", String::from_utf8_lossy(&out.stderr)).into())
}

fn psql(url: &str, text: &str) -> Result<(), Box<dyn Error>> {
    for statement in text.split(';').map(str::trim).filter(|statement| !statement.is_empty()) {
        let out = Command::new("psql")
            .args(["-q", "-v", "ON_ERROR_STOP=1", "-d"])
            .arg(url)
            .args(["-c", statement])
            .output()?;
        if !out.status.success() {
            return Err(format!("psql: {}", String::from_utf8_lossy(&out.stderr)).into());
        }
    }
    Ok(())
}

fn address(admin: &str, name: &str) -> String {
    format!("{}/{name}", admin.rsplit_once('/').map_or(admin, |(server, _)| server))
}
