//! Enums whose values are words: in rows, in the diagrams, at the ends of locale keys.

/// An enum whose values are words.
macro_rules! words {
    ($(#[$doc:meta])+ $name:ident { $($(#[$each:meta])+ $variant:ident = $word:literal,)+ }) => {
        $(#[$doc])+
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $name { $($(#[$each])+ $variant,)+ }

        impl $name {
            /// All of them, in the order of a life.
            pub const ALL: &'static [$name] = &[$($name::$variant,)+];

            /// The word in the database, the diagrams and the locale keys.
            pub const fn as_str(self) -> &'static str {
                match self { $($name::$variant => $word,)+ }
            }
        }

        impl ::std::fmt::Display for $name {
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                f.write_str(self.as_str())
            }
        }

        impl ::std::str::FromStr for $name {
            type Err = $crate::words::UnknownWord;

            fn from_str(text: &str) -> Result<$name, $crate::words::UnknownWord> {
                let found = $name::ALL.iter().copied().find(|one| one.as_str() == text);
                found.ok_or_else(|| $crate::words::UnknownWord(text.to_owned()))
            }
        }
    };
}
pub(crate) use words;

/// A stored word that names nothing.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not a word of payments: {0}")]
pub struct UnknownWord(pub String);
