//! A client of sockets, and a server with worlds of real vendors for it to meet.

use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use rehearsal::base::rng::Seed;
use rehearsal::engine::clock::Pace;
use rehearsal::engine::port::Input;
use rehearsal::engine::{Opening, World};
use rehearsal::journal::lines::{Wall, lines};
use rehearsal::platform::cx::Identities;
use rehearsal::platform::{PLATFORMS, Vendor};
use rehearsal::scenario::load_setup;
use rehearsal::server::ticker;
use rehearsal::server::tls::Tls;
use rehearsal::server::world::WorldHandle;
use rehearsal::server::worlds::Worlds;
use rehearsal::server::{Limits, Server};
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::protocol::{Role, WebSocketConfig};

use super::client::Client;
use super::core::delivery_to;
use super::stagehand::START;

/// How long a test waits for what must come.
const LIMIT: Duration = Duration::from_secs(10);

/// A server.
pub(crate) struct House {
    pub(crate) worlds: Worlds<World>,
    pub(crate) address: SocketAddr,
}

fn opening(setup: &Value, steps: &Value, name: &str, identities: Identities) -> Opening {
    let document = json!({"platform": "livechat", "setup": setup, "steps": steps});
    let vocabularies: Vec<_> = PLATFORMS.iter().map(|vendor| vendor.vocabulary).collect();
    let scenario = load_setup(&document.to_string(), &vocabularies).unwrap();
    Opening { pace: Pace::Running(1), ..Opening::play(&scenario, name, Seed(7), identities) }
}

fn vendor() -> &'static Vendor {
    PLATFORMS.iter().find(|vendor| vendor.name == "livechat").unwrap()
}

/// A license outside of any server.
pub(crate) fn world(setup: &Value, steps: &Value) -> World {
    World::open(vendor(), opening(setup, steps, "world", Identities::WellKnown), START).unwrap()
}

impl House {
    pub(crate) async fn start(limits: Limits) -> Self {
        Self::secured(limits, None).await
    }

    /// One that speaks TLS, too.
    pub(crate) async fn secured(limits: Limits, tls: Option<Tls>) -> Self {
        let lobby = |vendor: &'static Vendor| {
            let nothing = load_setup(&format!("platform: {}\n", vendor.name), &[vendor.vocabulary]).unwrap();
            let opening = Opening::play(&nothing, "lobby", Seed(1), Identities::Fresh);
            World::open(vendor, Opening { pace: Pace::Running(1), ..opening }, ticker::now()).unwrap()
        };
        let worlds = Worlds::new(PLATFORMS, Box::new(lobby));
        let server = Server::bind("127.0.0.1:0".parse().unwrap(), limits).await.unwrap().secured(tls);
        let address = server.address();
        tokio::spawn(server.run(worlds.clone(), std::future::pending()));
        Self { worlds, address }
    }

    /// A license; the well-known one unless its credentials are to be its own.
    pub(crate) async fn license(&self, setup: &Value, name: &str, identities: Identities) -> WorldHandle<World> {
        self.stage(setup, &json!([]), name, identities).await
    }

    /// The same, in which these steps are played.
    pub(crate) async fn stage(
        &self,
        setup: &Value,
        steps: &Value,
        name: &str,
        identities: Identities,
    ) -> WorldHandle<World> {
        let mut world = World::open(vendor(), opening(setup, steps, name, identities), ticker::now()).unwrap();
        let claims: BTreeSet<_> = world.take_claims().into_iter().collect();
        let world = self.worlds.open("livechat", claims, world, delivery_to(self.address)).await;
        world.input(Input::Begin);
        world
    }

    /// Opens a socket for an agent, without a login.
    pub(crate) async fn socket(&self, path: &str) -> Socket {
        let mut client = Client::connect(self.address).await;
        client.send(handshake(path)).await;
        let head = client.head().await.unwrap();
        assert!(head.starts_with("HTTP/1.1 101 "), "{head}");
        Socket::of(client.into_stream()).await
    }

    /// Opens a socket and logs in; gives the answer, too.
    pub(crate) async fn agent(&self, token: &str) -> (Socket, Value) {
        let mut socket = self.socket("/v3.6/agent/rtm/ws").await;
        let answer = socket.ask("login", json!({"token": token})).await;
        (socket, answer)
    }
}

/// A request for a socket.
pub(crate) fn handshake(path: &str) -> String {
    format!(
        "GET {path} HTTP/1.1\r\nhost: localhost\r\nupgrade: websocket\r\nconnection: Upgrade\r\n\
         sec-websocket-version: 13\r\nsec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
    )
}

/// What a world has recorded, as JSON.
pub(crate) fn journal(world: &WorldHandle<World>) -> Vec<Value> {
    let text = world.with(|world| lines(world.journal(), Wall::Masked));
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// One end of a socket.
pub(crate) struct Socket(pub(crate) WebSocketStream<TcpStream>);

impl Socket {
    async fn of(stream: TcpStream) -> Self {
        let config = WebSocketConfig::default().read_buffer_size(4096).max_message_size(None);
        Self(WebSocketStream::from_raw_socket(stream, Role::Client, Some(config)).await)
    }

    pub(crate) async fn send(&mut self, text: impl ToString) {
        self.0.send(Message::text(text.to_string())).await.unwrap();
    }

    /// The next message; a text that says how it ended if there is none.
    pub(crate) async fn next(&mut self) -> Value {
        let came = self.raw().await;
        serde_json::from_str(&came).unwrap_or(json!(came))
    }

    /// The next message as it came; a text that says how it ended if there is none.
    pub(crate) async fn raw(&mut self) -> String {
        loop {
            let came = tokio::time::timeout(LIMIT, self.0.next()).await.expect("something comes in time");
            match came {
                Some(Ok(Message::Text(text))) => return text.to_string(),
                Some(Ok(Message::Close(Some(said)))) => return format!("{} {}", u16::from(said.code), said.reason),
                Some(Ok(Message::Close(None))) => return "closed".to_owned(),
                Some(Ok(_)) => {}
                Some(Err(_)) | None => return "gone".to_owned(),
            }
        }
    }

    /// The next message of an action.
    pub(crate) async fn until(&mut self, action: &str) -> Value {
        loop {
            let frame = self.next().await;
            assert!(frame.is_object(), "{frame} before {action}");
            if frame["action"] == action {
                return frame;
            }
        }
    }

    /// Asks for something, and gives the answer, which comes before what it causes.
    pub(crate) async fn ask(&mut self, action: &str, payload: Value) -> Value {
        self.send(json!({"request_id": action, "action": action, "payload": payload})).await;
        loop {
            let frame = self.next().await;
            assert!(frame.is_object(), "{frame} before the answer to {action}");
            if frame["request_id"] == action {
                assert_eq!(frame["type"], "response", "{frame}");
                return frame;
            }
        }
    }
}
