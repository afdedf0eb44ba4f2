//! Choosing a content coding and compressing page bodies at the fastest level.

use bytes::Bytes;
use http::HeaderValue;
use std::cell::RefCell;
use std::io::Write;

/// A content coding this service writes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Encoding {
    /// No compression.
    #[default]
    Identity,
    /// gzip, understood by everything.
    Gzip,
    /// Zstandard, cheapest to write.
    Zstd,
    /// Brotli, only for assets compressed once.
    Brotli,
}

/// Below this many bytes a header costs more than compression saves.
const SMALL: usize = 512;

impl Encoding {
    /// The `Content-Encoding` value; none for identity.
    pub fn header(self) -> Option<HeaderValue> {
        match self {
            Encoding::Identity => None,
            Encoding::Gzip => Some(HeaderValue::from_static("gzip")),
            Encoding::Zstd => Some(HeaderValue::from_static("zstd")),
            Encoding::Brotli => Some(HeaderValue::from_static("br")),
        }
    }

    /// For pages: zstd, then gzip, whichever the visitor weighs higher; zstd of equals.
    pub fn for_page(accept: &str) -> Encoding {
        choose(accept, &[("zstd", Encoding::Zstd), ("gzip", Encoding::Gzip)])
    }

    /// For assets, compressed once at the highest level: Brotli of equals, as it is the smallest.
    pub fn for_asset(accept: &str) -> Encoding {
        choose(accept, &[("br", Encoding::Brotli), ("zstd", Encoding::Zstd), ("gzip", Encoding::Gzip)])
    }

    /// Compresses at the fastest level; what cannot be compressed, or is small, goes out as it is.
    pub fn compress(self, plain: Vec<u8>) -> (Encoding, Bytes) {
        if plain.len() < SMALL {
            return (Encoding::Identity, Bytes::from(plain));
        }
        let packed = match self {
            Encoding::Zstd => zstd_fast(&plain),
            Encoding::Gzip => gzip(&plain, flate2::Compression::fast()),
            Encoding::Identity | Encoding::Brotli => None,
        };
        match packed {
            Some(packed) => (self, Bytes::from(packed)),
            None => (Encoding::Identity, Bytes::from(plain)),
        }
    }

    /// Compresses at the highest level, for bytes that are written once and served for ever.
    pub fn compress_best(self, plain: &[u8]) -> Option<Bytes> {
        let packed = match self {
            Encoding::Identity => None,
            Encoding::Gzip => gzip(plain, flate2::Compression::best()),
            Encoding::Zstd => zstd::bulk::compress(plain, 19).ok(),
            Encoding::Brotli => brotli_best(plain),
        };
        packed.filter(|packed| packed.len() < plain.len()).map(Bytes::from)
    }
}

fn choose(accept: &str, offered: &[(&str, Encoding)]) -> Encoding {
    let mut best = (0.0_f32, Encoding::Identity);
    for (name, encoding) in offered {
        let weight = weight_of(accept, name);
        if weight > best.0 {
            best = (weight, *encoding);
        }
    }
    best.1
}

/// The q-value of one coding: its own, else that of `*`, else none.
fn weight_of(accept: &str, name: &str) -> f32 {
    let mut star = 0.0;
    for part in accept.split(',') {
        let mut pieces = part.split(';');
        let coding = pieces.next().unwrap_or("").trim();
        let own = coding.eq_ignore_ascii_case(name);
        if own || coding == "*" {
            let weight = pieces
                .find_map(|piece| piece.trim().strip_prefix("q=").map(str::trim))
                .map_or(1.0, |q| q.parse::<f32>().unwrap_or(0.0));
            if own {
                return weight;
            }
            star = weight;
        }
    }
    star
}

thread_local! {
    // One context per thread: making one costs more than compressing a page.
    static ZSTD: RefCell<Option<zstd::bulk::Compressor<'static>>> = const { RefCell::new(None) };
}

fn zstd_fast(plain: &[u8]) -> Option<Vec<u8>> {
    ZSTD.with(|slot| {
        let mut slot = slot.try_borrow_mut().ok()?;
        if slot.is_none() {
            *slot = zstd::bulk::Compressor::new(1).ok();
        }
        slot.as_mut()?.compress(plain).ok()
    })
}

fn gzip(plain: &[u8], level: flate2::Compression) -> Option<Vec<u8>> {
    let mut writer = flate2::write::GzEncoder::new(Vec::with_capacity(plain.len() / 3), level);
    writer.write_all(plain).ok()?;
    writer.finish().ok()
}

fn brotli_best(plain: &[u8]) -> Option<Vec<u8>> {
    let params = brotli::enc::BrotliEncoderParams { quality: 11, lgwin: 22, ..Default::default() };
    let mut packed = Vec::new();
    brotli::BrotliCompress(&mut &plain[..], &mut packed, &params).ok()?;
    Some(packed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_choice_follows_q_values() {
        for (accept, page, asset) in [
            ("", Encoding::Identity, Encoding::Identity),
            ("gzip, deflate, br, zstd", Encoding::Zstd, Encoding::Brotli),
            ("gzip, deflate", Encoding::Gzip, Encoding::Gzip),
            ("br", Encoding::Identity, Encoding::Brotli),
            ("gzip;q=1.0, zstd;q=0.5", Encoding::Gzip, Encoding::Gzip),
            ("zstd;q=0, gzip;q=0", Encoding::Identity, Encoding::Identity),
            ("*", Encoding::Zstd, Encoding::Brotli),
            ("*;q=0.5, zstd;q=0", Encoding::Gzip, Encoding::Brotli),
            ("identity", Encoding::Identity, Encoding::Identity),
            ("GZIP", Encoding::Gzip, Encoding::Gzip),
        ] {
            assert_eq!(Encoding::for_page(accept), page, "page {accept}");
            assert_eq!(Encoding::for_asset(accept), asset, "asset {accept}");
        }
    }

    #[test]
    fn what_is_compressed_can_be_read_back() {
        let plain: Vec<u8> = "常州人社".repeat(400).into_bytes();
        let (encoding, packed) = Encoding::Zstd.compress(plain.clone());
        assert_eq!(encoding, Encoding::Zstd);
        assert_eq!(zstd::bulk::decompress(&packed, 1 << 20).unwrap(), plain);
        let (encoding, packed) = Encoding::Gzip.compress(plain.clone());
        assert_eq!(encoding, Encoding::Gzip);
        let mut read = Vec::new();
        std::io::Read::read_to_end(&mut flate2::read::GzDecoder::new(&packed[..]), &mut read).unwrap();
        assert_eq!(read, plain);
        assert_eq!(Encoding::Gzip.compress(vec![b'x'; 10]).0, Encoding::Identity);
    }
}
