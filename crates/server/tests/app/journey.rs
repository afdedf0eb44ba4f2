//! The thin journey: sign up, find a doctor, book, show the barcode, be checked in, cancel another.

use testkit::db_test;

use crate::support::look::barcode;
use crate::support::people::{PASSWORD, location};
use crate::support::{Answer, TestApp, Visitor};

const MOBILE: &str = "13812345678";

/// Signs up and in as a person does it, page by page.
async fn newcomer(app: &TestApp) -> Visitor {
    let person = app.visitor();
    let done = app.sign_up(&person, "138 1234-5678", "欧阳•明珠", "110105194912310 02x").await;
    assert!(done.is_ok() && done.path.starts_with("/login"), "{} {} {}", done.status, done.path, done.text);
    assert!(done.says("资料已提交"));
    let home = app.log_in(&person, MOBILE, PASSWORD).await;
    assert!(home.is_ok() && home.says("欧阳·明珠"), "{} {}", home.status, home.text);
    // How one is authenticated has stories of its own.
    app.vouch(&person).await;
    person
}

/// Clicks from the hospitals to a clinic of today at this hospital.
async fn browse(person: &Visitor, hospital: &str) -> Answer {
    let hospitals = person.get("/hospitals").await;
    let hospital = person.get(&hospitals.link(&format!("/hospitals/{hospital}")).expect("the hospital")).await;
    for department in hospital.links("/departments/") {
        for doctor in person.get(&department).await.links("/doctors/") {
            for clinic in person.get(&doctor).await.links("/clinics/") {
                let clinic = person.get(&clinic).await;
                if clinic.says("今天") && clinic.link("/slots/").is_some() {
                    return clinic;
                }
            }
        }
    }
    panic!("no doctor of this hospital sits today");
}

#[db_test]
async fn a_newcomer_signs_up_books_and_is_checked_in(app: TestApp) {
    let person = newcomer(&app).await;
    let (desk, hospital) = app.clerk(0).await;
    let clinic = browse(&person, &hospital).await;
    let slot = clinic.links("/slots/").into_iter().next_back().expect("a time");
    let visit = person.post_form(&slot, &[]).await;
    assert!(
        visit.is_ok() && visit.path.starts_with("/appointments/apt_"),
        "{} {} {}",
        visit.status,
        visit.path,
        visit.text
    );
    assert!(visit.says("已为您约好") && visit.says("温馨提示"), "{}", visit.text);
    let texts = app.texts(MOBILE).await;
    assert!(texts[0]["content"].as_str().is_some_and(|text| text.contains("预约")), "told by SMS: {texts:?}");
    assert_eq!(texts.len(), 2, "the code and the notice: {texts:?}");
    let messages = person.get("/messages").await;
    assert!(messages.says("预约成功"), "and by a message in the app");
    let message = person.get(&messages.link("/messages/msg_").expect("a message")).await;
    assert_eq!(message.link("/appointments/").as_deref(), Some(visit.path.as_str()));
    let code = barcode(&visit.text);
    assert_eq!(barcode(&person.get("/code").await.text), code, "the raised tab shows the same");
    assert!(person.get("/").await.says("就诊条码"), "the front page says what comes next");

    let verdict = desk.send_form_to(&desk.get("/desk").await, "/desk/visits/scan", &[("code", &code)]).await;
    assert!(verdict.says("可以签到") && verdict.says("欧阳") && !verdict.says("珠"), "{}", verdict.text);
    let done = desk.send_form_to(&verdict, "/desk/visits/check-in", &[]).await;
    assert!(done.says("签到成功"), "{}", done.text);
    let again = desk.send_form_to(&done, "/desk/visits/scan", &[("code", &code)]).await;
    assert!(again.says("已签到") && !again.says("签到成功"), "{}", again.text);
    let twice = desk.send_form_to(&verdict, "/desk/visits/check-in", &[]).await;
    assert!(twice.is_ok() && twice.says("已签到"), "{}", twice.text);
    assert!(person.get(&visit.path).await.says("已签到"));
    assert_eq!(app.acts("appointment.attended").await, 1);
    app.check().await;
    app.audit().await;
}

#[db_test]
async fn a_visit_is_given_up_and_its_place_is_free_again(app: TestApp) {
    let person = app.citizen(0).await;
    let place = app.place(3 * 86_400, 2).await;
    let clinic_page = format!("/clinics/{}", place.clinic);
    let visit = person.post_form(&place.book(), &[]).await;
    assert_eq!(app.counters(&place.slot).await, (2, 0, 1));
    app.carry().await;
    let ask = person.get(&format!("{}/cancel", visit.path)).await;
    assert!(ask.says("确定取消这次预约吗"), "{}", ask.text);
    let done = person.send_form(&ask, &[]).await;
    assert!(done.path == visit.path && done.says("已取消，号已放回"), "{} {}", done.path, done.text);
    assert_eq!(app.counters(&place.slot).await, (2, 0, 0));
    let twice = person.send_form(&ask, &[]).await;
    assert!(twice.is_ok() && twice.says("之前已经取消过了"), "{} {}", twice.status, twice.text);
    let asked_late = person.once(reqwest::Method::GET, &ask.path, None).await;
    assert_eq!(location(&asked_late), visit.path, "nothing is left to ask");
    assert_eq!(app.states(&place.slot).await, ["cancelled"]);
    assert!(app.visitor().get(&clinic_page).await.link(&place.book()).is_some(), "on sale again");
    assert!(person.get("/messages").await.says("预约已取消"));
    let texts = app.texts("13900000001").await;
    assert!(texts[0]["content"].as_str().is_some_and(|text| text.contains("已取消")), "{texts:?}");
    assert_eq!(texts.len(), 2, "booked once, cancelled once: {texts:?}");
    let other = app.citizen(1).await.post_form(&place.book(), &[]).await;
    assert!(other.path.starts_with("/appointments/"), "{}", other.text);
    let again = person.post_form(&place.book(), &[]).await;
    assert!(again.path.starts_with("/appointments/") && again.path != visit.path, "a new wish is a new visit");
    app.check().await;
    app.audit().await;
}

#[db_test]
async fn the_back_button_after_booking_lands_on_the_same_visit(app: TestApp) {
    let person = app.citizen(0).await;
    let place = app.place(86_400, 2).await;
    let form = person.get(&place.book()).await;
    let first = person.send_form(&form, &[]).await;
    for _ in 0..3 {
        let again = person.send_form(&form, &[]).await;
        assert!(again.is_ok() && again.path == first.path, "{} {}", again.path, again.text);
    }
    assert_eq!(person.get(&place.book()).await.path, first.path, "so does the form itself");
    assert_eq!(app.states(&place.slot).await, ["booked"]);
    let told = app.texts("13900000001").await;
    assert_eq!(told.len(), 1, "and is told once: {told:?}");
    app.check().await;
}
