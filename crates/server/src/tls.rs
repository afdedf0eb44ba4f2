//! TLS on the people's listener: rustls with the configured certificate and key (architecture, rule 16).

use std::io;
use std::sync::Arc;

use axum::http::Extensions;
use platform::config::TlsConfig;
use platform::listen::Greet;
use tokio::net::TcpStream;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::server::TlsStream;

use crate::failure::StartError;

/// Does the TLS handshake. The listener limits how long it may take and how many there may be at once, since a
/// handshake has a place like a request.
#[derive(Clone)]
pub(crate) struct Tls(TlsAcceptor);

impl Tls {
    /// Reads the PEM files.
    pub(crate) fn read(files: &TlsConfig) -> Result<Tls, StartError> {
        Ok(Tls(TlsAcceptor::from(Arc::new(server_config(files)?))))
    }
}

impl Greet for Tls {
    type Io = TlsStream<TcpStream>;
    const PLAIN: bool = false;

    async fn greet(&self, stream: TcpStream) -> io::Result<(TlsStream<TcpStream>, Extensions)> {
        Ok((self.0.accept(stream).await?, Extensions::new()))
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
