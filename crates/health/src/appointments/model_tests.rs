//! The table walked whole, the guards at their edges, and the diagram in the docs.

use super::*;

fn at(secs: i64) -> Moment {
    Moment::from_ms(1_760_000_000_000).plus_secs(secs)
}

fn view(state: State) -> View {
    let hold_until = (state == State::Held).then(|| at(900));
    let undo_until = (state == State::Attended).then(|| at(60));
    View { state, date: at(0).date(), hold_until, cancel_until: at(600), undo_until }
}

fn slot(capacity: i64, held: i64, booked: i64) -> SlotView {
    SlotView { capacity, held, booked, state: ClinicState::Open, book_until: at(600), fee: Fen::ZERO }
}

#[test]
fn every_pair_is_a_move_a_repeat_or_a_refusal() {
    for state in State::ALL {
        for event in Event::ALL {
            // A moment at which the guard of this event is content.
            let now = if event == Event::Expire { at(900) } else { at(0) };
            let listed = TRANSITIONS.iter().filter(|(f, e, _)| (*f, *e) == (state, event)).count();
            let repeat = REPEATS.contains(&(state, event));
            assert!(listed <= 1 && !(repeat && listed == 1), "{state} {event:?} is listed twice");
            match decide(&view(state), event, now) {
                Ok(Decision::Change(change)) => assert!(listed == 1 && change.from == state && change.event == event),
                Ok(Decision::Already) => assert!(repeat),
                Err(refusal) => {
                    assert_eq!(refusal, Refusal::Forbidden { state, event });
                    assert!(listed == 0 && !repeat);
                }
            }
        }
    }
}

#[test]
fn counters_move_with_the_state() {
    let moved = |state, event, now| match decide(&view(state), event, now) {
        Ok(Decision::Change(change)) => (change.places.held, change.places.booked),
        other => panic!("{other:?}"),
    };
    assert_eq!(moved(State::Held, Event::Confirm, at(0)), (-1, 1));
    assert_eq!(moved(State::Held, Event::Cancel, at(0)), (-1, 0));
    assert_eq!(moved(State::Held, Event::Expire, at(900)), (-1, 0));
    assert_eq!(moved(State::Booked, Event::Cancel, at(0)), (0, -1));
    assert_eq!(moved(State::Booked, Event::CheckIn, at(0)), (0, 0));
    assert_eq!(moved(State::Attended, Event::UndoCheckIn, at(0)), (0, 0));
}

#[test]
fn a_hold_ends_exactly_at_its_time() {
    assert_eq!(decide(&view(State::Held), Event::Expire, at(899)), Err(Refusal::HoldRunning { until: at(900) }));
    assert!(decide(&view(State::Held), Event::Expire, at(900)).is_ok());
    assert!(decide(&view(State::Held), Event::Confirm, at(899)).is_ok());
    assert_eq!(decide(&view(State::Held), Event::Confirm, at(900)), Err(Refusal::HoldOver { at: at(900) }));
}

#[test]
fn cancelling_ends_at_the_cut_off_but_a_hold_can_always_be_given_up() {
    assert!(decide(&view(State::Booked), Event::Cancel, at(599)).is_ok());
    assert_eq!(decide(&view(State::Booked), Event::Cancel, at(600)), Err(Refusal::PastCutOff { until: at(600) }));
    assert!(decide(&view(State::Held), Event::Cancel, at(700)).is_ok());
    assert_eq!(decide(&view(State::Cancelled), Event::Cancel, at(9_000)), Ok(Decision::Already));
}

#[test]
fn check_in_is_on_the_day_only() {
    let day = 86_400;
    for secs in [-day, day] {
        let date = at(0).date();
        assert_eq!(decide(&view(State::Booked), Event::CheckIn, at(secs)), Err(Refusal::OtherDay { date }));
    }
    assert_eq!(decide(&view(State::Attended), Event::CheckIn, at(day)), Ok(Decision::Already));
}

#[test]
fn a_check_in_is_taken_back_within_its_moment_only() {
    assert!(decide(&view(State::Attended), Event::UndoCheckIn, at(59)).is_ok());
    let over = Err(Refusal::PastUndo { until: at(60) });
    assert_eq!(decide(&view(State::Attended), Event::UndoCheckIn, at(60)), over);
    assert_eq!(decide(&view(State::Booked), Event::UndoCheckIn, at(9_000)), Ok(Decision::Already));
    let refused = decide(&view(State::Cancelled), Event::UndoCheckIn, at(0));
    assert_eq!(refused, Err(Refusal::Forbidden { state: State::Cancelled, event: Event::UndoCheckIn }));
}

#[test]
fn booking_by_case() {
    let paid = SlotView { fee: Fen::new(2_500), ..slot(2, 0, 0) };
    let off = SlotView { state: ClinicState::CalledOff, ..slot(2, 0, 0) };
    let elsewhere = SlotView { state: ClinicState::NotTaken, ..slot(2, 0, 0) };
    let booked = Take { state: State::Booked, hold_until: None, places: Places { held: 0, booked: 1 } };
    let held = Take { state: State::Held, hold_until: Some(at(900)), places: Places { held: 1, booked: 0 } };
    let cases = [
        ("free", slot(2, 0, 1), Mine::None, 0, Ok(Booking::Take(booked))),
        ("paid", paid, Mine::None, 0, Ok(Booking::Take(held))),
        ("full of booked", slot(2, 0, 2), Mine::None, 0, Err(BookRefusal::Full)),
        ("full of held", slot(2, 2, 0), Mine::None, 0, Err(BookRefusal::Full)),
        ("second tap on the last place", slot(1, 0, 1), Mine::SameSlot, 0, Ok(Booking::Land)),
        ("second tap after the start", slot(1, 0, 1), Mine::SameSlot, 700, Ok(Booking::Land)),
        ("other time of the half-day", slot(2, 0, 0), Mine::OtherSlot, 0, Err(BookRefusal::AlreadyBooked)),
        ("called off", off, Mine::None, 0, Err(BookRefusal::CalledOff)),
        ("not taken here", elsewhere, Mine::None, 0, Err(BookRefusal::NotTaken)),
        ("last second", slot(2, 0, 0), Mine::None, 599, Ok(Booking::Take(booked))),
        ("too late", slot(2, 0, 0), Mine::None, 600, Err(BookRefusal::TooLate)),
    ];
    for (name, slot, mine, secs, expected) in cases {
        let got = decide_book(&slot, mine, &Load::default(), &LIMITS, at(secs));
        let expected = match expected {
            Ok(Booking::Take(take)) => {
                Ok(Booking::Take(Take { hold_until: take.hold_until.map(|_| at(secs + 900)), ..take }))
            }
            other => other,
        };
        assert_eq!(got, expected, "{name}");
    }
}

const LIMITS: Limits =
    Limits { hold_secs: 900, visits_most: 8, visits_a_day: 3, department_a_day: 1, bookings_a_day: 10 };

#[test]
fn nobody_takes_more_than_the_policy_allows() {
    let none = Load::default();
    let cases = [
        ("nothing yet", none, None),
        ("one less than each", Load { visits: 7, that_day: 2, made_today: 9, ..none }, None),
        ("as many as one may have", Load { visits: 8, ..none }, Some(BookRefusal::TooManyVisits)),
        ("more than one may have", Load { visits: 9, ..none }, Some(BookRefusal::TooManyVisits)),
        ("on that day", Load { that_day: 3, ..none }, Some(BookRefusal::DayFull)),
        ("in that department", Load { that_day: 1, in_department: 1, ..none }, Some(BookRefusal::DepartmentFull)),
        ("at that time", Load { that_day: 1, at_that_time: 1, ..none }, Some(BookRefusal::SameTime)),
        ("cancelled again and again", Load { made_today: 10, ..none }, Some(BookRefusal::TooManyToday)),
    ];
    for (name, load, refusal) in cases {
        let got = decide_book(&slot(2, 0, 0), Mine::None, &load, &LIMITS, at(0));
        assert_eq!(got.err(), refusal, "{name}");
        // Whoever has the very place already is shown it, whatever else they have.
        let landed = decide_book(&slot(2, 0, 0), Mine::SameSlot, &load, &LIMITS, at(0));
        assert_eq!(landed, Ok(Booking::Land), "{name}");
    }
    let looser = Limits { department_a_day: 2, ..LIMITS };
    let one = Load { that_day: 1, in_department: 1, ..none };
    assert!(decide_book(&slot(2, 0, 0), Mine::None, &one, &looser, at(0)).is_ok(), "a hospital may allow more");
}

#[test]
fn the_next_seat_is_the_smallest_free_one_or_unknown() {
    for taken in [&[][..], &[1], &[2], &[1, 2, 3], &[3, 1, 2], &[1, 3], &[2, 3, 4], &[1, 2, 4, 5]] {
        let (places, last) = (taken.len() as i64 + 1, taken.iter().max().copied().unwrap_or(0));
        let gap = free_seat(taken) < last;
        assert_eq!(next_seat(places, last), (!gap).then(|| free_seat(taken)), "{taken:?}");
    }
}

#[test]
fn the_smallest_free_seat() {
    for (taken, seat) in [(&[][..], 1), (&[1, 2][..], 3), (&[2, 3][..], 1), (&[3, 1][..], 2)] {
        assert_eq!(free_seat(taken), seat, "{taken:?}");
    }
}

#[test]
fn states_survive_their_words() {
    for state in State::ALL {
        assert_eq!(state.as_str().parse(), Ok(state));
    }
    assert!("seen".parse::<State>().is_err());
}

#[test]
fn the_docs_show_this_table() {
    let page = include_str!("../../../../docs/appointment-states.md");
    assert!(page.contains(&diagram()), "docs/appointment-states.md must hold:\n{}", diagram());
}
