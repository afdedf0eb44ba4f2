//! The things that all parts of the sandbox share: its database, the clock it moves, its randomness and the accounts it
//! answers for.

use std::net::SocketAddr;
use std::sync::Arc;

use kernel::{Clock, Moment, Rng, ShiftedClock};
use platform::db::Db;

use crate::accounts::{CardsAccount, FaceAccount, InsurerAccount};
use crate::insurer::Spoken;
use crate::sms::SmsAccount;
use crate::wechat_pay::account::Kept;
use crate::wechat_pay::keys::WechatPayAccount;
use crate::wechat_pay::seal::Seals;
use crate::witness::WitnessKey;

/// Cheap to clone.
#[derive(Clone)]
pub(crate) struct House(Arc<Inner>);

pub(crate) struct Inner {
    pub(crate) db: Db,
    pub(crate) clock: Arc<ShiftedClock>,
    pub(crate) rng: Arc<dyn Rng>,
    /// The seed that decides everything about people for whom nothing was chosen.
    pub(crate) seed: u64,
    pub(crate) sms: SmsAccount,
    pub(crate) face: FaceAccount,
    pub(crate) insurer: InsurerAccount,
    pub(crate) insurer_speaks: Spoken,
    pub(crate) cards: CardsAccount,
    pub(crate) wechat_pay: WechatPayAccount,
    pub(crate) wechat_seals: Seals,
    /// Signs what the audit's witness says.
    pub(crate) witness: WitnessKey,
    /// What kind of account it is.
    pub(crate) wechat_standing: Kept,
    /// Held while due refunds end: a rule befalls each of them once.
    pub(crate) wechat_refunds: tokio::sync::Mutex<()>,
    /// Where each partner listens.
    pub(crate) addresses: Addresses,
    /// Whether pages may be asked for under any host name.
    pub(crate) allow_remote: bool,
}

/// Where each partner listens.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Addresses {
    pub(crate) sms: SocketAddr,
    pub(crate) face: SocketAddr,
    pub(crate) insurer: SocketAddr,
    pub(crate) cards: SocketAddr,
    pub(crate) wechat_pay: SocketAddr,
    /// The control port.
    pub(crate) control: SocketAddr,
}

impl Addresses {
    /// The address of a partner by its name in rules.
    pub(crate) fn of(&self, partner: &str) -> SocketAddr {
        match partner {
            "face" => self.face,
            "insurer" => self.insurer,
            "cards" => self.cards,
            "wechat_pay" => self.wechat_pay,
            _ => self.sms,
        }
    }
}

impl House {
    pub(crate) fn new(inner: Inner) -> House {
        House(Arc::new(inner))
    }

    pub(crate) fn now(&self) -> Moment {
        self.0.clock.now()
    }

    /// A request number in the shape most providers use.
    pub(crate) fn request_id(&self) -> String {
        let mut bytes = [0_u8; 16];
        self.0.rng.fill(&mut bytes);
        let hex: String = bytes.iter().map(|byte| format!("{byte:02X}")).collect();
        format!("{}-{}-{}-{}-{}", &hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..])
    }
}

impl std::ops::Deref for House {
    type Target = Inner;

    fn deref(&self) -> &Inner {
        &self.0
    }
}
