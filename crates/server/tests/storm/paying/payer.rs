//! What people do: book a visit that costs something and pay for it, from one purse or three; or leave, give it up,
//! cancel what is paid.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use kernel::{OsRng, Rng};

use super::phone::{Phone, Reply, linked};
use super::told::Told;
use super::town::{PIN, Payer, Town};
use crate::form::field;

/// Looks at one order before its person does something else.
const LOOKS: usize = 30;

/// Serves some people, one after another.
pub struct Worker {
    phone: Phone,
    people: Vec<Payer>,
    slots: Vec<String>,
    told: Arc<Mutex<Told>>,
}

/// Where an order stands by its page.
enum Stands {
    /// To be paid; with the page.
    Open(String),
    /// The amounts are others than were shown; with the own money that is asked for.
    Reconfirm(String),
    /// The insurer has paid; with the own money that is asked for.
    HalfPaid(String),
    /// The channel waits for the buyer.
    Paying,
    /// Something is under way, or nobody answered.
    Wait,
    Settled,
    Ended,
}

impl Worker {
    /// One of many; every so-many-th person is theirs.
    pub fn new(town: &Town, number: usize, step: usize, told: Arc<Mutex<Told>>) -> Worker {
        let people = town.payers.iter().skip(number % step).step_by(step).cloned().collect();
        Worker { phone: Phone::new(&town.url, &town.cashier), people, slots: town.slots.clone(), told }
    }

    /// One person wants a visit, or gives up one they have.
    pub async fn turn(&self) {
        let who = &self.people[pick(self.people.len())];
        let mine = self.with(|told| told.live_of(&who.who.person, pick));
        match mine {
            Some((order, visit)) if one_in(3) => self.cancel(who, &order, &visit).await,
            _ => {
                let slot = &self.slots[pick(self.slots.len())];
                if let Some(order) = self.book(who, slot).await {
                    self.pay(who, &order).await;
                }
            }
        }
    }

    /// Takes a place; the order that pays for it.
    async fn book(&self, who: &Payer, slot: &str) -> Option<String> {
        let reply = self.phone.post(&who.who, &format!("/slots/{slot}/book"), &[]).await;
        let order = match &reply {
            Reply::To(path) if path.starts_with("/pay/ord_") => Some(path["/pay/".len()..].to_owned()),
            // They have it already: its page leads to the order.
            Reply::To(path) if path.starts_with("/appointments/apt_") => match self.phone.get(&who.who, path).await {
                Reply::Page(page) => linked(&page, "/pay/"),
                _ => None,
            },
            Reply::To(path) if path.starts_with("/slots/") => {
                self.with(|told| told.refused += 1);
                None
            }
            Reply::Closed => None,
            Reply::Nothing => {
                let wish = (who.who.person.clone(), slot.to_owned());
                self.with(|told| told.unanswered.insert(wish));
                None
            }
            other => self.odd(&format!("a booking was answered with {other:?}")),
        };
        self.pause_after(&reply).await;
        let order = order?;
        self.with(|told| told.opened(&order, &who.who.person, slot));
        Some(order)
    }

    /// Goes on with an order until it has ended, is paid, or its person loses interest.
    async fn pay(&self, who: &Payer, order: &str) {
        for _ in 0..LOOKS {
            match self.look(who, order).await {
                Stands::Settled | Stands::Ended => return,
                Stands::Wait => {}
                _ if one_in(12) => return,
                _ if one_in(12) => self.give_up(who, order).await,
                Stands::Open(page) => self.agree(who, order, &page).await,
                Stands::Reconfirm(fen) => {
                    self.form(who, &format!("/pay/{order}/agree"), &[("fen", &fen)]).await;
                }
                Stands::HalfPaid(fen) => self.own_money(who, order, &fen).await,
                Stands::Paying => self.cashier(who, order).await,
            }
            tokio::time::sleep(Duration::from_millis(20 + OsRng.below(150))).await;
        }
    }

    /// Reads the page of an order, and writes down what it says.
    async fn look(&self, who: &Payer, order: &str) -> Stands {
        let reply = self.phone.get(&who.who, &format!("/pay/{order}/state")).await;
        let page = match reply {
            Reply::Page(page) => page,
            Reply::Closed | Reply::Nothing => {
                self.pause_after(&reply).await;
                return Stands::Wait;
            }
            other => {
                self.odd::<()>(&format!("{order} was asked about, and answered with {other:?}"));
                return Stands::Wait;
            }
        };
        if let Some(visit) = linked(&page, "/appointments/") {
            self.with(|told| told.visit(order, format!("/appointments/{visit}")));
        }
        let stands = stands(order, page);
        match &stands {
            Ok(Stands::Settled) => self.with(|told| told.settled(order)),
            Ok(Stands::Ended) => self.with(|told| told.ended(order)),
            Ok(_) => {}
            Err(page) => drop(self.odd::<()>(&format!("{order} stands nowhere: {page}"))),
        }
        stands.unwrap_or(Stands::Wait)
    }

    /// Agrees to what is shown and gives the payment password on the next page; or wants to pay it all alone, which is
    /// what is left while the insurer does not answer.
    async fn agree(&self, who: &Payer, order: &str, page: &str) {
        if one_in(6) {
            let Some(page) = self.page(who, &format!("/pay/{order}?way=own_money")).await else { return };
            if let Some(fen) = field(&page, "fen") {
                self.own_money(who, order, &fen).await;
            }
            return;
        }
        let (Some(hash), Some(way)) = (field(page, "hash"), field(page, "way")) else { return };
        let asked = format!("/pay/{order}/password?hash={hash}&way={way}");
        let Some(page) = self.page(who, &asked).await.filter(|page| field(page, "pin").is_some()) else { return };
        let Some(hash) = field(&page, "hash") else { return };
        let fields = [("hash", hash.as_str()), ("way", way.as_str()), ("pin", PIN)];
        self.form(who, &format!("/pay/{order}"), &fields).await;
    }

    /// A page on the way; nothing where nobody answers just now.
    async fn page(&self, who: &Payer, path: &str) -> Option<String> {
        match self.phone.get(&who.who, path).await {
            Reply::Page(page) => Some(page),
            reply @ (Reply::Closed | Reply::Nothing) => {
                self.pause_after(&reply).await;
                None
            }
            other => self.odd(&format!("{path} was asked for, and answered with {other:?}")),
        }
    }

    async fn own_money(&self, who: &Payer, order: &str, fen: &str) {
        self.form(who, &format!("/pay/{order}/own-money"), &[("fen", fen)]).await;
        self.cashier(who, order).await;
    }

    /// The buyer follows the link of the page and pays, now and then twice.
    async fn cashier(&self, who: &Payer, order: &str) {
        match self.phone.get(&who.who, &format!("/pay/{order}/cashier")).await {
            Reply::Page(page) if self.phone.pay_at(&page).await && one_in(4) => drop(self.phone.pay_at(&page).await),
            Reply::Odd(status) => drop(self.odd::<()>(&format!("the cashier of {order} was answered with {status}"))),
            _ => {}
        }
    }

    async fn give_up(&self, who: &Payer, order: &str) {
        self.with(|told| told.asked_to_end(order));
        self.form(who, &format!("/pay/{order}/give-up"), &[]).await;
    }

    /// Cancels the visit: what is paid goes back by itself.
    async fn cancel(&self, who: &Payer, order: &str, visit: &str) {
        self.with(|told| told.asked_to_end(order));
        match self.form(who, &format!("{visit}/cancel"), &[]).await {
            Reply::To(path) if path == visit => self.with(|told| told.ended(order)),
            // It had ended before, for lack of time.
            Reply::To(path) if path == format!("{visit}/cancel") => self.with(|told| told.refused += 1),
            Reply::To(path) => drop(self.odd::<()>(&format!("cancelling {visit} was answered with {path}"))),
            _ => {}
        }
    }

    async fn form(&self, who: &Payer, path: &str, fields: &[(&str, &str)]) -> Reply {
        let reply = self.phone.post(&who.who, path, fields).await;
        match &reply {
            Reply::Odd(status) => drop(self.odd::<()>(&format!("{path} was answered with {status}"))),
            Reply::Nothing => self.with(|told| told.silent += 1),
            _ => {}
        }
        self.pause_after(&reply).await;
        reply
    }

    fn odd<T>(&self, what: &str) -> Option<T> {
        self.with(|told| told.odd.push(what.to_owned()));
        None
    }

    fn with<T>(&self, work: impl FnOnce(&mut Told) -> T) -> T {
        work(&mut self.told.lock().expect("no panic in here"))
    }

    /// While nobody answers, nobody hammers.
    async fn pause_after(&self, reply: &Reply) {
        if matches!(reply, Reply::Closed | Reply::Nothing) {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }
}

/// Where an order stands, by what its page offers or says; the page where that is unclear.
fn stands(order: &str, page: String) -> Result<Stands, String> {
    const ENDED: [&str; 9] = [
        "还没付的微信支付正在关闭",
        "正退回医保",
        "正退回微信",
        "还没有退回医保",
        "已付的钱都已按原路退回",
        "正在向微信支付确认没有付款",
        "正在向医保确认没有支付",
        "预约已取消",
        "支付时间已过",
    ];
    // Being asked about, or too late to begin anything: its end comes by itself.
    const WAITS: [&str; 5] = ["正在向医保确认", "医保已支付", "来不及用微信付", "多付的正在退回", "还没有收到您付的钱"];
    let form = |action: &str| page.contains(&format!("action=\"/pay/{order}{action}\""));
    let fen = || field(&page, "fen").unwrap_or_default();
    // The page to pay on leads to the password or to paying all alone, that of a half-paid order says what is left.
    Ok(match () {
        () if page.contains("费用已付清") => Stands::Settled,
        () if ENDED.iter().any(|words| page.contains(words)) => Stands::Ended,
        () if form("/agree") => Stands::Reconfirm(fen()),
        () if form("/own-money") && page.contains("医保已支付") => Stands::HalfPaid(fen()),
        () if form("/own-money") || form("/password") => Stands::Open(page),
        () if page.contains(&format!("href=\"/pay/{order}/cashier\"")) => Stands::Paying,
        () if WAITS.iter().any(|words| page.contains(words)) => Stands::Wait,
        () => return Err(page),
    })
}

fn one_in(many: u64) -> bool {
    OsRng.below(many) == 0
}

fn pick(below: usize) -> usize {
    usize::try_from(OsRng.below(below as u64)).expect("small")
}
