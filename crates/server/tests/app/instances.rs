//! Two instances over one database judge one code and one lock-out together.

use testkit::db_test;

use crate::support::people::{PASSWORD, details, id_number, not};
use crate::support::{Answer, TestApp, Visitor};

const MOBILE: &str = "13812345678";
const OWNER: &str = "13900000001";

/// The same browser at another instance's door.
fn at_door(url: &str, person: &Visitor) -> Visitor {
    let other = Visitor::new(url);
    other.cookies.lock().expect("lock").clone_from(&person.cookies.lock().expect("lock"));
    other
}

/// The numbers of tries left that these answers tell.
fn left(answers: &[Answer], before: &str) -> Vec<i64> {
    let number = |answer: &Answer| {
        let rest = answer.text.split(before).nth(1)?;
        rest.trim_start().chars().take_while(char::is_ascii_digit).collect::<String>().parse().ok()
    };
    let mut told: Vec<i64> = answers.iter().filter_map(number).collect();
    told.sort_unstable();
    told
}

#[db_test]
async fn a_code_has_five_tries_at_all_doors_together(app: TestApp) {
    let second = app.second_instance().await;
    let person = app.visitor();
    let page = app.ask_sign_up(&person, MOBILE).await;
    let code = app.code(MOBILE).await;
    let doors = [at_door(&app.url, &person), at_door(&second.url, &person)];
    let (number, wrong) = (id_number(1), not(&code).to_owned());
    let form = details("沈德福", &number, &wrong, PASSWORD);
    let tries = (0..12).map(|n| doors[n % 2].send_form(&page, &form));
    let answers = futures_util::future::join_all(tries).await;
    assert_eq!(left(&answers, "还可以再试"), [1, 2, 3, 4], "each try is counted once");
    let right = details("沈德福", &number, &code, PASSWORD);
    for door in &doors {
        let late = door.send_form(&page, &right).await;
        assert!(late.status == 422 && late.says("已经作废"), "{} {}", late.status, late.text);
    }
    app.check().await;
}

#[db_test]
async fn a_right_code_opens_one_account_at_two_doors(app: TestApp) {
    let second = app.second_instance().await;
    let person = app.visitor();
    let page = app.ask_sign_up(&person, MOBILE).await;
    let code = app.code(MOBILE).await;
    let doors = [at_door(&app.url, &person), at_door(&second.url, &person)];
    let number = id_number(1);
    let form = details("沈德福", &number, &code, PASSWORD);
    let answers = futures_util::future::join_all(doors.iter().map(|door| door.send_form(&page, &form))).await;
    assert!(answers.iter().any(|answer| answer.path.starts_with("/login")), "one of them landed");
    assert!(app.log_in(&app.visitor(), MOBILE, PASSWORD).await.is_ok());
    app.check().await;
}

#[db_test]
async fn guesses_at_two_doors_share_one_ladder(app: TestApp) {
    let second = app.second_instance().await;
    let visitors: Vec<Visitor> =
        (0..10).map(|n| Visitor::new(if n % 2 == 0 { &app.url } else { &second.url })).collect();
    let tries = visitors.iter().enumerate().map(|(n, person)| {
        let password = format!("guess-number-{n}");
        async move { person.post_form("/login", &[("login", OWNER), ("password", &password)]).await }
    });
    let answers = futures_util::future::join_all(tries).await;
    let told = left(&answers, "再错");
    assert!(!told.is_empty(), "some guesses were counted");
    let mut once = told.clone();
    once.dedup();
    assert_eq!(told, once, "no two guesses were counted as one");
    app.check().await;
}
