//! One order in memory, changed the way `orders::apply` changes it in the database: the same decisions, a toy ledger,
//! the unique rules of the tables.

use std::collections::BTreeMap;

use kernel::{Fen, Moment};

use super::planted::{Bug, bug};
use crate::attempts::hear::{Act, Heard, WATCH_FOR_SECS, hear};
use crate::attempts::model::{Event, Kind, Move, State, View, advance};
use crate::orders::model::{Cause, Next, OrderState, OrderView, Undo, next, order_state};
use crate::ports::{ChannelState, Split};

/// The rules as policy/payments.toml has them.
pub(super) const HALF_PAID_SECS: i64 = 1_800;
const MARGIN_SECS: i64 = 120;
const LEAST_SECS: i64 = 60;
const LEASE_SECS: i64 = 30;

/// An attempt beside what decisions see of it.
#[derive(Debug, Clone)]
pub(super) struct Row {
    pub(super) number: String,
    pub(super) version: u32,
    pub(super) asks: i64,
    pub(super) external: Option<String>,
    pub(super) linked: bool,
    pub(super) closed_at: Option<Moment>,
}

/// A movement of the toy ledger: from, to, how much, and whether it has happened.
#[derive(Debug, Clone)]
struct Movement {
    from: &'static str,
    to: &'static str,
    amount: Fen,
    posted: bool,
}

/// Accounts of one order. Each movement has a name and happens once.
#[derive(Debug, Clone, Default)]
pub(super) struct Books {
    moved: BTreeMap<String, Movement>,
    pub(super) doubled: bool,
}

impl Books {
    fn write(&mut self, name: String, (from, to): (&'static str, &'static str), amount: Fen, posted: bool) {
        if amount == Fen::ZERO {
            return;
        }
        let movement = Movement { from, to, amount, posted };
        self.doubled |= self.moved.insert(name, movement).is_some();
    }

    fn post(&mut self, name: &str) {
        match self.moved.get_mut(name) {
            Some(movement) => movement.posted = true,
            None => self.doubled = true,
        }
    }

    fn let_go(&mut self, name: &str) {
        self.moved.remove(name);
    }

    /// What an account holds, by what happened.
    pub(super) fn on(&self, account: &str) -> Fen {
        let mut sum = 0;
        for one in self.moved.values().filter(|one| one.posted) {
            sum += i64::from(one.to == account) * one.amount.get();
            sum -= i64::from(one.from == account) * one.amount.get();
        }
        Fen::new(sum)
    }

    /// Each movement once, and nothing set aside that is not there.
    pub(super) fn sound(&self) -> bool {
        let aside = self.moved.values().filter(|one| !one.posted && one.from == "order").map(|one| one.amount.get());
        !self.doubled && self.on("order").get() >= aside.sum::<i64>()
    }

    /// Whether anything is still expected.
    pub(super) fn expects(&self) -> bool {
        self.moved.values().any(|one| !one.posted)
    }
}

/// The order; see the module.
#[derive(Debug, Clone)]
pub(super) struct Desk {
    pub(super) view: OrderView,
    pub(super) rows: Vec<Row>,
    pub(super) state: OrderState,
    pub(super) version: u32,
    open_until: Moment,
    pub(super) stopped_at: Option<Moment>,
    pub(super) next_at: Option<Moment>,
    pub(super) use_account: bool,
    notices: Vec<String>,
    pub(super) books: Books,
    pub(super) odd: u32,
}

/// Why a button said no.
pub(super) type Refused = bool;

impl Desk {
    pub(super) fn open(total: Fen, now: Moment, secs: i64) -> Desk {
        let deadline = now.plus_secs(secs);
        let view =
            OrderView { total, stop: None, deadline, blocked: false, confirmed: None, attempts: Vec::with_capacity(8) };
        Desk {
            view,
            rows: Vec::with_capacity(8),
            state: OrderState::Open,
            version: 1,
            open_until: deadline,
            stopped_at: None,
            next_at: Some(deadline),
            use_account: true,
            notices: Vec::new(),
            books: Books::default(),
            odd: 0,
        }
    }

    /// Hears an answer, as `apply::heard`.
    pub(super) fn heard(&mut self, (place, act): (usize, Act), heard: &Heard, now: Moment) {
        let Some(view) = self.view.attempts.get(place).cloned() else { return };
        let verdict = hear(&view, act, heard, self.rows[place].asks, now);
        if verdict.block.is_some() {
            self.view.blocked = true;
        }
        match verdict.event.map(|event| (event, advance(view.state, event))) {
            Some((event, Ok(Move::To(to)))) => {
                self.learn(place, event, heard, now);
                self.book(place, view.state, to);
                self.moved(place, event, to, verdict.due_at);
                self.after(place, to, now);
            }
            moves => {
                self.odd += u32::from(matches!(moves, Some((_, Err(_)))));
                self.rows[place].linked |= matches!((act, heard), (Act::Offer, Heard::Offered(_)));
                let one = &mut self.view.attempts[place];
                (one.due_at, one.lease_until) = (verdict.due_at, None);
                self.rows[place].asks += 1;
            }
        }
        self.settle(now);
    }

    fn learn(&mut self, place: usize, event: Event, heard: &Heard, now: Moment) {
        let (one, row) = (&mut self.view.attempts[place], &mut self.rows[place]);
        match heard {
            Heard::Settled(settled) if one.kind == Kind::Settle => {
                row.external = Some(settled.setl_id.clone());
                one.split = Some(settled.split);
                one.amount = settled.split.insured().unwrap_or(Fen::ZERO);
            }
            Heard::Offered(_) => row.linked = true,
            Heard::Channel(ChannelState::Closed | ChannelState::NotFound) if event == Event::Close => {
                row.closed_at = Some(now);
            }
            _ => {}
        }
        if event == Event::Close || *heard == Heard::Reversed {
            one.watch_until = Some(now.plus_secs(WATCH_FOR_SECS));
        }
    }

    fn moved(&mut self, place: usize, event: Event, to: State, due_at: Moment) {
        let (one, row) = (&mut self.view.attempts[place], &mut self.rows[place]);
        (one.state, one.due_at, one.lease_until) = (to, due_at, None);
        row.version += 1;
        row.asks = if matches!(event, Event::Send | Event::Again) { row.asks + 1 } else { 0 };
    }

    /// As `books::moved`.
    fn book(&mut self, place: usize, from: State, to: State) {
        let (one, books) = (&self.view.attempts[place], &mut self.books);
        match (one.kind, to) {
            (Kind::Settle, State::Succeeded) => {
                books.write(format!("{place}:insurer"), ("insurer", "order"), one.amount, true);
            }
            (Kind::Pay, State::Succeeded) if from.is_live() => books.post(&format!("{place}:in")),
            (Kind::Pay, State::Succeeded) => {
                books.write(format!("{place}:late"), ("channel", "order"), one.amount, true);
            }
            (Kind::Pay, State::Failed | State::Closed) if bug(Bug::PendingKept) => {}
            (Kind::Pay, State::Failed | State::Closed) => books.let_go(&format!("{place}:in")),
            (Kind::Refund | Kind::Void, State::Succeeded) if one.amount > Fen::ZERO => {
                books.post(&format!("{place}:out"));
            }
            _ => {}
        }
    }

    fn after(&mut self, place: usize, to: State, now: Moment) {
        if self.view.attempts[place].kind != Kind::Settle || self.view.stop.is_some() {
            return;
        }
        if to == State::Succeeded && !bug(Bug::DeadlineNotMoved) {
            self.view.deadline = now.plus_secs(HALF_PAID_SECS);
        }
        if to == State::Failed {
            self.view.deadline = self.open_until;
        }
    }

    /// Takes an attempt for one look; false when there is something else to do.
    pub(super) fn lease(&mut self, place: usize, act: Act, now: Moment) -> bool {
        if next(&self.view, now) != Next::Do(place, act) {
            return false;
        }
        let until = Some(now.plus_secs(LEASE_SECS));
        let sends = matches!(act, Act::Settle | Act::Offer | Act::Void | Act::Refund);
        if !sends || bug(Bug::SentUnmarked) {
            self.view.attempts[place].lease_until = until;
            return true;
        }
        let Ok(Move::To(to)) = advance(self.view.attempts[place].state, Event::Send) else { return false };
        self.moved(place, Event::Send, to, now);
        let one = &mut self.view.attempts[place];
        one.lease_until = until;
        one.sent_at = Some(now);
        true
    }

    /// As `apply::stop`.
    pub(super) fn stop(&mut self, cause: Cause, now: Moment) {
        if self.view.stop.is_some() {
            return;
        }
        (self.view.stop, self.stopped_at) = (Some(cause), Some(now));
        self.settle(now);
        while let Next::Do(place, Act::Drop) = next(&self.view, now) {
            self.heard((place, Act::Drop), &Heard::Dropped, now);
        }
    }

    /// As `apply::undo`; an attempt is undone at most once.
    pub(super) fn undo(&mut self, undo: Undo, now: Moment) -> bool {
        if self.view.attempts.iter().any(|one| one.of == Some(undo.of)) {
            return false;
        }
        let split = self.view.attempts[undo.of].split;
        self.intend(undo.kind, undo.amount, split, Some(undo.of), None, now);
        true
    }

    fn intend(
        &mut self,
        kind: Kind,
        amount: Fen,
        split: Option<Split>,
        of: Option<usize>,
        expires_at: Option<Moment>,
        now: Moment,
    ) {
        let place = self.rows.len();
        match kind {
            Kind::Settle => {}
            Kind::Pay => self.books.write(format!("{place}:in"), ("channel", "order"), amount, false),
            Kind::Refund => self.books.write(format!("{place}:out"), ("order", "channel"), amount, false),
            Kind::Void => self.books.write(format!("{place}:out"), ("order", "insurer"), amount, false),
        }
        let number = format!("{}{}", kind.as_str(), place + 1);
        self.rows.push(Row { number, version: 1, asks: 0, external: None, linked: false, closed_at: None });
        self.view.attempts.push(View {
            kind,
            state: State::Requested,
            amount,
            split,
            of,
            sent_at: None,
            lease_until: None,
            due_at: now,
            expires_at,
            watch_until: None,
        });
        self.settle(now);
    }

    /// As `begin::settle`, the password being right.
    pub(super) fn begin_settle(&mut self, use_account: bool, split: Split, now: Moment) -> Refused {
        if self.state != OrderState::Open || now >= self.view.deadline {
            return false;
        }
        self.view.confirmed = Some(split);
        self.use_account = use_account;
        self.view.deadline = now.plus_secs(HALF_PAID_SECS);
        let amount = split.insured().unwrap_or(Fen::ZERO);
        self.intend(Kind::Settle, amount, Some(split), None, None, now);
        true
    }

    /// As `begin::pay_cash`.
    pub(super) fn begin_cash(&mut self, shown: Fen, now: Moment) -> Refused {
        if self.view.live(Kind::Pay).is_some() {
            return matches!(self.state, OrderState::HalfPaid | OrderState::Paying);
        }
        let expires_at = self.view.deadline.minus_secs(MARGIN_SECS);
        let amount = self.view.cash_needed().checked_sub(self.view.paid()).unwrap_or(Fen::ZERO);
        let open = matches!(self.state, OrderState::Open | OrderState::HalfPaid);
        if !open || now.plus_secs(LEAST_SECS) > expires_at || amount != shown || amount <= Fen::ZERO {
            return false;
        }
        if self.state == OrderState::Open {
            self.view.confirmed = Some(Split::own_money(amount));
        }
        self.intend(Kind::Pay, amount, None, None, Some(expires_at), now);
        true
    }

    /// As `begin::agree`.
    pub(super) fn agree(&mut self, shown: Fen, now: Moment) -> Refused {
        let split = self.view.settlement().and_then(|(_, one)| one.split);
        match split.filter(|split| self.state == OrderState::Reconfirm && split.cash == shown) {
            Some(split) => {
                self.view.confirmed = Some(split);
                self.settle(now);
                true
            }
            None => false,
        }
    }

    /// As `notices::receive`.
    pub(super) fn notice(&mut self, event_id: &str, place: (usize, Act), heard: &Heard, now: Moment) {
        if self.notices.iter().any(|one| one == event_id) {
            return;
        }
        self.notices.push(event_id.to_owned());
        self.heard(place, heard, now);
    }

    /// Brings the stored state to what the attempts say, and sets the next look, as `apply::settle`.
    pub(super) fn settle(&mut self, now: Moment) {
        let to = order_state(&self.view);
        if to != self.state {
            self.version += 1;
            let (version, total) = (self.version, self.view.total);
            if to == OrderState::Settled {
                self.books.write(format!("deliver:{version}"), ("order", "institution"), total, true);
            }
            if self.state == OrderState::Settled && !bug(Bug::NotTakenBack) {
                self.books.write(format!("back:{version}"), ("institution", "order"), total, true);
            }
            self.state = to;
        }
        self.next_at = match next(&self.view, now) {
            Next::Nothing => None,
            Next::At(at) => Some(at),
            Next::Stop(_) | Next::Begin(_) | Next::Do(..) => Some(now),
        };
    }
}
