//! After the storm of paying: what was told against what is stored, and what is stored against what the partners hold.

use std::collections::HashMap;
use std::fmt;

use payments::OrderState;
use platform::db::DbFault;
use testkit::TestDb;

use super::control::Holding;
use super::store::{self, Attempt, Order};
use super::told::{Entry, Told};
use super::town::Town;

/// How it came out.
pub struct Verdict {
    /// Each line is a broken promise.
    pub broken: Vec<String>,
    /// What happened at all: a storm in which nobody paid proves nothing.
    pub seen: Seen,
}

/// How the orders ended, and by which ways money came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Seen {
    pub orders: usize,
    pub settled: usize,
    pub refunded: usize,
    pub closed: usize,
    /// Settlements and payments that came to something.
    pub by_insurer: usize,
    pub by_channel: usize,
}

impl Seen {
    fn of(orders: &[Order], attempts: &[Attempt]) -> Seen {
        let ended = |state: OrderState| orders.iter().filter(|order| order.state == state).count();
        let came = |kind: &str| attempts.iter().filter(|one| one.kind == kind && one.state == "succeeded").count();
        Seen {
            orders: orders.len(),
            settled: ended(OrderState::Settled),
            refunded: ended(OrderState::Refunded),
            closed: ended(OrderState::Closed),
            by_insurer: came("settle"),
            by_channel: came("pay"),
        }
    }

    /// Everything that the storm is to try was tried.
    pub fn is_whole(&self) -> bool {
        [self.settled, self.refunded, self.by_insurer, self.by_channel].iter().all(|many| *many > 0)
    }
}

impl fmt::Display for Seen {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Seen { orders, settled, refunded, closed, by_insurer, by_channel } = self;
        write!(out, "{orders} orders ({settled} settled, {refunded} refunded, {closed} closed; ")?;
        write!(out, "{by_insurer} times the insurer paid, {by_channel} times the channel)")
    }
}

/// Compares; the sandbox is up.
pub async fn judge(db: &TestDb, town: &Town, told: &Told) -> Verdict {
    let read = db.db.read("storm.judge", |tx| Ok::<_, DbFault>((store::orders(tx)?, store::attempts(tx)?)));
    let (orders, attempts) = read.await.expect("read");
    let (payments, settlements) = (town.control.payments().await, town.control.settlements().await);
    let mut broken = told.odd.clone();
    broken.extend(not_kept(told, &orders));
    broken.extend(orders.iter().filter_map(|order| wrong_end(order, &attempts)));
    broken.extend(wrong_money(&orders, &attempts, [&payments, &settlements.by_number]));
    broken.extend(strangers(&attempts, "wechat_pay", &payments));
    broken.extend(strangers(&attempts, "insurer", &settlements.by_number));
    for payer in &town.payers {
        let now = town.control.person(&payer.number).await.balance_fen;
        let off = settlements.off_account.get(&payer.psn_no).copied().unwrap_or(0);
        if payer.balance_fen - off != now {
            broken.push(format!("{} held {}, {off} is settled, and {now} is left", payer.psn_no, payer.balance_fen));
        }
    }
    Verdict { broken, seen: Seen::of(&orders, &attempts) }
}

/// What somebody was told, and is not so; and orders that nobody asked for.
fn not_kept(told: &Told, orders: &[Order]) -> Vec<String> {
    let stored: HashMap<&str, &Order> = orders.iter().map(|order| (order.id.as_str(), order)).collect();
    let mut broken: Vec<String> = told.orders.iter().filter_map(|(id, entry)| lost(id, entry, &stored)).collect();
    let asked = |order: &&Order| {
        told.orders.contains_key(&order.id) || told.unanswered.contains(&(order.person.clone(), order.slot.clone()))
    };
    broken.extend(orders.iter().filter(|order| !asked(order)).map(|order| format!("nobody asked for {order:?}")));
    broken
}

fn lost(id: &str, entry: &Entry, stored: &HashMap<&str, &Order>) -> Option<String> {
    let Some(order) = stored.get(id) else { return Some(format!("{id} was acknowledged and is not there")) };
    let kept = match entry {
        // What was paid ends only where somebody asked for its end, whatever a page said later.
        Entry { settled: true, asked_to_end: false, .. } => order.state == OrderState::Settled,
        Entry { ended: true, .. } => order.state.is_over(),
        _ => true,
    };
    let same = order.person == entry.person && order.slot == entry.slot;
    (!kept || !same).then(|| format!("{id}: told {entry:?}, stored {order:?}"))
}

/// Every order is paid with its visit booked, or over with its visit gone.
fn wrong_end(order: &Order, attempts: &[Attempt]) -> Option<String> {
    let fits = match order.state {
        OrderState::Settled => order.visit == "booked",
        OrderState::Refunded | OrderState::Closed => matches!(order.visit.as_str(), "cancelled" | "expired"),
        _ => false,
    };
    let mine = || attempts.iter().filter(|one| one.order == order.id).collect::<Vec<_>>();
    (!fits).then(|| format!("no end: {order:?}: {:?}", mine()))
}

/// Orders for which the partners hold anything else than their state says, or hold it twice.
fn wrong_money(orders: &[Order], attempts: &[Attempt], partners: [&HashMap<String, Holding>; 2]) -> Vec<String> {
    let mut of_order: HashMap<&str, Vec<&Attempt>> = HashMap::new();
    for attempt in attempts {
        of_order.entry(&attempt.order).or_default().push(attempt);
    }
    let [payments, settlements] = partners;
    let wrong = |order: &Order| {
        let mine = of_order.get(order.id.as_str()).map_or(&[][..], Vec::as_slice);
        let held = |rail: &str, partner: &HashMap<String, Holding>| {
            let numbers = mine.iter().filter(|one| one.rail == rail).filter_map(|one| partner.get(&one.number));
            let in_force: Vec<i64> = numbers.filter(|one| one.in_force).map(|one| one.fen).collect();
            (in_force.len(), in_force.iter().sum::<i64>())
        };
        let ours =
            |kind: &str| mine.iter().filter(|one| one.kind == kind && one.state == "succeeded" && !one.undone).count();
        let (paid, settled) = (held("wechat_pay", payments), held("insurer", settlements));
        let due = if order.state == OrderState::Settled { order.total_fen } else { 0 };
        let once = paid.0 <= 1 && settled.0 <= 1;
        let same = ours("pay") == paid.0 && ours("settle") == settled.0;
        let fits = once && same && paid.1 + settled.1 == due;
        (!fits).then(|| format!("{order:?}: the channel holds {paid:?}, the insurer {settled:?}: {mine:?}"))
    };
    orders.iter().filter_map(wrong).collect()
}

/// What a partner has under numbers that no order knows.
fn strangers(attempts: &[Attempt], rail: &str, partner: &HashMap<String, Holding>) -> Vec<String> {
    let ours: Vec<&str> = attempts.iter().filter(|one| one.rail == rail).map(|one| one.number.as_str()).collect();
    let ours: std::collections::HashSet<&str> = ours.into_iter().collect();
    let strange = partner.iter().filter(|(number, _)| !ours.contains(number.as_str()));
    strange.map(|(number, holding)| format!("{rail} has {holding:?} under {number}, which is nobody's")).collect()
}
