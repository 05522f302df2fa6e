//! TLS to receivers whose address is `https`: whom to trust, and why a receiver is not.
//!
//! Trusted are the authorities that browsers trust, which are compiled in, and those of a file that somebody names.
//! Certificates are always checked. What is connected to has passed the gate before TLS begins.

use std::io;
use std::path::Path;
use std::sync::{Arc, OnceLock};

use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, RootCertStore};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

use crate::journal::entry::Outcome;

/// The one protocol that is spoken over TLS.
const HTTP_1_1: &[u8] = b"http/1.1";

/// Certificates of authorities that are trusted besides those that are compiled in.
#[derive(Clone, Default, Debug)]
pub struct Authorities(Arc<[CertificateDer<'static>]>);

/// Why a file gives no authorities.
#[derive(Debug, thiserror::Error)]
pub enum AuthoritiesError {
    /// It is not there, or not PEM.
    #[error("failed to read certificates from it: {0}")]
    Unreadable(#[source] rustls::pki_types::pem::Error),
    /// There is none in it.
    #[error("it has no certificate in PEM, the form that begins with `-----BEGIN CERTIFICATE-----`")]
    None,
    /// A certificate cannot be that of an authority.
    #[error("one of its certificates is none: {0}")]
    NoCertificate(#[source] rustls::Error),
}

impl Authorities {
    /// Reads a file in PEM.
    ///
    /// # Errors
    /// If it cannot be read, or has no certificate, or one that is broken.
    pub fn read(file: &Path) -> Result<Self, AuthoritiesError> {
        let read = CertificateDer::pem_file_iter(file).and_then(Iterator::collect::<Result<Vec<_>, _>>);
        let certificates = read.map_err(AuthoritiesError::Unreadable)?;
        if certificates.is_empty() {
            return Err(AuthoritiesError::None);
        }
        let mut store = RootCertStore::empty();
        for certificate in &certificates {
            store.add(certificate.clone()).map_err(AuthoritiesError::NoCertificate)?;
        }
        Ok(Self(certificates.into()))
    }
}

/// Speaks TLS. Prepared when it is first needed, as most receivers are on this machine and need none.
pub(super) struct Tls {
    authorities: Authorities,
    connector: OnceLock<TlsConnector>,
}

impl Tls {
    pub(super) fn new(authorities: Authorities) -> Self {
        Self { authorities, connector: OnceLock::new() }
    }

    /// Secures a connection to a host.
    pub(super) async fn secure(&self, host: &str, stream: TcpStream) -> Result<TlsStream<TcpStream>, Outcome> {
        let name = ServerName::try_from(host.to_owned())
            .map_err(|_| Outcome::Broken(format!("`{host}` cannot be the name of a certificate")))?;
        let connector = self.connector.get_or_init(|| connector(&self.authorities));
        connector.connect(name, stream).await.map_err(|error| Outcome::Broken(explain(&error)))
    }
}

fn connector(authorities: &Authorities) -> TlsConnector {
    let mut roots = RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() };
    // They were added to a store once before, when they were read.
    roots.add_parsable_certificates(authorities.0.iter().cloned());
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let versions = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
    let config = versions.expect("the provider has ciphers for every version");
    let mut config = config.with_root_certificates(roots).with_no_client_auth();
    config.alpn_protocols = vec![HTTP_1_1.to_vec()];
    Arc::new(config).into()
}

/// What went wrong before the connection was secure.
fn explain(error: &io::Error) -> String {
    match error.get_ref().and_then(|inner| inner.downcast_ref::<rustls::Error>()) {
        Some(rustls::Error::InvalidCertificate(why)) => {
            format!("its certificate is not accepted: {why}; `--ca FILE` names an authority to trust")
        }
        Some(other) => format!("TLS failed: {other}"),
        None => "the connection was closed while TLS began".to_owned(),
    }
}
