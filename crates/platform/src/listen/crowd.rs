//! Everybody who is connected to one listener: how many there may be, and who makes room when it is full.
//!
//! A full listener does not turn people away as long as some connection is idle: the newcomer gets the place of the
//! connection that has waited longest between two requests, or longest with a request begun, and the most crowded
//! neighbourhood gives up a place first. So a thousand silent connections cost a live visitor nothing but a look.

use std::collections::HashMap;
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::Notify;

use super::Rules;
use super::seat::{Seat, Told};
use crate::neighbourhood::Neighbourhood;

/// Places looked at to find one that can be taken: newcomers must not cost more the more there are.
const LOOKED_AT: usize = 64;
/// The index of [`Seat::places`] among all, and among the neighbourhood's.
const ALL: usize = 0;
const OWN: usize = 1;

pub(super) struct Crowd {
    name: &'static str,
    most: usize,
    most_own: usize,
    inside: Mutex<Inside>,
    /// Notified when the last connection has gone.
    empty: Notify,
}

#[derive(Default)]
struct Inside {
    all: Bench,
    by: HashMap<Neighbourhood, Bench>,
}

/// Seats in no order, and where the next look begins.
#[derive(Default)]
struct Bench {
    seats: Vec<Arc<Seat>>,
    hand: usize,
}

/// A connection's place, given back when dropped.
pub(super) struct Place {
    crowd: Arc<Crowd>,
    pub(super) seat: Arc<Seat>,
}

/// Why somebody is turned away.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Full {
    /// Everybody who is connected is being served.
    House,
    /// Everybody from that neighbourhood is being served.
    Neighbourhood,
}

impl Crowd {
    pub(super) fn new(rules: &Rules) -> Crowd {
        Crowd {
            name: rules.name,
            most: rules.connections.max(1),
            most_own: rules.per_neighbourhood.max(1),
            inside: Mutex::default(),
            empty: Notify::new(),
        }
    }

    /// Lets somebody in; if need be, an idle connection loses its place.
    pub(super) fn enter(self: &Arc<Self>, whose: Option<Neighbourhood>) -> Result<Place, Full> {
        let mut inside = self.inside();
        if let Some(own) =
            whose.and_then(|whose| inside.by.get_mut(&whose)).filter(|own| own.seats.len() >= self.most_own)
        {
            let seat = own.find(|_| 0).ok_or(Full::Neighbourhood)?;
            self.send_away(&mut inside, &seat);
        }
        if inside.all.seats.len() >= self.most {
            let seat = find_of_all(&mut inside).ok_or(Full::House)?;
            self.send_away(&mut inside, &seat);
        }
        let seat = Arc::new(Seat::new(whose));
        inside.all.push(&seat, ALL);
        if let Some(whose) = whose {
            inside.by.entry(whose).or_default().push(&seat, OWN);
        }
        drop(inside);
        metrics::gauge!("renshe_http_connections", "listener" => self.name).increment(1.0);
        Ok(Place { crowd: Arc::clone(self), seat })
    }

    /// Frees a few places: the process has no more file handles. Says how many.
    pub(super) fn make_room(&self, places: usize) -> usize {
        let mut inside = self.inside();
        let found = std::iter::from_fn(|| {
            let seat = find_of_all(&mut inside)?;
            self.send_away(&mut inside, &seat);
            Some(())
        });
        found.take(places).count()
    }

    /// Tells everybody.
    pub(super) fn tell_all(&self, what: Told) {
        self.inside().all.seats.iter().for_each(|seat| seat.tell(what));
    }

    pub(super) fn len(&self) -> usize {
        self.inside().all.seats.len()
    }

    /// Waits until everybody has gone.
    pub(super) async fn is_empty(&self) {
        loop {
            let told = self.empty.notified();
            if self.len() == 0 {
                return;
            }
            told.await;
        }
    }

    fn inside(&self) -> MutexGuard<'_, Inside> {
        self.inside.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// From here on the place counts for nobody, although its connection takes a moment to end.
    fn send_away(&self, inside: &mut Inside, seat: &Arc<Seat>) {
        remove(inside, seat);
        seat.tell(Told::Leave);
        metrics::counter!("renshe_http_evicted", "listener" => self.name).increment(1);
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut inside = self.crowd.inside();
        remove(&mut inside, &self.seat);
        let empty = inside.all.seats.is_empty();
        drop(inside);
        metrics::gauge!("renshe_http_connections", "listener" => self.crowd.name).decrement(1.0);
        if empty {
            self.crowd.empty.notify_waiters();
        }
    }
}

/// The most crowded neighbourhood gives first, and within it the connection that loses least and has been idle longest.
fn find_of_all(inside: &mut Inside) -> Option<Arc<Seat>> {
    let by = &inside.by;
    let crowding =
        |whose: Option<Neighbourhood>| whose.and_then(|whose| by.get(&whose)).map_or(0, |own| own.seats.len());
    inside.all.find(crowding)
}

fn remove(inside: &mut Inside, seat: &Arc<Seat>) {
    if !inside.all.remove(seat, ALL) {
        return;
    }
    let Some(whose) = seat.whose else { return };
    let Some(own) = inside.by.get_mut(&whose) else { return };
    own.remove(seat, OWN);
    if own.seats.is_empty() {
        inside.by.remove(&whose);
    }
}

impl Bench {
    fn push(&mut self, seat: &Arc<Seat>, index: usize) {
        seat.places[index].store(self.seats.len(), Ordering::Relaxed);
        self.seats.push(Arc::clone(seat));
    }

    /// Takes a seat away, if it is still here.
    fn remove(&mut self, seat: &Arc<Seat>, index: usize) -> bool {
        let place = seat.places[index].load(Ordering::Relaxed);
        if !self.seats.get(place).is_some_and(|here| Arc::ptr_eq(here, seat)) {
            return false;
        }
        self.seats.swap_remove(place);
        if let Some(moved) = self.seats.get(place) {
            moved.places[index].store(place, Ordering::Relaxed);
        }
        true
    }

    /// The seat most worth taking among the next few; looks go round, so that all are looked at in turn.
    fn find(&mut self, crowding: impl Fn(Option<Neighbourhood>) -> usize) -> Option<Arc<Seat>> {
        let many = self.seats.len();
        let mut best: Option<((u8, usize, Duration), usize)> = None;
        // Beyond the first few only until one is found at all: everybody else may be at work.
        for step in 0..many {
            if step >= LOOKED_AT && best.is_some() {
                break;
            }
            let place = (self.hand + step) % many;
            let seat = &self.seats[place];
            let worth = seat.worth_taking().map(|(lightness, age)| (lightness, crowding(seat.whose), age));
            if let Some(worth) = worth
                && best.is_none_or(|(other, _)| worth > other)
            {
                best = Some((worth, place));
            }
        }
        self.hand = if many == 0 { 0 } else { (self.hand + LOOKED_AT) % many };
        best.map(|(_, place)| Arc::clone(&self.seats[place]))
    }
}

#[cfg(test)]
mod tests {
    use super::super::seat::Doing;
    use super::*;

    fn crowd(connections: usize, per_neighbourhood: usize) -> Arc<Crowd> {
        Arc::new(Crowd::new(&Rules { connections, per_neighbourhood, ..Rules::inside("test") }))
    }

    fn from(last: u8) -> Option<Neighbourhood> {
        Some(Neighbourhood::of([192, 0, 2, last].into()))
    }

    fn doing(crowd: &Arc<Crowd>, whose: Option<Neighbourhood>, doing: Doing) -> Place {
        let place = crowd.enter(whose).unwrap_or_else(|full| panic!("{full:?}"));
        place.seat.goes_over(doing);
        place
    }

    #[test]
    fn who_only_sits_there_makes_room() {
        let crowd = crowd(3, 3);
        let working = doing(&crowd, from(1), Doing::Working);
        let idle = doing(&crowd, from(2), Doing::Idle);
        let _third = doing(&crowd, from(3), Doing::Working);
        let newcomer = doing(&crowd, from(4), Doing::Working);
        assert_eq!((idle.seat.told(), working.seat.told()), (Told::Leave, Told::Nothing));
        assert_eq!(crowd.len(), 3);
        drop(idle);
        assert_eq!(crowd.len(), 3, "a place that was taken is not given back twice");
        assert_eq!(crowd.enter(from(5)).err(), Some(Full::House), "everybody is being served");
        drop(newcomer);
        assert!(crowd.enter(from(5)).is_ok());
    }

    #[test]
    fn a_neighbourhood_has_a_measure_and_a_proxy_has_none() {
        let crowd = crowd(100, 2);
        let own: Vec<Place> = (0..2).map(|_| doing(&crowd, from(1), Doing::Working)).collect();
        assert_eq!(crowd.enter(from(1)).err(), Some(Full::Neighbourhood));
        assert!(crowd.enter(from(2)).is_ok(), "its neighbours' neighbours come in");
        own[0].seat.goes_over(Doing::Idle);
        let newcomer = doing(&crowd, from(1), Doing::Working);
        assert_eq!((own[0].seat.told(), newcomer.seat.told()), (Told::Leave, Told::Nothing));
        let proxy: Vec<Place> = (0..50).map(|_| doing(&crowd, None, Doing::Working)).collect();
        assert_eq!(proxy.len(), 50);
    }

    #[test]
    fn the_most_crowded_neighbourhood_gives_first() {
        let crowd = crowd(300, 300);
        let alone = doing(&crowd, from(1), Doing::Idle);
        let many: Vec<Place> = (0..299).map(|_| doing(&crowd, from(2), Doing::Idle)).collect();
        let newcomers: Vec<Place> = (0..200).map(|n| doing(&crowd, from(3 + n), Doing::Working)).collect();
        assert_eq!(alone.seat.told(), Told::Nothing);
        assert_eq!(many.iter().filter(|place| place.seat.told() == Told::Leave).count(), newcomers.len());
    }

    #[test]
    fn one_who_waits_is_found_among_a_thousand_who_work() {
        let crowd = crowd(1_000, 1_000);
        let mut places: Vec<Place> = (0..1_000).map(|_| doing(&crowd, from(1), Doing::Working)).collect();
        places[777].seat.goes_over(Doing::Idle);
        assert!(crowd.enter(from(2)).is_ok());
        assert_eq!(places[777].seat.told(), Told::Leave);
        assert_eq!(crowd.make_room(5), 0);
        places.truncate(10);
        places.iter().for_each(|place| place.seat.goes_over(Doing::Idle));
        assert_eq!(crowd.make_room(5), 5);
        drop(places);
        assert_eq!(crowd.len(), 0);
    }

    #[test]
    fn a_place_that_was_moved_is_still_the_same() {
        let crowd = crowd(50, 50);
        let mut places: Vec<Place> = (0..30).map(|n| doing(&crowd, from(n % 3), Doing::Working)).collect();
        while places.len() > 1 {
            let at = (places.len() * 7) % places.len().max(2);
            places.swap_remove(at.min(places.len() - 1));
            assert_eq!(crowd.len(), places.len());
        }
        assert_eq!(crowd.inside().by.len(), 1, "an empty neighbourhood is forgotten");
    }
}
