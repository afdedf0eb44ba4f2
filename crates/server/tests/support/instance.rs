//! Further instances and further workers over a test's database.

use std::sync::Arc;

use hall::Wired;
use identity::Ports;
use payments::Payments;
use platform::config::ForwardedBy;
use platform::listen::{self, Plain};
use platform::networks::Networks;
use platform::outbox::{Carrier, Worker};
use platform::{Ctx, Mode};
use renshe::app;
use renshe::halls::Halls;
use renshe::ports::SandboxAt;
use renshe::{settings, start};
use tokio::net::TcpListener;
use ui::{Site, TrustedProxies};

use super::app::{TestApp, listener_rules, payments_of};

/// A city at this address, behind a proxy on this machine.
fn behind_own_proxy(own: &str) -> app::Place {
    app::Place { site: Site::new(own, false, false), proxies: own_proxy(), ..app::Place::demo(own) }
}

fn own_proxy() -> TrustedProxies {
    TrustedProxies::new(Networks::parse(&["127.0.0.1"]).expect("an address"), ForwardedBy::XForwarded)
}

/// A second front door.
pub struct Instance {
    pub ctx: Ctx,
    /// `http://127.0.0.1:PORT`
    pub url: String,
    pub pay: Arc<Payments>,
}

impl Instance {
    /// Serves a context on a port of its own, which it is known by.
    pub async fn serve(ctx: Ctx, ports: Arc<Ports>, pay: Arc<Payments>) -> Instance {
        Instance::serve_at(ctx, ports, pay, app::Place::demo).await
    }

    /// The same, known by another address, or behind proxies.
    pub async fn serve_at(
        ctx: Ctx,
        ports: Arc<Ports>,
        pay: Arc<Payments>,
        place: impl FnOnce(&str) -> app::Place,
    ) -> Instance {
        let halls = Halls::new().expect("no twins");
        Instance::of_halls(ctx, &halls, Wired { identity: ports, pay }, place).await
    }

    /// The same of other halls.
    pub async fn of_halls(
        ctx: Ctx,
        halls: &Arc<Halls>,
        wired: Wired,
        place: impl FnOnce(&str) -> app::Place,
    ) -> Instance {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let url = format!("http://{}", listener.local_addr().expect("bound"));
        let pay = Arc::clone(&wired.pay);
        let service = app::service(ctx.clone(), halls, wired, place(&url));
        tokio::spawn(listen::serve(listener, Plain, service, listener_rules(), std::future::pending()));
        Instance { ctx, url, pay }
    }

    /// The same, believing this machine when it says where a request came from.
    pub async fn for_all_addresses(ctx: Ctx, ports: Arc<Ports>, pay: Arc<Payments>) -> Instance {
        let place = |own: &str| app::Place { proxies: own_proxy(), ..app::Place::demo(own) };
        Instance::serve_at(ctx, ports, pay, place).await
    }

    /// Drives every order that is due with this instance's partners, until none is.
    pub async fn drive(&self) {
        for _ in 0..20 {
            if payments::drive_due(&self.pay, &self.ctx).await.expect("orders are read") == 0 {
                return;
            }
        }
    }
}

impl TestApp {
    /// Another instance over the same database, as a second process would be.
    pub async fn second_instance(&self) -> Instance {
        let db = self.test.another_instance("second");
        Instance::serve(Ctx { db, ..self.ctx.clone() }, Arc::clone(&self.ports), Arc::clone(&self.pay)).await
    }

    /// The same program, which pays by other settings: `("INSURER__TIMEOUT_MS", "1000")`.
    pub async fn paying_with(&self, settings: &[(&str, &str)]) -> Instance {
        let at = SandboxAt::from(&self.sandbox);
        let pay = payments_of(&self.sandbox, &at, &self.ports, (&self.url, settings));
        Instance::serve(self.ctx.clone(), Arc::clone(&self.ports), pay).await
    }

    /// The same program in another place.
    pub async fn served_at(&self, place: impl FnOnce(&str) -> app::Place) -> Instance {
        Instance::serve_at(self.ctx.clone(), Arc::clone(&self.ports), Arc::clone(&self.pay), place).await
    }

    /// The same program as a city runs it, behind a proxy on this machine that ends TLS: `https://127.0.0.1:PORT`.
    pub async fn in_production(&self) -> Instance {
        let ctx = Ctx { mode: Mode::Production, ..self.ctx.clone() };
        let place = |url: &str| behind_own_proxy(&url.replace("http:", "https:"));
        Instance::serve_at(ctx, Arc::clone(&self.ports), Arc::clone(&self.pay), place).await
    }

    /// The same program as `https://app.example.cn`, behind a proxy on this machine.
    pub async fn behind_a_proxy(&self) -> Instance {
        self.served_at(|_| behind_own_proxy("https://app.example.cn")).await
    }

    /// The same program behind a proxy on this machine, which people call by its own address: what they say of whom they
    /// ask for (`x-forwarded-for`) is believed.
    pub async fn proxied(&self) -> Instance {
        self.served_at(|url| app::Place { proxies: own_proxy(), ..app::Place::demo(url) }).await
    }

    /// A worker that waits for the SMS provider so long only, at this address or the sandbox's.
    pub fn worker(&self, holder: &str, timeout_ms: u64, endpoint: Option<&str>) -> Worker {
        let config = settings::from_text("test", "", []).expect("the defaults are a configuration");
        let own = format!("http://{}", self.sandbox.at("sms").expect("played"));
        let mut settings =
            start::sms_settings(&config, endpoint.unwrap_or(&own), &self.halls).expect("read with its section");
        settings.timeout_ms = timeout_ms;
        let sms = partners::sms::SmsCarrier::new(settings).expect("settings");
        Worker::new(self.ctx.clone(), holder, vec![Arc::new(sms) as Arc<dyn Carrier>])
    }
}
