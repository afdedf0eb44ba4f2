//! 我的订单, of every hall: what is not finished first, then what is to come, then what is over, month by month.

use std::sync::Arc;

use axum::Extension;
use axum::response::Response;
use hall::{Row, Rows, Whose};
use identity::{RealName, opens};
use kernel::Moment;
use payments::PaymentRules;
use platform::db::Tx;
use serde::Deserialize;
use ui::orders::{Line, OrdersPage, Part};
use ui::{Page, Problem, Query, html};

use crate::halls::Halls;

/// What is over, on one page.
const ROWS: usize = 30;

/// Where the page before ended: the moment of its last row in milliseconds, and that row's id, whichever hall it was of.
#[derive(Deserialize)]
pub struct Before {
    #[serde(default)]
    before: Option<i64>,
    #[serde(default)]
    id: String,
}

/// `/orders`: a page of the list.
pub async fn orders(
    Extension(halls): Extension<Arc<Halls>>,
    citizen: RealName<opens::Mine>,
    Query(query): Query<Before>,
) -> Result<Response, Problem> {
    let (person, now) = (citizen.person.clone(), citizen.ctx().now());
    let rules = citizen.ctx().policy.at::<PaymentRules>(now.date()).map_err(Problem::fault)?;
    let before = query.before.map(|ms| (Moment::from_ms(ms), query.id));
    let later = before.is_some();
    let read = move |tx: &mut Tx<'_>| {
        let before = before.as_ref().map(|(at, id)| (*at, id.as_str()));
        halls.orders(tx, &Whose { person: &person, now, rules: &rules }, before, ROWS)
    };
    let (rows, next) = citizen.ctx().db.read("orders.list", read).await?;
    let page = citizen.visit.page.clone();
    let parts = parts(&page, rows);
    let older = next.map(|(at, id)| format!("/orders?before={}&id={id}", at.ms()));
    Ok(html(&page.clone(), OrdersPage { page, parts, later, older }))
}

fn parts(page: &Page, rows: Rows) -> Vec<Part> {
    let all = |key: &str, rows: Vec<Row>| {
        let lines: Vec<Line> = rows.into_iter().map(|row| (row.show)(page)).collect();
        Part { title: page.t(key), count: Some(lines.len()), lines }
    };
    let mut parts = vec![all("orders-unfinished", rows.unfinished), all("orders-coming", rows.coming)];
    parts.retain(|part| !part.lines.is_empty());
    parts.extend(months(page, rows.over));
    parts
}

/// What is over, under the month it was in.
fn months(page: &Page, over: Vec<Row>) -> Vec<Part> {
    let mut parts = Vec::new();
    let mut last = None;
    for row in over {
        let month = row.at.date().first_of_month();
        if last.replace(month) != Some(month) {
            parts.push(Part { title: page.month(month), count: None, lines: Vec::new() });
        }
        if let Some(part) = parts.last_mut() {
            part.lines.push((row.show)(page));
        }
    }
    parts
}
