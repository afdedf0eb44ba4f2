//! The frame of the desks: where one works, who, and the pages of one's role. Each crate hands up links to its own desk
//! pages; the server makes one navigation of them. This crate knows no roles: a role is the word that its owner uses.

/// An entry of the desks' navigation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DeskLink {
    /// The path of the page. It and what lies beneath it are this entry's.
    pub href: &'static str,
    /// The name of a line icon.
    pub icon: &'static str,
    /// The key of its words, which also stand in the head of its page.
    pub words: &'static str,
    /// The words of the roles that see it; the page refuses all others.
    pub roles: &'static [&'static str],
    /// Its place in the order, from the smallest; no two links have the same.
    pub rank: u16,
    /// The word of what an institution must have switched on; `None` if nothing.
    pub needs: Option<&'static str>,
}

impl DeskLink {
    /// Whether a path is this entry's page or lies beneath it.
    fn holds(&self, path: &str) -> bool {
        path.strip_prefix(self.href).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    }
}

/// The navigation of all desks, in order; put around the routes as `Extension<Arc<DeskNav>>`.
#[derive(Clone, Debug, Default)]
pub struct DeskNav(Vec<DeskLink>);

impl DeskNav {
    /// The navigation of these links, by their ranks. That no two have one path or one rank is seen to where several crates'
    /// links come together, which knows whose each is.
    pub fn new(links: impl IntoIterator<Item = DeskLink>) -> DeskNav {
        let mut links: Vec<DeskLink> = links.into_iter().collect();
        links.sort_by_key(|link| link.rank);
        DeskNav(links)
    }

    /// Every link, in order.
    pub fn all(&self) -> &[DeskLink] {
        &self.0
    }

    /// What a role sees at an institution that has switched on `can`, in order.
    pub fn of(&self, role: &str, can: &[&str]) -> Vec<DeskLink> {
        let sees = |link: &&DeskLink| link.roles.contains(&role) && link.needs.is_none_or(|need| can.contains(&need));
        self.0.iter().filter(sees).copied().collect()
    }
}

/// What stands around the page of somebody at a desk.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DeskTop {
    /// The institution served, in the page's language; empty where it is not said.
    pub place: String,
    /// The name of who works here.
    pub clerk: String,
    /// The pages of the role, in order.
    pub links: Vec<DeskLink>,
}

impl DeskTop {
    /// The entry that a path belongs to: the one with the longest path, where one lies beneath another.
    pub fn current(&self, path: &str) -> Option<&DeskLink> {
        self.links.iter().filter(|link| link.holds(path)).max_by_key(|link| link.href.len())
    }

    /// Whether an entry is the current one.
    pub fn is_current(&self, link: &DeskLink, path: &str) -> bool {
        self.current(path) == Some(link)
    }

    /// The role's first page; `/desk` leads there.
    pub fn home(&self) -> Option<&'static str> {
        self.links.first().map(|link| link.href)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SCAN: DeskLink = DeskLink {
        href: "/desk/scan",
        icon: "scan",
        words: "dev-desk",
        roles: &["clerk", "till"],
        rank: 200,
        needs: None,
    };

    fn link(href: &'static str, rank: u16) -> DeskLink {
        DeskLink { href, rank, ..SCAN }
    }

    fn paths(links: &[DeskLink]) -> Vec<&'static str> {
        links.iter().map(|link| link.href).collect()
    }

    #[test]
    fn a_role_sees_its_own_links_in_their_order() {
        let sums = DeskLink { roles: &["till"], needs: Some("bills"), ..link("/desk/sums", 100) };
        let nav = DeskNav::new([SCAN, sums, link("/desk/card", 150)]);
        assert_eq!(paths(&nav.of("clerk", &["bills"])), ["/desk/card", "/desk/scan"]);
        assert_eq!(paths(&nav.of("till", &["bills"])), ["/desk/sums", "/desk/card", "/desk/scan"]);
        assert_eq!(paths(&nav.of("till", &[])), ["/desk/card", "/desk/scan"], "what is switched off is left out");
        assert!(nav.of("bureau", &["bills"]).is_empty());
        assert_eq!(paths(nav.all()), ["/desk/sums", "/desk/card", "/desk/scan"]);
    }

    #[test]
    fn one_entry_is_the_current_one() {
        let links = vec![link("/desk/card", 1), link("/desk/card/blocked", 2), SCAN];
        let top = DeskTop { links, ..DeskTop::default() };
        let at = |path: &str| top.current(path).map(|link| link.href);
        assert_eq!(at("/desk/card"), Some("/desk/card"));
        assert_eq!(at("/desk/card/blocked/7"), Some("/desk/card/blocked"));
        assert_eq!(at("/desk/card/7"), Some("/desk/card"));
        assert_eq!(at("/desk/cards"), None, "a path that only begins alike is another page");
        assert_eq!(at("/desk"), None);
        assert_eq!(top.home(), Some("/desk/card"));
        assert_eq!(DeskTop::default().home(), None);
    }
}
