//! A client of a control port.

use std::io;

use bytes::Bytes;
use http::header::{AUTHORIZATION, HOST};
use http::{Request, Uri};
use http_body_util::{BodyExt as _, Full};
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use serde_json::Value as Json;
use tokio::net::TcpStream;

use crate::base::secret::Secret;

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
pub(super) enum ClientError {
    /// Nobody listens there.
    #[error("connect to {address}: {source}; is `rehearsal serve` running?")]
    Connect {
        /// Where.
        address: String,
        /// The reason.
        source: io::Error,
    },
    /// The connection broke, or what came back was not HTTP.
    #[error("talk to {address}: {source}")]
    Exchange {
        /// With whom.
        address: String,
        /// The reason.
        source: hyper::Error,
    },
    /// The address or the path is none.
    #[error("ask for {0}")]
    Request(#[from] http::Error),
}

/// Posts a text; gives the status and the document of the answer, `null` if it is none.
pub(super) async fn post(url: &str, path: &str, token: &Secret, text: &str) -> Result<(u16, Json), ClientError> {
    let address = url.parse::<Uri>().map_err(http::Error::from)?;
    let address = address.authority().map_or("", |authority| authority.as_str()).to_owned();
    let request = Request::post(path)
        .header(HOST, &address)
        .header(AUTHORIZATION, format!("Bearer {}", token.expose()))
        .body(Full::new(Bytes::copy_from_slice(text.as_bytes())))?;
    let stream = TcpStream::connect(&address).await;
    let stream = stream.map_err(|source| ClientError::Connect { address: address.clone(), source })?;
    let broken = |source| ClientError::Exchange { address: address.clone(), source };
    let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await.map_err(broken)?;
    let connection = tokio::spawn(connection);
    let answer = sender.send_request(request).await.map_err(broken)?;
    let status = answer.status().as_u16();
    let body = answer.into_body().collect().await.map_err(broken)?.to_bytes();
    connection.abort();
    Ok((status, serde_json::from_slice(&body).unwrap_or_default()))
}
