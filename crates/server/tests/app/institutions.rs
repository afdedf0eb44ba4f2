//! The directory of institutions: what a database of before becomes, and what an institution may do with us.

mod store;

use health::HospitalId;
use identity::institutions::{self, Capability, Kind};
use identity::partner_keys::{self, AddPartner, PartnerKeyId};
use identity::staff::{AddStaff, AddStaffError, StaffId, add as staff_add};
use identity::{InstitutionId, Role};
use payments::OrderId;
use platform::Ctx;
use platform::audit::AuditEntry;
use platform::db::{DbFault, LaneKey, Migrations};
use platform::vault::Aad;
use renshe::commands;
use renshe::halls::Halls;
use serde_json::json;
use testkit::{Fixture, TestDb, a_monday_morning, db_test, test_ctx};

use crate::cards::{card_code, live_card};
use crate::desk::{booked, scan};
use crate::partner_api::{Scanner, Stamp};
use crate::support::{Answer, TestApp};
use store::{Key, Staff};

/// The last version at which a hospital, a clerk's place and a scanner's place were three things.
const BEFORE: i64 = 19;
const PASSWORD: &str = "gongzuotai2026";
/// What the scanners of before sign with.
const SECRET: &str = "5ec2e7";
/// A pharmacy was its name on the keys of its scanners.
const PHARMACY: &str = "恒泰大药房延陵路店";

/// What stood in a database of before.
struct Before {
    hospitals: [HospitalId; 2],
    /// Two keys of one pharmacy, of which the second has ended, and one of the first hospital.
    keys: [PartnerKeyId; 3],
    order: OrderId,
    /// The `Cookie` header of somebody who is signed in and may book.
    person: String,
}

/// Somebody at a desk of before, and what the audit says of it.
async fn staff(ctx: &Ctx, (login, role): (&'static str, &'static str), hospital: &str) -> (Staff, AuditEntry) {
    let id: StaffId = ctx.id();
    let (key, new_key) = ctx.vault.create_key(&*ctx.rng, ctx.now(), "staff").expect("a key");
    let place = Aad { table: "staff", column: "name", row: id.as_str() };
    let name = key.seal(place, "孙立".as_bytes(), &*ctx.rng).expect("sealed");
    let password_hash = ctx.hasher.hash(PASSWORD.to_owned()).await.expect("hashed");
    let entry = ctx.act("staff.added", id.as_str(), json!({ "role": role, "hospital": hospital }));
    let id = id.as_str().to_owned();
    (Staff { id, login, role, hospital: hospital.to_owned(), password_hash, name, key: new_key }, entry)
}

/// A scanner's key of before, and what the audit says of it.
fn key(ctx: &Ctx, id: &PartnerKeyId, place: &str, ended: bool) -> (Key, Vec<AuditEntry>) {
    let (key, new_key) = ctx.vault.create_key(&*ctx.rng, ctx.now(), "partner").expect("a key");
    let at = Aad { table: "partner_key", column: "secret", row: id.as_str() };
    let secret = key.seal(at, SECRET.as_bytes(), &*ctx.rng).expect("sealed");
    let mut entries = vec![ctx.act("partner.added", id.as_str(), json!({ "place": place }))];
    entries.extend(ended.then(|| ctx.act("partner.ended", id.as_str(), json!({}))));
    (Key { id: id.as_str().to_owned(), place: place.to_owned(), ended, secret, key: new_key }, entries)
}

/// Two hospitals, of which the demo's samples know one by its code, a clerk, a window, three keys and an order.
async fn plant(ctx: &Ctx) -> Before {
    let mut crowd = identity::demo::crowd(ctx, 1).await.expect("somebody");
    let (payer, person) = crowd.pop().expect("one");
    let hospitals: [HospitalId; 2] = [ctx.id(), ctx.id()];
    let mut keys: [PartnerKeyId; 3] = [ctx.id(), ctx.id(), ctx.id()];
    keys[..2].sort_by(|one, other| one.as_str().cmp(other.as_str()));
    let order: OrderId = ctx.id();
    let people = [
        staff(ctx, ("laochuangkou", "clerk"), hospitals[0].as_str()).await,
        staff(ctx, ("laofuwu", "window"), "").await,
    ];
    let scanners = [
        key(ctx, &keys[0], PHARMACY, false),
        key(ctx, &keys[1], PHARMACY, true),
        key(ctx, &keys[2], hospitals[0].as_str(), false),
    ];
    let (now, ids) = (ctx.now(), hospitals.clone().map(|id| id.as_str().to_owned()));
    let told =
        ["payment.opened", "payment.changed", "payment.stopped"].map(|act| ctx.act(act, order.as_str(), json!({})));
    let number = order.as_str().to_owned();
    let planted = ctx.db.write(LaneKey::of("test", "before"), "test.before", move |tx| -> Result<(), DbFault> {
        store::hospital(tx, (&ids[0], "dyrmyy", "常州市第一人民医院"), 0)?;
        store::hospital(tx, (&ids[1], "jtyy", "金坛某医院"), 1)?;
        for (one, entry) in &people {
            store::staff(tx, one, now)?;
            tx.audit(entry.clone());
        }
        for (one, entries) in &scanners {
            store::key(tx, one, now)?;
            entries.iter().for_each(|entry| tx.audit(entry.clone()));
        }
        store::order(tx, (&number, payer.as_str()), &ids[0], now)?;
        told.iter().for_each(|entry| tx.audit(entry.clone()));
        Ok(())
    });
    planted.await.expect("planted");
    Before { hospitals, keys, order, person }
}

/// Brings a database to this program's schema, as `renshe migrate` does; returns whether anything was to do.
async fn migrated(db: &TestDb) -> bool {
    let (target, now) = (db.target().clone(), a_monday_morning());
    let apply = move || Migrations::embedded().apply(&target, kernel::Clock::now(&*now));
    let done = tokio::task::spawn_blocking(apply).await.expect("joined").expect("applied");
    done.from < done.to
}

/// Asserts that every invariant holds.
async fn sound(ctx: &Ctx) {
    let halls = Halls::new().expect("no twins");
    for answer in commands::check::all(ctx, &halls).await {
        let broken = answer.result.expect("the check runs").broken;
        assert_eq!(broken, Vec::<String>::new(), "{}: {}", answer.check.id, answer.check.says);
    }
}

#[db_test]
async fn a_database_of_before_becomes_a_directory_and_nothing_is_lost(test: TestDb) {
    let old = test.of_before(BEFORE);
    let ctx = test_ctx(&old, a_monday_morning());
    let before = plant(&ctx).await;
    assert!(migrated(&old).await);
    assert!(!migrated(&old).await, "a second run finds nothing");
    let [first, second] = before.hospitals.each_ref().map(|id| id.as_str().to_owned());
    let tail = before.keys[0].as_str().trim_start_matches("pky_").to_owned();
    let pharmacy = format!("pha_{tail}");
    let mut expected = [
        [&first, "hospital", "dyrmyy", "常州市第一人民医院", "open"],
        [&second, "hospital", "jtyy", "金坛某医院", "open"],
        [&pharmacy, "pharmacy", &format!("p{tail}"), PHARMACY, "open"],
    ]
    .map(|words| words.map(str::to_owned));
    expected.sort();
    assert_eq!(ctx.db.read("test.ask", store::institutions).await.expect("read"), expected);
    for (id, can) in [(&first, &["booking", "card_scan", "check_in"][..]), (&pharmacy, &["card_scan"][..])] {
        let id = id.clone();
        let found = ctx.db.read("test.ask", move |tx| store::capabilities(tx, &id)).await.expect("read");
        assert_eq!(found, can);
    }
    let mut belongs = vec![
        ("laochuangkou".to_owned(), Some(first.clone())),
        ("laofuwu".to_owned(), None),
        (before.keys[0].as_str().to_owned(), Some(pharmacy.clone())),
        (before.keys[1].as_str().to_owned(), Some(pharmacy)),
        (before.keys[2].as_str().to_owned(), Some(first.clone())),
    ];
    belongs.sort();
    assert_eq!(ctx.db.read("test.ask", store::belongs).await.expect("read"), belongs);
    sound(&ctx).await;
    for table in ["staff", "partner_key", "hospital"] {
        let nowhere =
            ctx.db.write(LaneKey::of("test", "nowhere"), "test.nowhere", move |tx| store::point_nowhere(tx, table));
        assert!(matches!(nowhere.await, Err(DbFault::Conflict(_))), "{table} points to an institution that there is");
    }
    let app = TestApp::open(old).await;
    serves_as_before(&app, &before).await;
}

/// The clerk of before checks somebody of before in, at their own hospital.
async fn serves_as_before(app: &TestApp, before: &Before) {
    let [hospital, _] = &before.hospitals;
    let person = app.visitor().with_cookie(&before.person);
    let places = app.places(3600, 4).await;
    let place = places.into_iter().find(|place| place.hospital == hospital.as_str()).expect("a place");
    let (_, code) = booked(&person, &place.book()).await;
    let desk = app.visitor();
    let seated = desk.post_form("/desk/login", &[("login", "laochuangkou"), ("password", PASSWORD)]).await;
    assert!(seated.is_ok() && seated.says("常州市第一人民医院"), "{} {}", seated.status, seated.text);
    let done = desk.send_form_to(&scan(&desk, &code).await, "/desk/visits/scan", &[("code", "")]).await;
    assert!(done.says("签到成功"), "{}", done.text);
    let window = app.visitor();
    let seated = window.post_form("/desk/login", &[("login", "laofuwu"), ("password", PASSWORD)]).await;
    assert!(seated.is_ok() && seated.path.starts_with("/desk/window"), "{} {}", seated.path, seated.text);
    for key in [&before.keys[0], &before.keys[2]] {
        let scanner = Scanner::of(app, key.as_str(), SECRET);
        assert_eq!(scanner.scan(app, "none").await["verdict"], "unknown", "a key of before is known");
    }
    let found = payments::find(&app.ctx, before.order.as_str()).await.expect("an order of before is read");
    assert_eq!(found.len(), 1);
    app.check().await;
    app.audit().await;
}

#[db_test]
async fn what_an_institution_does_not_do_with_us_is_refused(app: TestApp) {
    let shop = only(&app, "hengchun").await;
    let command = AddPartner { name: "扫码枪".to_owned(), institution: shop.clone() };
    let (key, secret) = partner_keys::add(&app.ctx, command).await.expect("a key");
    let scanner = Scanner::of(&app, key.as_str(), &secret);
    let asks = async |nonce: &str| {
        let stamp = Stamp { time: app.ctx.now().ms() / 1000, nonce };
        let (status, answer) = scanner.ask(r#"{"code":"none"}"#, &stamp, |_| {}).await;
        (status, answer["error"].as_str().unwrap_or_default().to_owned())
    };
    let (answered, refused) = ((200, String::new()), (403, "capability".to_owned()));
    assert_eq!(asks("nonce-0000000000000001").await, answered);
    let set = async |on| institutions::set_capability(&app.ctx, &shop, Capability::CardScan, on).await.expect("set");
    assert!(set(false).await && !set(false).await, "once is enough");
    assert_eq!(asks("nonce-0000000000000002").await, refused);
    assert!(set(true).await);
    assert_eq!(asks("nonce-0000000000000003").await, answered);
    assert!(institutions::close(&app.ctx, &shop).await.expect("closed"));
    assert_eq!(asks("nonce-0000000000000004").await, refused);
    assert!(institutions::reopen(&app.ctx, &shop).await.expect("open"));
    for (act, times) in [
        ("institution.capability", 2),
        ("institution.closed", 1),
        ("institution.reopened", 1),
        ("institution.added", 17),
    ] {
        assert_eq!(app.acts(act).await, times, "{act}");
    }
    let login = || AddStaff {
        login: "dianyuan1".to_owned(),
        name: "王五".to_owned(),
        role: Role::Clerk,
        institution: Some(shop.clone()),
        password: "another-desk-2026".to_owned(),
    };
    let added = staff_add(&app.ctx, login()).await;
    assert!(matches!(added, Err(AddStaffError::OtherKind(Role::Clerk, Kind::Pharmacy))), "a clerk serves hospitals");
    app.check().await;
    app.audit().await;
}

#[db_test]
async fn a_closed_hospitals_desk_is_refused(app: TestApp) {
    let (desk, hospital) = app.clerk(0).await;
    assert!(desk.get("/desk").await.is_ok());
    let id: InstitutionId = hospital.parse().expect("an id");
    assert!(institutions::close(&app.ctx, &id).await.expect("closed"));
    let shut = desk.get("/desk").await;
    assert_eq!((shut.status, shut.links("/desk/card").len()), (403, 0), "{}", shut.text);
    assert!(institutions::reopen(&app.ctx, &id).await.expect("open"));
    assert!(desk.get("/desk").await.is_ok());
    app.check().await;
}

#[db_test]
async fn a_hospitals_desk_asks_what_it_may_do_at_each_button(app: TestApp) {
    let (desk, hospital) = app.clerk(0).await;
    let id: InstitutionId = hospital.parse().expect("an id");
    let set = async |what, on| institutions::set_capability(&app.ctx, &id, what, on).await.expect("set");
    let person = live_card(&app, 0).await;
    let code = card_code(&person.get("/card").await);
    let page = desk.get("/desk").await;
    let scanned = async |code: &str| desk.send_form_to(&page, "/desk/visits/scan", &[("code", code)]).await;
    assert!(set(Capability::CardScan, false).await);
    assert_eq!(scanned(&code).await.status, 403);
    assert!(set(Capability::CardScan, true).await);
    let read = scanned(&code).await;
    assert!(read.is_ok() && read.says("今天没有预约"), "what was refused did not use the code up: {}", read.text);
    let token = page.field("csrf").expect("a token");
    let code = card_code(&person.get("/card").await);
    assert!(set(Capability::CheckIn, false).await);
    assert_eq!(desk.get("/desk/visits").await.status, 403);
    for (path, fields) in [
        ("check-in", [("ready", "0"), ("n", "1")]),
        ("scan", [("code", ""), ("ready", "0")]),
        ("scan", [("code", code.as_str()), ("ready", "")]),
        ("undo", [("code", "0"), ("n", "1")]),
    ] {
        let form = [&[("csrf", token.as_str())], &fields[..]].concat();
        let refused = desk.post(&format!("/desk/visits/{path}"), &form).await;
        assert_eq!(refused.status, 403, "{path} {fields:?}: {}", refused.text);
    }
    assert!(set(Capability::CheckIn, true).await);
    let read = scanned(&code).await;
    assert!(read.is_ok() && read.says("今天没有预约"), "what was refused did not use the code up: {}", read.text);
    app.check().await;
}

#[db_test]
async fn a_hospital_that_takes_no_bookings_is_offered_to_nobody(app: TestApp) {
    let person = app.citizen(0).await;
    let place = app.place(8 * 86_400, 4).await;
    let (kept, _) = booked(&person, &app.place(5 * 86_400, 4).await.book()).await;
    let id: InstitutionId = place.hospital.parse().expect("an id");
    let listed = async || person.get("/hospitals").await.links("/hospitals/").contains(&format!("/hospitals/{id}"));
    assert!(listed().await);
    let opened = person.get(&place.book()).await;
    assert!(institutions::set_capability(&app.ctx, &id, Capability::Booking, false).await.expect("set"));
    assert!(!listed().await);
    let refused = person.send_form(&opened, &[]).await;
    let told = |page: &Answer| page.says("现在不能在这里预约") && !page.says("停诊");
    assert!(refused.says("没有约上") && told(&refused), "{} {}", refused.path, refused.text);
    let anew = person.get(&place.book()).await;
    assert!(told(&anew) && anew.field("csrf").is_none(), "no form for what is not offered: {}", anew.text);
    // Whoever has a link to it is told on each page, and search leads nobody there.
    let hospital = person.get(&format!("/hospitals/{id}")).await;
    assert!(told(&hospital) && hospital.says("暂不能约"), "{}", hospital.text);
    let department = person.get(&hospital.link("/departments/").expect("a department")).await;
    assert!(told(&department) && department.says("暂不能约"), "{}", department.text);
    let doctor = person.get(&department.link("/doctors/").expect("a doctor")).await;
    assert!(doctor.says("暂不能约") && !doctor.says("停诊"), "{}", doctor.text);
    let clinic = person.get(&doctor.link("/clinics/").expect("a clinic")).await;
    assert!(told(&clinic) && clinic.links("/slots/").is_empty(), "{}", clinic.text);
    let name = institutions::find(&app.ctx, id.as_str()).await.expect("found").remove(0).facts.name;
    let found = person.get(&format!("/search?q={name}")).await;
    assert!(!found.links("/hospitals/").contains(&format!("/hospitals/{id}")), "{}", found.text);
    assert!(person.get(&kept).await.is_ok(), "what is booked stays");
    assert!(institutions::set_capability(&app.ctx, &id, Capability::Booking, true).await.expect("set"));
    assert!(listed().await);
    assert!(person.post_form(&place.book(), &[]).await.path.starts_with("/appointments/apt_"));
    app.check().await;
}

#[db_test]
async fn a_hospital_without_an_english_name_is_called_by_its_own_on_english_pages(app: TestApp) {
    let person = app.citizen(0).await;
    let place = app.place(8 * 86_400, 4).await;
    let id: InstitutionId = place.hospital.parse().expect("an id");
    institutions::change(&app.ctx, &id, |facts| facts.name_en.clear()).await.expect("changed");
    let facts = institutions::find(&app.ctx, id.as_str()).await.expect("found").remove(0).facts;
    person.cookies.lock().expect("lock").insert("lang".to_owned(), "en".to_owned());
    let list = person.get("/hospitals").await;
    assert!(list.says("Book a visit") && list.says(&facts.name), "{}", list.text);
    assert!(person.get(&format!("/hospitals/{id}")).await.says(&facts.name));
    let visit = person.post_form(&place.book(), &[]).await;
    assert!(visit.path.starts_with("/appointments/apt_") && visit.says(&facts.name), "{}", visit.text);
    app.check().await;
}

/// The institution with this code.
async fn only(app: &TestApp, code: &str) -> InstitutionId {
    let mut found = institutions::find(&app.ctx, code).await.expect("found");
    assert_eq!(found.len(), 1, "{code}");
    found.remove(0).id
}

#[db_test]
async fn a_hospital_that_an_old_program_adds_is_found(test: TestDb) {
    let ctx = test_ctx(&test, a_monday_morning());
    let id: HospitalId = ctx.id();
    let text = id.as_str().to_owned();
    let added =
        ctx.db.write(LaneKey::of("test", "old"), "test.old", move |tx| store::hospital_by_an_old_program(tx, &text));
    added.await.expect("what an old program writes is still taken");
    let answers = commands::check::all(&ctx, &Halls::new().expect("no twins")).await;
    let answer = answers.into_iter().find(|answer| answer.check.id == "I-I03").expect("the check");
    let broken = answer.result.expect("it runs").broken;
    assert!(broken.iter().any(|line| line.contains(id.as_str())), "{broken:?}");
}
