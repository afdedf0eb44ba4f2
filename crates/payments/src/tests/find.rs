//! Orders by the number that somebody says.

use kernel::BadShortNo;
use testkit::{TestDb, db_test};

use super::Desk;
use crate::orders::words::short_no;
use crate::{FindError, OrderId, find};

impl Desk {
    async fn finds(&self, said: &str) -> Result<Vec<OrderId>, BadShortNo> {
        match find(&self.ctx, said).await {
            Ok(found) => Ok(found.into_iter().map(|order| order.id).collect()),
            Err(FindError::Number(why)) => Err(why),
            Err(FindError::Fault(fault)) => panic!("{fault}"),
        }
    }
}

#[db_test]
async fn an_order_is_found_by_its_number_and_by_the_short_one(db: TestDb) {
    let desk = Desk::open(&db).await;
    let (whole, short) = (desk.order.to_string(), short_no(&desk.found().await));
    let plain = short.replace('\u{a0}', "");
    for said in [&whole, &whole.to_ascii_uppercase(), &short, &plain, &short.replace('\u{a0}', " ")] {
        assert_eq!(desk.finds(said).await, Ok(vec![desk.order.clone()]), "{said}");
    }
    // Another thing's order has another number.
    let other = desk.another("apt_2").await;
    assert_eq!(desk.finds(&short_no(&desk.of(&other).await)).await, Ok(vec![other]));
    assert_eq!(desk.finds(&short).await, Ok(vec![desk.order.clone()]));
}

#[db_test]
async fn a_digit_that_was_heard_wrongly_is_told_as_such(db: TestDb) {
    let desk = Desk::open(&db).await;
    let mut wrong = short_no(&desk.found().await).replace('\u{a0}', "").into_bytes();
    wrong[4] = if wrong[4] == b'9' { b'0' } else { wrong[4] + 1 };
    let wrong = String::from_utf8(wrong).unwrap();
    assert_eq!(desk.finds(&wrong).await, Err(BadShortNo::WrongDigit));
    for said in ["", "1", "%", "ord_nobody", &wrong[2..], &format!("{}0", desk.order)] {
        assert_eq!(desk.finds(said).await, Err(BadShortNo::NotTen), "{said}");
    }
}
