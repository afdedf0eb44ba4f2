//! What staff are: ids, roles, login names. Pure.

use kernel::typing;

use crate::institutions::Kind;

kernel::typed_id!(
    /// Somebody who serves citizens at a desk.
    pub StaffId, "stf"
);
kernel::typed_id!(
    /// One login at a desk.
    pub StaffSessionId, "sts"
);

kernel::words! {
    /// What somebody may do at a desk. Each role sees its own work and nothing else.
    pub enum Role: "a role; roles are clerk and window" {
        /// A hospital's window: scans visit barcodes and checks people in.
        Clerk = "clerk",
        /// 服务窗口 of the bureau: sees papers and gives codes for what they prove.
        Window = "window",
    }
}

impl Role {
    /// The kinds of institutions that somebody of this role serves one of. None: they are the bureau's own and serve none.
    pub const fn serves(self) -> &'static [Kind] {
        match self {
            Role::Clerk => &[Kind::Hospital],
            Role::Window => &[],
        }
    }
}

/// A login name in its one form; `None` unless 3 to 32 letters, digits, dots, dashes or underscores.
pub(crate) fn clean_login(typed: &str) -> Option<String> {
    let login = typing::login(typed);
    let fits = (3..=32).contains(&login.len());
    let plain = login.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b'_'));
    (fits && plain).then_some(login)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn roles_are_read_as_they_are_written() {
        for role in Role::ALL {
            assert_eq!(role.as_str().parse(), Ok(role));
        }
        assert!("king".parse::<Role>().is_err());
    }

    #[test]
    fn login_names_have_one_form() {
        assert_eq!(clean_login(" Chuang-Kou.1 "), Some("chuang-kou.1".into()));
        assert_eq!(clean_login("ｃｈｕａｎｇ－ｋｏｕ。1\t"), Some("chuang-kou.1".into()));
        for wrong in ["ab", "窗口一号", "a$b", "", "a b"] {
            assert_eq!(clean_login(wrong), None, "{wrong}");
        }
    }
}
