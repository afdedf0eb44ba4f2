//! The raw engine: pgbench with the statements of one booking, a transaction each.

use std::error::Error;
use std::process::Command;

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
pub fn pgbench(admin: &str, name: &str, aim: Aim) -> Result<f64, Box<dyn Error>> {
    let url = address(admin, name);
    psql(
        &url,
        "UPDATE slot SET capacity = 1000000; CREATE TABLE IF NOT EXISTS bench_slot AS SELECT row_number() OVER (ORDER BY id) AS n, id FROM slot; CREATE INDEX IF NOT EXISTS bench_slot_n ON bench_slot (n); ANALYZE",
    )?;
    let script = std::env::temp_dir().join(format!("renshe-bench-{}.sql", std::process::id()));
    std::fs::write(&script, transaction(aim))?;
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

/// What one booking writes: the place, the seat, the appointment, two events, message, outbox, audit.
fn transaction(aim: Aim) -> String {
    let pick = match aim {
        Aim::Spread => "\\set n random(1, 2000)\n",
        Aim::Hot => "\\set n 1\n",
    };
    format!(
        "{pick}\\set r1 random(1, 1000000000000)\n\\set r2 random(1, 1000000000000)\n\
         SELECT id AS slot FROM bench_slot WHERE n = :n \\gset\n\
         BEGIN;\n\
         UPDATE slot SET booked = booked + 1 WHERE id = :'slot' AND held + booked < capacity;\n\
         INSERT INTO appointment (id, code, person_id, hospital_id, doctor_id, clinic_id, slot_id, date, half, seat_no, state, fee_fen, starts_at, version, created_at, changed_at) \
         VALUES ('apt_' || :r1 || :r2, 'c' || :r1 || :r2, 'per_' || :r2, 'h', 'd' || :r1, 'c', :'slot', '2026-01-01', 'am', :r1 % 2000000000 + 1, 'booked', 0, 0, 1, 0, 0);\n\
         INSERT INTO appointment_event (appointment_id, n, event, state, actor, at) VALUES ('apt_' || :r1 || :r2, 1, 'hold', 'held', 'a', 0);\n\
         INSERT INTO appointment_event (appointment_id, n, event, state, actor, at) VALUES ('apt_' || :r1 || :r2, 2, 'confirm', 'booked', 'a', 0);\n\
         INSERT INTO outbox (id, kind, about, payload, state, created_at, due_at, attempts) VALUES ('obx_' || :r1 || :r2, 'bench', 'a', decode(repeat('ab', 200), 'hex'), 'done', 0, 0, 0);\n\
         INSERT INTO message (id, person_id, kind, args, created_at) SELECT 'msg_' || :r1 || :r2, id, 'booked', decode(repeat('ab', 200), 'hex'), 0 FROM person LIMIT 1;\n\
         INSERT INTO audit (chain, n, prev, hash, at, actor, act, subject, ip, request, detail) VALUES ('bench' || :r1, :r2, decode(repeat('ab', 32), 'hex'), decode(repeat('ab', 32), 'hex'), 0, 'a', 'appointment.booked', 's', '', '', '');\n\
         COMMIT;\n"
    )
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
