//! `renshe pay …`, `renshe ledger lift`: what waits for a person, what is known of it, and letting it go on.

use std::sync::Arc;

use kernel::{Fen, Pii, ShortNo};
use ledger::{End, Line};
use payments::OrderId;
use payments::orders::Order;
use payments::ports::Recipient;
use platform::Ctx;
use platform::config::Config;
use platform::db::DbFault;

use super::{Opened, Outcome, announced, block_on, finish, open_to_act, open_to_look, several};
use crate::halls::Halls;
use crate::open::{self, Access};
use crate::ports::{self, SandboxAt};
use crate::start::StartError;

/// [`payments::calls`] lists so many at most: behind as many, a call about the channel may wait unseen.
const LISTED_MOST: usize = 200;

/// An order by its number, or the short one (单号) that its person's pages say, with or without its blanks.
#[derive(Debug, clap::Args)]
struct Named {
    /// The order's number, or the short one that its person says on the telephone.
    #[arg(required = true)]
    order: Vec<String>,
}

impl Named {
    fn text(&self) -> String {
        self.order.join(" ")
    }
}

/// Which order.
#[derive(Debug, clap::Args)]
pub struct Unblock {
    #[command(flatten)]
    order: Named,
}

/// Who lets money move again.
#[derive(Debug, clap::Args)]
pub struct Lift {
    /// For the audit: who has looked.
    #[arg(long)]
    by: String,
}

/// An order, for whoever looks after it.
#[derive(Debug, clap::Args)]
pub struct Show {
    #[command(flatten)]
    order: Named,
}

/// Where the money of a refund goes that the buyer's account did not take.
#[derive(Debug, clap::Args)]
#[command(group(clap::ArgGroup::new("to").required(true).args(["bank", "to_merchant"])))]
pub struct AbnormalRefund {
    #[command(flatten)]
    order: Named,
    /// Which refund, by the number of its line in `renshe pay show`: needed where more than one waits for this.
    #[arg(long)]
    attempt: Option<i64>,
    /// The bank of the buyer's card, in the channel's word: ICBC_DEBIT. The card's number and the holder's name are read from
    /// standard input, a line each: what is typed as an argument would stand in the machine's list of processes.
    #[arg(long)]
    bank: Option<String>,
    /// Back to the merchant's own account: the person is then paid by other means (`pay paid-outside`).
    #[arg(long)]
    to_merchant: bool,
    /// For the audit: who says so.
    #[arg(long)]
    by: String,
}

/// That a refund was paid by other means.
#[derive(Debug, clap::Args)]
pub struct PaidOutside {
    #[command(flatten)]
    order: Named,
    /// Which refund, by the number of its line in `renshe pay show`: needed where more than one waits for this.
    #[arg(long)]
    attempt: Option<i64>,
    /// Who says so.
    #[arg(long)]
    by: String,
    /// How it was done: transfer, cash, with its number.
    #[arg(long)]
    how: String,
}

/// Says everything that waits for a person, the longest waiting first.
pub fn calls(config: &Config) -> Result<Outcome, StartError> {
    let ctx = open_to_look(config)?;
    let calls = block_on(async { payments::calls(&ctx).await.map_err(|fault| StartError::at("pay", fault)) })?;
    ctx.db.close();
    if calls.is_empty() {
        say!("nothing is waiting");
    }
    for call in calls {
        let (order, state) = match &call.order {
            Some((order, state)) => (order.as_str(), state.as_str()),
            None => ("wechat_pay", "-"),
        };
        say!("{order}\t{state}\t{}\t{}", call.at.datetime(), call.reason);
    }
    Ok(Outcome::Good)
}

/// Says that somebody has looked after what concerns the channel as a whole.
pub fn looked_after(config: &Config) -> Result<Outcome, StartError> {
    let ctx = open_to_act(config)?;
    let waited = block_on(async {
        let calls = payments::calls(&ctx).await.map_err(|fault| StartError::at("pay", fault))?;
        payments::channel_looked_after(&ctx).await.map_err(|fault| StartError::at("pay", fault))?;
        Ok(calls.iter().any(|call| call.order.is_none()) || calls.len() >= LISTED_MOST)
    })?;
    finish(config, &ctx)?;
    say!("{}", if waited { "wechat_pay is looked after" } else { "nothing is waiting" });
    Ok(Outcome::Good)
}

/// Shows an order with each of its attempts: what is known of it here and at the partners.
pub fn show(config: &Config, show: &Show) -> Result<Outcome, StartError> {
    let Opened { ctx, halls, .. } = announced(config, Access::Look)?;
    let (found, free) = block_on(async {
        let mut all = Vec::new();
        for order in payments::find(&ctx, &show.order.text()).await.map_err(|error| StartError::at("pay", error))? {
            let id = order.id.clone();
            let read = ctx.db.read("pay.show", move |tx| ledger::trail(tx, id.as_str()));
            all.push((order, read.await.map_err(|fault: DbFault| StartError::at("pay", fault))?));
        }
        let free = all.is_empty() && is_of_something_free(&ctx, &halls, &show.order.text()).await?;
        Ok((all, free))
    })?;
    ctx.db.close();
    for (order, books) in &found {
        show_order(order, books);
    }
    match (found.is_empty(), free) {
        (false, _) => return Ok(Outcome::Good),
        (true, true) => {
            eprintln!("renshe: {} is the number of something without a fee: it has no order", show.order.text())
        }
        (true, false) => eprintln!("renshe: no order has the number {}", show.order.text()),
    }
    Ok(Outcome::Bad)
}

async fn is_of_something_free(ctx: &Ctx, halls: &Halls, said: &str) -> Result<bool, StartError> {
    let Ok(no) = ShortNo::parse(said) else { return Ok(false) };
    let fee = halls.by_number(ctx, &no).await.map_err(|fault| StartError::at("pay", fault))?;
    Ok(fee == Some(Fen::ZERO))
}

/// Opens the city for a command that changes an order: only where this program follows every kind of order that is in it.
fn open_to_pay(config: &Config) -> Result<(Ctx, Arc<Halls>), StartError> {
    let Opened { ctx, halls, .. } = announced(config, Access::Act)?;
    block_on(open::verify_listeners(&ctx, &halls))?;
    Ok((ctx, halls))
}

/// The one order that is meant by a number of either kind.
async fn meant(ctx: &Ctx, said: &str) -> Result<OrderId, StartError> {
    let found = payments::find(ctx, said).await.map_err(|error| StartError::at("pay", error))?;
    match found.as_slice() {
        [one] => Ok(one.id.clone()),
        [] => Err(StartError(format!("pay: no order has the number {said}"))),
        more => {
            let ids: Vec<_> = more.iter().map(|order| format!("{} ({})", order.id, order.state)).collect();
            Err(StartError(format!("pay: {said} had more than one order, say which: {}", ids.join(", "))))
        }
    }
}

fn show_order(order: &Order, books: &[Line]) {
    let short = payments::short_no(order).replace('\u{a0}', " ");
    say!("{}\t{short}\t{}\t{}\t{} yuan", order.id, order.state, order.changed_at.datetime(), order.view.total);
    if let Some(why) = &order.blocked {
        say!("  blocked: {why}");
    }
    let or = |text: Option<&str>| text.unwrap_or("-").to_owned();
    for one in &order.attempts {
        let (view, happened) = (&one.view, one.happened_at.map(|at| at.datetime().to_string()));
        // Of what gives back: which attempt's money.
        let of = one.of_n.map_or_else(String::new, |n| format!(" of {n}."));
        say!(
            "  {}. {}{of} {} {} yuan\tours {}\ttheirs {}\thappened {}\tlearned {}",
            one.n,
            view.kind,
            view.state,
            view.amount,
            one.number,
            or(one.external_no.as_deref()),
            or(happened.as_deref()),
            one.changed_at.datetime(),
        );
        if !one.note.is_empty() {
            say!("     {}", one.note);
        }
        let clearing = &one.clearing;
        if let Some(optins) = &clearing.optins {
            let (kind, way) = (or(clearing.kind.as_deref()), or(clearing.way.as_deref()));
            say!("     cleared by {optins}, as {kind}, by way {way}");
        }
        if let Some((by, how)) = &one.outside {
            say!("     paid by other means: {how}, says {by}");
        }
        let name = format!("{}:", one.id);
        for line in books.iter().filter(|line| line.movement.starts_with(&name)) {
            let end = line.end.as_ref().map_or(if line.direct { "" } else { " pending" }, |(end, _)| match end {
                End::Post => "",
                End::Void | End::Expire => " let go",
            });
            say!("     {} -> {}\t{} yuan\tday {}{end}", line.debit, line.credit, line.amount, line.day);
        }
    }
}

/// Says where the money of a refund goes that the buyer's account did not take.
pub fn abnormal_refund(config: &Config, refund: &AbnormalRefund) -> Result<Outcome, StartError> {
    let to = match &refund.bank {
        Some(bank) => {
            let mut lines = std::io::stdin().lines();
            let mut line = || lines.next().and_then(Result::ok).map(|line| line.trim().to_owned());
            let (account, name) = (line().unwrap_or_default(), line().unwrap_or_default());
            if account.is_empty() || name.is_empty() {
                let says = "pay: give the card's number and the holder's name on standard input, a line each";
                return Err(StartError(says.to_owned()));
            }
            Recipient::Buyer { bank: bank.clone(), account: Pii::new(account), name: Pii::new(name) }
        }
        None => Recipient::Merchant,
    };
    let (ctx, halls) = open_to_pay(config)?;
    let (id, state) = block_on(async {
        let id = meant(&ctx, &refund.order.text()).await?;
        let sandbox = SandboxAt::beside(config);
        let numbers = Arc::default();
        let ports = ports::ports(config, &sandbox, &numbers)?;
        let own = config.public_url(config.listen);
        let pay = ports::payments(config, &sandbox, (&ports, halls.listeners()), (&own, &numbers))?;
        let which = (&id, refund.attempt);
        let done = payments::redirect(&pay, &ctx, which, (&to, &refund.by)).await;
        done.map(|state| (id.clone(), state)).map_err(|error| StartError::at("pay", error))
    })?;
    finish(config, &ctx)?;
    say!("{id}: the channel says {state:?}");
    Ok(Outcome::Good)
}

/// Writes down that a refund was paid by other means. One person decides: that two agree is not asked yet.
pub fn paid_outside(config: &Config, paid: &PaidOutside) -> Result<Outcome, StartError> {
    let (ctx, halls) = open_to_pay(config)?;
    let (id, state) = block_on(async {
        let id = meant(&ctx, &paid.order.text()).await?;
        let done = payments::paid_outside(halls.listeners(), &ctx, (&id, paid.attempt), (&paid.by, &paid.how)).await;
        done.map(|state| (id.clone(), state)).map_err(|error| StartError::at("pay", error))
    })?;
    finish(config, &ctx)?;
    say!("{id} is {state}");
    Ok(Outcome::Good)
}

/// Lets a blocked order go on: its partners are asked anew.
pub fn unblock(config: &Config, unblock: &Unblock) -> Result<Outcome, StartError> {
    let (ctx, halls) = open_to_pay(config)?;
    let (id, state) = block_on(async {
        let id = meant(&ctx, &unblock.order.text()).await?;
        let done = payments::unblock(halls.listeners(), &ctx, &id).await;
        done.map(|state| (id.clone(), state)).map_err(|error| StartError::at("pay", error))
    })?;
    finish(config, &ctx)?;
    say!("{id} is {state}");
    Ok(Outcome::Good)
}

/// Lets money move again after the books did not agree.
pub fn lift(config: &Config, lift: &Lift) -> Result<Outcome, StartError> {
    let ctx = open_to_act(config)?;
    let lifted =
        block_on(async { ledger::lift(&ctx, &lift.by).await.map_err(|fault| StartError::at("ledger", fault)) })?;
    finish(config, &ctx)?;
    say!("{}", several(lifted, "stop lifted", "stops lifted"));
    Ok(Outcome::Good)
}
