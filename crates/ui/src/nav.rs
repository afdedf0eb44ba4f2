//! Which pages there are, as far as every page must know them: the bar at the thumb, what a path is about, what a browser
//! keeps. Each crate with pages tells its own part, and the server puts the parts together; this crate names no page of
//! theirs.

/// Which pages there are. Put it into the router as `Extension(Arc<Nav>)`; pages reach it by [`Page::nav`](crate::Page::nav).
#[derive(Clone, Debug, Default)]
pub struct Nav {
    /// The bar at the thumb, from left to right.
    pub tabs: Vec<TabItem>,
    /// What is known of a path by its first part.
    pub places: Vec<Place>,
    /// Where somebody begins who has nothing waiting; of several parts, the first's.
    pub start: Option<Link>,
    /// The page that a browser keeps, so that it can be shown without a network (`docs/offline.md`).
    pub kept: Option<Link>,
    /// Beginnings of paths that robots leave out, beside this crate's own.
    pub quiet: Vec<&'static str>,
    /// What a long press on the app's icon offers.
    pub shortcuts: Vec<Link>,
    /// What tells a newcomer on the front page how it goes where they begin; of several parts, the first's.
    pub how: Option<How>,
}

/// How something goes, step by step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct How {
    /// The key of the heading.
    pub words: &'static str,
    /// The key of each step; `-detail` behind it is that of what is said below.
    pub steps: &'static [&'static str],
}

/// A path with its words and its icon.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Link {
    /// The path, from `/`.
    pub path: &'static str,
    /// The key of its words.
    pub words: &'static str,
    /// The name of its icon.
    pub icon: &'static str,
}

/// A tab of the bar at the thumb.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TabItem {
    /// Its name, by which a page lights it.
    pub name: &'static str,
    /// Where it leads.
    pub link: Link,
    /// Its place from left to right: home 0, halls 10 to 39, the raised one 40, messages 60, 我的 90.
    pub at: u8,
    /// Whether it is raised in the centre; at most one is.
    pub raised: bool,
    /// Whether 长辈版, whose bar has fewer tabs, has it too.
    pub elder: bool,
}

/// What is known of all paths with the same first part.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// The first part: `things` of `/things/thg_1`; empty for `/`.
    pub first: &'static str,
    /// The name of the tab that it lights; empty for none.
    pub tab: &'static str,
    /// The key of the sentence that says what its pages are about, to those who search the web.
    pub about: &'static str,
    /// The key of what somebody wanted there who has to log in first.
    pub wanted: Option<&'static str>,
    /// The service whose beginning `/<first>` is, by its word in the table of levels (identity's `opens`).
    pub opens: Option<&'static str>,
}

impl Place {
    /// A place that lights a tab (empty for none) and is about something.
    pub const fn new(first: &'static str, tab: &'static str, about: &'static str) -> Place {
        Place { first, tab, about, wanted: None, opens: None }
    }

    /// The same, with the key of what somebody wanted there who has to log in first.
    #[must_use]
    pub const fn wanted(self, key: &'static str) -> Place {
        Place { wanted: Some(key), ..self }
    }

    /// The same, as the beginning of a service.
    #[must_use]
    pub const fn opens(self, service: &'static str) -> Place {
        Place { opens: Some(service), ..self }
    }
}

impl Nav {
    /// The parts together, in their order; tabs by their places. That no two parts have one tab or one first part of paths is
    /// seen to where they come together, which knows whose each is.
    ///
    /// # Errors
    /// Several tabs are raised, or several pages are to be kept: there is room for one; or a place lights a tab that there
    /// is not.
    pub fn of(parts: Vec<Nav>) -> Result<Nav, String> {
        let mut all = Nav::default();
        for part in parts {
            if all.kept.is_some() && part.kept.is_some() {
                return Err("two pages are to be kept by browsers, and there is room for one".to_owned());
            }
            all.kept = all.kept.or(part.kept);
            all.start = all.start.or(part.start);
            all.how = all.how.or(part.how);
            all.tabs.extend(part.tabs);
            all.places.extend(part.places);
            all.quiet.extend(part.quiet);
            all.shortcuts.extend(part.shortcuts);
        }
        all.tabs.sort_by_key(|tab| tab.at);
        if all.tabs.iter().filter(|tab| tab.raised).count() > 1 {
            return Err("two tabs are raised".to_owned());
        }
        let is_tab = |name: &str| name.is_empty() || all.tabs.iter().any(|tab| tab.name == name);
        match all.places.iter().find(|place| !is_tab(place.tab)) {
            Some(place) => Err(format!("«/{}» lights a tab «{}» that there is not", place.first, place.tab)),
            None => Ok(all),
        }
    }

    /// What is known of a path by its first part. The path has no query.
    pub fn place(&self, path: &str) -> Option<&Place> {
        let first = path.trim_start_matches('/').split('/').next().unwrap_or_default();
        self.places.iter().find(|place| place.first == first)
    }

    /// The name of the tab that a path lights; empty for none.
    pub fn tab(&self, path: &str) -> &'static str {
        self.place(path).map_or("", |place| place.tab)
    }

    /// Where a service begins, by its word in the table of levels; `None` for one without pages.
    pub fn opens(&self, service: &str) -> Option<String> {
        let place = self.places.iter().find(|place| place.opens == Some(service))?;
        Some(format!("/{}", place.first))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const THINGS: Link = Link { path: "/things", words: "tab-things", icon: "list" };

    fn tab(name: &'static str, at: u8) -> TabItem {
        TabItem { name, link: THINGS, at, raised: false, elder: false }
    }

    fn with_tabs(tabs: &[TabItem]) -> Nav {
        Nav { tabs: tabs.to_vec(), ..Nav::default() }
    }

    fn with_places(places: &[Place]) -> Nav {
        Nav { places: places.to_vec(), ..Nav::default() }
    }

    #[test]
    fn parts_are_put_together_in_order() {
        let link = |path| Link { path, ..THINGS };
        let how = |words| How { words, steps: &["one", "two"] };
        let part = |path: &'static str, words: &'static str| Nav {
            start: Some(link(path)),
            shortcuts: vec![link(path)],
            quiet: vec![path],
            how: Some(how(words)),
            ..Nav::default()
        };
        let first = Nav { tabs: vec![tab("me", 90), tab("home", 0)], ..part("/things", "things") };
        let second = Nav { tabs: vec![tab("things", 10)], kept: Some(link("/token")), ..part("/others", "others") };
        let nav = Nav::of(vec![first, second]).expect("no twins");
        assert_eq!(nav.tabs.iter().map(|tab| tab.name).collect::<Vec<_>>(), ["home", "things", "me"]);
        assert_eq!((nav.start, nav.how), (Some(link("/things")), Some(how("things"))), "the first's");
        assert_eq!(nav.kept, Some(link("/token")));
        assert_eq!(nav.shortcuts, [link("/things"), link("/others")]);
        assert_eq!(nav.quiet, ["/things", "/others"]);
    }

    #[test]
    fn what_there_is_no_room_for_is_refused() {
        let raised = |name, at| TabItem { raised: true, ..tab(name, at) };
        let kept = || Nav { kept: Some(THINGS), ..Nav::default() };
        let things = Place::new("things", "", "about-things");
        for (one, other, says) in [
            (with_tabs(&[raised("things", 1)]), with_tabs(&[raised("others", 2)]), "two tabs are raised"),
            (kept(), kept(), "two pages are to be kept by browsers, and there is room for one"),
            (
                with_places(&[Place { tab: "thing", ..things }]),
                with_tabs(&[tab("things", 1)]),
                "«/things» lights a tab «thing» that there is not",
            ),
        ] {
            assert_eq!(Nav::of(vec![one, other]).expect_err("no room"), says);
        }
    }

    #[test]
    fn a_path_is_known_by_its_first_part() {
        let things = Place::new("things", "things", "about-things").wanted("wanted-thing").opens("thing");
        let parts = vec![with_places(&[things, Place::new("", "home", "about-home")])];
        let nav = Nav::of([parts, vec![with_tabs(&[tab("things", 10), tab("home", 0)])]].concat()).expect("no twins");
        for (path, lit) in [("/", "home"), ("/things", "things"), ("/things/thg_1/more", "things"), ("/thingsx", "")] {
            assert_eq!(nav.tab(path), lit, "{path}");
        }
        assert_eq!(nav.place("/things/thg_1"), Some(&things));
        assert_eq!((nav.place("/nowhere"), Nav::default().place("/")), (None, None));
        assert_eq!((nav.opens("thing").as_deref(), nav.opens("other")), (Some("/things"), None));
    }
}
