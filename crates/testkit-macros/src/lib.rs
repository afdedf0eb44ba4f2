//! `#[db_test]`: one story becomes a test on each database.
//!
//! Only the name of the function is read; everything else is passed on as it stands. What the tests
//! do is in `testkit::run`, where it can be read as ordinary code.

use proc_macro::{TokenStream, TokenTree};

/// Turns `async fn NAME(db: TestDb) { … }` into the tests `NAME::sqlite` and `NAME::postgres`.
///
/// The argument may be any `testkit::Fixture`. The function stays as it is, and a module of the same
/// name stands beside it (functions and modules do not share a namespace):
///
/// ```text
/// async fn two_want_the_last_place(db: TestDb) { … }
/// mod two_want_the_last_place {
///     #[test] fn sqlite() { testkit::run(testkit::Engine::Sqlite, super::two_want_the_last_place) }
///     #[test] fn postgres() { testkit::run(testkit::Engine::Postgres, super::two_want_the_last_place) }
/// }
/// ```
#[proc_macro_attribute]
pub fn db_test(arguments: TokenStream, item: TokenStream) -> TokenStream {
    if !arguments.is_empty() {
        return refusal("#[db_test] takes no arguments");
    }
    let Some(name) = name_of_async_fn(item.clone()) else {
        return refusal("#[db_test] goes on an `async fn` with one argument");
    };
    let tests = format!(
        "#[cfg(test)] mod {name} {{
            #[test] fn sqlite() {{ ::testkit::run(::testkit::Engine::Sqlite, super::{name}) }}
            #[test] fn postgres() {{ ::testkit::run(::testkit::Engine::Postgres, super::{name}) }}
        }}"
    );
    match tests.parse::<TokenStream>() {
        // A story is test code, for the compiler and for clippy, which allows `unwrap` in tests.
        Ok(tests) => test_only().into_iter().chain(item).chain(tests).collect(),
        Err(_) => refusal("#[db_test] cannot use this name"),
    }
}

/// The identifier behind the first `async fn`.
fn name_of_async_fn(item: TokenStream) -> Option<String> {
    let words: Vec<TokenTree> = item.into_iter().collect();
    let is = |tree: &TokenTree, word: &str| matches!(tree, TokenTree::Ident(ident) if ident.to_string() == word);
    let at = words.windows(2).position(|pair| is(&pair[0], "async") && is(&pair[1], "fn"))?;
    match words.get(at + 2)? {
        TokenTree::Ident(name) => Some(name.to_string()),
        _ => None,
    }
}

fn test_only() -> TokenStream {
    "#[cfg(test)]".parse().unwrap_or_default()
}

fn refusal(why: &str) -> TokenStream {
    // The text is one of the literals above, so it always parses.
    format!("compile_error!({why:?});").parse().unwrap_or_default()
}
