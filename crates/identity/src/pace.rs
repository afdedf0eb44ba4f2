//! Asking a partner in the background about many people: several at once, no longer than a while, and no more once the
//! partner falls silent.

use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::task::JoinSet;

use crate::ids::PersonId;

/// So many answers one after another that did not come end a run: a partner that is down is not hammered. One answer between
/// them, a refusal too, shows that it is not; those about whom none comes wait for their own next turn.
pub(crate) const SILENT_MOST: usize = 10;

/// A run that comes each minute begins nothing new after this, so that what is under way ends before the next.
const BEGIN_FOR: Duration = Duration::from_secs(50);

/// The result of asking about one person.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Came {
    /// The partner answered; a refusal is an answer.
    Answer,
    /// No answer came.
    Silence,
    /// The partner was not asked, or something of ours failed: it says nothing about the partner.
    Nothing,
}

/// The result of a run of such a job.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Run {
    /// People asked about.
    pub(crate) asked: usize,
    /// The answers that did not come, one after another, when it ended.
    pub(crate) silent: usize,
}

/// Asks about people, `at_once` at a time, until all are asked about, time is up, or `silent_most` answers one after another
/// did not come.
pub(crate) async fn ask_all<W>(
    people: Vec<PersonId>,
    at_once: usize,
    silent_most: usize,
    ask: impl Fn(PersonId) -> W + Send + Sync + 'static,
) -> Run
where
    W: Future<Output = Came> + Send + 'static,
{
    let (began, ask) = (Instant::now(), Arc::new(ask));
    let (mut run, mut asking, mut people) = (Run::default(), JoinSet::new(), people.into_iter());
    loop {
        while asking.len() < at_once.max(1) && run.silent < silent_most && began.elapsed() < BEGIN_FOR {
            let Some(person) = people.next() else { break };
            run.asked += 1;
            let ask = Arc::clone(&ask);
            asking.spawn(async move { ask(person).await });
        }
        match asking.join_next().await {
            // Once there were too many the end is certain: an answer that comes late begins nothing anew.
            Some(Ok(Came::Answer)) if run.silent < silent_most => run.silent = 0,
            Some(Ok(Came::Answer | Came::Nothing)) => {}
            Some(Ok(Came::Silence)) => run.silent += 1,
            // One damaged row must not keep the job from everybody behind it.
            Some(Err(broken)) => tracing::error!(%broken, "pace.broken"),
            None => return run,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use kernel::{Moment, SeededRng};

    use super::*;

    fn people(many: usize) -> Vec<PersonId> {
        let rng = SeededRng::new(1);
        (0..many).map(|_| PersonId::make(Moment::from_ms(0), &rng)).collect()
    }

    #[tokio::test]
    async fn a_few_at_once_and_all_in_the_end() {
        let (now, most) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
        let (running, highest) = (Arc::clone(&now), Arc::clone(&most));
        let run = ask_all(people(4_000), 10, 3, move |_| {
            let (running, highest) = (Arc::clone(&running), Arc::clone(&highest));
            async move {
                highest.fetch_max(running.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
                tokio::task::yield_now().await;
                running.fetch_sub(1, Ordering::SeqCst);
                Came::Answer
            }
        });
        assert_eq!(run.await, Run { asked: 4_000, silent: 0 });
        assert_eq!(most.load(Ordering::SeqCst), 10, "as many as allowed, and never more");
    }

    #[tokio::test]
    async fn a_silent_partner_is_left_alone_and_a_panic_stops_nobody() {
        // A few who get no answer among thousands who do are no sign of a partner that is down.
        let nth = AtomicUsize::new(0);
        let run = ask_all(people(4_000), 10, 3, move |_| {
            let silent = nth.fetch_add(1, Ordering::SeqCst).is_multiple_of(50);
            async move { if silent { Came::Silence } else { Came::Answer } }
        });
        assert_eq!(run.await.asked, 4_000);
        let run = ask_all(people(1_000), 4, 3, |_| async { Came::Silence }).await;
        assert!((3..=6).contains(&run.silent) && run.asked == run.silent, "{run:?}");
        let first = AtomicUsize::new(0);
        let run = ask_all(people(20), 1, 3, move |_| {
            let broken = first.fetch_add(1, Ordering::SeqCst) == 0;
            async move {
                assert!(!broken, "on purpose");
                Came::Answer
            }
        });
        assert_eq!(run.await, Run { asked: 20, silent: 0 });
        // Whoever could not be asked about, between two silences, is no sign of life.
        let nth = AtomicUsize::new(0);
        let run = ask_all(people(1_000), 1, 3, move |_| {
            let own = nth.fetch_add(1, Ordering::SeqCst).is_multiple_of(2);
            async move { if own { Came::Nothing } else { Came::Silence } }
        });
        assert_eq!(run.await, Run { asked: 6, silent: 3 });
    }
}
