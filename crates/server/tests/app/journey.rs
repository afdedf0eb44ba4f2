//! The thin journey: sign up, find a doctor, book, show the barcode, be checked in, cancel another.

use testkit::db_test;

use crate::support::TestApp;

#[db_test]
async fn a_newcomer_signs_up_books_is_checked_in_and_cancels(app: TestApp) {
    let person = app.visitor();
    let mobile = "13812345678";
    let page = person.post_form("/sign-up", &[("mobile", mobile)]).await;
    assert!(page.is_ok(), "{} {}", page.status, page.text);
    let code = app.code(mobile).await;
    let password = "Chunjiang-2026";
    let fields = [
        ("name", "欧阳·明珠"),
        ("id_number", "110105194912310 02x"),
        ("code", code.as_str()),
        ("password", password),
        ("password_again", password),
    ];
    let done = person.send_form(&page, &fields).await;
    assert!(done.is_ok() && done.path.starts_with("/login"), "{} {} {}", done.status, done.path, done.text);
    let home = person.post_form("/login", &[("login", mobile), ("password", password)]).await;
    assert!(home.is_ok(), "{} {}", home.status, home.text);

    let hospitals = person.get("/hospitals").await;
    let hospital = person.get(&hospitals.link("/hospitals/").expect("a hospital")).await;
    let department = person.get(&hospital.link("/departments/").expect("a department")).await;
    let doctor = person.get(&department.link("/doctors/").expect("a doctor")).await;
    let clinics = doctor.links("/clinics/");
    let today = person.get(&clinics[0]).await;
    let slot = today.links("/slots/").into_iter().next_back().expect("a time");
    let visit = person.post_form(&slot, &[]).await;
    assert!(
        visit.is_ok() && visit.path.starts_with("/appointments/apt_"),
        "{} {} {}",
        visit.status,
        visit.path,
        visit.text
    );
    app.check().await;
    let texts = app.texts(mobile).await;
    assert!(texts.iter().any(|text| text.to_string().contains("预约")), "told by SMS: {texts:?}");
    assert!(person.get("/messages").await.says("预约成功"), "and by a message in the app");
}
