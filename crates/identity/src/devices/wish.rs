//! For what a session shows on which device it is: the page says so, and is not content with less. Pure.

/// For what the page asks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Wish {
    /// Whatever a gate guards.
    Gate,
    /// One payment, by its order's id: without a key it takes a code of its own.
    Payment(String),
    /// Logging other devices out, which is open to whoever holds the owner's phone.
    LogOut,
}

/// As it stands in addresses.
const LOG_OUT: &str = "log-out";

impl Wish {
    /// Reads what stands in an address or a form. What is no order's id is no payment.
    pub(crate) fn parse(text: &str) -> Wish {
        let is_id = text.len() <= 40 && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
        match text {
            LOG_OUT => Wish::LogOut,
            id if id.starts_with("ord_") && is_id => Wish::Payment(id.to_owned()),
            _ => Wish::Gate,
        }
    }

    /// As [`Wish::parse`] reads it; empty for a gate.
    pub(crate) fn word(&self) -> &str {
        match self {
            Wish::Gate => "",
            Wish::Payment(id) => id,
            Wish::LogOut => LOG_OUT,
        }
    }

    /// The order's id, where a payment is to be confirmed.
    pub(crate) fn payment(&self) -> Option<&str> {
        match self {
            Wish::Payment(id) => Some(id),
            Wish::Gate | Wish::LogOut => None,
        }
    }

    /// The key of the page's title.
    pub(crate) fn title(&self) -> &'static str {
        match self {
            Wish::Gate => "device-prove-title",
            Wish::Payment(_) => "device-prove-title-payment",
            Wish::LogOut => "device-prove-title-log-out",
        }
    }

    /// The key of the words that say why it asks.
    pub(crate) fn why(&self) -> &'static str {
        match self {
            Wish::Gate => "device-why",
            Wish::Payment(_) => "device-why-payment",
            Wish::LogOut => "device-why-log-out",
        }
    }

    /// The page that asks, for this.
    pub(crate) fn page(&self) -> String {
        match self.word() {
            "" => "/devices/prove".to_owned(),
            word => format!("/devices/prove?for={word}"),
        }
    }

    /// The same with where to go on to.
    pub(crate) fn page_to(&self, to: &str) -> String {
        let page = self.page();
        let joint = if page.contains('?') { '&' } else { '?' };
        format!("{page}{joint}to={}", ui::in_query(to))
    }
}

/// Where to go on to: a path of this service that is not this one.
pub(crate) fn destination(to: &str) -> String {
    ui::onward(to, &["/devices/prove"], "/")
}

/// The address of the page, with where to go on to.
pub(crate) fn prove_path(to: &str) -> String {
    Wish::Gate.page_to(to)
}

/// The page that asks for a code for one payment.
pub(crate) fn payment_page(payment: &str) -> String {
    Wish::Payment(payment.to_owned()).page()
}

#[cfg(test)]
mod tests {
    use super::Wish;

    #[test]
    fn what_it_is_for_is_read_as_written() {
        for wish in [Wish::Gate, Wish::Payment("ord_01J".to_owned()), Wish::LogOut] {
            assert_eq!(Wish::parse(wish.word()), wish);
        }
        for odd in ["ord_\0", "ord_1/2", "apt_1", &"ord_".repeat(11)] {
            assert_eq!(Wish::parse(odd), Wish::Gate, "{odd:?}");
        }
        assert_eq!(Wish::LogOut.page_to("/devices"), "/devices/prove?for=log-out&to=%2Fdevices");
    }
}
