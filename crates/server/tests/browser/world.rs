//! A person with something on every page: a visit to come, one that was cancelled, messages.

use crate::support::payer::{PIN, Payer, buyer_pays, pass};
use crate::support::{Answer, TestApp, Visitor};

/// A sample person and the paths of their pages.
pub struct World {
    pub citizen: Visitor,
    /// Digits of the barcode of the visit to come: today, at the first clerk's hospital.
    pub code: String,
    /// Digits of a visit at another hospital.
    pub elsewhere: String,
    /// Names and paths of pages that anybody may open.
    pub open: Vec<(&'static str, String)>,
    /// Names and paths of the person's own pages.
    pub own: Vec<(&'static str, String)>,
}

impl World {
    pub async fn make(app: &TestApp) -> World {
        let citizen = app.citizen(0).await;
        let (clerk, hospital) = app.clerk(0).await;
        drop(clerk);
        let place = format!("/hospitals/{hospital}");
        let (visit, mut open) = book_today(&citizen, &place).await.expect("a clinic of today");
        let hospitals = citizen.get("/hospitals").await.links("/hospitals/");
        let mut given_up = None;
        for other in hospitals.iter().filter(|link| **link != place) {
            let Some((order, _)) = book_today(&citizen, other).await else { continue };
            // Some hospitals let nobody cancel on the day itself.
            if citizen.post_form(&format!("{}/cancel", order.path), &[]).await.is_ok() {
                given_up = Some(order);
                break;
            }
        }
        let cancelled = given_up.expect("another hospital whose visits are free and can be cancelled today");
        let elsewhere = digits(&cancelled);
        let next = citizen.get(&open.last().expect("a clinic").1).await;
        let slot = next.link("/slots/").expect("another time");
        // The first look orders the card of somebody who was only vouched for.
        citizen.get("/card").await;
        app.carry().await;
        let message = citizen.get("/messages").await.link("/messages/msg_").expect("a message");
        open.extend(always_open());
        let mut own = vec![
            ("home", "/".to_owned()),
            ("confirm-refused", slot),
            ("confirm", another_doctor(&citizen, &place).await),
            ("todos", "/todos".to_owned()),
            ("orders", "/orders".to_owned()),
            ("order", visit.path.clone()),
            ("order-cancelled", cancelled.path.clone()),
            ("cancel", format!("{}/cancel", visit.path)),
            ("code", "/code".to_owned()),
            ("message", message),
            ("messages", "/messages".to_owned()),
            ("me", "/me".to_owned()),
            ("password", "/me/password".to_owned()),
            ("real-name", "/real-name".to_owned()),
            ("real-name-done", "/real-name/done".to_owned()),
            ("face-consent", "/prove/real-name/face".to_owned()),
            ("card-way", "/prove/real-name/card".to_owned()),
            ("counter-way", "/prove/real-name/counter".to_owned()),
            ("pay-password", "/pay-password".to_owned()),
            ("pay-password-new", "/pay-password/new".to_owned()),
            ("pay-password-forgot", "/pay-password/forgot".to_owned()),
            ("devices", "/devices".to_owned()),
            ("card", "/card".to_owned()),
            ("real-name-level", "/real-name/level?for=booking".to_owned()),
        ];
        own.extend(paying(app, &citizen).await);
        World { code: digits(&visit), elsewhere, citizen, open, own }
    }
}

/// Orders that stand differently: unpaid, half paid with a cashier waiting, paid, and returned.
async fn paying(app: &TestApp, citizen: &Visitor) -> Vec<(&'static str, String)> {
    let set = citizen.post_form("/pay-password/new", &[("pin", PIN), ("pin_again", PIN)]).await;
    assert!(set.is_ok(), "{} {}", set.status, set.text);
    let unpaid = Payer::of(app, citizen.clone()).await;
    let half = Payer::of(app, citizen.clone()).await;
    assert!(half.settle(PIN).await.says("医保已支付"));
    let waiting = Payer::of(app, citizen.clone()).await;
    waiting.cash(2_500).await;
    let paid = own_money(app, citizen).await;
    let returned = own_money(app, citizen).await;
    let visit = returned.state().await.link("/appointments/").expect("the visit");
    assert!(returned.post(&format!("{visit}/cancel"), &[]).await.is_ok());
    pass(app, 60).await;
    // Somebody else may still be about the refund: it is taken up again after their time.
    if !returned.state().await.says("已退回") {
        pass(app, 60).await;
    }
    let state = returned.state().await;
    assert!(state.says("已退回"), "{}", state.text);
    vec![
        ("pay", unpaid.pay.clone()),
        ("pay-second-step", unpaid.to_password(&unpaid.person.get(&unpaid.pay).await).expect("a second step")),
        ("pay-own-money", format!("{}?way=own_money", unpaid.pay)),
        ("pay-give-up", format!("{}/give-up", unpaid.pay)),
        ("pay-half", format!("{}/state", half.pay)),
        ("pay-cashier", format!("{}/cashier", waiting.pay)),
        ("pay-waiting", format!("{}/state", waiting.pay)),
        ("pay-paid", format!("{}/state", paid.pay)),
        ("pay-returned", format!("{}/state", returned.pay)),
        ("order-returned", visit),
    ]
}

async fn own_money(app: &TestApp, citizen: &Visitor) -> Payer {
    let payer = Payer::of(app, citizen.clone()).await;
    payer.cash(2_500).await;
    buyer_pays(app).await;
    pass(app, 30).await;
    assert!(payer.state().await.says("费用已付清"));
    payer
}

fn always_open() -> Vec<(&'static str, String)> {
    let pages = [
        ("front", "/"),
        ("terms", "/terms"),
        ("privacy", "/privacy"),
        ("sign-up", "/sign-up"),
        ("login", "/login"),
        ("login-code", "/login/code"),
        ("forgot", "/forgot"),
        ("hospitals", "/hospitals"),
        ("search", "/search"),
        ("search-found", "/search?q=yk"),
        ("search-nothing", "/search?q=zzzz"),
        ("no-such-page", "/nowhere"),
        ("components", "/dev/components"),
    ];
    pages.map(|(name, path)| (name, path.to_owned())).to_vec()
}

/// The sixteen digits under an order's bars.
pub fn digits(order: &Answer) -> String {
    let shown = order.text.split("class=\"code\">").nth(1).and_then(|rest| rest.split('<').next()).expect("a barcode");
    shown.chars().filter(char::is_ascii_digit).collect()
}

/// Books the last place of a clinic of today that costs nothing and at whose time the visitor has no visit yet, and says
/// which pages led there.
async fn book_today(visitor: &Visitor, hospital: &str) -> Option<(Answer, Vec<(&'static str, String)>)> {
    for department in visitor.get(hospital).await.links("/departments/") {
        for doctor in visitor.get(&department).await.links("/doctors/") {
            let Some(clinic) = visitor.get(&doctor).await.link("/clinics/") else { continue };
            let page = visitor.get(&clinic).await;
            if !page.says("今天") || !page.says("免费") {
                continue;
            }
            for slot in page.links("/slots/").into_iter().rev() {
                let asked = visitor.get(&slot).await;
                if asked.says("这个时间您已经有一个号") {
                    continue;
                }
                let order = visitor.send_form(&asked, &[]).await;
                let booked = order.is_ok() && order.path.starts_with("/appointments/");
                assert!(booked, "booking: {} {}", order.path, order.text);
                let hospital = hospital.to_owned();
                let led = [("hospital", hospital), ("department", department), ("doctor", doctor), ("clinic", clinic)];
                return Some((order, led.to_vec()));
            }
        }
    }
    None
}

/// A slot of a doctor who is not booked yet.
async fn another_doctor(visitor: &Visitor, hospital: &str) -> String {
    let department = visitor.get(hospital).await.links("/departments/").pop().expect("a department");
    for doctor in visitor.get(&department).await.links("/doctors/").iter().rev() {
        for clinic in visitor.get(doctor).await.links("/clinics/").iter().rev() {
            if let Some(slot) = visitor.get(clinic).await.link("/slots/") {
                return slot;
            }
        }
    }
    panic!("no open clinic in {department}");
}
