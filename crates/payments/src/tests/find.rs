//! Orders by the number that somebody says.

use testkit::{TestDb, db_test};

use super::Desk;
use crate::orders::words::{SHORT_CHARS, short_no};
use crate::{OrderId, find};

impl Desk {
    async fn finds(&self, said: &str) -> (Vec<OrderId>, bool) {
        let found = find(&self.ctx, said).await.unwrap();
        (found.orders.into_iter().map(|order| order.id).collect(), found.more)
    }
}

#[db_test]
async fn an_order_is_found_by_its_number_and_by_the_end_of_it(db: TestDb) {
    let desk = Desk::open(&db).await;
    let (whole, short) = (desk.order.to_string(), short_no(&desk.found().await));
    for said in [&whole, &whole.to_ascii_uppercase(), &short, &short.replace('-', " "), &short.to_ascii_lowercase()] {
        assert_eq!(desk.finds(said).await, (vec![desk.order.clone()], false), "{said}");
    }
    for said in ["", "1", "%", "ord_nobody", &whole[whole.len() - 4..], &format!("{whole}0")] {
        assert_eq!(desk.finds(said).await, (Vec::new(), false), "{said}");
    }
}

#[db_test]
async fn that_more_orders_end_so_than_are_listed_is_said(db: TestDb) {
    let desk = Desk::open(&db).await;
    let end = desk.order.as_str()[desk.order.as_str().len() - SHORT_CHARS..].to_owned();
    for many in 2..=6 {
        let drawn: OrderId = desk.ctx.id();
        let begin = &drawn.as_str()[..drawn.as_str().len() - SHORT_CHARS];
        let same: OrderId = format!("{begin}{end}").parse().unwrap();
        desk.opens(&same, &format!("apt_{many}")).await;
        let (found, more) = desk.finds(&end).await;
        assert_eq!((found.len(), more), (many.min(5), many > 5));
        assert_eq!(desk.finds(same.as_str()).await, (vec![same], false), "the whole number means one");
    }
}
