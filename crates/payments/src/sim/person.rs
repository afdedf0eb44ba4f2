//! A person: a list of deeds, each done when the pages allow it and left out when they do not for a while. Closing
//! the browser is the end of the list.

use super::dice::Dice;
use super::house::{House, No};
use super::scripts::SCRIPTS;
use super::waiting::rest;
use super::world::{Shared, held};
use crate::{OrderState, Way};

/// What a person does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Deed {
    /// Looks at a quote, and agrees to it with the password.
    Settle(Way),
    /// Agrees to the amounts that the insurer settled by.
    Agree,
    /// Asks for a cashier.
    PayOwnMoney,
    /// Pays at it.
    GoPay,
    /// Takes the offered payment back.
    Withdraw,
    /// Gives the order up.
    GiveUp,
    /// Cancels what was paid.
    Cancel,
    /// Does nothing, seconds.
    Wait(i64),
}

use Deed::{Agree, Cancel, GiveUp, GoPay, PayOwnMoney, Settle, Wait, Withdraw};

/// A person by chance: a known one, with pauses, changes of mind, and an early leave.
pub(super) fn by_chance(dice: &mut Dice) -> Vec<Deed> {
    let pick = usize::try_from(dice.between(0, SCRIPTS.len() as i64 - 1)).unwrap_or(0);
    let mut deeds = Vec::new();
    for deed in SCRIPTS[pick].deeds {
        match dice.between(0, 19) {
            0 => deeds.push(Wait(dice.between(1, 1_900))),
            1 => deeds.push(Wait([1, 59, 899, 1_679, 1_799][usize::try_from(dice.between(0, 4)).unwrap_or(0)])),
            2 => deeds.push(GiveUp),
            3 => deeds.push([Agree, Withdraw][usize::from(dice.chance(50))]),
            4..=8 => deeds.push(Wait(dice.between(1, 60))),
            _ => {}
        }
        deeds.push(*deed);
    }
    if dice.chance(30) {
        deeds.push(if dice.chance(80) { Cancel } else { GiveUp });
    }
    if dice.chance(15) {
        let stay = dice.between(0, deeds.len() as i64);
        deeds.truncate(usize::try_from(stay).unwrap_or(0));
    }
    deeds
}

/// Looks at the page so often before a deed is left out.
const LOOKS: u32 = 12;

/// Lives the list.
pub(super) async fn person<H: House>(house: &H, world: &Shared, deeds: &[Deed]) {
    let think = held(world).dice.between(200, 9_000);
    rest(world, think).await;
    for deed in deeds {
        if let Wait(secs) = deed {
            rest(world, secs * 1_000).await;
            continue;
        }
        for _ in 0..LOOKS {
            let done = act(house, world, *deed).await.unwrap_or(false);
            {
                let mut world = held(world);
                let now = world.true_ms();
                world.stir(now);
            }
            let pause = held(world).dice.between(300, 5_000);
            rest(world, pause).await;
            if done {
                break;
            }
        }
    }
}

/// Does it if the page allows it; whether it was done.
async fn act<H: House>(house: &H, world: &Shared, deed: Deed) -> Result<bool, No> {
    let seen = house.look().await?;
    let over = seen.state.is_over() || matches!(seen.state, OrderState::Returning | OrderState::Blocked);
    if over && deed != GoPay {
        return Ok(true);
    }
    match deed {
        Settle(way) if seen.state == OrderState::Open => {
            let shown = house.quote(way).await?;
            held(world).agreed.push((shown.split.cash, shown.split.personal_account));
            house.settle(&shown).await?;
        }
        Agree if seen.state == OrderState::Reconfirm => {
            let Some(split) = seen.settled else { return Ok(false) };
            held(world).agreed.push((split.cash, split.personal_account));
            house.agree(split.cash).await?;
        }
        // What the insurer settled by what was shown needs no second yes.
        Agree => return Ok(seen.state == OrderState::HalfPaid || seen.state == OrderState::Settled),
        PayOwnMoney if matches!(seen.state, OrderState::Open | OrderState::HalfPaid) => {
            house.pay_own_money(seen.to_pay).await?;
        }
        PayOwnMoney => return Ok(matches!(seen.state, OrderState::Settled | OrderState::Paying)),
        GoPay => match seen.cashier {
            Some(number) => held(world).buyer_pays(&number),
            None => return Ok(seen.state == OrderState::Settled),
        },
        Withdraw if matches!(seen.state, OrderState::Paying | OrderState::HalfPaid) => {
            house.withdraw().await?;
            held(world).withdrawn = true;
        }
        GiveUp if seen.state != OrderState::Settled => {
            held(world).given_up = true;
            house.give_up().await?;
        }
        Cancel if seen.state == OrderState::Settled => {
            held(world).given_up = true;
            house.cancel().await?;
        }
        _ => return Ok(false),
    }
    Ok(true)
}
