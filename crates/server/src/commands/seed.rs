//! `renshe seed`: sample hospitals and other institutions, people and staff.

use hall::SeededDesk;
use identity::demo::DemoLogin;
use platform::config::Config;
use platform::{Ctx, Mode};

use super::{Outcome, block_on, clock_of, finish};
use crate::halls::Halls;
use crate::open::{self, Access};
use crate::start::StartError;

/// Puts the samples in; what is there stays. Makes the demo's folder, keys and database where they are not yet.
pub fn run(config: &Config) -> Result<Outcome, StartError> {
    if config.mode == Mode::Production {
        return Err(StartError(
            "sample data is for the demo; this configuration says mode = \"production\"".to_owned(),
        ));
    }
    let halls = Halls::new()?;
    let clock = block_on(clock_of(config))?;
    let ctx = open::open(config, &halls, clock, Access::Make)?;
    let samples = block_on(async {
        open::verify_vault(&ctx).await?;
        seed(&ctx, &halls).await
    })?;
    eprintln!("renshe: samples are in {}", ctx.db.target().place());
    let lines = block_on(lines(&ctx, &halls, &samples))?;
    finish(config, &ctx)?;
    lines.iter().for_each(|line| say!("{line}"));
    Ok(Outcome::Good)
}

/// What was put in.
pub struct Samples {
    /// Who can sign in, with passwords.
    pub logins: Vec<DemoLogin>,
    /// The institutions at whose desks clerks serve.
    desks: Vec<SeededDesk>,
}

/// What each hall has and the other institutions, then people and clerks. Safe to repeat.
pub async fn seed(ctx: &Ctx, halls: &Halls) -> Result<Samples, StartError> {
    let mut desks = Vec::new();
    for (hall, seed) in halls.seeds() {
        desks.extend((seed.run)(ctx.clone()).await.map_err(|error| StartError::at(&samples_of(hall), error))?);
    }
    let others = identity::institutions::demo::seed(ctx).await;
    others.map_err(|error| StartError::at("sample institutions", error))?;
    let hospitals: Vec<_> = desks.iter().filter_map(|desk| desk.id.clone().try_into().ok()).collect();
    let logins = identity::demo::seed(ctx, &hospitals).await.map_err(|error| StartError::at("sample people", error))?;
    Ok(Samples { logins, desks })
}

fn samples_of(hall: &str) -> String {
    format!("samples of {hall}")
}

/// Who can sign in, with passwords, and what one must know to try: at whose desk each clerk serves, and what each hall says.
/// Sample people only.
pub async fn lines(ctx: &Ctx, halls: &Halls, samples: &Samples) -> Result<Vec<String>, StartError> {
    let name = |login: &DemoLogin| {
        let desk = samples.desks.iter().find(|desk| login.institution.as_ref() == Some(&desk.id));
        desk.map_or("", |desk| desk.name.as_str())
    };
    let line = |login: &DemoLogin| {
        let (what, place) = match login.role {
            "citizen" => ("市民 citizen", ""),
            "window" => ("服务窗口 window", ""),
            _ => ("医院窗口 clerk", name(login)),
        };
        format!("  {what}  {:<12} {:<16} {} {place}", login.login, login.password, login.name).trim_end().to_owned()
    };
    let mut lines: Vec<String> = samples.logins.iter().map(line).collect();
    for (hall, seed) in halls.seeds() {
        let says = (seed.says)(ctx.clone()).await.map_err(|error| StartError::at(&samples_of(hall), error))?;
        lines.extend(says.iter().map(|line| format!("  {line}")));
    }
    Ok(lines)
}
