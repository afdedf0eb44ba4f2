//! `renshe institution` of the real binary, as an operator types it.

use crate::support::program::{Ended, Home};

#[track_caller]
fn refused(ended: &Ended, words: &[&str]) {
    assert_eq!(ended.code, 2, "{} {}", ended.out, ended.err);
    for word in words {
        assert!(ended.err.contains(word), "{word} is not in: {}", ended.err);
    }
}

#[test]
fn institutions_are_added_changed_and_closed() {
    let home = Home::new();
    home.good(&["seed"]);
    let add = |more: &[&str]| {
        let words = ["institution", "add", "--kind", "pharmacy", "--code", "wenhua", "--name", "文化宫大药房"];
        home.run(&[&words[..], more].concat())
    };
    // The right check character is 0, and no error says so.
    let mistyped = add(&["--credit-code", "91320400MA7Y002111"]);
    refused(&mistyped, &["--credit-code", "mistyped", "certificate"]);
    assert!(!mistyped.err.contains("91320400MA7Y002110"), "{}", mistyped.err);
    refused(&add(&["--credit-code", "91320400MA7YS02110"]), &["--credit-code", "has S"]);
    refused(&add(&["--credit-code", "91320400MA7Y00211"]), &["--credit-code", "eighteen", "17"]);
    refused(&add(&["--insurer-code", "P1"]), &["--insurer-code", "twelve"]);
    refused(&add(&["--insurer-code", "P32040200001"]), &["--insurer-code", "another institution"]);
    refused(&add(&["--district", "3204"]), &["--district", "six digits"]);
    refused(&add(&["--hours", "always"]), &["--hours", "1-5 08:30-11:30"]);
    refused(&add(&["--level", "tertiary"]), &["--level", "a hospital has one"]);
    refused(&add(&["--can", "fly"]), &["--can", "card_scan"]);
    let added = add(&["--credit-code", "9132o400 ma7y00211 O", "--insurer-code", "p32040200009"]);
    assert!(added.code == 0 && added.out.contains("pha_"), "{} {}", added.out, added.err);
    refused(&add(&[]), &["--code", "institution list"]);
    let listed = home.good(&["institution", "list", "--kind", "pharmacy"]);
    let line = listed.lines().find(|line| line.starts_with("wenhua\t")).expect("it is listed");
    for told in ["open", "文化宫大药房", "91320400MA7Y002110", "P32040200009", "card_scan"] {
        assert!(line.contains(told), "{told}: {line}");
    }
    assert!(!line.contains("演示数据") && listed.contains("演示数据") && !listed.contains("dermyy"), "{listed}");
    let set = home.good(&["institution", "set", "文化宫大药房", "--phone", "0519-1", "--insurer-code", ""]);
    assert!(set.contains("wenhua") && set.contains("insurer_code, phone"), "{set}");
    let shared = home.run(&["institution", "set", "91320400MA7Y002110", "--phone", "1"]);
    refused(&shared, &["several", "wenhua", "yunxi"]);
    assert!(home.good(&["institution", "can", "wenhua", "card_scan", "--off"]).contains("is off"));
    assert!(home.good(&["institution", "can", "wenhua", "card_scan", "--off"]).contains("was off"));
    assert!(home.good(&["institution", "close", "wenhua"]).contains("reopen wenhua"));
    refused(&home.run(&["partner", "add", "--name", "x", "--institution", "wenhua"]), &["open"]);
    assert!(home.good(&["institution", "reopen", "wenhua"]).contains("open again"));
    refused(&home.run(&["institution", "close", "nowhere"]), &["no institution nowhere", "institution add"]);
    let checked = home.good(&["check"]);
    assert!(checked.lines().any(|line| line.starts_with("I-I01") && line.contains("holds")), "{checked}");
}

#[test]
fn a_city_of_its_own_begins_with_a_hospital() {
    let home = Home::new();
    home.good(&["migrate"]);
    home.good(&["keys", "create"]);
    assert_eq!(home.good(&["institution", "list"]).trim(), "none");
    let clerk = ["staff", "add", "--login", "zhangmin", "--name", "张敏", "--institution", "jtyy"];
    refused(&home.run(&clerk), &["none yet", "renshe institution add"]);
    let hospital = ["institution", "add", "--kind", "hospital", "--code", "jtyy", "--name", "金坛某医院"];
    refused(&home.run(&hospital), &["--level", "a hospital is one of tertiary, secondary, community"]);
    refused(&home.run(&[&hospital[..], &["--level", "grand"]].concat()), &["--level", "a hospital is one of"]);
    home.good(&[&hospital[..], &["--level", "tertiary", "--credit-code", "123204004670002070"]].concat());
    home.good(&clerk);
    let checked = home.good(&["check"]);
    for id in ["I-I01", "I-I02", "I-I03"] {
        assert!(checked.lines().any(|line| line.starts_with(id) && line.contains("holds")), "{id}: {checked}");
    }
}
