//! Bringing the words of rows up to date that were written by a program of before: what a search looks into follows
//! from names, and the rule may change.

use hall::search::Words;
use platform::Ctx;
use platform::db::{DbFault, LaneKey, Tx};

use crate::hospitals::names::store::{self, Named, Table};
use crate::public::places_changed;
use crate::search::synonyms::of_department;

/// Rows of one transaction, at most.
const CHUNK: usize = 500;

/// Writes the words of every row whose words are not what its names give. Each hospital's rows in its own lane; a row
/// whose name changes meanwhile is found by the next run.
pub(crate) async fn refresh_words(ctx: &Ctx) -> Result<u64, DbFault> {
    let mut written = 0;
    for code in ctx.db.read("search.hospitals", store::codes).await? {
        let of = code.clone();
        let named = ctx.db.read("search.named", move |tx| store::named(tx, &of)).await?;
        let stale: Vec<(Named, Words)> = named.into_iter().filter_map(stale).collect();
        for chunk in stale.chunks(CHUNK) {
            let (chunk, lane) = (chunk.to_vec(), LaneKey::of("hospital", &code));
            written += ctx.db.bulk(lane, "search.refresh", move |tx| write(tx, &chunk)).await?;
        }
    }
    Ok(written)
}

/// The words that a row should have, where it has others.
fn stale(named: Named) -> Option<(Named, Words)> {
    let names: Vec<&str> = [named.name.as_str(), &named.short].into_iter().filter(|name| !name.is_empty()).collect();
    let words = match named.table {
        Table::Doctor => Words::of_person(&named.name, &named.name_en),
        Table::Department => of_department(&names, &named.name_en),
        Table::Hospital => Words::of(&names, &named.name_en),
    };
    (words != named.words).then_some((named, words))
}

fn write(tx: &mut Tx<'_>, rows: &[(Named, Words)]) -> Result<u64, DbFault> {
    let mut written = 0;
    for (named, words) in rows {
        written += store::set_words(tx, named, words)?;
    }
    tx.after_commit(places_changed);
    Ok(written)
}
