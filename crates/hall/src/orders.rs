//! 我的订单 of every hall together: what is not finished first, then what is to come, then what is over, a page at a time.

use std::collections::VecDeque;

use kernel::Moment;
use platform::db::{DbFault, Tx};
use ui::Page;
use ui::orders::Line;

use crate::Whose;

/// A person's orders in one hall, in the read that asks every hall.
///
/// `before` is where the page before ended: the moment and the id of its last row, of whichever hall that was. What is
/// unfinished and what is to come is all asked for at once, and only where there was no page before. Of what is over a
/// hall gives the `most` that are next after `before`, the latest first by [`Row::at`] and then by id (compared as bytes),
/// and fewer only where it has no more.
///
/// # Errors
/// What broke beneath.
pub type ListsOrders =
    fn(&mut Tx<'_>, &Whose<'_>, before: Option<(Moment, &str)>, most: usize) -> Result<Rows, DbFault>;

/// What one hall answers, or all of them together.
#[derive(Default)]
pub struct Rows {
    /// To be dealt with, or with money that is not where it belongs yet. All of them.
    pub unfinished: Vec<Row>,
    /// To come. All of them.
    pub coming: Vec<Row>,
    /// Over, as many as were asked for.
    pub over: Vec<Row>,
}

/// One order, or whatever a hall lists there without one.
pub struct Row {
    /// When the thing is or was: its month is the heading it stands under.
    pub at: Moment,
    /// Its id, by which two of the same moment are told apart; ids of different kinds differ by their prefixes.
    pub id: String,
    /// Makes the row's words, once the read is over.
    pub show: Box<dyn FnOnce(&Page) -> Line + Send>,
}

/// One page out of what the halls gave, who were each asked for one row more than the `most` that it shows of what is
/// over: so whether there is another page is known, not guessed. With where that one begins.
pub fn page(all: Vec<Rows>, most: usize) -> (Rows, Option<(Moment, String)>) {
    let (mut unfinished, mut coming, mut over) = (Vec::new(), Vec::new(), Vec::new());
    for rows in all {
        unfinished.push(rows.unfinished.into());
        coming.push(rows.coming.into());
        over.extend(rows.over);
    }
    over.sort_by(|one, other| key(other).cmp(&key(one)));
    let more = over.len() > most;
    over.truncate(most);
    let next = over.last().filter(|_| more).map(|row| (row.at, row.id.clone()));
    (Rows { unfinished: woven(unfinished), coming: woven(coming), over }, next)
}

fn key(row: &Row) -> (Moment, &str) {
    (row.at, &row.id)
}

/// The nearest first of what stands foremost in each hall: each hall's own order is kept.
fn woven(mut parts: Vec<VecDeque<Row>>) -> Vec<Row> {
    let mut rows = Vec::new();
    loop {
        let fronts = parts.iter_mut().filter(|part| !part.is_empty());
        let nearest = fronts.min_by_key(|part| part.front().map(|row| row.at));
        let Some(row) = nearest.and_then(VecDeque::pop_front) else { return rows };
        rows.push(row);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(at: i64, id: &str) -> Row {
        Row { at: Moment::from_ms(at), id: id.to_owned(), show: Box::new(|_| Line::default()) }
    }

    fn rows(of: &[(i64, &str)]) -> Vec<Row> {
        of.iter().map(|(at, id)| row(*at, id)).collect()
    }

    fn over(of: &[(i64, &str)]) -> Rows {
        Rows { over: rows(of), ..Rows::default() }
    }

    fn ids(rows: &[Row]) -> String {
        rows.iter().map(|row| row.id.as_str()).collect::<Vec<_>>().join(" ")
    }

    /// What a hall answers that has all of these, the latest first.
    fn asked(all: &[(i64, &str)], before: Option<&(Moment, String)>, most: usize) -> Rows {
        let mut left = rows(all);
        left.retain(|row| before.is_none_or(|(at, id)| key(row) < (*at, id.as_str())));
        left.sort_by(|one, other| key(other).cmp(&key(one)));
        left.truncate(most);
        Rows { over: left, ..Rows::default() }
    }

    #[test]
    fn pages_go_on_where_the_last_one_ended_whatever_hall_that_was() {
        let visits = [(5, "apt_a"), (7, "apt_b"), (7, "apt_c"), (9, "apt_d")];
        let bills = [(7, "bil_a"), (7, "bil_b"), (1, "bil_c")];
        let (mut seen, mut before) = (Vec::new(), None);
        for _ in 0..4 {
            let halls = vec![asked(&visits, before.as_ref(), 3), asked(&bills, before.as_ref(), 3)];
            let (shown, next) = page(halls, 2);
            seen.push(ids(&shown.over));
            before = next;
            if before.is_none() {
                break;
            }
        }
        assert_eq!(seen, ["apt_d bil_b", "bil_a apt_c", "apt_b apt_a", "bil_c"]);
        assert!(before.is_none());
    }

    #[test]
    fn a_page_that_is_just_full_has_no_next_one() {
        let (shown, next) = page(vec![over(&[(3, "apt_a")]), over(&[(2, "bil_a")])], 2);
        assert_eq!((ids(&shown.over).as_str(), next), ("apt_a bil_a", None));
        assert!(page(Vec::new(), 2).1.is_none());
    }

    #[test]
    fn what_is_to_come_is_woven_and_each_hall_keeps_its_order() {
        // A hall may put first what presses, though it is later.
        let first = Rows { coming: rows(&[(4, "a"), (2, "b")]), unfinished: rows(&[(1, "u")]), ..Rows::default() };
        let second = Rows { coming: rows(&[(3, "c"), (5, "d")]), ..Rows::default() };
        let (shown, _) = page(vec![first, second], 9);
        assert_eq!((ids(&shown.coming).as_str(), ids(&shown.unfinished).as_str()), ("c a b d", "u"));
    }
}
