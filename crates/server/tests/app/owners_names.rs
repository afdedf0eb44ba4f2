//! The name that belongs to an ID number: typed wrong, changed since, written in other characters.

use serde_json::json;
use testkit::db_test;

use crate::faces::make_known;
use crate::owners::{NAME, OWNERS, by_face, known, signed_up};
use crate::second_ways::{by_card, given, steer, window};
use crate::support::TestApp;
use crate::support::people::{PASSWORD, id_number};

#[db_test]
async fn a_wrong_name_is_put_right_by_a_proof(app: TestApp) {
    let number = known(&app, 46).await;
    let person = app.visitor();
    app.sign_up(&person, OWNERS, "测试市名", &number).await;
    app.log_in(&person, OWNERS, PASSWORD).await;
    let page = person.get("/real-name").await;
    assert!(page.says("没有查到这个姓名和证件号的社保卡"), "{}", page.text);
    let (card_no, _) = crate::second_ways::card(&app, &number).await;
    let told = person.post_form("/prove/real-name/card", &[("card_no", &card_no)]).await;
    assert!(told.says("没有这个姓名和证件号的社保卡"), "{}", told.text);
    let asked = person.get(&page.link("/real-name/name").expect("a way")).await;
    assert_eq!(asked.field("name").as_deref(), Some("测试市名"));
    assert_eq!(person.send_form(&asked, &[("name", "1")]).await.status, 422);
    let given = person.send_form(&asked, &[("name", NAME)]).await;
    assert!(given.path == "/real-name" && given.says(NAME), "{} {}", given.path, given.text);
    assert!(!given.says("没有查到这个姓名和证件号的社保卡"), "asked about under the new name: {}", given.text);
    assert!(person.get("/me").await.says("测试市名"), "nothing changes before the proof");
    assert!(by_card(&app, &person, &number).await.says("实名认证成功"));
    assert!(person.get("/me").await.says(NAME));
    app.check().await;
    app.audit().await;
}

#[db_test]
async fn nobody_finds_a_name_out_by_trying_names(app: TestApp) {
    let number = known(&app, 48).await;
    let person = app.visitor();
    app.sign_up(&person, OWNERS, "测试市名", &number).await;
    app.log_in(&person, OWNERS, PASSWORD).await;
    for (n, name) in ["测一", "测二", "测三", "测四", "测五"].into_iter().enumerate() {
        assert_eq!(person.post_form("/real-name/name", &[("name", name)]).await.path, "/real-name", "{n}");
    }
    let told = person.post_form("/real-name/name", &[("name", NAME)]).await;
    assert!(told.status == 422 && told.says("今天填过的姓名太多了"), "{}", told.text);
    assert!(person.get("/real-name").await.says("测五"));
    app.advance_secs(86_400);
    app.log_in(&person, OWNERS, PASSWORD).await;
    assert_eq!(person.post_form("/real-name/name", &[("name", NAME)]).await.path, "/real-name");
    app.check().await;
}

#[db_test]
async fn another_name_at_the_insurer_is_told_as_such(app: TestApp) {
    let number = known(&app, 47).await;
    let person = signed_up(&app, &number, OWNERS).await;
    // While the insurer is silent, a window gives a code under a name that it knows otherwise.
    app.fault(json!({ "partner": "insurer", "operation": "1101", "kind": "down", "times": 1 })).await;
    let code = given(&window(&app).await, "测试更名", &number, "real-name").await;
    let done = person.post_form("/prove/real-name/counter", &[("code", &code)]).await;
    assert!(done.says("实名认证成功") && done.says("医保系统里的姓名不一致"), "{} {}", done.path, done.text);
    assert!(!done.says("没有查到正常的参保"));
    let shut = person.get(&app.place(86_400, 4).await.book()).await;
    assert!(shut.path.starts_with("/real-name/level") && shut.says("不是没有参保"), "{} {}", shut.path, shut.text);
    app.check().await;
}

#[db_test]
async fn whoever_changed_their_name_is_told_the_way_on_a_new_telephone(app: TestApp) {
    let number = known(&app, 50).await;
    let owner = signed_up(&app, &number, OWNERS).await;
    assert!(owner.get("/real-name").await.link("/real-name/name").is_some());
    by_face(&owner).await;
    let other = app.visitor();
    assert_eq!(app.log_in(&other, OWNERS, PASSWORD).await.path, "/me");
    let page = other.get("/real-name").await;
    assert!(page.says("这是一台新设备") && page.says("改过姓名？"), "{}", page.text);
    assert_eq!(page.link("/real-name/name"), None, "a form that would not be taken is not offered");
    assert!(other.get("/real-name/name").await.path.starts_with("/real-name?"));
    assert!(owner.get("/real-name/name").await.says(NAME));
    app.check().await;
}

#[db_test]
async fn a_name_in_traditional_characters_finds_its_card_and_insurance(app: TestApp) {
    let number = id_number(56);
    make_known(&app, "刘红", &number).await;
    steer(&app, &number, json!({ "mobile": "13711000056" })).await;
    let person = app.visitor();
    app.sign_up(&person, "15700000092", "劉紅", &number).await;
    app.log_in(&person, "15700000092", PASSWORD).await;
    let done = by_card(&app, &person, &number).await;
    assert!(done.says("实名认证成功"), "{} {}", done.path, done.text);
    let level = person.get("/real-name/level?for=booking").await;
    assert!(!level.says("姓名不一致"), "{}", level.text);
    app.check().await;
}
