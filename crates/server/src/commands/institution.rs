//! `renshe institution add|list|set|can|close|reopen`: the directory of institutions, whom people serve and what systems and
//! money belong to.

mod typed;

use hall::MakesInstitution;
use identity::institutions::{self, AddInstitution, Capability, ChangeError, Facts, Institution, Kind};
use kernel::{CreditCode, InsurerCode};
use platform::Ctx;
use platform::config::Config;

use super::{Outcome, block_on, finish, open_to_act, open_to_look};
use crate::halls::Halls;
use crate::start::StartError;
use typed::{Typed, wrong};

/// How many institutions are named to somebody who has mistyped one.
const NAMED_MOST: usize = 12;

/// An institution to add.
#[derive(Debug, clap::Args)]
pub struct Add {
    /// What it is: hospital, pharmacy, agency, bank, tax_hall or employer.
    #[arg(long, value_parser = kind)]
    kind: Kind,
    /// A short name of your own for it: 2 to 32 letters, digits, dots, dashes, underscores. It cannot be changed.
    #[arg(long)]
    code: String,
    /// Its name, in full.
    #[arg(long)]
    name: String,
    /// What a hospital is: tertiary, secondary or community.
    #[arg(long)]
    level: Option<String>,
    /// What it does with us: booking, check_in, card_scan; may be given several times. Without it, a hospital does all of
    /// them, a pharmacy scans cards, and others do nothing yet.
    #[arg(long = "can", value_parser = capability)]
    can: Vec<Capability>,
    #[command(flatten)]
    facts: Typed,
}

/// Which kind to list.
#[derive(Debug, clap::Args)]
pub struct List {
    /// Only these: hospital, pharmacy, agency, bank, tax_hall or employer.
    #[arg(long, value_parser = kind)]
    kind: Option<Kind>,
}

/// What to change of an institution.
#[derive(Debug, clap::Args)]
pub struct Set {
    /// Which: its code, its id, the insurer's code, its credit code or its name.
    institution: String,
    /// Its name, in full.
    #[arg(long)]
    name: Option<String>,
    #[command(flatten)]
    facts: Typed,
}

/// What an institution does with us from now on, or no longer.
#[derive(Debug, clap::Args)]
pub struct Can {
    /// Which: its code, its id, the insurer's code, its credit code or its name.
    institution: String,
    /// booking, check_in or card_scan.
    #[arg(value_parser = capability)]
    capability: Capability,
    /// It does so no longer.
    #[arg(long)]
    off: bool,
}

/// Which institution.
#[derive(Debug, clap::Args)]
pub struct Which {
    /// Its code, its id, the insurer's code, its credit code or its name.
    institution: String,
}

/// Adds an institution; of a hospital, what people book at as well.
pub fn add(config: &Config, add: Add) -> Result<Outcome, StartError> {
    let read = add.facts.read(Some(add.name))?;
    let mut facts = Facts::default();
    read.put(&mut facts);
    let capabilities = if add.can.is_empty() { from_the_first_day(add.kind) } else { add.can };
    let halls = Halls::new()?;
    let made = made_by_hall(&halls, add.kind, add.level)?;
    let command = AddInstitution { kind: add.kind, code: add.code, facts, capabilities };
    let ctx = open_to_act(config)?;
    let added = block_on(async {
        let added = match made {
            Some((makes, level)) => (makes.add)(&ctx, command, &level).await,
            None => institutions::add(&ctx, command).await,
        };
        added.map_err(told_of_adding)
    });
    let id = added?;
    let institution = block_on(async { named(&ctx, id.as_str(), &[]).await });
    finish(config, &ctx)?;
    read.warn();
    say!("added {id}");
    say!("{}", line(&institution?));
    Ok(Outcome::Good)
}

/// Who adds an institution of this kind, and at which level; `None` where the directory is all that there is to it.
fn made_by_hall(
    halls: &Halls,
    kind: Kind,
    level: Option<String>,
) -> Result<Option<(MakesInstitution, String)>, StartError> {
    let makes = halls.institutions().find(|makes| makes.kind == kind);
    match (makes, level) {
        (None, None) => Ok(None),
        (None, Some(_)) => {
            let others: Vec<_> = halls.institutions().map(|makes| a(makes.kind)).collect();
            Err(wrong("level", format!("{} has one, and nothing else has", others.join(" or "))))
        }
        (Some(makes), Some(level)) if makes.levels.contains(&level.as_str()) => Ok(Some((makes, level))),
        (Some(makes), _) => Err(wrong("level", format!("{} is one of {}", a(kind), makes.levels.join(", ")))),
    }
}

fn from_the_first_day(kind: Kind) -> Vec<Capability> {
    match kind {
        Kind::Hospital => vec![Capability::Booking, Capability::CheckIn, Capability::CardScan],
        Kind::Pharmacy => vec![Capability::CardScan],
        Kind::Agency | Kind::Bank | Kind::TaxHall | Kind::Employer => Vec::new(),
    }
}

/// Lists them.
pub fn list(config: &Config, list: &List) -> Result<Outcome, StartError> {
    let ctx = open_to_look(config)?;
    let all = block_on(all(&ctx, list.kind));
    ctx.db.close();
    let all = all?;
    if all.is_empty() {
        say!("none");
    }
    for institution in &all {
        say!("{}", line(institution));
    }
    Ok(Outcome::Good)
}

/// Changes what is written down of one.
pub fn change(config: &Config, set: Set) -> Result<Outcome, StartError> {
    let read = set.facts.read(set.name)?;
    let ctx = open_to_act(config)?;
    let (wanted, put) = (set.institution, read.clone());
    let changed = block_on(async {
        let institution = named(&ctx, &wanted, &[]).await?;
        let changed = institutions::change(&ctx, &institution.id, move |facts| put.put(facts)).await;
        Ok((changed.map_err(told_of_changing)?, institution.code))
    });
    let (changed, code) = changed?;
    finish(config, &ctx)?;
    read.warn();
    match changed.as_slice() {
        [] => say!("{code}: all of this was so before"),
        some => say!("changed {code}: {}", some.join(", ")),
    }
    Ok(Outcome::Good)
}

/// Turns something that one does with us on or off.
pub fn can(config: &Config, can: &Can) -> Result<Outcome, StartError> {
    let ctx = open_to_act(config)?;
    let turned = block_on(async {
        let institution = named(&ctx, &can.institution, &[]).await?;
        let turned = institutions::set_capability(&ctx, &institution.id, can.capability, !can.off).await;
        Ok((turned.map_err(told_of_changing)?, institution.code))
    });
    let (turned, code) = turned?;
    finish(config, &ctx)?;
    let (what, so) = (can.capability, if can.off { "off" } else { "on" });
    if turned {
        say!("{code}: {what} is {so}")
    } else {
        say!("{code}: {what} was {so} before")
    }
    Ok(Outcome::Good)
}

/// Closes one: its keys and desks are refused from now on.
pub fn close(config: &Config, which: &Which) -> Result<Outcome, StartError> {
    let ctx = open_to_act(config)?;
    let closed = block_on(async {
        let institution = named(&ctx, &which.institution, &[]).await?;
        let closed = institutions::close(&ctx, &institution.id).await;
        Ok((closed.map_err(|error| StartError::at("institution", error))?, institution.code))
    });
    let (closed, code) = closed?;
    finish(config, &ctx)?;
    match closed {
        true => say!("closed {code}: its keys and desks are refused; `renshe institution reopen {code}` takes it back"),
        false => say!("{code} was closed before"),
    }
    Ok(Outcome::Good)
}

/// Opens a closed one again.
pub fn reopen(config: &Config, which: &Which) -> Result<Outcome, StartError> {
    let ctx = open_to_act(config)?;
    let opened = block_on(async {
        let institution = named(&ctx, &which.institution, &[]).await?;
        let opened = institutions::reopen(&ctx, &institution.id).await;
        Ok((opened.map_err(|error| StartError::at("institution", error))?, institution.code))
    });
    let (opened, code) = opened?;
    finish(config, &ctx)?;
    if opened {
        say!("{code} is open again")
    } else {
        say!("{code} was open before")
    }
    Ok(Outcome::Good)
}

/// The one institution that is meant. Where several have the typed name, one of these kinds is; where none has it, only these
/// are listed. No kinds: all.
pub(super) async fn named(ctx: &Ctx, wanted: &str, kinds: &[Kind]) -> Result<Institution, StartError> {
    let mut found = institutions::find(ctx, wanted).await.map_err(|error| StartError::at("institution", error))?;
    if found.len() > 1 && !kinds.is_empty() {
        found.retain(|one| kinds.contains(&one.id.kind()));
    }
    match found.as_slice() {
        [one] => Ok(one.clone()),
        [] => Err(StartError(format!(
            "there is no institution {wanted}; known: {}; `renshe institution add` adds one",
            known(&of(ctx, kinds).await?)
        ))),
        several => Err(StartError(format!("{wanted} means several: say the code of one, {}", known(several)))),
    }
}

/// Those of some kinds; no kinds: all.
pub(super) async fn of(ctx: &Ctx, kinds: &[Kind]) -> Result<Vec<Institution>, StartError> {
    let mut found = all(ctx, None).await?;
    found.retain(|one| kinds.is_empty() || kinds.contains(&one.id.kind()));
    Ok(found)
}

/// `a pharmacy`, `an agency`, as a sentence has it.
pub(super) fn a(kind: Kind) -> String {
    let article = if matches!(kind, Kind::Agency | Kind::Employer) { "an" } else { "a" };
    format!("{article} {}", kind.as_str().replace('_', " "))
}

async fn all(ctx: &Ctx, kind: Option<Kind>) -> Result<Vec<Institution>, StartError> {
    institutions::list(ctx, kind).await.map_err(|error| StartError::at("institution", error))
}

/// Codes and names, for whoever has to type one.
pub(super) fn known(all: &[Institution]) -> String {
    if all.is_empty() {
        return "none yet".to_owned();
    }
    let first = all.iter().take(NAMED_MOST).map(|one| format!("{} ({})", one.code, one.facts.name));
    let mut text = first.collect::<Vec<_>>().join(", ");
    if all.len() > NAMED_MOST {
        text.push_str(&format!(", and {} more (`renshe institution list`)", all.len() - NAMED_MOST));
    }
    text
}

/// One institution in a list: code, kind, state, name, credit code, insurer's code, what it does, id.
fn line(institution: &Institution) -> String {
    let Institution { id, code, facts, demo, state, capabilities } = institution;
    let can: Vec<&str> = capabilities.iter().map(Capability::as_str).collect();
    let can = if can.is_empty() { "-".to_owned() } else { can.join(",") };
    let credit = facts.credit_code.as_ref().map_or("-", CreditCode::as_str);
    let insurer = facts.insurer_code.as_ref().map_or("-", InsurerCode::as_str);
    let demo = if *demo { "\t演示数据" } else { "" };
    let kind = id.kind();
    format!("{code}\t{kind}\t{state}\t{}\t{credit}\t{insurer}\t{can}\t{id}{demo}", facts.name)
}

fn told_of_adding(error: institutions::AddError) -> StartError {
    use institutions::AddError;
    match error {
        AddError::BadCode => wrong("code", error),
        AddError::CodeTaken => wrong("code", "another institution has this code (`renshe institution list`)"),
        AddError::InsurerCodeTaken => wrong("insurer-code", error),
        other => StartError::at("institution", other),
    }
}

fn told_of_changing(error: ChangeError) -> StartError {
    match error {
        ChangeError::InsurerCodeTaken => wrong("insurer-code", error),
        other => StartError::at("institution", other),
    }
}

fn kind(typed: &str) -> Result<Kind, String> {
    typed.parse().map_err(|_| format!("kinds are: {}", Kind::ALL.map(Kind::as_str).join(", ")))
}

fn capability(typed: &str) -> Result<Capability, String> {
    let words = Capability::ALL.map(Capability::as_str).join(", ");
    typed.parse().map_err(|_| format!("what an institution can do is: {words}"))
}
