//! TLS on a port: certificates for whatever name a client asks for, signed by an authority of this machine's own, or one
//! that somebody else has signed.
//!
//! HTTP/1.1 alone is spoken over it, TLS 1.2 and 1.3, and sessions are not resumed. Who calls is none of its business.

use std::fmt;
use std::io;
use std::net::{IpAddr, Ipv4Addr};
use std::path::{Path, PathBuf};
use std::sync::{Arc, LazyLock, Mutex, PoisonError};

use indexmap::IndexMap;
use rustls::crypto::CryptoProvider;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::{Acceptor, NoServerSessionStorage};
use rustls::{AlertDescription, ServerConfig};
use tokio_rustls::LazyConfigAcceptor;

use self::authority::{Authority, Leaf};
pub use self::authority::{NoAuthority, Unsigned};
pub use self::folder::FolderError;
use self::folder::Temporary;
use super::pipe::Pipe;
use super::ticker;

mod authority;
mod folder;

/// The one protocol that is spoken over TLS.
const HTTP_1_1: &[u8] = b"http/1.1";
/// For how many names certificates are kept. Vendors have fewer; whoever asks for more has them signed again.
const MOST_NAMES: usize = 256;

/// What a port needs to speak TLS; clones are the same.
#[derive(Clone)]
pub struct Tls(Arc<Inner>);

struct Inner {
    certificates: Certificates,
    /// The file that clients have to trust, if there is an authority of this machine's own.
    ca: Option<PathBuf>,
    distrust: Mutex<Distrust>,
    /// The folder it is in, if it is not to be kept.
    _temporary: Option<Temporary>,
}

enum Certificates {
    /// The same one for every name.
    Given(Arc<ServerConfig>),
    /// One for each name.
    Made(Box<Mint>),
}

/// Makes certificates as they are asked for.
struct Mint {
    authority: Authority,
    /// Those of the latest names, in the order in which they were made.
    made: Mutex<IndexMap<String, Arc<ServerConfig>>>,
}

/// Whether clients have refused a certificate.
enum Distrust {
    Unheard,
    Heard(String),
    Told,
}

/// Why there is no TLS.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    /// The folder of the authority.
    #[error("keep an authority: {0}")]
    Folder(#[source] FolderError),
    /// There is no place for the certificate of an authority.
    #[error("write down an authority for this run, {0}; keep one in a folder with `--tls-dir`")]
    Temporary(#[source] FolderError),
    /// No authority can be made.
    #[error("make an authority: {0}")]
    Make(#[source] Unsigned),
    /// A file that was named is not there or not PEM.
    #[error("read {file}: {source}")]
    Unreadable {
        /// The file.
        file: PathBuf,
        /// The reason.
        source: rustls::pki_types::pem::Error,
    },
    /// Certificate and key cannot be used.
    #[error("use the certificate in {file} with its key: {source}")]
    Unusable {
        /// The file with the certificate.
        file: PathBuf,
        /// The reason.
        source: rustls::Error,
    },
}

impl Tls {
    /// With an authority that is made now and gone with the last clone. Its key is in no file.
    ///
    /// # Errors
    /// If there is no place for its certificate.
    pub fn of_this_run() -> Result<Self, TlsError> {
        let now = ticker::now();
        let authority = Authority::make(now).map_err(TlsError::Make)?;
        let (temporary, ca) = Temporary::with(&authority, now).map_err(TlsError::Temporary)?;
        Ok(Self::of(Certificates::made(authority), Some(ca), Some(temporary)))
    }

    /// With the authority that is kept in a folder. It is made if there is none, as is the folder.
    ///
    /// # Errors
    /// If the folder or what is in it cannot be used, or others could have touched it.
    pub fn kept_in(folder: &Path) -> Result<Self, TlsError> {
        let (authority, ca) = folder::kept(folder, ticker::now()).map_err(TlsError::Folder)?;
        Ok(Self::of(Certificates::made(authority), Some(ca), None))
    }

    /// With a certificate that somebody else has signed, and those that lead to it, and its key; both files are PEM.
    ///
    /// # Errors
    /// If a file cannot be read, or certificate and key do not belong together.
    pub fn given(certificate: &Path, key: &Path) -> Result<Self, TlsError> {
        let unreadable = |file: &Path| {
            let file = file.to_owned();
            move |source| TlsError::Unreadable { file, source }
        };
        let read = CertificateDer::pem_file_iter(certificate).and_then(Iterator::collect::<Result<Vec<_>, _>>);
        let chain = read.map_err(unreadable(certificate))?;
        let key = PrivateKeyDer::from_pem_file(key).map_err(unreadable(key))?;
        let unusable = |source| TlsError::Unusable { file: certificate.to_owned(), source };
        Ok(Self::of(Certificates::Given(config(chain, key).map_err(unusable)?), None, None))
    }

    fn of(certificates: Certificates, ca: Option<PathBuf>, temporary: Option<Temporary>) -> Self {
        Self(Arc::new(Inner { certificates, ca, distrust: Mutex::new(Distrust::Unheard), _temporary: temporary }))
    }

    /// The file with the certificate that clients have to trust, if it is one of this machine's own.
    #[must_use]
    pub fn ca(&self) -> Option<&Path> {
        self.0.ca.as_deref()
    }

    /// Why a client has refused a certificate, if one has; said once.
    #[must_use]
    pub fn distrust(&self) -> Option<String> {
        let mut distrust = self.0.distrust.lock().unwrap_or_else(PoisonError::into_inner);
        match &mut *distrust {
            Distrust::Unheard | Distrust::Told => None,
            Distrust::Heard(why) => {
                let why = std::mem::take(why);
                *distrust = Distrust::Told;
                Some(why)
            }
        }
    }

    /// Takes a client's hand that was held out on this pipe. `here` is the address that it has reached.
    pub(super) async fn accept(&self, pipe: Pipe, here: Option<IpAddr>) -> io::Result<Pipe> {
        let begun = LazyConfigAcceptor::new(Acceptor::default(), pipe).await?;
        let config = match &self.0.certificates {
            Certificates::Given(config) => Arc::clone(config),
            Certificates::Made(mint) => mint.config(begun.client_hello().server_name(), here)?,
        };
        match begun.into_stream(config).await {
            Ok(stream) => Ok(Pipe::secured(stream)),
            Err(error) => {
                self.hear(&error);
                Err(error)
            }
        }
    }

    /// Remembers what a client has said against a certificate.
    fn hear(&self, error: &io::Error) {
        let said = error.get_ref().and_then(|inner| inner.downcast_ref::<rustls::Error>());
        let Some(rustls::Error::AlertReceived(alert)) = said else { return };
        if !is_about_certificates(*alert) {
            return;
        }
        let mut distrust = self.0.distrust.lock().unwrap_or_else(PoisonError::into_inner);
        if matches!(*distrust, Distrust::Unheard) {
            *distrust = Distrust::Heard(format!("{alert:?}"));
        }
    }
}

impl fmt::Debug for Tls {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tls").field("ca", &self.0.ca).finish_non_exhaustive()
    }
}

impl Certificates {
    fn made(authority: Authority) -> Self {
        Self::Made(Box::new(Mint { authority, made: Mutex::default() }))
    }
}

impl Mint {
    /// What to speak with a client that asks for this name; for none if it knows an address only.
    fn config(&self, name: Option<&str>, here: Option<IpAddr>) -> io::Result<Arc<ServerConfig>> {
        let here = here.map_or(Ipv4Addr::LOCALHOST.into(), |ip| ip.to_canonical());
        let key = name.map_or_else(|| here.to_string(), str::to_ascii_lowercase);
        let mut made = self.made.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(config) = made.get(&key) {
            return Ok(Arc::clone(config));
        }
        let names = match name {
            Some(_) => vec![key.clone()],
            None => ["localhost", "127.0.0.1", "::1"].map(str::to_owned).into_iter().chain([key.clone()]).collect(),
        };
        let unsigned = |error: Unsigned| io::Error::new(io::ErrorKind::InvalidInput, error.to_string());
        let Leaf { certificate, key: secret } = self.authority.sign(names, ticker::now()).map_err(unsigned)?;
        let config = config(vec![certificate], secret).map_err(io::Error::other)?;
        if made.len() >= MOST_NAMES {
            made.shift_remove_index(0);
        }
        made.insert(key, Arc::clone(&config));
        Ok(config)
    }
}

/// Whether an alert says something against a certificate (RFC 8446, 6.2).
fn is_about_certificates(alert: AlertDescription) -> bool {
    use AlertDescription as Alert;
    matches!(
        alert,
        Alert::BadCertificate
            | Alert::UnsupportedCertificate
            | Alert::CertificateRevoked
            | Alert::CertificateExpired
            | Alert::CertificateUnknown
            | Alert::UnknownCA
    )
}

/// What speaks TLS with a certificate.
fn config(
    chain: Vec<CertificateDer<'static>>,
    key: PrivateKeyDer<'static>,
) -> Result<Arc<ServerConfig>, rustls::Error> {
    let versions = ServerConfig::builder_with_provider(provider()).with_safe_default_protocol_versions()?;
    let mut config = versions.with_no_client_auth().with_single_cert(chain, key)?;
    config.alpn_protocols = vec![HTTP_1_1.to_vec()];
    // There may be one for every name, and each would keep sessions of its own.
    config.session_storage = Arc::new(NoServerSessionStorage {});
    config.send_tls13_tickets = 0;
    Ok(Arc::new(config))
}

/// Whose cryptography it is.
fn provider() -> Arc<CryptoProvider> {
    static PROVIDER: LazyLock<Arc<CryptoProvider>> =
        LazyLock::new(|| Arc::new(rustls::crypto::ring::default_provider()));
    Arc::clone(&PROVIDER)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mint() -> Mint {
        Mint { authority: Authority::make(ticker::now()).unwrap(), made: Mutex::default() }
    }

    #[test]
    fn a_flood_of_names_fills_no_memory() {
        let mint = mint();
        let first = mint.config(Some("n0.example"), None).unwrap();
        assert!(Arc::ptr_eq(&first, &mint.config(Some("N0.EXAMPLE"), None).unwrap()));
        for n in 1..MOST_NAMES + 10 {
            mint.config(Some(&format!("n{n}.example")), None).unwrap();
        }
        assert_eq!(mint.made.lock().unwrap().len(), MOST_NAMES);
        assert!(!Arc::ptr_eq(&first, &mint.config(Some("n0.example"), None).unwrap()));
    }

    #[test]
    fn a_name_that_no_certificate_can_have_is_an_error() {
        let mint = mint();
        assert!(mint.config(Some("é.example"), None).is_err());
        assert!(mint.made.lock().unwrap().is_empty());
    }

    #[test]
    fn nothing_secret_is_shown() {
        let tls = Tls::of_this_run().unwrap();
        let ca = tls.ca().unwrap().to_owned();
        assert_eq!(format!("{tls:?}"), format!("Tls {{ ca: Some({ca:?}), .. }}"));
        let written = std::fs::read_to_string(&ca).unwrap();
        assert!(written.starts_with("-----BEGIN CERTIFICATE-----") && !written.contains("PRIVATE"), "{written}");
        drop(tls);
        assert!(!ca.exists() && !ca.parent().unwrap().exists());
    }
}
