//! Enums whose values are words: in rows, in addresses, in partners' messages, at the ends of locale keys.

use std::fmt;

/// A text that is none of the words it could be. It does not quote the text: a stranger may have typed it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NoSuchWord(pub &'static str);

impl fmt::Display for NoSuchWord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "not {}", self.0)
    }
}

impl std::error::Error for NoSuchWord {}

/// Declares an enum whose values are words, as in `words! { pub enum Way: "a way of paying" { Cash = "cash" } }`; doc
/// comments and attributes stand where they would in an enum.
///
/// The type has `ALL`, `as_str`, `Display`, `FromStr`, order and hash, so that each word is written down once. What stands
/// behind the colon says in an error what the text is not. Where two values have one word, the first is the one read back.
#[macro_export]
macro_rules! words {
    ($(#[$meta:meta])* $vis:vis enum $name:ident: $what:literal {
        $($(#[$doc:meta])* $variant:ident = $word:literal),+ $(,)?
    }) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        $vis enum $name {
            $($(#[$doc])* $variant),+
        }

        impl $name {
            /// All of them, in the order in which they are written down.
            pub const ALL: [$name; [$($word),+].len()] = [$($name::$variant),+];

            /// The word.
            pub const fn as_str(self) -> &'static str {
                match self {
                    $($name::$variant => $word),+
                }
            }
        }

        impl ::std::fmt::Display for $name {
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                f.write_str(self.as_str())
            }
        }

        impl ::std::str::FromStr for $name {
            type Err = $crate::NoSuchWord;

            fn from_str(text: &str) -> Result<$name, $crate::NoSuchWord> {
                $name::ALL.into_iter().find(|one| one.as_str() == text).ok_or($crate::NoSuchWord($what))
            }
        }
    };
}

#[cfg(test)]
mod tests {
    use super::*;

    crate::words! {
        /// How a bill is paid.
        #[derive(serde::Serialize, serde::Deserialize)]
        #[serde(rename_all = "snake_case")]
        enum Way: "a way of paying" {
            /// Over the counter.
            Cash = "cash",
            PersonalAccount = "personal_account",
            /// Nobody pays: has another name than its word.
            #[serde(rename = "none")]
            Nobody = "none",
        }
    }

    crate::words! {
        enum Told: "a word that is told" { Part = "incomplete", Nothing = "incomplete", Whole = "whole" }
    }

    #[test]
    fn each_word_is_read_back_as_what_it_was_written_for() {
        assert_eq!(Way::ALL, [Way::Cash, Way::PersonalAccount, Way::Nobody]);
        for way in Way::ALL {
            assert_eq!(way.as_str().parse(), Ok(way));
            assert_eq!(way.to_string(), way.as_str());
        }
        const WORD: &str = Way::PersonalAccount.as_str();
        assert_eq!(WORD, "personal_account");
    }

    #[test]
    fn other_texts_are_refused_and_not_quoted() {
        for text in ["", "Cash", "cash ", "<script>"] {
            assert_eq!(text.parse::<Way>(), Err(NoSuchWord("a way of paying")), "{text:?}");
        }
        assert_eq!("<script>".parse::<Way>().unwrap_err().to_string(), "not a way of paying");
    }

    #[test]
    fn the_first_of_two_with_one_word_is_read_back() {
        assert_eq!("incomplete".parse(), Ok(Told::Part));
        assert_eq!(Told::Nothing.as_str(), "incomplete");
        assert_eq!("whole".parse(), Ok(Told::Whole));
    }

    #[test]
    fn attributes_reach_the_enum_and_its_values() {
        let json = |way: Way| toml::Value::try_from(way).unwrap();
        for way in Way::ALL {
            assert_eq!(json(way).as_str(), Some(way.as_str()));
        }
    }
}
