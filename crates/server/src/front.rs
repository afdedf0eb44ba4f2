//! The front page: what waits for me, and the services that exist; and the page of all that waits.

use axum::response::Response;
use axum::{Extension, extract::State};
use health::appointments::todos;
use identity::{First, Home, Ports, RealName, opens};
use payments::PaymentRules;
use platform::Ctx;
use platform::db::{DbFault, Tx};
use std::sync::Arc;
use ui::front::{FrontCard, FrontPage, Service, Shut, TodosPage};
use ui::{Page, Problem, PublicCache, html};

/// `/`: signed out it is the same for everybody, and comes from the cache.
pub async fn front(
    State(ctx): State<Ctx>,
    Extension(cache): Extension<Arc<PublicCache>>,
    Extension(ports): Extension<Arc<Ports>>,
    home: Home,
) -> Result<Response, Problem> {
    let page = home.visit.page.clone();
    let Some(citizen) = home.citizen else {
        return Ok(cache.serve(&page, 0, || composed(page.clone())));
    };
    let mut front = composed(page.clone());
    if let Some(first) = home.first {
        let words = match &first {
            First::Agree => "front-shut-agree",
            First::Authenticate | First::ShowDevice(_) => "front-shut-device",
        };
        front.shut = Some(Shut {
            href: ui::problem::Detour { page: first.page().to_owned(), back: "/".to_owned() }.path(),
            words,
        });
        return Ok(html(&page, front));
    }
    let (person, now) = (citizen.person.clone(), ctx.now());
    let read = move |tx: &mut Tx<'_>| {
        let card = identity::front_card(tx, &person)?;
        Ok::<_, DbFault>((card, todos::for_front(tx, &person, now)?))
    };
    let (card, (visits, all)) = ctx.db.read("front.todos", read).await?;
    // That a card cannot be used is said only as the card system says it now.
    front.card = match card {
        FrontCard::Suspended { .. } => identity::front_card_now(&ctx, &ports, &citizen.person).await?,
        known => known,
    };
    let rules = ctx.policy.at::<PaymentRules>(now.date()).map_err(Problem::fault)?;
    front.todos = todos::rows(&page, &visits, &rules, now);
    front.todos_all = all;
    Ok(html(&page, front))
}

/// `/todos`: all that waits for who is signed in.
pub async fn all_todos(citizen: RealName<opens::Mine>) -> Result<Response, Problem> {
    let (person, now) = (citizen.person.clone(), citizen.ctx().now());
    let found = citizen.ctx().db.read("front.all_todos", move |tx| todos::todos(tx, &person, now)).await?;
    let page = citizen.visit.page.clone();
    let rules = citizen.ctx().policy.at::<PaymentRules>(now.date()).map_err(Problem::fault)?;
    let todos = todos::rows(&page, &found, &rules, now);
    Ok(html(&page.clone(), TodosPage { page, todos }))
}

fn composed(page: Page) -> FrontPage {
    let service = |title: String, icon, href: &str| Service { title, icon, href: href.to_owned() };
    let services = vec![
        service(page.t("service-booking"), "booking", "/hospitals"),
        service(page.t("service-orders"), "list", "/orders"),
        service(page.t("service-code"), "barcode", "/code"),
        service(page.t("service-messages"), "message", "/messages"),
    ];
    FrontPage { shut: None, card: FrontCard::None, todos: Vec::new(), todos_all: 0, services, news: Vec::new(), page }
}
