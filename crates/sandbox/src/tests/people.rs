//! The city: drawn from a seed, steered on the control port.

use std::collections::HashSet;

use kernel::{IdKind, IdNumber, Mobile, PersonName, Sex};

use super::*;
use crate::people::{City, Person, samples};
use crate::{FirstPerson, Insured};

const ZHOU: &str = "320402198001010012";

fn city(seed: u64, people: usize) -> Vec<Person> {
    let mut city = City::new(seed);
    (0..people).map(|_| city.draw().person).collect()
}

#[test]
fn the_same_seed_draws_the_same_people() {
    assert_eq!(city(1, 300), city(1, 300));
    assert_ne!(city(1, 300), city(2, 300));
}

#[test]
fn everybody_is_valid_and_there_are_all_kinds() {
    let people = city(1, 5_000);
    let today = kernel::Date::constant(2026, 1, 1);
    let read = |person: &Person| IdNumber::parse(&person.id_number, today).unwrap();
    let mut taken = HashSet::new();
    for person in people.iter().chain(&samples(1)) {
        let name = PersonName::parse(&person.name).unwrap();
        assert_eq!(name.expose(), person.name);
        assert!(person.mobile.as_deref().is_none_or(|mobile| Mobile::parse(mobile).is_ok()));
        assert_eq!(read(person).expose(), person.id_number);
        for number in [&person.id_number, &person.person_no, &person.psn_no] {
            assert!(taken.insert(number.clone()), "{number}");
        }
        assert!(person.person_no.starts_with("JSD") && person.person_no.len() == 12);
        if !person.card_no.is_empty() {
            assert!(person.card_no.len() == 9 && person.card_pin.len() == 6);
            assert!(taken.insert(person.card_no.clone()), "{}", person.card_no);
        }
    }
    let has = |what: &str, of: &dyn Fn(&Person) -> bool| {
        let many = people.iter().filter(|person| of(person)).count();
        assert!(many > 0 && many < people.len(), "{what}: {many}");
    };
    has("men", &|p| read(p).sex() == Sex::Male);
    has("children", &|p| read(p).age_on(today) < 16);
    has("newborn", &|p| read(p).age_on(today) == 0);
    has("very old", &|p| read(p).age_on(today) > 95);
    for kind in [IdKind::HongKong, IdKind::Macao, IdKind::Taiwan, IdKind::ForeignResident] {
        has("permits", &|p| read(p).kind() == kind);
    }
    has("historic regions", &|p| p.id_number.starts_with("320482"));
    has("dots", &|p| p.name.contains('·'));
    has("rare characters", &|p| p.name.chars().any(|c| c as u32 > 0x20000));
    for insured in Insured::ALL {
        has(insured.as_str(), &|p| p.insured == insured);
    }
    has("insured elsewhere", &|p| p.region != "320400");
    has("photos", &|p| p.has_photo);
    has("mobiles", &|p| p.mobile.is_some());
    has("no card", &|p| p.card_no.is_empty());
    for state in crate::CardState::ALL {
        has(state.as_str(), &|p| p.card() == Some(state));
    }
    has("rich", &|p| p.balance.get() > 2_000_000);
    has("empty", &|p| p.insured == Insured::Employee && p.balance.get() == 0);
    assert!(people.iter().all(|p| p.insured != Insured::Resident || p.balance.get() == 0));
}

#[tokio::test]
async fn the_named_are_there_at_once_and_the_drawn_come_in_behind() {
    let folder = Folder::new();
    let clock = clock();
    let wanted = || SandboxSettings {
        people: 1_200,
        first: vec![FirstPerson { balance_fen: 5, ..FirstPerson::new("周明远", ZHOU) }],
        ..settings(&folder, &clock)
    };
    let mut running = Sandbox::start(wanted()).await.unwrap();
    let http = reqwest::Client::new();
    let ask = async |control: std::net::SocketAddr, path: &str| -> Value {
        http.get(format!("http://{control}/control/people{path}")).send().await.unwrap().json().await.unwrap()
    };
    let zhou = ask(running.control, &format!("/{ZHOU}")).await;
    assert_eq!((&zhou["name"], &zhou["balance_fen"]), (&json!("周明远"), &json!(5)));
    assert!(running.peopled().await && running.peopled().await);
    let total = 1_200 + 1 + samples(1).len();
    assert_eq!(ask(running.control, "").await["total"], total);
    running.stop().await;

    let mut again = Sandbox::start(wanted()).await.unwrap();
    assert!(again.peopled().await);
    assert_eq!(ask(again.control, "").await["total"], total, "a second start adds nobody");
    let drawn = &city(1, 1_200)[1_199];
    let found = ask(again.control, &format!("?q={}", drawn.id_number)).await;
    assert_eq!(found["people"][0]["person_no"], drawn.person_no);
}

#[tokio::test]
async fn a_person_is_added_found_and_changed() {
    let stage = Stage::new().await;
    let person = json!({ "id_number": "11010519491231002x", "name": "试 验", "mobile": "13800138000" });
    let (status, added) = stage.post("/control/people", person.clone()).await;
    assert_eq!((status, &added["id_number"]), (201, &json!("11010519491231002X")), "{added}");
    assert_eq!(stage.post("/control/people", person).await.0, 409);
    for bad in [
        json!({ "id_number": "11010519491231002X1", "name": "试验" }),
        json!({ "id_number": ZHOU, "name": "试" }),
        json!({ "id_number": ZHOU, "name": "试验", "mobile": "1" }),
        json!({ "id_number": ZHOU, "name": "试验", "card_pin": "12345" }),
    ] {
        assert_eq!(stage.post("/control/people", bad.clone()).await.0, 400, "{bad}");
    }
    let path = "/control/people/11010519491231002X";
    let old = added["card_no"].as_str().unwrap().to_owned();
    let (status, lost) = stage.post(path, json!({ "card": "lost", "has_photo": false, "face": "still" })).await;
    assert_eq!((status, &lost["card_state"], &lost["has_photo"]), (200, &json!("lost"), &json!(false)));
    let (_, new) = stage.post(path, json!({ "replace": true, "mobile": "", "balance_fen": 700 })).await;
    assert_eq!(
        (&new["card_state"], &new["mobile"], &new["balance_fen"]),
        (&json!("active"), &Value::Null, &json!(700))
    );
    assert_ne!(new["card_no"], json!(old));
    assert_eq!(new["card_pin"], added["card_pin"], "the password moves on");
    let cards = stage.get(path).await["cards"].clone();
    assert_eq!(cards.as_array().unwrap().len(), 2);
    let before = cards.as_array().unwrap().iter().find(|card| card["card_no"] == json!(old)).unwrap();
    assert_eq!(before["state"], "cancelled");
    assert_eq!(stage.get("/control/people?q=%25").await["people"], json!([]), "a sign is no pattern");
    assert_eq!(stage.post(path, json!({ "insured": "rich" })).await.0, 422);
    assert_eq!(stage.post(path, json!({ "region": "Suzhou" })).await.0, 400);
    assert_eq!(stage.post("/control/people/1", json!({ "card": "lost" })).await.0, 404);
}

#[tokio::test]
async fn pages_show_and_change_people_in_two_languages_without_script() {
    let stage = Stage::new().await;
    let read = async |path: &str, lang: &str| {
        let asked = stage.http.get(stage.url(path)).header("accept-language", lang);
        asked.send().await.unwrap().text().await.unwrap()
    };
    let list = read("/people?q=样例", "zh-CN").await;
    assert!(list.contains("样例·挂失") && list.contains("已挂失") && list.contains("密码"), "{list}");
    let path = "/people/320402199001019118";
    let page = read(path, "en").await;
    assert!(page.contains("reported lost") && page.contains("Issue a new card") && !page.contains("<script"));
    for (field, value) in
        [("card", "frozen"), ("photo", "0"), ("insured", "resident"), ("balance", "12.50"), ("face", "other")]
    {
        let body = form_urlencoded::Serializer::new(String::new()).append_pair(field, value).finish();
        let form = stage.http.post(stage.url(path)).header("content-type", "application/x-www-form-urlencoded");
        let page = form.body(body).send().await.unwrap();
        assert_eq!((page.status().as_u16(), page.url().path()), (200, path), "{field}");
        assert_eq!(page.url().query(), None, "{field}");
    }
    let now = stage.get(&format!("/control{path}")).await;
    assert_eq!(
        [&now["card_state"], &now["has_photo"], &now["insured"], &now["balance_fen"], &now["face"]],
        [&json!("frozen"), &json!(false), &json!("resident"), &json!(1250), &json!("other")]
    );
    let page = read(path, "en").await;
    assert!(page.contains("set by hand -1187.50 → 12.50"), "{page}");
    let form = stage.http.post(stage.url(path)).header("content-type", "application/x-www-form-urlencoded");
    let refused = form.body("balance=much").send().await.unwrap();
    assert_eq!(refused.url().query(), Some("problem=value"));
    assert!(refused.text().await.unwrap().contains("role=\"alert\""));
}
