//! A bare hyper server with a constant answer: what everything is compared with.

use std::convert::Infallible;

use bytes::Bytes;
use http_body_util::{BodyExt as _, Full};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Request, Response, header};
use hyper_util::rt::TokioIo;
use tokio::net::TcpListener;

/// Serves as `role` says, `constant:BYTES`, until the process is ended.
pub(crate) fn play(role: &str) {
    let size = role.strip_prefix("constant:").and_then(|size| size.parse().ok()).expect("the role names a size");
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime can be built");
    runtime.block_on(constant(Bytes::from(vec![b'x'; size])));
}

async fn constant(answer: Bytes) {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("loopback has free ports");
    println!("{}", listener.local_addr().expect("a bound socket has an address"));
    loop {
        let Ok((stream, _)) = listener.accept().await else { continue };
        let _ = stream.set_nodelay(true);
        let answer = answer.clone();
        tokio::spawn(async move {
            let service = service_fn(move |request: Request<Incoming>| {
                let answer = answer.clone();
                async move {
                    let _ = request.into_body().collect().await;
                    let mut response = Response::new(Full::new(answer));
                    let json = header::HeaderValue::from_static("application/json");
                    response.headers_mut().insert(header::CONTENT_TYPE, json);
                    Ok::<_, Infallible>(response)
                }
            });
            let _ = http1::Builder::new().serve_connection(TokioIo::new(stream), service).await;
        });
    }
}
