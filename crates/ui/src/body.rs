//! Reads the body of a request, and gives the true reason if it could not be read.

use crate::problem::Problem;
use axum::body::{Body, to_bytes};
use bytes::Bytes;
use http_body_util::LengthLimitError;
use std::error::Error;
use std::io;

/// Why a body could not be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BodyFault {
    /// It is larger than the limit.
    TooLarge,
    /// It did not come in time.
    Late,
    /// From some byte on it is not a valid body, or it ended too early.
    Unreadable,
}

/// The whole body, if it is at most so many bytes.
///
/// # Errors
/// Why there is none.
pub async fn read_body(body: Body, most: usize) -> Result<Bytes, BodyFault> {
    to_bytes(body, most).await.map_err(|error| {
        let mut cause: Option<&dyn Error> = Some(&error);
        while let Some(one) = cause {
            if one.is::<LengthLimitError>() {
                return BodyFault::TooLarge;
            }
            if one.downcast_ref::<io::Error>().is_some_and(|error| error.kind() == io::ErrorKind::TimedOut) {
                return BodyFault::Late;
            }
            cause = one.source();
        }
        BodyFault::Unreadable
    })
}

impl From<BodyFault> for Problem {
    fn from(fault: BodyFault) -> Problem {
        match fault {
            BodyFault::TooLarge => Problem::too_large(),
            BodyFault::Late => Problem::late(),
            BodyFault::Unreadable => Problem::bad_form(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn what_is_wrong_with_a_body_is_told_apart() {
        let read = async |most| read_body(Body::from("twelve bytes"), most).await;
        assert_eq!(read(12).await.map(|bytes| bytes.len()), Ok(12));
        assert_eq!(read(11).await, Err(BodyFault::TooLarge));
        for (kind, want) in
            [(io::ErrorKind::TimedOut, BodyFault::Late), (io::ErrorKind::InvalidData, BodyFault::Unreadable)]
        {
            let parts = [Ok(Bytes::from_static(b"part")), Err(io::Error::from(kind))];
            let body = Body::from_stream(futures_util::stream::iter(parts));
            assert_eq!(read_body(body, 100).await, Err(want));
        }
    }
}
