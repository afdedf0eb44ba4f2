//! The front page: what waits for me, and the services that exist; and the page of all that waits.

use axum::response::Response;
use axum::{Extension, extract::State};
use hall::{Tile, TodoRow, Whose};
use identity::{First, Home, Ports, RealName, opens};
use payments::PaymentRules;
use platform::Ctx;
use platform::db::{DbFault, Tx};
use std::sync::Arc;
use ui::front::{FrontCard, FrontPage, Service, Shut, Todo, TodosPage};
use ui::{Page, Problem, PublicCache, html};

use crate::halls::Halls;

/// The front page shows so much of what waits, and what a hall always shows.
const SHOWN: usize = 3;
/// The version of the front page of nobody: nothing on it is read, so it is the same as long as this program runs.
const UNCHANGING: u64 = 0;

/// `/`: signed out it is the same for everybody, and comes from the cache.
pub async fn front(
    State(ctx): State<Ctx>,
    Extension(cache): Extension<Arc<PublicCache>>,
    Extension(halls): Extension<Arc<Halls>>,
    Extension(ports): Extension<Arc<Ports>>,
    home: Home,
) -> Result<Response, Problem> {
    let page = home.visit.page.clone();
    let Some(citizen) = home.citizen else {
        return Ok(cache.serve(&page, UNCHANGING, || composed(&halls, page.clone())));
    };
    let mut front = composed(&halls, page.clone());
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
    let now = ctx.now();
    let rules = ctx.policy.at::<PaymentRules>(now.date()).map_err(Problem::fault)?;
    let (person, halls) = (citizen.person.clone(), Arc::clone(&halls));
    let read = move |tx: &mut Tx<'_>| {
        let card = identity::front_card(tx, &person)?;
        let whose = Whose { person: &person, now, rules: &rules };
        Ok::<_, DbFault>((card, halls.todos(tx, &whose, Some(SHOWN))?))
    };
    let (card, (rows, all)) = ctx.db.read("front.todos", read).await?;
    // That a card cannot be used is said only as the card system says it now.
    front.card = match card {
        FrontCard::Suspended { .. } => identity::front_card_now(&ctx, &ports, &citizen.person).await?,
        known => known,
    };
    front.todos = shown(&page, rows);
    front.todos_all = all;
    Ok(html(&page, front))
}

/// `/todos`: all that waits for who is signed in.
pub async fn all_todos(
    Extension(halls): Extension<Arc<Halls>>,
    citizen: RealName<opens::Mine>,
) -> Result<Response, Problem> {
    let (person, now) = (citizen.person.clone(), citizen.ctx().now());
    let rules = citizen.ctx().policy.at::<PaymentRules>(now.date()).map_err(Problem::fault)?;
    let read = move |tx: &mut Tx<'_>| halls.todos(tx, &Whose { person: &person, now, rules: &rules }, None);
    let (rows, _) = citizen.ctx().db.read("front.all_todos", read).await?;
    let page = citizen.visit.page.clone();
    let todos = shown(&page, rows);
    Ok(html(&page.clone(), TodosPage { page, todos }))
}

fn shown(page: &Page, rows: Vec<TodoRow>) -> Vec<Todo> {
    rows.into_iter().map(|row| (row.show)(page)).collect()
}

fn composed(halls: &Halls, page: Page) -> FrontPage {
    let service =
        |Tile { link, .. }: Tile| Service { title: page.t(link.words), icon: link.icon, href: link.path.to_owned() };
    let services = halls.tiles().into_iter().map(service).collect();
    FrontPage { shut: None, card: FrontCard::None, todos: Vec::new(), todos_all: 0, services, news: Vec::new(), page }
}
