//! Finding institutions: for operators, who type what they have at hand.

use kernel::{CreditCode, InsurerCode, typing};
use platform::Ctx;

use super::ids::{InstitutionId, Kind};
use super::model::{Institution, clean_code};
use super::store;
use crate::failure::Failure;

/// Those that are meant: by id, else by code, else by the insurer's code, by credit code, by name. More than one only where
/// a credit code or a name is several's.
///
/// # Errors
/// What broke beneath.
pub async fn find(ctx: &Ctx, wanted: &str) -> Result<Vec<Institution>, Failure> {
    let id: Option<InstitutionId> = typing::login(wanted).parse().ok();
    let (code, name) = (clean_code(wanted), typing::line(wanted, 200));
    let (insurer, credit) = (InsurerCode::parse(wanted).ok(), CreditCode::parse(wanted).ok());
    let found = ctx.db.read("institution.find", move |tx| -> Result<Vec<Institution>, Failure> {
        let mut ids: Vec<InstitutionId> = id.iter().cloned().collect();
        if let Some(code) = code.as_ref().filter(|_| ids.is_empty()) {
            ids.extend(store::by_code(tx, code)?);
        }
        if let Some(code) = insurer.as_ref().filter(|_| ids.is_empty()) {
            ids.extend(store::by_insurer_code(tx, code.as_str())?);
        }
        if let Some(code) = credit.as_ref().filter(|_| ids.is_empty()) {
            ids.extend(store::by_credit_code(tx, code.as_str())?);
        }
        if ids.is_empty() && !name.is_empty() {
            ids.extend(store::by_name(tx, &name)?);
        }
        let mut found = Vec::new();
        for id in &ids {
            found.extend(store::of(tx, id)?);
        }
        Ok(found)
    });
    found.await
}

/// All institutions of one kind, or all there are, by kind and code.
///
/// # Errors
/// What broke beneath.
pub async fn list(ctx: &Ctx, kind: Option<Kind>) -> Result<Vec<Institution>, Failure> {
    Ok(ctx.db.read("institution.list", move |tx| store::list(tx, kind)).await?)
}
