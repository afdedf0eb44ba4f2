//! The parts of the navigation, put together.

use identity::opens::Service;
use identity::{Capability, Role};
use ui::{Lang, locale};

use super::Halls;

#[test]
fn the_pages_fit_together() {
    let halls = Halls::new().expect("no twins");
    let nav = halls.nav();
    let tabs = |elder: bool| nav.tabs.iter().filter(move |tab| tab.elder || !elder).map(|tab| tab.name);
    assert_eq!(tabs(false).collect::<Vec<_>>(), ["home", "health", "code", "messages", "me"]);
    assert_eq!(tabs(true).collect::<Vec<_>>(), ["home", "code", "me"]);
    for (path, lit, about) in [
        ("/", "home", "about-home"),
        ("/doctors/doc_1", "health", "about-booking"),
        ("/orders", "health", "about-booking"),
        ("/search", "health", "about-search"),
        ("/code", "code", "about-code"),
        ("/card/insurance-code", "me", "about-card"),
        ("/me/sessions", "me", "about-me"),
        ("/pay/ord_1", "", "about-pay"),
    ] {
        let place = nav.place(path).expect(path);
        assert_eq!((place.tab, place.about), (lit, about), "{path}");
    }
    assert_eq!(nav.quiet, ["/search", "/login", "/forgot", "/desk"]);
    assert_eq!(nav.shortcuts.iter().map(|link| link.path).collect::<Vec<_>>(), ["/code", "/card"]);
}

/// The parts name keys and services by words, which nothing checks where they are written.
#[test]
fn every_word_of_a_part_is_known() {
    let halls = Halls::new().expect("no twins");
    let nav = halls.nav();
    let links = nav.tabs.iter().map(|tab| tab.link).chain(nav.start).chain(nav.kept);
    let links = links.chain(nav.shortcuts.iter().copied()).map(|link| link.words.to_owned());
    let places = nav.places.iter().flat_map(|place| [Some(place.about), place.wanted]).flatten();
    let how = nav.how.expect("a beginner is told how it goes");
    let steps = how.steps.iter().flat_map(|step| [(*step).to_owned(), format!("{step}-detail")]);
    for key in links.chain(places.map(str::to_owned)).chain([how.words.to_owned()]).chain(steps) {
        assert!([Lang::Zh, Lang::En].iter().all(|lang| locale::has(*lang, &key)), "{key}");
    }
    let services = nav.places.iter().filter_map(|place| place.opens);
    for service in services {
        assert!(Service::of_word(service).is_some(), "{service}");
    }
}

#[test]
fn every_role_has_a_desk_and_every_entry_its_words_and_its_icon() {
    let halls = Halls::new().expect("no twins");
    let nav = halls.desks();
    let can = Capability::ALL.map(Capability::as_str);
    for role in Role::ALL {
        assert!(!nav.of(role.as_str(), &can).is_empty(), "the door of the desks leads {} nowhere", role.as_str());
    }
    for link in nav.all() {
        let known = |role: &&str| role.parse::<Role>().is_ok();
        assert!(!link.roles.is_empty() && link.roles.iter().all(known), "{link:?}");
        assert!(link.href.starts_with("/desk/") && ui::icons::names().contains(&link.icon), "{link:?}");
        for lang in [Lang::Zh, Lang::En] {
            assert!(locale::has(lang, link.words), "{link:?}");
        }
    }
}
