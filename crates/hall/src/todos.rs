//! The to-dos of a person (待办), of every hall together: on the front page, and on the page that shows all of it.

use kernel::Moment;
use platform::db::{DbFault, Tx};
use ui::Page;
use ui::front::Todo;

use crate::Whose;

/// What waits for a person in one hall, in the read that asks every hall.
///
/// `most` is how many rows are shown in all: a hall then answers with its first `most` and with those that
/// [`keep`](TodoRow::keep); `None` asks for all. The count says how many wait in either case.
///
/// # Errors
/// What broke beneath.
pub type ListsTodos = fn(&mut Tx<'_>, &Whose<'_>, most: Option<usize>) -> Result<Todos, DbFault>;

/// What one hall answers.
#[derive(Default)]
pub struct Todos {
    /// The rows, in the hall's own order where their moments are the same.
    pub rows: Vec<TodoRow>,
    /// How many wait in all, those included that are not among the rows.
    pub all: usize,
}

/// One thing that waits.
pub struct TodoRow {
    /// Its time runs out: it stands before everything else.
    pub pressing: bool,
    /// When it is, or by when it must be done: the nearest first.
    pub at: Moment,
    /// Shown on the front page whatever else is: what the person will look for there.
    pub keep: bool,
    /// Makes the row's words, once the read is over.
    pub show: Show,
}

/// Makes the words of a row.
pub type Show = Box<dyn FnOnce(&Page) -> Todo + Send>;

/// What waits in all halls: what presses first, then the nearest; at most `most` rows and those that are kept. With how
/// much there is in all.
pub fn merge(all: Vec<Todos>, most: Option<usize>) -> (Vec<TodoRow>, usize) {
    let count = all.iter().map(|one| one.all).sum();
    let mut rows: Vec<TodoRow> = all.into_iter().flat_map(|one| one.rows).collect();
    rows.sort_by_key(|row| (!row.pressing, row.at));
    let most = most.unwrap_or(usize::MAX);
    let shown = rows.into_iter().enumerate().filter(|(at, row)| *at < most || row.keep);
    (shown.map(|(_, row)| row).collect(), count)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn todo(at: i64) -> TodoRow {
        let (title, detail, href, button) = Default::default();
        let show: Show = Box::new(|_| Todo { title, detail, href, button, bar: "blue" });
        TodoRow { pressing: false, at: Moment::from_ms(at), keep: false, show }
    }

    fn of(rows: Vec<TodoRow>) -> Todos {
        Todos { all: rows.len(), rows }
    }

    fn order((rows, all): (Vec<TodoRow>, usize)) -> (Vec<i64>, usize) {
        (rows.into_iter().map(|row| row.at.ms()).collect(), all)
    }

    #[test]
    fn what_presses_comes_first_and_then_the_nearest_of_all_halls() {
        let bill = TodoRow { pressing: true, ..todo(900) };
        let halls = vec![of(vec![todo(100), todo(300)]), of(vec![bill, todo(200)])];
        assert_eq!(order(merge(halls, None)), (vec![900, 100, 200, 300], 4));
    }

    #[test]
    fn the_first_are_shown_and_what_is_kept_with_the_count_of_all() {
        let visit = TodoRow { keep: true, ..todo(500) };
        let first = Todos { rows: vec![todo(400), visit], all: 9 };
        let halls = vec![first, of(vec![todo(100), todo(200)])];
        assert_eq!(order(merge(halls, Some(2))), (vec![100, 200, 500], 11));
    }

    #[test]
    fn what_is_at_the_same_time_stays_in_the_order_of_the_halls() {
        let kept = || TodoRow { keep: true, ..todo(1) };
        let halls = vec![of(vec![kept(), todo(1)]), Todos::default(), of(vec![kept()])];
        let (shown, _) = merge(halls, None);
        assert_eq!(shown.iter().map(|row| row.keep).collect::<Vec<_>>(), [true, false, true]);
    }
}
