//! A new order, written in the closure that makes the thing it pays for.

use identity::{InstitutionId, PersonId};
use kernel::{Fen, Moment, ShortNo};
use platform::Ctx;
use platform::db::{DbFault, Tx};
use serde_json::json;

use super::listen::Subject;
use super::model::{OrderId, OrderState, OrderView};
use super::store::{self, Order};
use crate::ports::Care;

/// How much is to be paid, for what, by whom, and until when.
#[derive(Debug, Clone)]
pub struct NewOrder {
    /// The order's id, drawn before the closure.
    pub id: OrderId,
    /// The short number of what it pays for: said to the person, and found by whoever they call.
    pub no: ShortNo,
    /// What kind of thing it pays for.
    pub subject: Subject,
    /// That thing's id; one live order each.
    pub subject_id: String,
    /// Who pays, and for whom it is.
    pub person: PersonId,
    /// The institution that gets the money.
    pub institution: InstitutionId,
    /// The price, from the server (never from a form).
    pub total: Fen,
    /// When it ends unless a leg is paid by then.
    pub deadline: Moment,
    /// Owner of the rows: the key of the lane whose closure this is.
    pub lane: (&'static str, String),
    /// What the insurer is told of the visit.
    pub care: Care,
    /// What it is called on Chinese pages, and at the cashier.
    pub title: String,
    /// What it is called on English pages.
    pub title_en: String,
    /// The page of the thing it pays for.
    pub href: String,
    /// When.
    pub now: Moment,
}

/// Writes it; false when its subject has a live one.
///
/// # Errors
/// What broke beneath.
pub fn open(tx: &mut Tx<'_>, ctx: &Ctx, new: &NewOrder) -> Result<bool, DbFault> {
    let order = Order {
        id: new.id.clone(),
        no: Some(new.no.clone()),
        subject_kind: new.subject.as_str().to_owned(),
        subject_id: new.subject_id.clone(),
        person: new.person.clone(),
        institution: new.institution.clone(),
        way: None,
        state: OrderState::Open,
        version: 1,
        open_until: new.deadline,
        stopped_at: None,
        blocked: None,
        confirmed_hash: None,
        lane: (new.lane.0.to_owned(), new.lane.1.clone()),
        care: new.care.clone(),
        title: new.title.clone(),
        title_en: new.title_en.clone(),
        href: new.href.clone(),
        told: String::new(),
        next_at: Some(new.deadline),
        trouble_since: None,
        created_at: new.now,
        changed_at: new.now,
        view: OrderView {
            total: new.total,
            stop: None,
            deadline: new.deadline,
            blocked: false,
            confirmed: None,
            attempts: Vec::new(),
        },
        attempts: Vec::new(),
    };
    if !store::insert(tx, &order, &ctx.trace.actor.label())? {
        return Ok(false);
    }
    let detail = json!({ "subject": new.subject_id, "total_fen": new.total.get() });
    tx.audit(ctx.act("payment.opened", order.id.as_str(), detail));
    Ok(true)
}
