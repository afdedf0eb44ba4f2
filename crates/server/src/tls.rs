//! TLS on the people's listener: rustls with the configured certificate and key (architecture, rule 16).

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::serve::Listener;
use platform::config::TlsConfig;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::server::TlsStream;

use crate::start::StartError;

/// A handshake that takes longer is somebody who does not want to speak.
const HANDSHAKE_WAIT: Duration = Duration::from_secs(10);
/// Finished handshakes that may wait to be served.
const WAITING: usize = 64;

/// A listener whose connections have shaken hands already.
pub(crate) struct TlsListener {
    ready: mpsc::Receiver<(TlsStream<TcpStream>, SocketAddr)>,
    address: SocketAddr,
}

impl TlsListener {
    /// Reads the PEM files and starts to shake hands; each handshake is a task of its own, so that
    /// a slow one keeps nobody waiting.
    pub(crate) fn start(listener: TcpListener, files: &TlsConfig) -> Result<Self, StartError> {
        let acceptor = TlsAcceptor::from(Arc::new(server_config(files)?));
        let address = listener.local_addr().map_err(|error| StartError::at("listen", error))?;
        let (finished, ready) = mpsc::channel(WAITING);
        tokio::spawn(shake_hands(listener, acceptor, finished));
        Ok(Self { ready, address })
    }
}

impl Listener for TlsListener {
    type Io = TlsStream<TcpStream>;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Self::Io, Self::Addr) {
        match self.ready.recv().await {
            Some(connection) => connection,
            None => std::future::pending().await,
        }
    }

    fn local_addr(&self) -> io::Result<Self::Addr> {
        Ok(self.address)
    }
}

async fn shake_hands(
    listener: TcpListener,
    acceptor: TlsAcceptor,
    finished: mpsc::Sender<(TlsStream<TcpStream>, SocketAddr)>,
) {
    loop {
        let (stream, address) = match listener.accept().await {
            Ok(connection) => connection,
            Err(error) => {
                tracing::warn!(%error, "tls.accept_failed");
                tokio::time::sleep(Duration::from_millis(100)).await;
                continue;
            }
        };
        let (acceptor, finished) = (acceptor.clone(), finished.clone());
        tokio::spawn(async move {
            if let Ok(Ok(stream)) = tokio::time::timeout(HANDSHAKE_WAIT, acceptor.accept(stream)).await {
                // The receiver goes only when the server stops.
                drop(finished.send((stream, address)).await);
            }
        });
    }
}

fn server_config(files: &TlsConfig) -> Result<ServerConfig, StartError> {
    let told =
        |file: &std::path::Path, error: &dyn std::fmt::Display| StartError(format!("tls: {}: {error}", file.display()));
    let chain = CertificateDer::pem_file_iter(&files.cert)
        .and_then(Iterator::collect::<Result<Vec<_>, _>>)
        .map_err(|error| told(&files.cert, &error))?;
    let key = PrivateKeyDer::from_pem_file(&files.key).map_err(|error| told(&files.key, &error))?;
    ServerConfig::builder()
        .with_no_client_auth()
        .with_single_cert(chain, key)
        .map_err(|error| told(&files.cert, &error))
}
