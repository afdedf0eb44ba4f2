//! One order in memory, changed the way `orders::apply` changes it in the database: the same decisions, a toy ledger,
//! the unique rules of the tables.

use kernel::{Fen, Moment};

use super::books::Books;
use super::planted::{Bug, bug};
use crate::attempts::hear::{Act, Heard, WATCH_FOR_SECS, hear, overtaken};
use crate::attempts::model::{Event, Kind, Move, State, View, advance};
use crate::orders::model::{Cause, Next, OrderState, OrderView, Undo, next, order_state};
use crate::orders::paths::may_go;
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
    pub(super) use_personal_account: bool,
    notices: Vec<String>,
    pub(super) books: Books,
    /// The first answer or change that no table has.
    pub(super) odd: Option<String>,
    /// What was kept for it is free.
    pub(super) freed: bool,
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
            use_personal_account: true,
            notices: Vec::new(),
            books: Books::default(),
            odd: None,
            freed: false,
        }
    }

    /// Hears an answer, as `apply::heard`.
    pub(super) fn heard(&mut self, (place, act): (usize, Act), heard: &Heard, now: Moment) {
        let Some(view) = self.view.attempts.get(place).cloned() else { return };
        if let Heard::OfSibling(sibling, settled) = heard {
            self.heard((*sibling, Act::Watch), &Heard::Settled(settled.clone()), now);
            return self.heard((place, act), &Heard::NoSettlement, now);
        }
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
                if let Some((_, Err(forbidden))) = moves {
                    self.odd.get_or_insert(format!("an odd answer: {forbidden}"));
                }
                self.rows[place].linked |= matches!((act, heard), (Act::Offer, Heard::Offered(_)));
                let one = &mut self.view.attempts[place];
                one.doubted |= matches!((act, heard), (Act::Offer, Heard::Unsigned { .. } | Heard::Refused { .. }));
                (one.due_at, one.lease_until) = (verdict.due_at, None);
                self.rows[place].asks += 1;
            }
        }
        self.follow(now);
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
            Heard::Channel(ChannelState::Closed | ChannelState::NotFound { .. }) if event == Event::Close => {
                row.closed_at = Some(now);
            }
            _ => {}
        }
        let believed = bug(Bug::RefusalBelieved) && matches!(heard, Heard::Refused { .. });
        let doubtful = matches!(heard, Heard::Channel(ChannelState::NotFound { .. }));
        let closed = event == Event::Close && one.kind == Kind::Pay;
        if closed || (event == Event::Refuse && (one.kind == Kind::Settle || doubtful) && !believed) {
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
            (Kind::Refund, State::Outside) if bug(Bug::OutsideUnbooked) => {}
            (Kind::Refund, State::Outside) => {
                books.let_go(&format!("{place}:out"));
                books.write(format!("{place}:outside"), ("order", "institution"), one.amount, true);
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
        if to == State::Failed && self.view.settlement().is_none() {
            self.view.deadline = self.open_until;
        }
    }

    /// Takes an attempt for one look; false when there is something else to do.
    pub(super) fn lease(&mut self, place: usize, act: Act, now: Moment) -> Option<Moment> {
        if next(&self.view, now) != Next::Do(place, act) {
            return None;
        }
        let until = now.plus_secs(LEASE_SECS);
        if !act.sends() || bug(Bug::SentUnmarked) {
            self.view.attempts[place].lease_until = Some(until);
            return Some(until);
        }
        let Ok(Move::To(to)) = advance(self.view.attempts[place].state, Event::Send) else { return None };
        self.moved(place, Event::Send, to, now);
        let one = &mut self.view.attempts[place];
        (one.lease_until, one.sent_at) = (Some(until), Some(now));
        (one.sends, one.doubted) = (one.sends + 1, false);
        Some(until)
    }

    /// Takes an attempt for one call of a person's, as `attempts::store::lease`; nothing where somebody is about it.
    pub(super) fn take(&mut self, place: usize, now: Moment) -> Option<Moment> {
        let one = &mut self.view.attempts[place];
        if one.lease_until.is_some_and(|until| until > now) && !bug(Bug::LeaseIgnored) {
            return None;
        }
        one.lease_until = Some(now.plus_secs(LEASE_SECS));
        one.lease_until
    }

    /// Hears the answer to a call that was made under the lease until `until`, unless somebody else has taken the attempt up.
    pub(super) fn unless_overtaken(&mut self, (place, until): (usize, Moment), act: Act, heard: &Heard, now: Moment) {
        if !overtaken(&self.view.attempts[place], until) {
            self.heard((place, act), heard, now);
        }
    }

    /// The settlement of this order that has this number, as `orders::whose` finds it.
    pub(super) fn sibling(&self, number: &str) -> Option<usize> {
        let ours = |(one, row): (&View, &Row)| one.kind == Kind::Settle && row.number == number;
        self.view.attempts.iter().zip(&self.rows).position(ours).filter(|_| !bug(Bug::SiblingUnknown))
    }

    /// As `apply::stop`.
    pub(super) fn stop(&mut self, cause: Cause, now: Moment) {
        if self.view.stop.is_some() {
            return;
        }
        (self.view.stop, self.stopped_at) = (Some(cause), Some(now));
        let offered = |one: &&mut View| one.kind == Kind::Pay && one.state == State::Open && one.due_at > now;
        for one in self.view.attempts.iter_mut().filter(offered).filter(|_| !bug(Bug::NotHurried)) {
            one.due_at = now;
        }
        self.follow(now);
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
            sends: 0,
            doubted: false,
        });
        self.follow(now);
    }

    /// As `begin::settle`, the password being right.
    pub(super) fn begin_settle(&mut self, use_personal_account: bool, split: Split, now: Moment) -> Refused {
        if self.state != OrderState::Open || now >= self.view.deadline {
            return false;
        }
        self.view.confirmed = Some(split);
        self.use_personal_account = use_personal_account;
        self.view.deadline = now.plus_secs(HALF_PAID_SECS);
        let amount = split.insured().unwrap_or(Fen::ZERO);
        self.intend(Kind::Settle, amount, Some(split), None, None, now);
        true
    }

    /// As `begin::pay_own_money`.
    pub(super) fn begin_own_money(&mut self, shown: Fen, now: Moment) -> Refused {
        if self.view.live(Kind::Pay).is_some() {
            return matches!(self.state, OrderState::HalfPaid | OrderState::Paying);
        }
        let expires_at = self.view.deadline.minus_secs(MARGIN_SECS);
        let amount = self.view.own_money_needed().checked_sub(self.view.paid()).unwrap_or(Fen::ZERO);
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

    /// As `withdraw::withdraw`.
    pub(super) fn withdraw(&mut self, now: Moment) -> Refused {
        let Some((place, _)) = self.view.live(Kind::Pay) else { return true };
        let one = &mut self.view.attempts[place];
        if one.expires_at.is_some_and(|at| at > now) && !bug(Bug::NotWithdrawn) {
            (one.expires_at, one.due_at) = (Some(now), now);
        }
        self.follow(now);
        true
    }

    /// As `begin::agree`.
    pub(super) fn agree(&mut self, shown: Fen, now: Moment) -> Refused {
        let split = self.view.settlement().and_then(|(_, one)| one.split);
        match split.filter(|split| self.state == OrderState::Reconfirm && split.cash == shown) {
            Some(split) => {
                self.view.confirmed = Some(split);
                self.follow(now);
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

    /// Brings the stored state to what the attempts say, and sets the next look, as `apply::follow`.
    pub(super) fn follow(&mut self, now: Moment) {
        let to = order_state(&self.view);
        if to != self.state {
            if !may_go(self.state, to) {
                self.odd.get_or_insert(format!("I-M15: it went from {} to {to}", self.state));
            }
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
        let late = bug(Bug::FreedLate) && !self.state.is_over();
        self.freed |= self.view.stop.is_some() && (!self.view.incoming() || bug(Bug::FreedEarly)) && !late;
        self.next_at = match next(&self.view, now) {
            Next::Nothing => None,
            Next::At(at) => Some(at),
            Next::Stop(_) | Next::Begin(_) | Next::Do(..) => Some(now),
        };
    }
}
