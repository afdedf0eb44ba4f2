//! The secret a browser holds for a session; the database holds only its hash.

use kernel::Rng;
use sha2::{Digest, Sha256};

use crate::blind::hex;

/// 32 random bytes as 64 hexadecimal digits.
#[derive(Clone)]
pub(crate) struct Token(String);

impl Token {
    /// Draws a new one.
    pub(crate) fn draw(rng: &dyn Rng) -> Token {
        Token(hex(&kernel::bytes32(rng)))
    }

    /// Reads a cookie; anything that cannot be a token is `None`.
    pub(crate) fn parse(text: &str) -> Option<Token> {
        (text.len() == 64 && text.bytes().all(|b| b.is_ascii_hexdigit())).then(|| Token(text.to_owned()))
    }

    /// What goes into the cookie.
    pub(crate) fn secret(&self) -> &str {
        &self.0
    }

    /// What goes into the database. Plain SHA-256: the input is 256 random bits, not a password.
    pub(crate) fn hash(&self) -> Vec<u8> {
        Sha256::digest(self.0.as_bytes()).to_vec()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_survives_its_cookie() {
        let token = Token::draw(&kernel::SeededRng::new(7));
        let read = Token::parse(token.secret()).unwrap();
        assert_eq!(read.hash(), token.hash());
        assert_eq!(token.hash().len(), 32);
        assert!(Token::parse("x").is_none());
    }
}
