//! `renshe seed`: sample hospitals, people and staff.

use identity::demo::DemoLogin;
use platform::config::Config;
use platform::{Ctx, Mode};

use super::{Outcome, block_on, clock_of, finish};
use crate::open::{self, Access};
use crate::start::StartError;

/// Puts the samples in; what is there stays. Makes the demo's folder, keys and database where they are not yet.
pub fn run(config: &Config) -> Result<Outcome, StartError> {
    if config.mode == Mode::Production {
        return Err(StartError(
            "sample data is for the demo; this configuration says mode = \"production\"".to_owned(),
        ));
    }
    let clock = block_on(clock_of(config))?;
    let ctx = open::open(config, clock, Access::Make)?;
    let logins = block_on(async {
        open::verify_vault(&ctx).await?;
        seed(&ctx).await
    })?;
    eprintln!("renshe: samples are in {}", ctx.db.target().place());
    finish(config, &ctx)?;
    print(&logins);
    Ok(Outcome::Good)
}

/// Hospitals with 14 days of clinics, then people and clerks. Safe to repeat.
pub async fn seed(ctx: &Ctx) -> Result<Vec<DemoLogin>, StartError> {
    health::seed(ctx).await.map_err(|error| StartError::at("sample hospitals", error))?;
    let hospitals = health::hospitals(ctx).await.map_err(|fault| StartError::at("sample hospitals", fault))?;
    let hospitals: Vec<String> = hospitals.into_iter().map(|(id, _, _)| id.as_str().to_owned()).collect();
    identity::demo::seed(ctx, &hospitals).await.map_err(|error| StartError::at("sample people", error))
}

/// Prints who can sign in, with passwords: sample people only.
pub fn print(logins: &[DemoLogin]) {
    for login in logins {
        let what = if login.role == "citizen" { "市民 citizen" } else { "窗口 clerk  " };
        println!("  {what}  {:<12} {:<22} {}", login.login, login.password, login.name);
    }
}
