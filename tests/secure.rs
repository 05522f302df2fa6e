//! Webhooks to https addresses: who is trusted, what is told of the others, and that the gate comes first.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::support::core::attempt;
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair};
use rehearsal::base::time::WallLimit;
use rehearsal::delivery::{Authorities, AuthoritiesError, Delivery, Egress};
use rehearsal::journal::entry::Outcome;
use rustls::pki_types::PrivateKeyDer;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;

const LATE: WallLimit = WallLimit::from_secs(30);

type Authority = CertifiedIssuer<'static, KeyPair>;

fn authority(name: &str) -> Authority {
    let mut params = CertificateParams::new(Vec::new()).unwrap();
    params.distinguished_name.push(DnType::CommonName, name);
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap()
}

fn file(name: &str, content: &str) -> std::path::PathBuf {
    let path = crate::support::program::folder(name).join("ca.pem");
    std::fs::write(&path, content).unwrap();
    path
}

fn trusting(name: &str, authority: &Authority, hosts: &[&str]) -> Delivery {
    let authorities = Authorities::read(&file(name, &authority.pem())).unwrap();
    let allowed_hosts: BTreeSet<String> = hosts.iter().map(|host| (*host).to_owned()).collect();
    Delivery::new(Egress { authorities, allowed_hosts, ..Egress::default() })
}

/// A receiver whose certificate is for these names and ends in that year; acknowledges everything. Tells its port.
async fn receiver(authority: &Authority, names: &[&str], ends: i32) -> u16 {
    let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
    let mut params = CertificateParams::new(names).unwrap();
    params.not_after = rcgen::date_time_ymd(ends, 1, 1);
    let key = KeyPair::generate().unwrap();
    let certificate = params.signed_by(&key, authority).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = rustls::ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions().unwrap();
    let key = PrivateKeyDer::Pkcs8(key.serialize_der().into());
    let config = config.with_no_client_auth().with_single_cert(vec![certificate.der().clone()], key).unwrap();
    let acceptor = TlsAcceptor::from(Arc::new(config));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let acceptor = acceptor.clone();
            tokio::spawn(async move {
                let Ok(mut stream) = acceptor.accept(stream).await else { return };
                let mut bytes = [0; 4096];
                while stream.read(&mut bytes).await.is_ok_and(|read| read > 0) {
                    stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n").await.unwrap();
                }
            });
        }
    });
    port
}

#[tokio::test]
async fn a_receiver_is_trusted_if_its_authority_is() {
    let (known, unknown) = (authority("known"), authority("unknown"));
    let delivery = trusting("secure-known", &known, &[]);
    let check = async |port: u16, host: &str, expected: &str| {
        let outcome = delivery.attempt(&attempt(&format!("https://{host}:{port}/x"), LATE)).await.outcome;
        let told = outcome.to_string();
        assert!(told.contains(expected), "{host}: {told}");
    };
    let good = receiver(&known, &["localhost", "127.0.0.1"], 4000).await;
    // Twice, as the second one finds a connection that was kept.
    for _ in 0..2 {
        check(good, "localhost", "200").await;
        check(good, "127.0.0.1", "200").await;
    }
    let refused = "its certificate is not accepted: ";
    check(receiver(&unknown, &["localhost"], 4000).await, "localhost", &format!("{refused}UnknownIssuer")).await;
    check(
        receiver(&known, &["elsewhere.example"], 4000).await,
        "localhost",
        &format!("{refused}certificate not valid for name"),
    )
    .await;
    check(receiver(&known, &["localhost"], 2001).await, "localhost", &format!("{refused}certificate expired")).await;
}

#[tokio::test]
async fn who_does_not_speak_tls_is_told_from_who_is_not_trusted() {
    let delivery = trusting("secure-plain", &authority("known"), &[]);
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        for answer in [&b"HTTP/1.1 400 Bad Request\r\n\r\n"[..], b""] {
            let (mut stream, _) = listener.accept().await.unwrap();
            let mut hello = [0; 512];
            assert!(stream.read(&mut hello).await.unwrap() > 0);
            stream.write_all(answer).await.unwrap();
        }
    });
    for expected in ["TLS failed: ", "the connection was closed while TLS began"] {
        let outcome = delivery.attempt(&attempt(&format!("https://{address}/x"), LATE)).await.outcome.to_string();
        assert!(outcome.contains(expected), "{outcome}");
    }
}

#[tokio::test]
async fn the_gate_comes_before_tls() {
    let delivery = trusting("secure-gate", &authority("known"), &[]);
    let outcome = delivery.attempt(&attempt("https://93.184.215.14/x", LATE)).await.outcome;
    assert!(matches!(outcome, Outcome::Forbidden(_)), "{outcome:?}");
    let dialled = delivery.dial("https://127.0.0.1:1/x").await.unwrap_err().to_string();
    assert!(dialled.contains("over plain http only"), "{dialled}");
}

#[test]
fn a_file_that_has_no_authorities_is_refused() {
    let missing = Authorities::read(std::path::Path::new("nowhere.pem"));
    assert!(matches!(missing, Err(AuthoritiesError::Unreadable(_))), "{missing:?}");
    let check = |name: &str, content: &str, expected: &str| {
        let error = Authorities::read(&file(name, content)).unwrap_err().to_string();
        assert!(error.contains(expected), "{content:?}: {error}");
    };
    check("secure-empty", "", "no certificate in PEM");
    check("secure-text", "hello", "no certificate in PEM");
    check("secure-broken", "-----BEGIN CERTIFICATE-----\n%\n-----END CERTIFICATE-----\n", "failed to read");
    check(
        "secure-other",
        "-----BEGIN CERTIFICATE-----\naGVsbG8=\n-----END CERTIFICATE-----\n",
        "one of its certificates is none",
    );
}
