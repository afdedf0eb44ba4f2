//! The commands of the real binary, as an operator types them.

use std::process::Stdio;

use platform::db::{Db, DbSettings, LaneKey, Target};

use crate::support::program::{Home, Serving, ended_with};
use crate::support::{Visitor, store};

/// Writes into the database of a home while no program uses it.
pub fn plant(
    home: &Home,
    act: impl Fn(&mut platform::db::Tx<'_>) -> Result<u64, platform::db::DbFault> + Send + 'static,
) {
    let target = Target::Sqlite(home.path().join("data/renshe.sqlite3"));
    let db = Db::open(DbSettings::new(target, "test")).expect("the door");
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let rows = runtime.block_on(db.write(LaneKey::of("test", "plant"), "test.plant", act)).expect("planted");
    assert!(rows > 0, "something was there to change");
    db.close();
}

/// Asks the database of a home while no program uses it.
pub fn ask<T: Send + 'static>(
    home: &Home,
    question: impl Fn(&mut platform::db::Tx<'_>) -> Result<T, platform::db::DbFault> + Send + 'static,
) -> T {
    let target = Target::Sqlite(home.path().join("data/renshe.sqlite3"));
    let db = Db::open(DbSettings::new(target, "test")).expect("the door");
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let answer = runtime.block_on(db.read("test.ask", question)).expect("answered");
    db.close();
    answer
}

#[test]
fn config_prints_a_configuration_that_can_be_read_again() {
    let home = Home::new();
    let printed = home.good(&["config"]);
    assert_eq!(printed, platform::config::EXAMPLE);
    let file = home.file("renshe.toml", &printed);
    let migrated = home.good(&["--config", file.to_str().expect("UTF-8"), "migrate"]);
    assert!(migrated.contains("from version 0"), "{migrated}");
}

#[test]
fn the_demo_folder_is_checked_and_its_chains_are_whole() {
    let home = Home::new();
    let seeded = home.good(&["seed"]);
    assert!(seeded.contains("13900000001") && seeded.contains("chuangkou1"), "{seeded}");
    assert_eq!(home.good(&["seed"]), seeded, "seeding again changes nothing");
    assert!(home.good(&["migrate"]).contains("nothing to do"));
    let checked = home.good(&["check"]);
    assert!(checked.contains("all hold"), "{checked}");
    let says = |id: &str, what: &str| checked.lines().any(|line| line.starts_with(id) && line.contains(what));
    for id in ["I-B01", "I-B11", "I-D01", "I-D11", "T35"] {
        assert!(says(id, "holds"), "{id}: {checked}");
    }
    for id in ["I-B03", "I-B04", "I-B05", "I-D06", "I-M04"] {
        assert!(says(id, "nothing to check"), "{id}: {checked}");
    }
    let verified = home.good(&["audit", "verify"]);
    assert!(verified.contains("every chain is whole") && !verified.contains(" 0 rows"), "{verified}");
    // Nobody reads what it says, as with `| head`: it ends as it would have.
    let piped = home.command(&["check"]).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn();
    let mut unread = piped.expect("the program runs");
    drop(unread.stdout.take());
    let ended = unread.wait_with_output().expect("it ends");
    let told = String::from_utf8_lossy(&ended.stderr);
    assert!(ended.status.success() && !told.contains("panicked"), "{:?} {told}", ended.status);
}

#[test]
fn what_was_changed_behind_the_programs_back_is_found() {
    let home = Home::new();
    home.good(&["seed"]);
    plant(&home, store::spoil_a_slot);
    let checked = home.run(&["check"]);
    assert_eq!(checked.code, 1, "{} {}", checked.out, checked.err);
    assert!(
        checked.out.contains("BROKEN") && checked.out.contains("slt_") && checked.out.contains("NOT all hold"),
        "{}",
        checked.out
    );
    plant(&home, store::spoil_the_audit);
    let verified = home.run(&["audit", "verify"]);
    assert!(verified.code == 1 && verified.out.contains("NOT whole"), "{} {}", verified.out, verified.err);
}

#[test]
fn what_is_wrong_inside_is_said_though_a_witness_cannot_be_asked() {
    let home = Home::new();
    home.good(&["seed"]);
    // A folder of exports that is none, and a service at which nobody answers.
    let file = home.file("not-a-folder", "a file");
    let settings = format!(
        "mode = \"demo\"\n[audit]\nexport_dirs = [\"{}\"]\nwitness_url = \"http://127.0.0.1:9/witness\"\nwitness_key = \"{}=\"\n",
        file.display(),
        "A".repeat(43)
    );
    let away = home.file("city.toml", &settings);
    let words = ["--config", away.to_str().expect("UTF-8"), "audit", "verify"];
    let told = home.run(&words);
    assert_ne!(told.code, 0, "{} {}", told.out, told.err);
    for said in ["NOT whole", "not-a-folder", "127.0.0.1:9", "could not be asked"] {
        assert!(told.out.contains(said), "{said}: {} {}", told.out, told.err);
    }
    plant(&home, store::spoil_the_audit);
    let told = home.run(&words);
    assert!(told.out.contains("was changed") || told.out.contains("  - chain"), "{} {}", told.out, told.err);
    assert!(told.out.contains("could not be asked"), "{} {}", told.out, told.err);
}

#[test]
fn staff_are_added_with_a_password_that_is_shown_once() {
    let home = Home::new();
    home.good(&["seed"]);
    let add = |login: &str, hospital: &str| {
        home.run(&["staff", "add", "--login", login, "--name", "张敏", "--hospital", hospital])
    };
    let nowhere = home.run(&["staff", "add", "--login", "zhangmin", "--name", "张敏"]);
    assert!(nowhere.err.contains("needs --institution") && nowhere.err.contains("zyyy"), "{}", nowhere.err);
    let unknown = add("zhangmin", "nowhere");
    assert!(
        unknown.code == 2 && unknown.err.contains("no institution nowhere") && unknown.err.contains("zyyy"),
        "{}",
        unknown.err
    );
    let shop = add("zhangmin", "hengchun");
    assert!(shop.code == 2 && shop.err.contains("a clerk serves a hospital; hengchun is a pharmacy"), "{}", shop.err);
    let added = add("zhangmin", "zyyy");
    assert_eq!(added.code, 0, "{}", added.err);
    let password = added.out.split("(shown once): ").nth(1).expect("a password").trim();
    assert_eq!(password.len(), 16);
    let twice = add("zhangmin", "zyyy");
    assert!(twice.code == 2 && twice.err.contains("staff"), "{} {}", twice.code, twice.err);
    let bad = add("x y", "zyyy");
    assert_eq!(bad.code, 2, "{} {}", bad.out, bad.err);
    let own = ["staff", "add", "--login", "lihua", "--name", "李华", "--hospital", "zyyy", "--password-stdin"];
    let weak = ended_with(home.command(&own), "12345678\n");
    assert_eq!(weak.code, 2, "{} {}", weak.out, weak.err);
    let good = ended_with(home.command(&own), "Wenbita-2026\n");
    assert!(good.code == 0 && !good.out.contains("Wenbita"), "{} {}", good.out, good.err);
}

#[test]
fn keys_are_made_once_and_rotated_without_losing_anything() {
    let home = Home::new();
    home.good(&["seed"]);
    let again = home.run(&["keys", "create"]);
    assert!(again.code == 2 && again.err.contains("can be used as it is"), "never written over: {}", again.err);
    let added = home.good(&["keys", "add"]);
    let id = added.split_whitespace().nth(1).expect("an id").trim_end_matches(';').to_owned();
    assert!(home.good(&["check"]).contains("all hold"), "a key that nothing uses yet changes nothing");
    assert_eq!(home.run(&["keys", "activate", "nobody"]).code, 2);
    assert!(home.good(&["keys", "activate", &id]).contains("active key"));
    assert!(home.good(&["check"]).contains("all hold"));
    assert!(home.good(&["audit", "verify"]).contains("whole"));
}

#[test]
fn scanners_get_keys_that_are_told_once_and_can_be_ended() {
    let home = Home::new();
    home.good(&["seed"]);
    assert_eq!(home.good(&["partner", "list"]).trim(), "none");
    assert_eq!(home.good(&["pay", "calls"]).trim(), "nothing is waiting");
    let added = home.good(&["partner", "add", "--name", "恒春大药房", "--pharmacy", "恒春大药房"]);
    let id = added.split_whitespace().nth(1).expect("an id").to_owned();
    let secret = added.split("secret (shown once): ").nth(1).expect("a secret").trim().to_owned();
    let listed = home.good(&["partner", "list"]);
    assert!(listed.contains(&id) && listed.contains("恒春大药房") && !listed.contains(&secret), "{listed}");
    let unknown = home.run(&["partner", "add", "--name", "x", "--hospital", "nowhere"]);
    assert!(unknown.code == 2 && unknown.err.contains("renshe institution add"), "{}", unknown.err);
    home.good(&["partner", "add", "--name", "x", "--institution", "dermyy"]);
    let one_of = home.run(&["partner", "add", "--name", "x"]);
    assert!(one_of.code == 2 && one_of.err.contains("--institution <INSTITUTION>"), "{}", one_of.err);
    // A short number is typed as the pages print it.
    let unknown = home.run(&["pay", "show", "735", "786", "8268"]);
    assert!(!unknown.err.contains("unexpected argument"), "{}", unknown.err);
    home.good(&["partner", "end", &id]);
    assert_ne!(home.run(&["partner", "end", "pky_nobody"]).code, 0);
}

/// Shows who somebody is by the card: its number and password stand in the sandbox, where the text
/// message arrives as well.
pub async fn proven_by_card(person: &Visitor, sandbox: &str, number: &str) {
    let json = async |path: String| -> serde_json::Value {
        reqwest::get(format!("{sandbox}{path}")).await.expect("the sandbox answers").json().await.expect("JSON")
    };
    let known = json(format!("/control/people/{number}")).await;
    let text = |name: &str| known[name].as_str().expect("a text").to_owned();
    let (card_no, pin) = (text("card_no"), text("card_pin"));
    let page = person.post_form("/prove/real-name/card", &[("card_no", &card_no)]).await;
    let code = loop {
        // The worker of the program carries it by itself, soon.
        let texts = json(format!("/control/sms?mobile={}", text("mobile"))).await.to_string();
        if let Some(after) = texts.split("验证码为").nth(1) {
            break after.chars().take_while(char::is_ascii_digit).collect::<String>();
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    };
    let done = person.send_form(&page, &[("code", &code), ("pin", &pin)]).await;
    assert_eq!(done.path, "/real-name/done", "{}", done.text);
}

/// Asks until it answers: the first line comes before the first accept.
async fn front(url: &str) -> crate::support::Answer {
    Visitor::new(url).get("/").await
}

#[test]
fn the_demo_city_starts_ends_and_starts_again_with_its_data() {
    let home = Home::new();
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let mut city = Serving::start(home.command(&[]));
    let sandbox = city.next_address();
    let mut person = Visitor::new(&city.url);
    let place = runtime.block_on(async {
        let page = front(&city.url).await;
        assert!(page.is_ok() && page.says("常州人社"), "{}", page.text);
        let login = [("login", "13900000001"), ("password", "changzhou2026")];
        assert_eq!(person.post_form("/login", &login).await.path, "/me");
        let hospital = person.get("/hospitals").await.link("/hospitals/").expect("a hospital");
        let department = person.get(&hospital).await.link("/departments/").expect("a department");
        let doctor = person.get(&department).await.link("/doctors/").expect("a doctor");
        let clinic = person.get(&doctor).await.links("/clinics/").pop().expect("a clinic");
        let slot = person.get(&clinic).await.link("/slots/").expect("a time");
        assert!(person.get(&slot).await.path.starts_with("/real-name"), "who asks must be known first");
        proven_by_card(&person, &sandbox, "320402198001010012").await;
        let visit = person.post_form(&slot, &[]).await;
        assert!(visit.path.starts_with("/appointments/"), "{}", visit.text);
        visit.path
    });
    let (code, rest) = city.stop();
    assert_eq!(code, 0, "{rest}");
    assert!(rest.contains("/sms") && rest.contains("chuangkou1") && rest.contains("changzhou2026"), "{rest}");
    let again = Serving::start(home.command(&[]));
    person.go_to(&again.url);
    runtime.block_on(async {
        assert!(person.get(&place).await.says("预约成功"), "still signed in, on the device they proved");
        assert!(person.get("/healthz").await.is_ok() && person.get("/readyz").await.says("ready"));
    });
    drop(again);
    assert!(home.good(&["check"]).contains("all hold"), "killed, and nothing is lost");
    assert!(home.good(&["audit", "verify"]).contains("every chain is whole"));
}
