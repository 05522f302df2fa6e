//! An authority of this machine's own, and the certificates that it signs. Knows no files.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use rcgen::{
    BasicConstraints, CertificateParams, DistinguishedName, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair,
    KeyUsagePurpose,
};
use rustls::RootCertStore;
use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::ServerCertVerifier as _;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName, UnixTime};

use super::provider;
use crate::base::secret::Secret;
use crate::base::time::WallTime;

const DAY: Duration = Duration::from_secs(24 * 60 * 60);
/// How much sooner than now certificates begin to hold: clocks of containers and of other machines differ.
const EARLIER: Duration = DAY;
/// How long an authority holds. Users install it by hand, so it had better outlast their projects.
const AUTHORITY_HOLDS: Duration = DAY.saturating_mul(365 * 20);
/// How long the certificate of a name holds: some clients take none that holds for more than 398 days.
const NAME_HOLDS: Duration = DAY.saturating_mul(396);

/// Whose certificates clients trust, once they were told to.
pub(super) struct Authority {
    issuer: Issuer<'static, KeyPair>,
    /// Its own certificate, in PEM.
    certificate: String,
}

/// The certificate of a name, and its key.
pub(super) struct Leaf {
    pub(super) certificate: CertificateDer<'static>,
    pub(super) key: PrivateKeyDer<'static>,
}

/// Why there is no key or no certificate.
pub type Unsigned = rcgen::Error;

/// Why a text is not an authority.
#[derive(Debug, thiserror::Error)]
pub enum NoAuthority {
    /// There is no key, or none of a kind that is known.
    #[error("there is no private key in it that can be used: {0}")]
    Key(#[source] Unsigned),
    /// There is no certificate.
    #[error("there is no certificate in it that can be used: {0}")]
    Certificate(#[source] rustls::pki_types::pem::Error),
    /// What the key signs is not trusted by who trusts the certificate.
    #[error("its certificate and its key do not belong together, or it is not the certificate of an authority: {0}")]
    Mismatch(#[source] rustls::Error),
}

impl Authority {
    /// Makes one, with a key that nobody else has.
    pub(super) fn make(now: WallTime) -> Result<Self, Unsigned> {
        let key = KeyPair::generate()?;
        let mut params = params(&key);
        hold(&mut params, now, AUTHORITY_HOLDS);
        let certificate = params.self_signed(&key)?.pem();
        Ok(Self { issuer: Issuer::new(params, key), certificate })
    }

    /// The one whose key and certificate stand in this text, as [`Self::to_text`] wrote it.
    pub(super) fn from_text(text: &Secret, now: WallTime) -> Result<Self, NoAuthority> {
        let key = KeyPair::from_pem(text.expose()).map_err(NoAuthority::Key)?;
        let der = CertificateDer::from_pem_slice(text.expose().as_bytes()).map_err(NoAuthority::Certificate)?;
        // All that is told of the issuer follows from its key.
        let issuer = Issuer::new(params(&key), key);
        let begins = text.expose().find("-----BEGIN CERTIFICATE-----").unwrap_or_default();
        let certificate = text.expose()[begins..].to_owned();
        let authority = Self { issuer, certificate };
        authority.verify(der, now).map_err(NoAuthority::Mismatch)?;
        Ok(authority)
    }

    /// Its key and its certificate, in PEM.
    pub(super) fn to_text(&self) -> Secret {
        Secret::new(format!("{}{}", self.issuer.key().serialize_pem(), self.certificate))
    }

    /// What clients have to trust, in PEM.
    pub(super) fn certificate(&self) -> &str {
        &self.certificate
    }

    /// Signs a certificate for these names and addresses, with a key of its own.
    pub(super) fn sign(&self, names: Vec<String>, now: WallTime) -> Result<Leaf, Unsigned> {
        // The serial number follows from the key, and must not come twice from one authority.
        let key = KeyPair::generate()?;
        let mut params = CertificateParams::new(names)?;
        params.distinguished_name = named("rehearsal");
        hold(&mut params, now, NAME_HOLDS);
        params.is_ca = IsCa::ExplicitNoCa;
        params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        params.use_authority_key_identifier_extension = true;
        let certificate = params.signed_by(&key, &self.issuer)?.der().clone();
        Ok(Leaf { certificate, key: PrivateKeyDer::Pkcs8(key.serialize_der().into()) })
    }

    /// Checks that clients who trust this certificate trust what is signed.
    fn verify(&self, certificate: CertificateDer<'static>, now: WallTime) -> Result<(), rustls::Error> {
        let general = |error: &dyn fmt::Display| rustls::Error::General(error.to_string());
        let mut roots = RootCertStore::empty();
        roots.add(certificate)?;
        let verifier = WebPkiServerVerifier::builder_with_provider(Arc::new(roots), provider()).build();
        let verifier = verifier.map_err(|error| general(&error))?;
        let leaf = self.sign(vec!["localhost".to_owned()], now).map_err(|error| general(&error))?;
        let name = ServerName::try_from("localhost").map_err(|error| general(&error))?;
        let now = UnixTime::since_unix_epoch(Duration::from_secs(now.as_secs()));
        verifier.verify_server_cert(&leaf.certificate, &[], &name, &[], now).map(|_| ())
    }
}

/// What there is to say about the authority that has this key.
fn params(key: &KeyPair) -> CertificateParams {
    let mut params = CertificateParams::default();
    // With a name for each, stores that hold several never try the wrong one.
    let mark: String = params.key_identifier(key).iter().take(4).map(|byte| format!("{byte:02x}")).collect();
    params.distinguished_name = named(&format!("rehearsal local authority {mark}"));
    params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    params
}

fn named(name: &str) -> DistinguishedName {
    let mut names = DistinguishedName::new();
    names.push(DnType::CommonName, name);
    names
}

/// Has a certificate hold for so long.
fn hold(params: &mut CertificateParams, now: WallTime, span: Duration) {
    let now = rcgen::date_time_ymd(1970, 1, 1) + Duration::from_secs(now.as_secs());
    params.not_before = now - EARLIER;
    params.not_after = now + span;
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: WallTime = WallTime::from_nanos(1_800_000_000_000_000_000);

    #[test]
    fn an_authority_is_the_same_after_it_was_written_down() {
        let made = Authority::make(NOW).unwrap();
        let text = made.to_text();
        let read = Authority::from_text(&text, NOW).unwrap();
        assert_eq!(read.certificate(), made.certificate());
        assert_eq!(read.to_text().expose(), text.expose());
        assert!(!made.certificate().contains("PRIVATE"));
        assert_eq!(format!("{text:?}"), "***");
    }

    #[test]
    fn every_certificate_has_a_key_of_its_own() {
        let authority = Authority::make(NOW).unwrap();
        let sign = || authority.sign(vec!["a.example".to_owned()], NOW).unwrap();
        assert_ne!(sign().certificate, sign().certificate);
        assert!(authority.sign(vec!["é".to_owned()], NOW).is_err());
    }

    #[test]
    fn what_is_no_authority_is_refused() {
        let (one, other) = (Authority::make(NOW).unwrap(), Authority::make(NOW).unwrap());
        let leaf = one.sign(vec!["localhost".to_owned()], NOW).unwrap();
        let key = KeyPair::try_from(leaf.key.secret_der()).unwrap();
        let alone = params(&key).self_signed(&KeyPair::generate().unwrap()).unwrap();
        let check = |text: String, expected: &str| {
            let error = Authority::from_text(&Secret::new(text), NOW).err().unwrap().to_string();
            assert!(error.contains(expected), "{error}");
        };
        let key_of = |authority: &Authority| authority.issuer.key().serialize_pem();
        check(String::new(), "no private key");
        check(one.certificate().to_owned(), "no private key");
        check(key_of(&one), "no certificate");
        check(key_of(&one) + other.certificate(), "do not belong together");
        check(key.serialize_pem() + &alone.pem(), "do not belong together");
        check(
            one.to_text().expose().replace("BEGIN CERTIFICATE-----\nM", "BEGIN CERTIFICATE-----\nN"),
            "do not belong",
        );
    }
}
