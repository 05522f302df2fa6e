//! Worlds that nobody uses: what they cost while they wait.

use std::time::Instant;

use bytes::Bytes;
use http_body_util::Full;

use crate::load::{connect, exchange};
use crate::process::Server;

/// How many worlds are opened.
const WORLDS: usize = 10_000;
/// The platforms in turn.
const PLATFORMS: [&str; 3] = ["imichat", "livechat", "texter"];

/// Opens them in a stand-in of their own, and prints how long that took and how much memory it has then.
pub(crate) async fn idle() {
    let server = Server::rehearsal(&[]);
    let (address, token) = server.control();
    let mut connection = connect(address).await;
    let before = server.resident();
    let begun = Instant::now();
    for platform in PLATFORMS.iter().cycle().take(WORLDS) {
        let request = hyper::Request::post("/worlds")
            .header("host", "127.0.0.1")
            .header("authorization", format!("Bearer {token}"))
            .body(Full::new(Bytes::from(format!("platform: {platform}\ncustomers: {{alice: {{}}}}\n"))))
            .expect("its parts are valid");
        exchange(&mut connection, request).await;
    }
    let took = begun.elapsed().as_secs_f64();
    let resident = server.resident();
    let each = (resident - before) * 1024.0 / WORLDS as f64;
    println!(
        "{WORLDS} idle worlds              {resident:8.1} MiB ({before:.1} MiB without them, {each:.1} KiB each), opened in {took:.1} s"
    );
}
