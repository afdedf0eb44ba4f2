//! What waits for a person (待办), of every hall together: on the front page, and on the page that shows all of it.

use std::sync::Arc;

use identity::PersonId;
use kernel::Moment;
use payments::PaymentRules;
use platform::db::{DbFault, Tx};
use ui::Page;
use ui::front::Todo;

/// What waits for a person in one hall, in the read that asks every hall.
///
/// `most` is how many rows are shown in all: a hall then answers with its first `most` and with those that
/// [`keep`](Wait::keep); `None` asks for all. The count says how many wait in either case.
///
/// # Errors
/// What broke beneath.
pub type Waits = fn(&mut Tx<'_>, &Asking<'_>, most: Option<usize>) -> Result<Waiting, DbFault>;

/// Who asks, and when.
#[derive(Debug, Clone, Copy)]
pub struct Asking<'a> {
    /// Whose things are asked for.
    pub person: &'a PersonId,
    /// The moment of the page.
    pub now: Moment,
    /// The rules of payments in force.
    pub rules: &'a Arc<PaymentRules>,
}

/// What one hall answers.
#[derive(Default)]
pub struct Waiting {
    /// The rows, in the hall's own order where their moments are the same.
    pub rows: Vec<Wait>,
    /// How many wait in all, those included that are not among the rows.
    pub all: usize,
}

/// One thing that waits.
pub struct Wait {
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
pub fn merge(all: Vec<Waiting>, most: Option<usize>) -> (Vec<Wait>, usize) {
    let count = all.iter().map(|one| one.all).sum();
    let mut rows: Vec<Wait> = all.into_iter().flat_map(|one| one.rows).collect();
    rows.sort_by_key(|row| (!row.pressing, row.at));
    let most = most.unwrap_or(usize::MAX);
    let shown = rows.into_iter().enumerate().filter(|(at, row)| *at < most || row.keep);
    (shown.map(|(_, row)| row).collect(), count)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wait(at: i64) -> Wait {
        let (title, detail, href, button) = Default::default();
        let show: Show = Box::new(|_| Todo { title, detail, href, button, bar: "blue" });
        Wait { pressing: false, at: Moment::from_ms(at), keep: false, show }
    }

    fn of(rows: Vec<Wait>) -> Waiting {
        Waiting { all: rows.len(), rows }
    }

    fn order((rows, all): (Vec<Wait>, usize)) -> (Vec<i64>, usize) {
        (rows.into_iter().map(|row| row.at.ms()).collect(), all)
    }

    #[test]
    fn what_presses_comes_first_and_then_the_nearest_of_all_halls() {
        let bill = Wait { pressing: true, ..wait(900) };
        let halls = vec![of(vec![wait(100), wait(300)]), of(vec![bill, wait(200)])];
        assert_eq!(order(merge(halls, None)), (vec![900, 100, 200, 300], 4));
    }

    #[test]
    fn the_first_are_shown_and_what_is_kept_with_the_count_of_all() {
        let visit = Wait { keep: true, ..wait(500) };
        let first = Waiting { rows: vec![wait(400), visit], all: 9 };
        let halls = vec![first, of(vec![wait(100), wait(200)])];
        assert_eq!(order(merge(halls, Some(2))), (vec![100, 200, 500], 11));
    }

    #[test]
    fn what_is_at_the_same_time_stays_in_the_order_of_the_halls() {
        let kept = || Wait { keep: true, ..wait(1) };
        let halls = vec![of(vec![kept(), wait(1)]), Waiting::default(), of(vec![kept()])];
        let (shown, _) = merge(halls, None);
        assert_eq!(shown.iter().map(|row| row.keep).collect::<Vec<_>>(), [true, false, true]);
    }
}
