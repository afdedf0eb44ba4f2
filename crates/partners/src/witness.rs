//! A witness of the audit over HTTP (docs/api/witness.md): takes our signed anchors, answers with receipts of its own.

use std::time::Duration;

use async_trait::async_trait;
use aws_lc_rs::signature::{ED25519, UnparsedPublicKey};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::Method;
use kernel::Moment;
use platform::audit::{Anchor, Seen, Witness, WitnessError};
use platform::http::{Client, Reply, Request};
use wire::witness::{Batch, Line, Receipt, receipt_text};

/// One call's deadline.
const PATIENCE: Duration = Duration::from_secs(10);
/// The number of calls at once; the job makes one after another.
const CALLS: usize = 2;
/// Anchors of one call.
const BATCH: usize = 100;

/// Where the witness is, and the key by which it is known.
#[derive(Debug, Clone)]
pub struct HttpWitnessSettings {
    /// `https://host[:port]`, perhaps with a path.
    pub endpoint: String,
    /// Its public key: 32 bytes in base64.
    pub key: String,
    /// Our anchor key's public half.
    pub city: Vec<u8>,
}

/// Why there can be no such witness.
#[derive(Debug, thiserror::Error)]
pub enum BadWitness {
    /// The key is no Ed25519 public key.
    #[error("the witness's key must be 32 bytes in base64")]
    Key,
    /// The client cannot be made.
    #[error("{0}")]
    Client(String),
}

/// A witness that is asked over the network.
pub struct HttpWitness {
    client: Client,
    endpoint: String,
    key: Vec<u8>,
    city: String,
}

impl HttpWitness {
    /// An adapter for one witness.
    ///
    /// # Errors
    /// Settings that could never work.
    pub fn new(settings: HttpWitnessSettings) -> Result<HttpWitness, BadWitness> {
        let key = STANDARD.decode(&settings.key).ok().filter(|key| key.len() == 32).ok_or(BadWitness::Key)?;
        let client = Client::new("witness", PATIENCE, CALLS).map_err(|error| BadWitness::Client(error.to_string()))?;
        let city = settings.city.iter().map(|byte| format!("{byte:02x}")).collect();
        Ok(HttpWitness { client, endpoint: settings.endpoint.trim_end_matches('/').to_owned(), key, city })
    }

    fn away(&self, why: impl ToString) -> WitnessError {
        WitnessError::Away { name: self.name(), why: why.to_string() }
    }

    async fn call(&self, method: Method, path: &str, body: Vec<u8>) -> Result<Reply, WitnessError> {
        let request = Request::new(method, &format!("{}{path}", self.endpoint)).map_err(|error| self.away(error))?;
        let request = request.header("content-type", "application/json").map_err(|error| self.away(error))?.body(body);
        self.client.send(request).await.map_err(|error| self.away(error))
    }

    /// Hands over anchors; false if the witness already has one of their numbers, or a newer one.
    async fn take(&self, few: &[Anchor]) -> Result<bool, WitnessError> {
        let batch = Batch { city: self.city.clone(), anchors: few.iter().map(line).collect() };
        let body = serde_json::to_vec(&batch).map_err(|error| self.away(error))?;
        let reply = self.call(Method::POST, "/anchors", body).await?;
        match reply.status {
            200 => {}
            409 => return Ok(false),
            status => return Err(self.away(format!("status {status}: it took nothing"))),
        }
        let seen = self.read(&reply)?;
        if few.last().is_none_or(|last| last.n != seen.n || last.hash != seen.hash) {
            return Err(self.away(format!("its receipt is for anchor {}, not for what it was given", seen.n)));
        }
        Ok(true)
    }

    /// Which of these anchors the witness lacks after it took none: another instance may have brought it the first of
    /// them, or all, at the same moment. Each anchor names the one before it by its hash, so the newest anchor that
    /// both have vouches for all before it.
    async fn not_there<'a>(&self, few: &'a [Anchor]) -> Result<&'a [Anchor], WitnessError> {
        let (Some(last), Some(newest)) = (few.last(), self.newest().await?) else { return Ok(few) };
        let seen = if newest.n > last.n { self.at(last.n).await? } else { Some(newest) };
        let held = seen.and_then(|seen| few.iter().position(|one| one.n == seen.n && one.hash == seen.hash));
        let Some(held) = held else {
            return Err(self.away("status 409: it took nothing, and knows other anchors under these numbers"));
        };
        Ok(few.get(held + 1..).unwrap_or_default())
    }

    async fn receipt_of(&self, which: &str) -> Result<Option<Seen>, WitnessError> {
        let reply = self.call(Method::GET, &format!("/anchors/{}/{which}", self.city), Vec::new()).await?;
        match reply.status {
            404 => Ok(None),
            200 => self.read(&reply).map(Some),
            status => Err(self.away(format!("status {status}"))),
        }
    }

    /// A receipt that the witness itself signed; anybody on the way could have written another.
    fn read(&self, reply: &Reply) -> Result<Seen, WitnessError> {
        let receipt: Receipt = reply.json().map_err(|error| self.away(error))?;
        let Receipt { n, hash, seen_at_ms, signature } = receipt;
        let text = receipt_text(&self.city, n, &hash, seen_at_ms);
        let signature = STANDARD.decode(signature).unwrap_or_default();
        if UnparsedPublicKey::new(&ED25519, &self.key).verify(text.as_bytes(), &signature).is_err() {
            return Err(self.away("its receipt is not signed with its key"));
        }
        let hash = STANDARD.decode(hash).map_err(|error| self.away(error))?;
        Ok(Seen { n, at: Moment::from_ms(seen_at_ms), hash })
    }
}

#[async_trait]
impl Witness for HttpWitness {
    fn name(&self) -> String {
        self.endpoint.clone()
    }

    async fn newest(&self) -> Result<Option<Seen>, WitnessError> {
        self.receipt_of("newest").await
    }

    async fn at(&self, n: i64) -> Result<Option<Seen>, WitnessError> {
        self.receipt_of(&n.to_string()).await
    }

    async fn add(&self, anchors: &[Anchor]) -> Result<(), WitnessError> {
        for few in anchors.chunks(BATCH) {
            if !self.take(few).await? {
                let rest = self.not_there(few).await?;
                if !rest.is_empty() && !self.take(rest).await? {
                    return Err(self.away("status 409: it took nothing, and others go on bringing it anchors"));
                }
            }
        }
        Ok(())
    }
}

fn line(anchor: &Anchor) -> Line {
    Line {
        n: anchor.n,
        at_ms: anchor.at.ms(),
        prev: STANDARD.encode(&anchor.prev),
        heads: anchor.heads.clone(),
        hash: STANDARD.encode(&anchor.hash),
        signature: STANDARD.encode(&anchor.signature),
    }
}
