//! Following the chunks of a body (RFC 9112, 7.1) to its end, more strictly than the standard asks. Pure.

/// The size line of one chunk, with whatever a client adds to it.
const CHUNK_LINE: usize = 256;
/// Header lines after the last chunk.
const TRAILER_BYTES: usize = 4 * 1024;

/// How far the chunks of one body have come.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Chunks(At);

#[derive(Debug, Clone, PartialEq, Eq)]
enum At {
    /// In a size line: the size so far, how many digits it has, how many bytes the line has.
    Size {
        size: u64,
        digits: u8,
        line: usize,
    },
    /// Behind the size, in what a client adds to it: the size, how many bytes the line has.
    Extension {
        size: u64,
        line: usize,
    },
    /// The line feed of a size line.
    SizeEnd {
        size: u64,
    },
    Data {
        left: u64,
    },
    /// The carriage return behind the data, then its line feed.
    DataReturn,
    DataEnd,
    /// In a line behind the last chunk: how many bytes it has, and how many all of them have.
    Trailer {
        line: usize,
        all: usize,
    },
    /// The line feed of such a line.
    TrailerEnd {
        line: usize,
        all: usize,
    },
}

impl Default for At {
    fn default() -> Self {
        At::Size { size: 0, digits: 0, line: 0 }
    }
}

impl Chunks {
    /// How many of `bytes` belong to the body, and whether it ends with them.
    ///
    /// # Errors
    /// How many bytes are good before what no chunk begins with.
    pub(super) fn take(&mut self, bytes: &[u8]) -> Result<(usize, bool), usize> {
        let mut taken = 0;
        while let Some(byte) = bytes.get(taken) {
            if let At::Data { left } = &mut self.0 {
                let many = usize::try_from(*left).unwrap_or(usize::MAX).min(bytes.len() - taken);
                *left -= many as u64;
                taken += many;
                if *left == 0 {
                    self.0 = At::DataReturn;
                }
                continue;
            }
            let over = step(&self.0, *byte).ok_or(taken)?;
            taken += 1;
            match over {
                Some(next) => self.0 = next,
                None => return Ok((taken, true)),
            }
        }
        Ok((taken, false))
    }
}

/// Where one more byte leads; `Some(None)` is the body's end, `None` is no chunk.
fn step(at: &At, byte: u8) -> Option<Option<At>> {
    let next = match (at, byte) {
        (At::Size { size, digits, line }, _) if byte.is_ascii_hexdigit() && *digits < 15 => {
            let digit = u64::from(char::from(byte).to_digit(16)?);
            At::Size { size: size * 16 + digit, digits: digits + 1, line: line + 1 }
        }
        (At::Size { size, digits, line }, b';') if *digits > 0 => At::Extension { size: *size, line: line + 1 },
        (At::Size { size, digits, .. }, b'\r') if *digits > 0 => At::SizeEnd { size: *size },
        (At::Extension { size, .. }, b'\r') => At::SizeEnd { size: *size },
        (At::Extension { size, line }, _) if byte != b'\n' && *line < CHUNK_LINE => {
            At::Extension { size: *size, line: line + 1 }
        }
        (At::SizeEnd { size: 0 }, b'\n') => At::Trailer { line: 0, all: 0 },
        (At::SizeEnd { size }, b'\n') => At::Data { left: *size },
        (At::DataReturn, b'\r') => At::DataEnd,
        (At::DataEnd, b'\n') => At::default(),
        (At::Trailer { line, all }, b'\r') => At::TrailerEnd { line: *line, all: *all },
        (At::Trailer { line, all }, _) if byte != b'\n' && *all < TRAILER_BYTES => {
            At::Trailer { line: line + 1, all: all + 1 }
        }
        (At::TrailerEnd { line: 0, .. }, b'\n') => return Some(None),
        (At::TrailerEnd { all, .. }, b'\n') => At::Trailer { line: 0, all: *all },
        _ => return None,
    };
    Some(Some(next))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Gives the bytes in two parts, cut at every place.
    fn chunks(bytes: &[u8]) -> Result<(usize, bool), usize> {
        let whole = Chunks::default().take(bytes);
        for cut in 0..bytes.len() {
            let mut parted = Chunks::default();
            let both = match parted.take(&bytes[..cut]) {
                Ok((first, false)) => {
                    parted.take(&bytes[cut..]).map(|(more, end)| (first + more, end)).map_err(|good| first + good)
                }
                ended => ended,
            };
            assert_eq!(both, whole, "cut at {cut}: {:?}", String::from_utf8_lossy(bytes));
        }
        whole
    }

    #[test]
    fn chunks_are_followed_to_their_end() {
        for (text, want) in [
            ("3\r\nabc\r\n0\r\n\r\n", Ok((13, true))),
            ("3\r\nabc\r\n0\r\n\r\nGET /", Ok((13, true))),
            ("a;note=1\r\n0123456789\r\n0\r\nX: 1\r\n\r\n", Ok((33, true))),
            ("00\r\n\r\n", Ok((6, true))),
            ("3\r\nab", Ok((5, false))),
            ("", Ok((0, false))),
        ] {
            assert_eq!(chunks(text.as_bytes()), want, "{text:?}");
        }
    }

    #[test]
    fn what_no_chunk_begins_with_is_found_at_its_place() {
        for (text, good) in [
            ("x\r\n", 0),
            ("\r\nabc", 0),
            ("3\nabc", 1),
            ("3 \r\nabc", 1),
            ("3\r\nabcd", 6),
            ("3\r\nabc\nx", 6),
            ("-1\r\n", 0),
            ("0x3\r\nabc", 1),
            ("ffffffffffffffff\r\n", 15),
            (";a\r\n", 0),
        ] {
            assert_eq!(chunks(text.as_bytes()), Err(good), "{text:?}");
        }
        let line = format!("3;{}\r\n", "a".repeat(CHUNK_LINE));
        assert!(chunks(line.as_bytes()).is_err());
        let trailers = format!("0\r\n{}", "X: 1\r\n".repeat(TRAILER_BYTES));
        assert!(Chunks::default().take(trailers.as_bytes()).is_err());
    }
}
