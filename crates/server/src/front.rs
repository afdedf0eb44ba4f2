//! The front page: what waits for me, and the services that exist.

use axum::response::Response;
use axum::{Extension, extract::State};
use health::appointments::todos;
use identity::Home;
use platform::Ctx;
use platform::db::{DbFault, Tx};
use std::sync::Arc;
use ui::front::{FrontCard, FrontPage, Service};
use ui::{Page, Problem, PublicCache, html};

/// `/`: signed out it is the same for everybody, and comes from the cache.
pub async fn front(
    State(ctx): State<Ctx>,
    Extension(cache): Extension<Arc<PublicCache>>,
    home: Home,
) -> Result<Response, Problem> {
    let page = home.visit.page.clone();
    let Some(citizen) = home.citizen else {
        return Ok(cache.serve(&page, 0, || composed(page.clone())));
    };
    let mut front = composed(page.clone());
    if let Some(first) = home.first {
        front.shut = Some(format!("{first}?to=/"));
        return Ok(html(&page, front));
    }
    let (person, now) = (citizen.person, ctx.now());
    let read = move |tx: &mut Tx<'_>| {
        let card = identity::front_card(tx, &person)?;
        Ok::<_, DbFault>((card, health::todos(tx, &person, now)?))
    };
    let (card, visits) = ctx.db.read("front.todos", read).await?;
    front.card = card;
    front.next = todos::next_visit(&page, &visits);
    front.todos = todos::rows(&page, &visits);
    Ok(html(&page, front))
}

fn composed(page: Page) -> FrontPage {
    let service = |title: String, icon, href: &str| Service { title, icon, href: href.to_owned() };
    let services = vec![
        service(page.t("service-booking"), "booking", "/hospitals"),
        service(page.t("service-orders"), "list", "/orders"),
        service(page.t("service-code"), "barcode", "/code"),
        service(page.t("service-messages"), "message", "/messages"),
    ];
    FrontPage { shut: None, card: FrontCard::None, next: None, todos: Vec::new(), services, news: Vec::new(), page }
}
