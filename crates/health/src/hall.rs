//! What this hall hands up: its table of contents.

use axum::Router;
use axum::routing::{get, post};
use hall::{Hall, MakesInstitution, Seed, SeededDesk, Text, Tile, Wired, Works};
use identity::institutions::Kind;
use platform::Ctx;
use platform::policy::Known;
use ui::nav::Link;

use crate::appointments::by_number::fee_by_number;
use crate::appointments::paid::subjects;
use crate::appointments::{self, cancel_pages, code_page, desk, orders, pages as visits, todos};
use crate::checks::checks;
use crate::clinics::{self, forget::ClinicKeeping, policy::BookingRules};
use crate::{demo, hospitals, jobs, nav, public, search};

/// Hospitals, clinics, appointments, the hospital's desk.
pub fn hall() -> Hall {
    Hall {
        routes: routes().merge(desk_routes()),
        nav: nav::nav(),
        tiles: vec![
            Tile::new(10, "/hospitals", "service-booking", "booking"),
            Tile::new(30, "/code", "service-code", "barcode"),
        ],
        desks: vec![desk::LINK],
        checks: checks(),
        sections: vec![Known::of::<BookingRules>(), Known::of::<ClinicKeeping>()],
        subjects: subjects(),
        texts: TEXTS.to_vec(),
        services: search::SERVICES.to_vec(),
        lists: vec![Link { path: "/hospitals", words: "health-all-hospitals", icon: "hospital" }],
        find: Some(search::found::finds),
        todos: Some(todos::lists),
        orders: Some(orders::lists),
        by_number: Some(|ctx, no| Box::pin(fee_by_number(ctx, no))),
        census: vec![("appointments", appointments::store::count_to)],
        version: public::version,
        seed: Some(Seed {
            at: 10,
            run: |ctx| Box::pin(async move { seed(&ctx).await }),
            says: |ctx| Box::pin(async move { says(&ctx).await }),
        }),
        institutions: vec![MakesInstitution {
            kind: Kind::Hospital,
            levels: &hospitals::model::LEVELS,
            add: |ctx, command, level| {
                Box::pin(async move { Ok(hospitals::add::add_hospital(ctx, command, level).await?.into()) })
            },
        }],
        works,
        ..Hall::named("health")
    }
}

/// The citizens' pages.
fn routes() -> Router<Ctx> {
    Router::new()
        .route("/hospitals", get(hospitals::pages::list))
        .route("/hospitals/{id}", get(hospitals::pages::hospital))
        .route("/departments/{id}", get(hospitals::pages::department))
        .route("/doctors/{id}", get(clinics::pages::doctor))
        .route("/clinics/{id}", get(clinics::pages::clinic))
        .route("/slots/{id}/book", get(visits::confirm).post(visits::book))
        .route("/appointments/{id}", get(visits::order))
        .route("/appointments/{id}/cancel", get(cancel_pages::ask_cancel).post(cancel_pages::cancel))
        .route("/code", get(code_page::code))
}

/// The hospital desk's pages.
fn desk_routes() -> Router<Ctx> {
    Router::new()
        .route("/desk/visits", get(desk::show))
        .route("/desk/visits/scan", post(desk::scan))
        .route("/desk/visits/check-in", post(desk::check_in))
        .route("/desk/visits/undo", post(desk::undo))
}

fn works(wired: &Wired) -> Works {
    Works { jobs: jobs::jobs(&wired.pay.listeners), ..Works::default() }
}

/// The sample hospitals with 14 days of clinics.
async fn seed(ctx: &Ctx) -> Result<Vec<SeededDesk>, String> {
    demo::seed(ctx).await.map_err(|error| error.to_string())?;
    let hospitals = ctx.db.read("hospital.names", hospitals::store::names).await.map_err(|fault| fault.to_string())?;
    Ok(hospitals.into_iter().map(|(id, _, name)| SeededDesk { id: id.into(), name }).collect())
}

/// Which hospital's clerk checks a visit in and when, and where the dearest visits are.
async fn says(ctx: &Ctx) -> Result<Vec<String>, String> {
    let mut lines =
        vec!["签到要当天、本院的就诊条码 a visit is checked in on its day, by the clerk of its hospital".to_owned()];
    let chiefs = ctx.db.read("hospital.priced_chiefs", hospitals::store::priced_chiefs).await;
    let chiefs = chiefs.map_err(|fault| fault.to_string())?;
    if let [(hospital, _, fee), ..] = chiefs.as_slice() {
        let departments: Vec<&str> = chiefs.iter().map(|(_, department, _)| department.as_str()).collect();
        lines.push(format!("{fee} 元的号 a visit of {fee} yuan: {hospital} 主任医师，{}", departments.join("、")));
    }
    Ok(lines)
}

/// The texts about visits and the money of them.
const TEXTS: [Text; 5] = [
    Text::notice("booked", "SMS_100002", "您已预约${hospital}${doctor}，${time}就诊。"),
    Text::notice("cancelled", "SMS_100003", "您在${hospital}${doctor}${time}的预约已取消。"),
    Text::notice(
        "refund_begun",
        "SMS_100021",
        "${amount}元正在退回。${what}。医保付的一般马上到账，微信付的预计${days}个工作日内到账。您不用做任何事。",
    ),
    Text::notice(
        "pay_timed_out",
        "SMS_100022",
        "${amount}元正在退回。${what}：到时间还没有收到全部的钱，号已放回。您不用做任何事。",
    ),
    Text::notice(
        "pay_reconfirm",
        "SMS_100023",
        "还需自己付${cash}元，和之前看到的不一样。${what}。请在${until_at}前打开订单确认，不确认会自动退回。",
    ),
];
