//! The life of one connection: a greeting, requests one after another, and an end that loses no answer.

use std::net::SocketAddr;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::http::{Extensions, Request, Response};
use bytes::Bytes;
use http_body::{Frame, SizeHint};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tower_service::Service;

use super::crowd::Place;
use super::line::{Ended, Line};
use super::seat::{Doing, Seat, Told};
use super::{Greet, Rules, words};

/// The engine's own buffers, at most; it must hold one whole head.
const ENGINE_BYTES: usize = 64 * 1024;
/// How long the other side may take to read a last answer, and how long we read and drop what it still sends.
const FAREWELL: Duration = Duration::from_secs(2);
/// How much of that is read and dropped.
const READ_PAST: usize = 1024 * 1024;

/// Serves one connection to its end.
pub(super) async fn serve<G: Greet>(
    stream: TcpStream,
    from: SocketAddr,
    greet: G,
    pages: Router,
    (rules, place): (Arc<Rules>, Place),
) {
    let seat = Arc::clone(&place.seat);
    let greeted = tokio::select! {
        greeted = timeout(rules.head, greet.greet(stream)) => greeted,
        _ = seat.is_told() => return,
    };
    let (io, mut about) = match greeted {
        Ok(Ok(greeted)) => greeted,
        Ok(Err(_)) => return,
        Err(_) => return count_late(rules.name, "greeting"),
    };
    about.insert(ConnectInfo(from));
    let mut line = Line::new(io, Arc::clone(&seat), Arc::clone(&rules));
    let asks = tokio::select! {
        asks = line.asks() => asks,
        _ = seat.is_told() => return,
    };
    let line = if asks { converse(line, &seat, pages, about).await } else { Some(line) };
    let Some(line) = line else { return };
    say_goodbye(line, &rules).await;
}

/// Lets the HTTP engine answer requests until the connection ends; nothing when its place was taken.
async fn converse<I: AsyncRead + AsyncWrite + Unpin>(
    line: Line<I>,
    seat: &Arc<Seat>,
    pages: Router,
    about: Extensions,
) -> Option<Line<I>> {
    let service = service_fn(|request: Request<Incoming>| {
        Box::pin(answer(request, pages.clone(), about.clone(), Arc::clone(seat)))
    });
    let mut builder = http1::Builder::new();
    // Times are kept by the line, which knows what is being waited for.
    builder.max_buf_size(ENGINE_BYTES).header_read_timeout(None);
    let mut engine = builder.serve_connection(TokioIo::new(line), service);
    loop {
        let told = {
            let mut done = pin!(std::future::poll_fn(|context| engine.poll_without_shutdown(context)));
            tokio::select! {
                // What the connection was told is looked at before what has come in, so that the answer says that it is
                // the last one.
                biased;
                told = seat.is_told() => told,
                // The line knows what went wrong, or the other side has gone.
                ended = &mut done => {
                    drop(ended);
                    break;
                }
            }
        };
        match told {
            Told::Leave => return None,
            Told::Finish if !seat.doing().is_under_way() => return None,
            Told::Finish => Pin::new(&mut engine).graceful_shutdown(),
            Told::Nothing => {}
        }
    }
    Some(engine.into_parts().io.into_inner())
}

async fn answer(
    mut request: Request<Incoming>,
    mut pages: Router,
    about: Extensions,
    seat: Arc<Seat>,
) -> Result<Response<Answer>, std::convert::Infallible> {
    request.extensions_mut().extend(about);
    let response = pages.call(request.map(Body::new)).await?;
    Ok(response.map(|body| Answer { body, seat }))
}

/// An answer's body, which tells the line when there is no more of it.
struct Answer {
    body: Body,
    seat: Arc<Seat>,
}

impl Drop for Answer {
    fn drop(&mut self) {
        self.seat.answer_is_made();
    }
}

impl http_body::Body for Answer {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        Pin::new(&mut self.body).poll_frame(context)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

/// Says why the connection ends, where anybody can still hear it, and closes it so that the last answer arrives: a
/// socket that is closed with something unread in it takes back what it has sent.
async fn say_goodbye<I: AsyncRead + AsyncWrite + Unpin>(line: Line<I>, rules: &Rules) {
    let ended = line.ended();
    let linger = line.is_mid_request();
    let mut io = line.into_io();
    let last = match ended {
        Some(Ended::Refused(refusal)) => {
            metrics::counter!("renshe_http_refused", "listener" => rules.name, "why" => refusal.label()).increment(1);
            Some(words::refused(refusal))
        }
        Some(Ended::Late(doing)) => {
            count_late(rules.name, late_label(doing));
            (doing == Doing::Beginning).then(words::late)
        }
        Some(Ended::Unreadable) => {
            metrics::counter!("renshe_http_refused", "listener" => rules.name, "why" => "chunks").increment(1);
            None
        }
        None => None,
    };
    // If the other side no longer reads the last answer, we do not wait for it.
    let said = timeout(FAREWELL, async {
        if let Some(last) = last {
            io.write_all(&last).await?;
        }
        io.shutdown().await?;
        if linger {
            read_past(&mut io).await?;
        }
        Ok::<(), std::io::Error>(())
    });
    drop(said.await);
}

async fn read_past<I: AsyncRead + Unpin>(io: &mut I) -> std::io::Result<()> {
    let mut space = [0_u8; 4096];
    let mut read = 0;
    while read < READ_PAST {
        match io.read(&mut space).await? {
            0 => break,
            bytes => read += bytes,
        }
    }
    Ok(())
}

fn late_label(doing: Doing) -> &'static str {
    match doing {
        Doing::Beginning => "head",
        Doing::Idle => "idle",
        Doing::Reading => "body",
        Doing::Working => "work",
        Doing::Writing => "answer",
    }
}

fn count_late(listener: &'static str, waited_for: &'static str) {
    metrics::counter!("renshe_http_timed_out", "listener" => listener, "waited_for" => waited_for).increment(1);
}
