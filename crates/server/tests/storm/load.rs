//! Many people on keep-alive connections, who book and cancel as fast as they are answered.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use kernel::{OsRng, Rng};
use reqwest::header::LOCATION;
use tokio::task::JoinSet;

use crate::city::{City, Visitor};
use crate::form;
use crate::ledger::Ledger;

/// Connections; each serves its own people, one after another.
const CONNECTIONS: usize = 24;
const PATIENCE: Duration = Duration::from_secs(10);

/// A running load.
pub struct Load {
    workers: JoinSet<()>,
    stopping: Arc<AtomicBool>,
    ledger: Arc<Mutex<Ledger>>,
}

/// What came back.
enum Reply {
    /// A redirect, and where to.
    To(String),
    /// An answer that acknowledges nothing.
    Other,
    /// Nobody took the form: nothing was sent.
    Closed,
    /// It was sent, and no answer came.
    None,
}

struct Worker {
    client: reqwest::Client,
    url: String,
    slots: Vec<String>,
    ledger: Arc<Mutex<Ledger>>,
}

/// Starts it; the program need not be there yet.
pub fn start(city: &City) -> Load {
    let (stopping, ledger): (Arc<AtomicBool>, Arc<Mutex<Ledger>>) = Default::default();
    let mut workers = JoinSet::new();
    for number in 0..CONNECTIONS {
        let people: Vec<Visitor> = city.visitors.iter().skip(number).step_by(CONNECTIONS).cloned().collect();
        let client = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .timeout(PATIENCE)
            .build()
            .expect("a client");
        let (url, slots) = (city.url.clone(), city.slots.clone());
        let worker = Worker { client, url, slots, ledger: Arc::clone(&ledger) };
        let stopping = Arc::clone(&stopping);
        workers.spawn(async move {
            while !stopping.load(Ordering::Relaxed) {
                worker.turn(&people[pick(people.len())]).await;
            }
        });
    }
    Load { workers, stopping, ledger }
}

impl Load {
    /// Lets everybody finish and returns what they were told.
    pub async fn stop(self) -> Ledger {
        self.stopping.store(true, Ordering::Relaxed);
        self.workers.join_all().await;
        std::mem::take(&mut *self.ledger.lock().expect("no panic in here"))
    }
}

impl Worker {
    /// One person books somewhere, or gives up something they have.
    async fn turn(&self, who: &Visitor) {
        let mine = self.with(|ledger| {
            let mine = ledger.booked.iter().filter(|(_, entry)| entry.person == who.person && !entry.cancelled);
            mine.map(|(id, _)| id.clone()).collect::<Vec<_>>()
        });
        if !mine.is_empty() && pick(5) < 2 {
            self.cancel(who, &mine[pick(mine.len())]).await;
        } else {
            self.book(who, &self.slots[pick(self.slots.len())]).await;
        }
    }

    async fn book(&self, who: &Visitor, slot: &str) {
        let reply = self.post(who, &format!("/slots/{slot}/book")).await;
        self.with(|ledger| match &reply {
            Reply::To(path) if path.starts_with("/appointments/apt_") => {
                ledger.booked(&path["/appointments/".len()..], &who.person, slot);
            }
            Reply::To(path) if path.starts_with("/slots/") => ledger.refused += 1,
            Reply::To(path) => ledger.odd.push(format!("a booking was answered with {path}")),
            Reply::Closed => {}
            Reply::Other | Reply::None => {
                ledger.silent += 1;
                ledger.unanswered.insert((who.person.clone(), slot.to_owned()));
            }
        });
        self.pause_after(&reply).await;
    }

    async fn cancel(&self, who: &Visitor, id: &str) {
        let order = format!("/appointments/{id}");
        let reply = self.post(who, &format!("{order}/cancel")).await;
        self.with(|ledger| match &reply {
            Reply::To(path) if *path == order => ledger.cancelled(id),
            Reply::To(path) => ledger.odd.push(format!("cancelling {id} was answered with {path}")),
            Reply::Closed => {}
            // From now on nobody can say whether it was done.
            Reply::Other | Reply::None => ledger.cancel_unanswered(id),
        });
        self.pause_after(&reply).await;
    }

    /// Sends a form with nothing but its token.
    async fn post(&self, who: &Visitor, path: &str) -> Reply {
        let form = form::sent(&self.client, &format!("{}{path}", self.url), &who.cookie, &[("csrf", &who.csrf)]);
        let answer = match form.send().await {
            Ok(answer) => answer,
            Err(error) if error.is_connect() => return Reply::Closed,
            Err(_) => return Reply::None,
        };
        let to = answer.headers().get(LOCATION).and_then(|value| value.to_str().ok()).map(str::to_owned);
        match to {
            Some(to) if answer.status() == 303 => Reply::To(to),
            _ => {
                self.note_status(answer.status().as_u16());
                Reply::Other
            }
        }
    }

    /// "Nothing was done, come again" acknowledges nothing; anything else is a mistake.
    fn note_status(&self, status: u16) {
        if status != 503 {
            self.with(|ledger| ledger.odd.push(format!("a form was answered with {status}")));
        }
    }

    fn with<T>(&self, work: impl FnOnce(&mut Ledger) -> T) -> T {
        work(&mut self.ledger.lock().expect("no panic in here"))
    }

    /// While nobody answers, nobody hammers.
    async fn pause_after(&self, reply: &Reply) {
        if matches!(reply, Reply::Closed | Reply::None) {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }
}

fn pick(below: usize) -> usize {
    usize::try_from(OsRng.below(below as u64)).expect("small")
}
