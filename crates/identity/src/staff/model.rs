//! What staff are: ids, roles, login names. Pure.

use std::str::FromStr;

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

/// What somebody may do at a desk. Each role sees its own work and nothing else.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// A hospital's window: scans visit barcodes and checks people in.
    Clerk,
    /// 服务窗口 of the bureau: sees papers and gives codes for what they prove.
    Window,
}

impl Role {
    /// All roles there are.
    pub const ALL: [Role; 2] = [Role::Clerk, Role::Window];

    /// As stored, and as typed on the command line.
    pub const fn as_str(self) -> &'static str {
        match self {
            Role::Clerk => "clerk",
            Role::Window => "window",
        }
    }

    /// The kinds of institutions that somebody of this role serves one of. None: they are the bureau's own and serve none.
    pub const fn serves(self) -> &'static [Kind] {
        match self {
            Role::Clerk => &[Kind::Hospital],
            Role::Window => &[],
        }
    }

    /// Where the role's work is; `/desk` leads there.
    pub(crate) const fn desk(self) -> &'static str {
        match self {
            Role::Clerk => "/desk",
            Role::Window => "/desk/window",
        }
    }
}

impl FromStr for Role {
    type Err = UnknownRole;

    fn from_str(text: &str) -> Result<Role, UnknownRole> {
        Role::ALL.into_iter().find(|role| role.as_str() == text).ok_or(UnknownRole)
    }
}

/// There is no such role.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("there is no such role; roles are: clerk, window")]
pub struct UnknownRole;

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
        assert_eq!("king".parse::<Role>(), Err(UnknownRole));
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
