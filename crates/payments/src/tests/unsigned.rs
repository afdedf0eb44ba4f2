//! What nobody signed, and offers of which nobody knows whether they were made.

use kernel::Fen;
use testkit::{TestDb, db_test};

use super::{Desk, PIN};
use crate::attempts::hear::Heard;
use crate::attempts::model::{Kind, State};
use crate::ports::{ChannelState, CloseAnswer};
use crate::{OrderState, drive_due};

#[db_test]
async fn an_offer_that_was_turned_away_unsigned_and_is_not_known_was_not_made(db: TestDb) {
    let desk = Desk::open(&db).await;
    desk.settle(PIN).await.unwrap();
    desk.drive().await;
    desk.world.turns_away(true);
    desk.pay(500).await.unwrap();
    desk.drive().await;
    // Refused unsigned, asked at once, not known unsigned: the person may choose again now, and not in an hour.
    let order = desk.found().await;
    assert_eq!((order.state, order.view.attempts[1].state), (OrderState::HalfPaid, State::Failed));
    assert_eq!((desk.world.asked_for("offer"), desk.world.asked_for("query")), (1, 1));
    desk.sound().await;
    desk.world.turns_away(false);
    desk.pay(500).await.unwrap();
    desk.drive().await;
    desk.world.buyer_pays();
    desk.pass(20).await;
    assert_eq!(desk.state().await, OrderState::Settled);
    desk.sound().await;
}

#[db_test]
async fn the_insurers_part_goes_back_in_time_although_the_channel_signs_nothing(db: TestDb) {
    let desk = Desk::open(&db).await;
    desk.settle(PIN).await.unwrap();
    desk.drive().await;
    // The first offer is lost on its way, and from then on nobody knows who asks.
    desk.world.lose_requests(1);
    desk.pay(500).await.unwrap();
    desk.world.turns_away(true);
    desk.drive().await;
    crate::orders::stop::give_up(&desk.pay, &desk.ctx, &desk.person, &desk.order).await.unwrap();
    assert_eq!(desk.state().await, OrderState::Returning);
    desk.pass(180).await;
    assert_eq!((desk.state().await, desk.world.held()), (OrderState::Refunded, Fen::ZERO));
    desk.sound().await;
}

#[db_test]
async fn what_was_made_is_offered_again_however_often_somebody_says_that_it_was_not(db: TestDb) {
    let desk = Desk::open(&db).await;
    // It is made, its answer is lost, and everything after it is turned away in nobody's name: asked about, it is not known.
    desk.world.turns_away_after(1);
    desk.world.lose_answers(1);
    desk.pay(2_500).await.unwrap();
    desk.drive().await;
    desk.pass(40).await;
    let order = desk.found().await;
    assert_eq!((order.state, order.view.attempts[0].state), (OrderState::Paying, State::Unknown), "it is not given up");
    let (offered, asked) = (desk.world.asked_for("offer"), desk.world.asked_for("query"));
    assert!(offered >= 2 && asked >= 5, "offered {offered} times, asked {asked} times");
    desk.world.turns_away(false);
    desk.pass(90).await;
    let order = desk.found().await;
    assert_eq!((order.state, order.view.attempts[0].state), (OrderState::Paying, State::Open));
    assert!(order.attempts[0].link.is_some());
    desk.world.buyer_pays();
    desk.pass(20).await;
    assert_eq!(desk.state().await, OrderState::Settled);
    desk.sound().await;
}

#[db_test]
async fn what_was_made_and_not_heard_of_is_offered_again_at_once(db: TestDb) {
    let desk = Desk::open(&db).await;
    desk.world.lose_answers(1);
    desk.pay(2_500).await.unwrap();
    desk.drive().await;
    // The answer was lost, so it was asked at once, and is offered again: nobody waits half a minute for a code.
    let order = desk.found().await;
    assert_eq!((order.state, order.view.attempts[0].state), (OrderState::Paying, State::Open));
    assert!(order.attempts[0].link.is_some());
    assert_eq!((desk.world.asked_for("offer"), desk.world.asked_for("query")), (2, 1));
    desk.world.buyer_pays();
    desk.pass(20).await;
    assert_eq!(desk.state().await, OrderState::Settled);
    desk.sound().await;
}

#[db_test]
async fn an_offer_of_which_nobody_knows_is_asked_about_within_seconds(db: TestDb) {
    let desk = Desk::open(&db).await;
    // The offer and the first questions are lost.
    desk.world.lose_requests(4);
    desk.pay(2_500).await.unwrap();
    desk.drive().await;
    assert_eq!(desk.found().await.view.attempts[0].state, State::Unknown);
    let begun = desk.ctx.now();
    while desk.found().await.attempts[0].link.is_none() {
        desk.clock.advance_secs(1);
        drive_due(&desk.pay, &desk.ctx).await.unwrap();
        assert!(begun.secs_until(desk.ctx.now()) <= 4, "still no code");
    }
    desk.sound().await;
}

#[db_test]
async fn an_offer_that_was_made_and_is_refused_the_next_time_is_not_given_up(db: TestDb) {
    let desk = Desk::open(&db).await;
    desk.world.lose_answers(2);
    desk.pay(2_500).await.unwrap();
    desk.world.refuses_offers(2);
    desk.drive().await;
    desk.pass(120).await;
    let order = desk.found().await;
    let pays: Vec<State> =
        order.view.attempts.iter().filter(|one| one.kind == Kind::Pay).map(|one| one.state).collect();
    assert_eq!((order.state, pays), (OrderState::Paying, vec![State::Open]));
    desk.world.buyer_pays();
    desk.pass(60).await;
    assert_eq!(desk.state().await, OrderState::Settled);
    desk.sound().await;
}

#[db_test]
async fn what_the_channel_has_known_is_not_closed_because_nobody_says_that_it_is_not_known(db: TestDb) {
    let desk = Desk::open(&db).await;
    desk.pay(2_500).await.unwrap();
    desk.drive().await;
    crate::orders::stop::give_up(&desk.pay, &desk.ctx, &desk.person, &desk.order).await.unwrap();
    desk.clock.advance_secs(120);
    // The first question is answered and signed, the two calls after it are turned away.
    desk.world.turns_away_after(1);
    desk.drive().await;
    assert_eq!((desk.world.asked_for("query"), desk.world.asked_for("close")), (2, 1));
    assert_eq!(desk.found().await.view.attempts[0].state, State::Open, "it may still be paid there");
    desk.world.turns_away(false);
    desk.world.buyer_pays();
    desk.pass(300).await;
    assert_eq!((desk.state().await, desk.world.held()), (OrderState::Refunded, Fen::ZERO));
    desk.sound().await;
}

/// For what people are called to the channel as a whole.
async fn called(desk: &Desk) -> Vec<String> {
    let calls = crate::calls::calls(&desk.ctx).await.unwrap();
    calls.into_iter().filter(|call| call.order.is_none()).map(|call| call.reason).collect()
}

#[db_test]
async fn signatures_that_are_refused_at_a_question_call_a_person_and_end_nothing(db: TestDb) {
    let desk = Desk::open(&db).await;
    desk.pay(2_500).await.unwrap();
    desk.drive().await;
    desk.world.refuses_signatures(true);
    desk.pass(120).await;
    assert_eq!(called(&desk).await, [crate::calls::SIGNATURE_REFUSED]);
    let order = desk.found().await;
    assert_eq!((order.state, order.view.attempts[0].state), (OrderState::Paying, State::Open));
    assert!(order.attempts[0].note.contains("SIGN_ERROR"), "{}", order.attempts[0].note);
    desk.sound().await;
    desk.world.refuses_signatures(false);
    desk.world.buyer_pays();
    desk.pass(60).await;
    assert_eq!(desk.state().await, OrderState::Settled);
    // A refund is asked about as well.
    crate::calls::channel_looked_after(&desk.ctx).await.unwrap();
    desk.world.lose_answers(2);
    desk.cancels().await;
    desk.drive().await;
    desk.world.refuses_signatures(true);
    desk.pass(60).await;
    assert_eq!(called(&desk).await, [crate::calls::SIGNATURE_REFUSED]);
    desk.world.refuses_signatures(false);
    desk.pass(600).await;
    assert_eq!((desk.state().await, desk.world.held()), (OrderState::Refunded, Fen::ZERO));
    desk.sound().await;
}

#[test]
fn only_three_like_words_of_nobody_end_a_payment() {
    use crate::orders::act::all_say_so;
    let (open, unknown) = (ChannelState::Open, ChannelState::NotFound { signed: false });
    let none = Some(CloseAnswer::NotFound);
    for (first, closing, last, ends) in [
        (&unknown, none, &unknown, true),
        (&open, none, &unknown, false),
        (&open, None, &unknown, false),
        (&open, Some(CloseAnswer::Closed), &unknown, false),
        (&unknown, None, &unknown, false),
        (&unknown, Some(CloseAnswer::Closed), &unknown, false),
        (&open, Some(CloseAnswer::Closed), &ChannelState::Closed, true),
        (&open, None, &ChannelState::NotFound { signed: true }, true),
    ] {
        let heard = all_say_so(first, closing, Heard::Channel(last.clone()));
        assert_eq!(heard == Heard::Channel(last.clone()), ends, "{first:?} {closing:?} {last:?}");
        assert!(ends || matches!(heard, Heard::Nothing(_)), "{heard:?}");
    }
}
