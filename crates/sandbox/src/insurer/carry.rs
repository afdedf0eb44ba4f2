//! Carries transactions out: who asks, whether they have signed in, whether the number is new; then
//! the act, in one closure in the lane of the person, so that no balance is spent twice.

use kernel::Moment;
use platform::db::{DbFault, Tx};
use serde_json::Value;

use super::House;
use super::fields::{Fields, Refusal, says};
use super::messages::{self, Kept, State, Waiting};
use super::{Call, cancel, envelope, fees, presettle, query, register, reverse, settle, store, void};
use crate::partner::{Manner, Reply};
use crate::people::{self, Person};

/// The arguments of an act.
pub(super) struct Act<'a> {
    pub(super) call: &'a Call,
    pub(super) person: &'a Person,
    /// Thirty characters for what comes of it: a visit, a settlement.
    pub(super) number: &'a str,
    pub(super) now: Moment,
    /// Whether the institution bears a part of a fee.
    pub(super) institution_bears: bool,
    /// Whether 5203 also lists what was undone.
    pub(super) lists_undone: bool,
}

impl Act<'_> {
    /// `input.data`.
    pub(super) fn data(&self) -> Fields<'_> {
        Fields(&self.call.input["data"])
    }
}

/// The terms under which something is done.
#[derive(Clone, Copy)]
struct Terms {
    now: Moment,
    institution_bears: bool,
    lists_undone: bool,
}

impl Terms {
    fn of(house: &House) -> Terms {
        let speaks = house.room.speaks.get();
        Terms { now: house.now(), institution_bears: speaks.institution_bears(), lists_undone: speaks.lists_undone() }
    }
}

/// The result of an act.
pub(super) enum Told {
    /// It was done; about which settlement, if about one.
    Done(Value, String),
    /// It was refused, and the refusal is kept.
    Refused(&'static str),
}

/// Carries an act out once under its number.
pub(super) async fn act(house: &House, call: &Call, manner: Manner) -> Result<Reply, DbFault> {
    let found = match find(house, call).await? {
        Ok(found) => found,
        Err(words) => return Ok(envelope::failed(house, &words)),
    };
    // One that waits is the one now, under the number that was given for it.
    let waits = found.waiting.iter().find(|waiting| waiting.msgid == call.msgid);
    let number = waits.map_or_else(|| envelope::number(house), |waiting| waiting.number.clone());
    let (mine, given, terms) = (call.clone(), number.clone(), Terms::of(house));
    let told = house
        .db
        .write(people::store::lane(&found.id_number), "sandbox.insurer.act", move |tx| {
            let told = once(tx, &mine, &given, terms)?;
            match told {
                // An error rolls back what was done, but its answer is given in any case.
                Told::Done(output, _) if matches!(manner, Manner::Lost | Manner::Behind) => Err(Refusal::Lost(output)),
                told => Ok(told),
            }
        })
        .await;
    if manner == Manner::Behind && matches!(told, Err(Refusal::Lost(_))) {
        let (psn_no, envelope) = (found.psn_no.clone(), serde_json::to_string(call).unwrap_or_default());
        let waiting = Waiting { msgid: call.msgid.clone(), envelope, number, accepted_at: terms.now };
        house
            .db
            .write(people::store::lane(&found.id_number), "sandbox.insurer.wait", move |tx| {
                messages::store::insert_waiting(tx, &psn_no, &waiting)
            })
            .await?;
    }
    let reply = match told {
        Ok(Told::Done(output, _)) | Err(Refusal::Lost(output)) => envelope::done(house, output),
        Ok(Told::Refused(words)) => envelope::failed(house, words),
        Err(Refusal::Says(words)) => envelope::failed(house, &words),
        Err(Refusal::Fault(fault)) => return Err(fault),
    };
    release(house, &found).await?;
    Ok(reply)
}

/// Answers a question about a person; nothing is kept of it.
pub(super) async fn ask(house: &House, call: &Call) -> Result<Reply, DbFault> {
    let found = match find(house, call).await? {
        Ok(found) => found,
        Err(words) => return Ok(envelope::failed(house, &words)),
    };
    let (mine, Terms { now, institution_bears, lists_undone }) = (call.clone(), Terms::of(house));
    let told = house
        .db
        .read("sandbox.insurer.ask", move |tx| {
            let person = admit(tx, &mine, now)?;
            let act = Act { call: &mine, person: &person, number: "", now, institution_bears, lists_undone };
            if mine.infno == super::PRESETTLE { presettle::presettle(tx, &act) } else { query::query(tx, &act) }
        })
        .await;
    let reply = match told {
        Ok(output) | Err(Refusal::Lost(output)) => envelope::done(house, output),
        Err(Refusal::Says(words)) => envelope::failed(house, &words),
        Err(Refusal::Fault(fault)) => return Err(fault),
    };
    release(house, &found).await?;
    Ok(reply)
}

/// Whom a call is about, and what waited for this call before it came.
struct Found {
    id_number: String,
    psn_no: String,
    waiting: Vec<Waiting>,
}

async fn find(house: &House, call: &Call) -> Result<Result<Found, String>, DbFault> {
    let psn_no = call.psn_no().to_owned();
    if psn_no.is_empty() {
        return Ok(Err("psn_no不能为空".to_owned()));
    }
    let found = house
        .db
        .read("sandbox.insurer.whom", move |tx| {
            let Some(person) = people::store::by_psn_no(tx, &psn_no)? else { return Ok(None) };
            let waiting = messages::store::waiting(tx, &psn_no)?;
            Ok::<_, DbFault>(Some(Found { id_number: person.id_number, psn_no: psn_no.clone(), waiting }))
        })
        .await?;
    Ok(found.ok_or_else(|| "未查询到参保人信息".to_owned()))
}

/// One act in an open transaction: as kept under its number, or done now and kept.
fn once(tx: &mut Tx<'_>, call: &Call, number: &str, terms: Terms) -> Result<Told, Refusal> {
    let Terms { now, institution_bears, lists_undone } = terms;
    let person = admit(tx, call, now)?;
    let digest = messages::digest(&call.infno, &call.input);
    if let Some(kept) = messages::store::by_msgid(tx, &call.msgid)? {
        return kept.again(&digest).map(|output| Told::Done(output, kept.setl_id.clone()));
    }
    let act = Act { call, person: &person, number, now, institution_bears, lists_undone };
    let told = match call.infno.as_str() {
        super::REGISTER => register::register(tx, &act),
        super::CANCEL => cancel::cancel(tx, &act),
        super::FEES => fees::fees(tx, &act),
        super::UNFEES => fees::unfees(tx, &act),
        super::SETTLE => settle::settle(tx, &act),
        super::VOID => void::void(tx, &act),
        _ => reverse::reverse(tx, &act),
    }?;
    if let Told::Done(output, setl_id) = &told {
        let kept = Kept {
            msgid: call.msgid.clone(),
            infno: call.infno.clone(),
            digest,
            psn_no: person.psn_no.clone(),
            state: State::Done,
            output: output.to_string(),
            setl_id: setl_id.clone(),
            kept_at: now,
        };
        if !messages::store::insert(tx, &kept)? {
            return says("msgid重复");
        }
    }
    Ok(told)
}

/// Who may ask what: signed in today, about somebody whom that region insures. What undoes or
/// asks may name the region that insured the person when the visit was opened.
fn admit(tx: &mut Tx<'_>, call: &Call, now: Moment) -> Result<Person, Refusal> {
    if !messages::store::signed(tx, &call.sign_no, &now.date().to_string())? {
        return says("签到流水号无效，请重新签到");
    }
    let Some(person) = people::store::by_psn_no(tx, call.psn_no())? else {
        return says("未查询到参保人信息");
    };
    let begins = [super::REGISTER, super::FEES, super::PRESETTLE, super::SETTLE].contains(&call.infno.as_str());
    if call.region != person.region && (begins || !store::insured_then(tx, &person.psn_no, &call.region)?) {
        return says("insuplc_admdvs与参保地不一致");
    }
    Ok(person)
}

/// Lets what waited for this call take effect behind it. What cannot any more is dropped: the
/// answer that was given for it was wrong, as a late message's can be.
async fn release(house: &House, found: &Found) -> Result<(), DbFault> {
    for waiting in &found.waiting {
        let Ok(call) = serde_json::from_str::<Call>(&waiting.envelope) else { continue };
        let (mine, terms) = (waiting.clone(), Terms::of(house));
        let lane = || people::store::lane(&found.id_number);
        let done = house
            .db
            .write(lane(), "sandbox.insurer.release", move |tx| {
                if !messages::store::delete_waiting(tx, &mine.msgid)? {
                    return Ok(());
                }
                once(tx, &call, &mine.number, terms).map(drop)
            })
            .await;
        match done {
            Ok(()) => {}
            Err(Refusal::Fault(fault)) => return Err(fault),
            Err(refusal) => {
                tracing::info!(%refusal, "sandbox.insurer.too_late");
                let msgid = waiting.msgid.clone();
                house
                    .db
                    .write(lane(), "sandbox.insurer.drop", move |tx| messages::store::delete_waiting(tx, &msgid))
                    .await?;
            }
        }
    }
    Ok(())
}
