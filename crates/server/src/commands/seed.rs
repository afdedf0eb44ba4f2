//! `renshe seed`: sample hospitals and other institutions, people and staff.

use health::HospitalId;
use identity::InstitutionId;
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
    let lines = block_on(lines(&ctx, &logins))?;
    finish(config, &ctx)?;
    lines.iter().for_each(|line| say!("{line}"));
    Ok(Outcome::Good)
}

/// Hospitals with 14 days of clinics and the other institutions, then people and clerks. Safe to repeat.
pub async fn seed(ctx: &Ctx) -> Result<Vec<DemoLogin>, StartError> {
    health::seed(ctx).await.map_err(|error| StartError::at("sample hospitals", error))?;
    let others = identity::institutions::demo::seed(ctx).await;
    others.map_err(|error| StartError::at("sample institutions", error))?;
    let hospitals = health::hospitals(ctx).await.map_err(|fault| StartError::at("sample hospitals", fault))?;
    let hospitals: Vec<HospitalId> = hospitals.into_iter().map(|(id, _, _)| id).collect();
    identity::demo::seed(ctx, &hospitals).await.map_err(|error| StartError::at("sample people", error))
}

/// Who can sign in, with passwords, and what one must know to try: which hospital each clerk serves, for a visit is checked
/// in at its own hospital on its own day, and where the dearest visits are. Sample people only.
pub async fn lines(ctx: &Ctx, logins: &[DemoLogin]) -> Result<Vec<String>, StartError> {
    let fault = |fault| StartError::at("sample hospitals", fault);
    let hospitals = health::hospitals(ctx).await.map_err(fault)?;
    let of = |id: &InstitutionId| hospitals.iter().find(|(one, ..)| one.as_str() == id.as_str());
    let name = |login: &DemoLogin| login.institution.as_ref().and_then(of).map_or("", |(_, _, name)| name.as_str());
    let mut lines: Vec<String> = logins
        .iter()
        .map(|login| {
            let (what, place) = match login.role {
                "citizen" => ("市民 citizen", ""),
                "window" => ("服务窗口 window", ""),
                _ => ("医院窗口 clerk", name(login)),
            };
            format!("  {what}  {:<12} {:<16} {} {place}", login.login, login.password, login.name).trim_end().to_owned()
        })
        .collect();
    lines
        .push("  签到要当天、本院的就诊条码 a visit is checked in on its day, by the clerk of its hospital".to_owned());
    let chiefs = health::priced_chiefs(ctx).await.map_err(fault)?;
    if let [(hospital, _, fee), ..] = chiefs.as_slice() {
        let departments: Vec<&str> = chiefs.iter().map(|(_, department, _)| department.as_str()).collect();
        lines.push(format!("  {fee} 元的号 a visit of {fee} yuan: {hospital} 主任医师，{}", departments.join("、")));
    }
    Ok(lines)
}
