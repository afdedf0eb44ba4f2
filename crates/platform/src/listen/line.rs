//! One connection as the HTTP engine sees it: it is handed one whole request head at a time, judged before, then that
//! request's body and not a byte of the next; and everything that is waited for has a time limit.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker, ready};

use bytes::{Buf, BytesMut};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::{Instant, Sleep, sleep_until};

use super::Rules;
use super::framing::{Body, Refusal, head_end, judge};
use super::pace::Pace;
use super::seat::{Doing, Seat};

/// What is read at once, bytes.
const READ: usize = 8 * 1024;
/// What is kept of a next request that comes before the answer to this one, bytes.
const AHEAD: usize = 4 * 1024;

/// Why a connection ended before its time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ended {
    /// A head was refused.
    Refused(Refusal),
    /// What was waited for did not come.
    Late(Doing),
    /// A body is no body from some byte on.
    Unreadable,
}

#[derive(Debug)]
enum At {
    /// Before a head, or in the middle of one.
    Head,
    /// In a body.
    Body(Body),
    /// Behind a request: nothing more is handed on before it is answered.
    Behind,
}

/// A stream between a socket and the HTTP engine.
pub(super) struct Line<I> {
    io: I,
    seat: Arc<Seat>,
    rules: Arc<Rules>,
    at: At,
    /// Read from the socket and not handed on.
    inbox: BytesMut,
    /// How many bytes of the inbox may be handed on.
    good: usize,
    /// How far the inbox has been searched for a head's end.
    searched: usize,
    /// A line end before the next head has been dropped.
    skipped: bool,
    /// What comes in is broken behind the good bytes.
    ended: Option<Ended>,
    /// Since when a head is waited for: the last answer's end, or its own first byte.
    head_since: Instant,
    reading: Pace,
    writing: Pace,
    read_alarm: Alarm,
    write_alarm: Alarm,
    reader: Option<Waker>,
}

impl<I: AsyncRead + AsyncWrite + Unpin> Line<I> {
    pub(super) fn new(io: I, seat: Arc<Seat>, rules: Arc<Rules>) -> Line<I> {
        Line {
            io,
            seat,
            rules,
            at: At::Head,
            inbox: BytesMut::new(),
            good: 0,
            searched: 0,
            skipped: false,
            ended: None,
            head_since: Instant::now(),
            reading: Pace::default(),
            writing: Pace::default(),
            read_alarm: Alarm::default(),
            write_alarm: Alarm::default(),
            reader: None,
        }
    }

    /// Waits for the first head, because an HTTP engine is worth its memory only then. `false`: no request came.
    pub(super) async fn asks(&mut self) -> bool {
        std::future::poll_fn(|context| self.poll_good(context)).await.is_ok_and(|good| good)
    }

    pub(super) fn ended(&self) -> Option<Ended> {
        self.ended
    }

    /// Whether part of a request has not been read: closing at once would take the answer with it.
    pub(super) fn is_mid_request(&self) -> bool {
        matches!(self.at, At::Body(_)) || self.ended.is_some()
    }

    pub(super) fn into_io(self) -> I {
        self.io
    }

    /// Makes sure that there are bytes to hand on; `false` at the end of the stream.
    fn poll_good(&mut self, context: &mut Context<'_>) -> Poll<io::Result<bool>> {
        loop {
            if self.good > 0 {
                return Poll::Ready(Ok(true));
            }
            if let Some(ended) = self.ended {
                return Poll::Ready(Err(broken(ended)));
            }
            let more = match self.at {
                At::Head => ready!(self.poll_head(context))?,
                At::Body(_) => ready!(self.poll_body(context))?,
                At::Behind => ready!(self.poll_behind(context))?,
            };
            if !more {
                return Poll::Ready(Ok(false));
            }
        }
    }

    fn poll_head(&mut self, context: &mut Context<'_>) -> Poll<io::Result<bool>> {
        // Some clients end a form with a line end that belongs to nothing. One: the time for a head begins anew behind it.
        if !self.skipped && self.searched == 0 && self.inbox.starts_with(b"\r\n") {
            self.inbox.advance(2);
            self.skipped = true;
        }
        if let Some(end) = head_end(&self.inbox, &mut self.searched) {
            if end > self.rules.head_bytes {
                return Poll::Ready(self.end(Ended::Refused(Refusal::HeadTooLarge)));
            }
            match judge(&self.inbox[..end]) {
                Ok(body) => self.hand_on(end, body),
                Err(refusal) => return Poll::Ready(self.end(Ended::Refused(refusal))),
            }
            return Poll::Ready(Ok(true));
        }
        if self.inbox.len() > self.rules.head_bytes {
            return Poll::Ready(self.end(Ended::Refused(Refusal::HeadTooLarge)));
        }
        let begun = !self.inbox.is_empty();
        let idle = !begun && self.seat.doing() == Doing::Idle;
        let deadline = self.head_since + if idle { self.rules.idle } else { self.rules.head };
        match self.poll_fill(context) {
            Poll::Ready(Ok(0)) => Poll::Ready(Ok(false)),
            Poll::Ready(Ok(_)) => {
                if !begun {
                    self.head_since = Instant::now();
                    self.seat.goes_over(Doing::Beginning);
                }
                Poll::Ready(Ok(true))
            }
            Poll::Ready(Err(error)) => Poll::Ready(Err(error)),
            Poll::Pending => {
                ready!(self.read_alarm.poll(context, deadline));
                let doing = if idle { Doing::Idle } else { Doing::Beginning };
                Poll::Ready(self.end(Ended::Late(doing)))
            }
        }
    }

    fn hand_on(&mut self, end: usize, body: Body) {
        self.good = end;
        self.searched = 0;
        self.skipped = false;
        self.seat.takes_next();
        if body.is_empty() {
            self.at = At::Behind;
            self.seat.goes_over(Doing::Working);
        } else {
            self.at = At::Body(body);
            self.seat.goes_over(Doing::Reading);
        }
    }

    fn poll_body(&mut self, context: &mut Context<'_>) -> Poll<io::Result<bool>> {
        let At::Body(body) = &mut self.at else { return Poll::Ready(Ok(true)) };
        if !self.inbox.is_empty() {
            match body.take(&self.inbox) {
                Ok((good, ended)) => {
                    self.good = good;
                    if ended {
                        self.at = At::Behind;
                        self.reading.rest();
                        self.seat.goes_over(Doing::Working);
                    }
                }
                Err(good) => {
                    self.good = good;
                    return Poll::Ready(self.end(Ended::Unreadable));
                }
            }
            return Poll::Ready(Ok(true));
        }
        match self.poll_fill(context) {
            Poll::Ready(Ok(0)) => Poll::Ready(Ok(false)),
            Poll::Ready(Ok(bytes)) => {
                self.reading.moved(bytes, Instant::now());
                Poll::Ready(Ok(true))
            }
            Poll::Ready(Err(error)) => Poll::Ready(Err(error)),
            Poll::Pending => {
                self.reading.wait(Instant::now());
                let Some(late_at) = self.reading.late_at(self.rules.pause, self.rules.least_rate) else {
                    return Poll::Pending;
                };
                ready!(self.read_alarm.poll(context, late_at));
                Poll::Ready(self.end(Ended::Late(Doing::Reading)))
            }
        }
    }

    /// The request is being worked on. Only the end of the stream matters now; bytes that come early are kept up to a
    /// limit.
    fn poll_behind(&mut self, context: &mut Context<'_>) -> Poll<io::Result<bool>> {
        self.reader = Some(context.waker().clone());
        if self.inbox.len() >= AHEAD {
            return Poll::Pending;
        }
        let bytes = ready!(self.poll_fill(context))?;
        Poll::Ready(Ok(bytes > 0))
    }

    fn poll_fill(&mut self, context: &mut Context<'_>) -> Poll<io::Result<usize>> {
        let mut space = [0_u8; READ];
        let mut space = ReadBuf::new(&mut space);
        ready!(Pin::new(&mut self.io).poll_read(context, &mut space))?;
        self.inbox.extend_from_slice(space.filled());
        Poll::Ready(Ok(space.filled().len()))
    }

    /// What comes in is over; good bytes before that are still handed on.
    fn end(&mut self, why: Ended) -> io::Result<bool> {
        self.ended = Some(why);
        Ok(true)
    }

    /// Nothing is left to be written. If that was an answer's end, the next head is waited for.
    fn is_written(&mut self, context: &mut Context<'_>) {
        self.writing.rest();
        if !matches!(self.at, At::Behind) || self.good > 0 {
            return;
        }
        if !self.seat.is_answered() {
            self.seat.goes_over(Doing::Working);
            return;
        }
        self.at = At::Head;
        self.head_since = Instant::now();
        self.seat.takes_next();
        self.seat.goes_over(Doing::Idle);
        if self.inbox.is_empty() {
            // The memory of a large request is not kept while nothing is asked.
            self.inbox = BytesMut::new();
        }
        // The engine may not look at what comes in again by itself.
        match self.reader.take() {
            Some(reader) => reader.wake(),
            None => context.waker().wake_by_ref(),
        }
    }

    fn poll_written(&mut self, context: &mut Context<'_>, done: Poll<io::Result<usize>>) -> Poll<io::Result<usize>> {
        let now = Instant::now();
        match done {
            Poll::Ready(Ok(bytes)) => {
                self.writing.moved(bytes, now);
                Poll::Ready(Ok(bytes))
            }
            Poll::Ready(Err(error)) => Poll::Ready(Err(error)),
            Poll::Pending => {
                self.writing.wait(now);
                self.seat.goes_over(Doing::Writing);
                let Some(late_at) = self.writing.late_at(self.rules.pause, self.rules.least_rate) else {
                    return Poll::Pending;
                };
                ready!(self.write_alarm.poll(context, late_at));
                self.ended = Some(Ended::Late(Doing::Writing));
                Poll::Ready(Err(io::ErrorKind::TimedOut.into()))
            }
        }
    }
}

fn broken(ended: Ended) -> io::Error {
    match ended {
        Ended::Late(_) => io::ErrorKind::TimedOut.into(),
        Ended::Refused(_) | Ended::Unreadable => io::ErrorKind::InvalidData.into(),
    }
}

impl<I: AsyncRead + AsyncWrite + Unpin> AsyncRead for Line<I> {
    fn poll_read(mut self: Pin<&mut Self>, context: &mut Context<'_>, space: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        if ready!(self.poll_good(context))? {
            let many = self.good.min(space.remaining());
            space.put_slice(&self.inbox[..many]);
            self.inbox.advance(many);
            self.good -= many;
        }
        Poll::Ready(Ok(()))
    }
}

impl<I: AsyncRead + AsyncWrite + Unpin> AsyncWrite for Line<I> {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let done = Pin::new(&mut self.io).poll_write(context, bytes);
        self.poll_written(context, done)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        parts: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let done = Pin::new(&mut self.io).poll_write_vectored(context, parts);
        self.poll_written(context, done)
    }

    fn is_write_vectored(&self) -> bool {
        self.io.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let done = Pin::new(&mut self.io).poll_flush(context);
        let done = self.poll_written(context, done.map_ok(|()| 0));
        if matches!(done, Poll::Ready(Ok(_))) {
            self.is_written(context);
        }
        done.map_ok(drop)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.io).poll_shutdown(context)
    }
}

/// A timer that is set anew only when it would ring too late: most deadlines are moved on before they come.
#[derive(Default)]
struct Alarm {
    sleep: Option<Pin<Box<Sleep>>>,
}

impl Alarm {
    fn poll(&mut self, context: &mut Context<'_>, deadline: Instant) -> Poll<()> {
        let sleep = self.sleep.get_or_insert_with(|| Box::pin(sleep_until(deadline)));
        if sleep.deadline() > deadline {
            sleep.as_mut().reset(deadline);
        }
        loop {
            ready!(sleep.as_mut().poll(context));
            if Instant::now() >= deadline {
                return Poll::Ready(());
            }
            sleep.as_mut().reset(deadline);
        }
    }
}
