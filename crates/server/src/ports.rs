//! Partners as the contexts need them: real adapters over HTTP, told by the configuration where each is.

use std::net::SocketAddr;
use std::sync::Arc;

use identity::Ports;
use partners::acs3::AccessKey;
use partners::cards::{CardClient, CardSettings};
use partners::face::{AliyunFaces, FaceSettings};
use partners::insurer::{InsurerClient, InsurerSettings};
use partners::tif::TifAccount;
use platform::config::Config;

use crate::start::StartError;

/// Where partners are that the configuration does not place: base addresses of the sandbox.
#[derive(Debug, Clone)]
pub struct SandboxAt {
    /// The SMS provider.
    pub sms: String,
    /// The face-check provider.
    pub face: String,
    /// The insurer.
    pub insurer: String,
    /// The card system.
    pub cards: String,
}

impl SandboxAt {
    /// Where a sandbox with its control port on `listen` has its partners.
    pub fn beside(listen: SocketAddr) -> SandboxAt {
        let place = |after: u16| format!("http://{}:{}", listen.ip(), listen.port().saturating_add(after));
        SandboxAt { sms: place(1), face: place(3), insurer: place(4), cards: place(5) }
    }
}

#[cfg(feature = "sandbox")]
impl From<&sandbox::Running> for SandboxAt {
    fn from(running: &sandbox::Running) -> SandboxAt {
        let base = |address: SocketAddr| format!("http://{address}");
        SandboxAt {
            sms: base(running.sms),
            face: base(running.face),
            insurer: base(running.insurer),
            cards: base(running.cards),
        }
    }
}

/// The adapters, ready to be asked.
pub fn ports(config: &Config, sandbox: &SandboxAt) -> Result<Arc<Ports>, StartError> {
    let faces = AliyunFaces::new(face(config, &sandbox.face)).map_err(|error| StartError::at("face", error))?;
    let cards = CardClient::new(cards(config, &sandbox.cards)).map_err(|error| StartError::at("cards", error))?;
    let insurer =
        InsurerClient::new(insurer(config, &sandbox.insurer)).map_err(|error| StartError::at("insurer", error))?;
    Ok(Arc::new(Ports { faces: Arc::new(faces), cards: Arc::new(cards), insurer: Arc::new(insurer) }))
}

fn face(config: &Config, sandbox: &str) -> FaceSettings {
    let face = &config.face;
    FaceSettings {
        endpoint: face.endpoint.clone().unwrap_or_else(|| sandbox.to_owned()),
        key: AccessKey { id: face.access_key_id.clone(), secret: face.access_key_secret.expose().clone() },
        scene_id: face.scene_id.clone(),
        upload_base: face.upload_base.clone(),
        timeout_ms: face.timeout_ms,
        calls_max: face.max_in_flight,
    }
}

fn cards(config: &Config, sandbox: &str) -> CardSettings {
    let cards = &config.cards;
    CardSettings {
        endpoint: cards.endpoint.clone().unwrap_or_else(|| sandbox.to_owned()),
        account: TifAccount { paasid: cards.paasid.clone(), token: cards.token.expose().clone() },
        channel: cards.channel.clone(),
        timeout_ms: cards.timeout_ms,
        calls_max: cards.max_in_flight,
    }
}

fn insurer(config: &Config, sandbox: &str) -> InsurerSettings {
    let insurer = &config.insurer;
    InsurerSettings {
        endpoint: insurer.endpoint.clone().unwrap_or_else(|| sandbox.to_owned()),
        account: TifAccount { paasid: insurer.paasid.clone(), token: insurer.token.expose().clone() },
        fixmedins_code: insurer.fixmedins_code.clone(),
        fixmedins_name: insurer.fixmedins_name.clone(),
        mdtrtarea_admvs: insurer.mdtrtarea_admvs.clone(),
        path: insurer.path.clone(),
        active_states: insurer.active_states.clone(),
        not_known: insurer.not_known.clone(),
        gives_code: insurer.gives_code,
        timeout_ms: insurer.timeout_ms,
        calls_max: insurer.max_in_flight,
    }
}
