//! What stops a start: each reason is one line that says what to do.

use std::io::{BufRead, BufReader};
use std::net::TcpListener;
use std::process::Stdio;

use crate::commands::{ask, plant};
use crate::support::program::{Ended, Home, Serving, ended};
use crate::support::store;

/// It did not start, and said this in words for an operator.
#[track_caller]
fn refused(ended: &Ended, words: &[&str]) {
    assert_eq!(ended.code, 2, "{} {}", ended.out, ended.err);
    for word in words {
        assert!(ended.err.contains(word), "{word} is not in: {}", ended.err);
    }
    // On a busy machine the log may have said something before.
    let said = ended.err.lines().any(|line| line.starts_with("renshe: "));
    assert!(said && !ended.err.contains("panicked"), "{}", ended.err);
}

#[test]
fn a_port_in_use_is_named_before_anything_is_touched() {
    let home = Home::new();
    let taken = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = taken.local_addr().expect("bound").to_string();
    let port = address.rsplit(':').next().expect("a port").to_owned();
    let mut demo = home.command(&[]);
    demo.env("RENSHE__LISTEN", &address);
    refused(&ended(demo), &[&port, "Another renshe may be running", "RENSHE__LISTEN"]);
    assert!(!home.path().join("data").exists(), "no data folder was made");
    let mut sandbox = home.command(&["sandbox"]);
    sandbox.env("RENSHE__SANDBOX__LISTEN", &address);
    refused(&ended(sandbox), &[&port, "sandbox cannot listen"]);
    let city = Home::new();
    city.good(&["seed"]);
    let mut metrics = city.command(&["serve"]);
    metrics.env("RENSHE__METRICS_LISTEN", &address);
    refused(&ended(metrics), &[&port]);
}

#[test]
fn a_mistake_in_the_configuration_is_named_with_its_line() {
    let home = Home::new();
    let file = home.file(
        "bad.toml",
        "# a city\n\nlisten = \"nonsense\"\nmode = \"demo\"\nlissten = \"x\"\n[database]\nlanes = 0\n",
    );
    let name = file.to_str().expect("UTF-8").to_owned();
    let told = home.run(&["--config", &name, "check"]);
    // `listen` comes from the environment in these tests, so its line is looked at all the same.
    refused(&told, &["bad.toml", "5", "lissten", "7", "lanes"]);
    let broken = home.file("broken.toml", "mode = \"demo\"\nlisten = \n");
    refused(&home.run(&["--config", broken.to_str().expect("UTF-8"), "check"]), &["broken.toml", "2"]);
    let missing = home.path().join("none.toml");
    refused(&home.run(&["--config", missing.to_str().expect("UTF-8"), "check"]), &["none.toml"]);
    let mut odd = home.command(&["check"]);
    odd.env("RENSHE__DATABASE__LANES", "many");
    refused(&ended(odd), &["RENSHE__DATABASE__LANES"]);
}

#[test]
fn a_folder_that_cannot_be_used_is_named() {
    let home = Home::new();
    let file = home.file("file", "not a folder");
    for words in [&[][..], &["check"], &["serve"], &["seed"]] {
        let mut command = home.command(words);
        command.env("RENSHE__DATA_DIR", file.join("data"));
        refused(&ended(command), &["file/data"]);
    }
}

#[test]
fn the_wrong_key_file_is_recognised() {
    let (home, other) = (Home::new(), Home::new());
    home.good(&["seed"]);
    other.good(&["seed"]);
    let key = |home: &Home| home.path().join("data/keys.toml");
    let own = std::fs::read(key(&home)).expect("a key file");
    std::fs::copy(key(&other), key(&home)).expect("copied");
    for words in [&[][..], &["check"], &["serve"], &["seed"], &["audit", "verify"]] {
        refused(&home.run(words), &["key"]);
    }
    std::fs::write(key(&home), "not a key file").expect("written");
    refused(&home.run(&["check"]), &["keys"]);
    std::fs::write(key(&home), own).expect("written");
    assert!(home.good(&["check"]).contains("all hold"), "nothing was changed by the wrong one");
}

#[test]
fn a_lost_key_file_is_not_made_anew() {
    let home = Home::new();
    home.good(&["seed"]);
    std::fs::remove_file(home.path().join("data/keys.toml")).expect("removed");
    refused(&home.run(&["check"]), &["key"]);
    refused(&home.run(&[]), &["key"]);
}

#[test]
fn a_database_of_a_newer_program_is_left_alone() {
    let home = Home::new();
    home.good(&["seed"]);
    plant(&home, |tx| store::plant_migration(tx, 9_000));
    for words in [&[][..], &["check"], &["serve"], &["migrate"], &["seed"], &["audit", "verify"]] {
        refused(&home.run(words), &["9000", "newer renshe"]);
    }
}

#[test]
fn orders_that_nobody_in_this_program_follows_are_left_alone() {
    let home = Home::new();
    home.good(&["seed"]);
    plant(&home, store::plant_a_ghost);
    let before = ask(&home, store::traces);
    let outside = ["pay", "paid-outside", store::GHOST, "--by", "周会计", "--how", "银行转账"];
    // The command's former word, which scripts of cities may still have.
    let former = ["pay", "settled-outside", store::GHOST, "--by", "周会计", "--how", "银行转账"];
    let redirected = ["pay", "abnormal-refund", store::GHOST, "--to-merchant", "--by", "周会计"];
    for words in [&[][..], &["serve"], &["pay", "unblock", store::GHOST], &outside, &former, &redirected] {
        refused(&home.run(words), &["«ghost»", "start the program that wrote them"]);
        assert_eq!(ask(&home, store::traces), before, "{words:?}");
    }
    // Whoever changes no order may look, and count.
    assert!(home.good(&["pay", "show", store::GHOST]).contains("blocked: planted"));
    assert!(home.good(&["ledger", "lift", "--by", "周会计"]).contains("lifted"));
}

#[test]
fn a_file_that_is_no_database_is_named() {
    let home = Home::new();
    std::fs::create_dir_all(home.path().join("data")).expect("a folder");
    std::fs::write(home.path().join("data/renshe.sqlite3"), "x".repeat(5000)).expect("written");
    refused(&home.run(&["check"]), &["database"]);
    let mut nowhere = home.command(&["migrate"]);
    nowhere.env("RENSHE__DATABASE__URL", "postgres://nobody:secret-word@127.0.0.1:1/none");
    let told = ended(nowhere);
    refused(&told, &["database"]);
    assert!(!told.err.contains("secret-word"), "a password is never printed: {}", told.err);
    let mut odd = home.command(&["migrate"]);
    odd.env("RENSHE__DATABASE__URL", "mysql://x");
    refused(&ended(odd), &["database"]);
}

const CITY: &str = "mode = \"production\"\npublic_url = \"https://app.example.cn\"\n[proxy]\ntrusted = [\"127.0.0.1\"]\n[sms]\nendpoint = \"https://sms.example.cn\"\n\
                    access_key_id = \"id\"\naccess_key_secret = \"secret-word\"\nsign_name = \"常州人社\"\n[sms.templates]\nverify = \"SMS_1\"\n\
                    booked = \"SMS_2\"\ncancelled = \"SMS_3\"\nsign_up_tried = \"SMS_4\"\nnumber_taken_back = \"SMS_31\"\naccount_ended = \"SMS_32\"\naccount_moved = \"SMS_33\"\naccount_opened = \"SMS_34\"\n\
                    password_changed = \"SMS_5\"\ndevice_bound = \"SMS_6\"\ndevice_ended = \"SMS_8\"\npay_password_set = \"SMS_7\"\n\
                    pay_password_changed = \"SMS_8\"\npay_password_locked = \"SMS_9\"\nrefund_begun = \"SMS_10\"\n\
                    pay_timed_out = \"SMS_11\"\npay_reconfirm = \"SMS_12\"\n\
                    [face]\nendpoint = \"https://face.example.cn\"\naccess_key_id = \"id\"\naccess_key_secret = \"secret-word\"\nscene_id = \"1\"\n\
                    [insurer]\nendpoint = \"https://insurer.example.cn\"\npaasid = \"czrs\"\ntoken = \"secret-word\"\n\
                    fixmedins_code = \"H32040000007\"\nfixmedins_name = \"常州人社\"\nmdtrtarea_admvs = \"320400\"\n\
                    [cards]\nendpoint = \"https://cards.example.cn\"\npaasid = \"czrs\"\ntoken = \"secret-word\"\nchannel = \"1\"\n\
                    [wechat_pay]\nendpoint = \"https://api.mch.weixin.qq.com\"\nmchid = \"1900009191\"\nappid = \"wx1\"\nmerchant_serial = \"51\"\n\
                    merchant_key_file = \"m.pem\"\napiv3_key = \"secret-word-secret-word-secret-w\"\nplatform_public_key_file = \"w.pem\"\nplatform_public_key_id = \"PUB_KEY_ID_1\"\n";

#[test]
fn production_refuses_what_is_for_demos() {
    let home = Home::new();
    let city = home.file("city.toml", CITY);
    let city = city.to_str().expect("UTF-8");
    refused(&home.run(&["--config", city]), &["production", "renshe serve"]);
    refused(&home.run(&["--config", city, "sandbox"]), &["sandbox", "production"]);
    refused(&home.run(&["--config", city, "seed"]), &["production"]);
    refused(&home.run(&["--config", city, "serve"]), &["key"]);
    let with = home.file("with.toml", &format!("{CITY}[sandbox]\nenabled = true\n"));
    refused(&home.run(&["--config", with.to_str().expect("UTF-8"), "serve"]), &["sandbox"]);
    let bare = home.file("bare.toml", "mode = \"production\"\n");
    let told = home.run(&["--config", bare.to_str().expect("UTF-8"), "serve"]);
    refused(&told, &["sms"]);
    assert!(!told.err.contains("sandbox-secret") && !told.err.contains("secret-word"), "{}", told.err);
}

#[test]
fn production_serves_once_its_keys_are_made() {
    let home = Home::new();
    let city = home.file("city.toml", CITY);
    let city = city.to_str().expect("UTF-8");
    home.good(&["--config", city, "keys", "create"]);
    home.good(&["--config", city, "migrate"]);
    // Any RSA keys will do: nobody is asked.
    let keys = sandbox::wechat_pay_account_in(&std::env::temp_dir().join("renshe-test-wechat-pay")).expect("keys");
    let mut command = home.command(&["--config", city, "serve"]);
    command.env("RENSHE__WECHAT_PAY__MERCHANT_KEY_FILE", &keys.merchant_key);
    command.env("RENSHE__WECHAT_PAY__PLATFORM_PUBLIC_KEY_FILE", &keys.platform_public_key);
    let serving = Serving::start(command);
    assert_eq!(serving.url, "https://app.example.cn", "what the world is told");
    let (code, rest) = serving.stop();
    assert_eq!(code, 0, "{rest}");
}

#[test]
fn the_sandbox_ends_when_it_is_told() {
    let home = Home::new();
    let serving = Serving::start(home.command(&["sandbox"]));
    let (code, rest) = serving.stop();
    assert_eq!(code, 0, "ended by itself, not killed: {rest}");
}

#[test]
fn the_sandbox_says_how_its_insurer_speaks() {
    let home = Home::new();
    let speaking = |words: &[&str], dialect: &str| {
        let mut command = home.command(words);
        command.env("RENSHE__SANDBOX__INSURER_DIALECT", dialect);
        command
    };
    let (code, told) = Serving::start(speaking(&["sandbox"], "purses")).stop();
    assert!(code == 0 && told.contains("(purses)"), "{told}");
    let mut child = home.command(&["sandbox", "--json"]).stderr(Stdio::inherit()).spawn().expect("the program runs");
    let mut line = String::new();
    BufReader::new(child.stdout.take().expect("piped")).read_line(&mut line).expect("a line");
    child.kill().and_then(|()| child.wait()).expect("ended");
    let told: serde_json::Value = serde_json::from_str(&line).expect("JSON");
    assert_eq!(told["insurer"]["dialect"], "purses", "it speaks as it did last: {line}");
    refused(&ended(speaking(&["sandbox"], "latin")), &["sandbox.insurer_dialect", "latin", "national", "as_settled"]);
}

/// All that `renshe sandbox --json` has, one line for each of its parts.
const SANDBOX_KEYS: [&str; 7] = [
    "cards: base channel paasid token",
    "control",
    "face: access_key_id access_key_secret base scene_id",
    "insurer: base dialect fixmedins_code paasid path token",
    "sms: access_key_id access_key_secret base sign_name",
    "wechat_pay: apiv3_key appid base mchid merchant_cert merchant_key merchant_next_key merchant_next_serial \
     merchant_serial pay platform_cert platform_next_cert platform_next_serial platform_public_key \
     platform_public_key_id platform_serial",
    "witness: key url",
];

#[test]
fn the_sandbox_tells_a_program_all_that_it_needs() {
    let home = Home::new();
    let mut child = home.command(&["sandbox", "--json"]).spawn().expect("the program runs");
    let mut line = String::new();
    BufReader::new(child.stdout.take().expect("piped")).read_line(&mut line).expect("a line");
    child.kill().and_then(|()| child.wait()).expect("it ends");
    let told: serde_json::Value = serde_json::from_str(&line).expect("JSON");
    let within = |(name, part): (&String, &serde_json::Value)| match part.as_object() {
        Some(part) => format!("{name}: {}", part.keys().map(String::as_str).collect::<Vec<_>>().join(" ")),
        None => name.clone(),
    };
    let mut keys: Vec<String> = told.as_object().expect("an object").iter().map(within).collect();
    keys.sort();
    assert_eq!(keys, SANDBOX_KEYS, "programs of others read these");
    assert_eq!(told["face"]["scene_id"], "1000000001", "the demo's");
    for name in ["merchant_key", "merchant_next_key", "platform_cert", "platform_next_cert", "platform_public_key"] {
        let path = told["wechat_pay"][name].as_str().expect("a path");
        assert!(std::fs::read_to_string(path).is_ok_and(|text| text.starts_with("-----BEGIN ")), "{name}: {path}");
    }
}
