//! RNA-9: a browser that cannot show its device's key shows its owner's phone for each payment; one code serves one.

use testkit::db_test;

use crate::devices::{leave, new_key, sign_at};
use crate::support::TestApp;
use crate::support::payer::{PIN, Payer};
use crate::support::visitor::Answer;

const MOBILE: &str = "13900000001";

/// The page that asks for a code for one payment, answered; the page that it leads back to.
async fn enters_a_code(app: &TestApp, payer: &Payer, asked: &Answer) -> Answer {
    assert!(asked.path.starts_with("/devices/prove?for=ord_"), "{} {}", asked.path, asked.text);
    assert!(asked.says("确认这笔付款") && asked.says("一个短信验证码只能确认一笔付款"), "{}", asked.text);
    let enter = payer.person.send_form_to(asked, "/devices/prove/sms", &[]).await;
    let code = app.code(MOBILE).await;
    let back = payer.person.send_form_to(&enter, "/devices/prove/code", &[("code", &code)]).await;
    assert!(back.is_ok(), "{} {}", back.status, back.text);
    back
}

#[db_test]
async fn without_script_each_payment_asks_for_a_code_of_its_own(app: TestApp) {
    // Authenticated here a moment ago: that counts for the first one, however often its person comes back to it.
    let first = Payer::new(&app, 0).await;
    let half = first.settle(PIN).await;
    assert!(half.says("医保已支付 20.00 元"), "{} {}", half.path, half.text);
    assert!(first.cash(500).await.path.ends_with("/cashier"));
    // The second one by the insurer: asked before the password is typed, and back to where it is.
    let second = Payer::once_more(&app, first.person.clone()).await;
    let amounts = second.person.get(&second.pay).await;
    let path = second.to_password(&amounts).expect("a way on");
    let asked = second.person.get(&path).await;
    let back = enters_a_code(&app, &second, &asked).await;
    assert!(back.path.starts_with(&format!("{}/password?hash=", second.pay)), "back to the password: {}", back.path);
    let half = second.send_pin(&back, PIN).await;
    assert!(half.says("医保已支付 20.00 元"), "{} {}", half.path, half.text);
    // The rest of it asks for nothing more.
    assert!(second.cash(500).await.path.ends_with("/cashier"));
    // The third one with one's own money alone: what was chosen is kept, and sent again by one tap.
    app.advance_secs(61);
    let third = Payer::once_more(&app, first.person.clone()).await;
    let asked = third.cash(2_500).await;
    let back = enters_a_code(&app, &third, &asked).await;
    assert!(back.path.starts_with("/real-name/continue/"), "{} {}", back.path, back.text);
    let cashier = third.person.send_form_to(&back, &format!("{}/own-money", third.pay), &[]).await;
    assert!(cashier.path.ends_with("/cashier"), "{} {}", cashier.path, cashier.text);
    // The password is worth nothing without the code.
    let fourth = Payer::once_more(&app, first.person.clone()).await;
    let amounts = fourth.person.get(&fourth.pay).await;
    let fields = [("hash", amounts.field("hash")), ("way", amounts.field("way"))];
    let fields = fields.map(|(name, value)| (name, value.expect("a field")));
    let typed = [(fields[0].0, fields[0].1.as_str()), (fields[1].0, fields[1].1.as_str()), ("pin", PIN)];
    let tried = fourth.post(&fourth.pay, &typed).await;
    assert!(tried.path.starts_with("/devices/prove?for=ord_"), "{} {}", tried.path, tried.text);
    app.check().await;
    app.audit().await;
}

#[db_test]
async fn one_code_does_not_serve_two_payments_at_once(app: TestApp) {
    let one = Payer::new(&app, 0).await;
    let other = Payer::once_more(&app, one.person.clone()).await;
    let (first, second) = tokio::join!(one.cash(2_500), other.cash(2_500));
    let begun = [&first, &second].into_iter().filter(|answer| answer.path.ends_with("/cashier")).count();
    let asked = [&first, &second].into_iter().filter(|answer| answer.path.starts_with("/devices/prove")).count();
    assert_eq!((begun, asked), (1, 1), "{} {}", first.path, second.path);
    app.check().await;
}

#[db_test]
async fn a_device_with_its_key_is_asked_for_no_code(app: TestApp) {
    let first = Payer::new(&app, 0).await;
    let key = new_key();
    assert!(leave(&first.person, &key).await.is_ok());
    assert!(first.cash(2_500).await.path.ends_with("/cashier"));
    let second = Payer::once_more(&app, first.person.clone()).await;
    assert!(second.cash(2_500).await.path.ends_with("/cashier"));
    // A browser that has lost its key shows the phone, and that counts once; with the key it goes on by itself.
    app.advance_secs(121);
    let page = first.person.get("/devices/prove?to=/me").await;
    let enter = first.person.send_form_to(&page, "/devices/prove/sms", &[]).await;
    let code = app.code(MOBILE).await;
    first.person.send_form_to(&enter, "/devices/prove/code", &[("code", &code)]).await;
    let third = Payer::once_more(&app, first.person.clone()).await;
    assert!(third.cash(2_500).await.path.ends_with("/cashier"));
    let fourth = Payer::once_more(&app, first.person.clone()).await;
    let asked = fourth.cash(2_500).await;
    assert!(asked.path.starts_with("/devices/prove?for=ord_") && asked.says("data-auto"), "{}", asked.text);
    let went_on = sign_at(&app.url, &fourth.person, &asked, &key).await;
    assert_eq!(went_on.status, 303, "{}", went_on.text);
    assert!(fourth.cash(2_500).await.path.ends_with("/cashier"));
    app.check().await;
}

#[db_test]
async fn a_code_counts_for_the_payment_that_it_was_entered_for(app: TestApp) {
    let first = Payer::new(&app, 0).await;
    assert!(first.settle(PIN).await.says("医保已支付"), "the authentication has counted for this one");
    app.advance_secs(61);
    let second = Payer::once_more(&app, first.person.clone()).await;
    let third = Payer::once_more(&app, first.person.clone()).await;
    let amounts = second.person.get(&second.pay).await;
    let asked = second.person.get(&second.to_password(&amounts).expect("a way on")).await;
    enters_a_code(&app, &second, &asked).await;
    let other = third.cash(2_500).await;
    assert!(other.path.starts_with("/devices/prove?for=ord_"), "{} {}", other.path, other.text);
    let own = second.cash(2_500).await;
    assert!(own.path.ends_with("/cashier"), "{} {}", own.path, own.text);
    app.check().await;
}
