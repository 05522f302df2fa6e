//! Sockets without a network: what is said on them, and to whom.

mod chance;
mod customer;
mod frames;
mod pushes;
mod reasons;
mod rules;

use super::*;
use crate::base::id::SocketId;
use crate::platform::socket::{Inbound, Order, Trouble};

const PATH: &str = "/v3.6/agent/rtm/ws";
const MIA: &str = "Bearer dal:agent-token";
const TOM: &str = "Bearer dal:agent2-token";

/// What a socket was told: the frames, and the reason it was closed for.
type Told = Vec<(u64, Value)>;

impl Stage {
    /// Opens a socket.
    fn connect(&mut self, socket: u64, path: &str) -> Told {
        let (path, query) = path.split_once('?').unwrap_or((path, ""));
        let (path, query, headers) = (path.to_owned(), query.to_owned(), http::HeaderMap::new());
        let call = Call { method: Method::GET, path, query, headers, body: Body::Whole("".into()), params: Vec::new() };
        self.livechat.connected(&mut self.desk.cx(self.now), SocketId(socket), &call);
        self.orders()
    }

    /// Opens a socket for somebody who wants to hear as much as possible.
    fn enter(&mut self, socket: u64, token: &str) {
        self.connect(socket, PATH);
        let answer = self.rpc(socket, "login", json!({"token": token, "customer_monitoring_level": "online"}));
        assert_eq!(answer["success"], true, "{answer}");
    }

    /// Takes a frame in, and gives all that sockets are told because of it.
    fn hear(&mut self, socket: u64, frame: Inbound, unanswered: usize) -> Told {
        let asked = self.livechat.hear(&mut self.desk.cx(self.now), SocketId(socket), frame, unanswered);
        let mut told = self.orders();
        if let Some(asked) = asked {
            let mut cx = self.desk.cx(self.now).over(SocketId(socket));
            let reply = self.livechat.ask(&mut cx, asked.action, asked.call).reply;
            told.push((socket, serde_json::from_slice(&(asked.respond)(&reply)).unwrap()));
            told.extend(self.orders());
        }
        told
    }

    fn frame(&mut self, socket: u64, frame: &Value) -> Told {
        self.hear(socket, Inbound::Text(frame.to_string().into()), 0)
    }

    fn asks(&mut self, socket: u64, action: &str, payload: Value) -> Told {
        self.frame(socket, &json!({"request_id": action, "action": action, "payload": payload}))
    }

    /// Asks for something, and gives the answer.
    fn rpc(&mut self, socket: u64, action: &str, payload: Value) -> Value {
        self.asks(socket, action, payload).remove(0).1
    }

    fn in_trouble(&mut self, socket: u64, trouble: Trouble) -> Told {
        self.livechat.trouble(&mut self.desk.cx(self.now), SocketId(socket), trouble);
        self.orders()
    }

    fn leave(&mut self, socket: u64) -> Told {
        self.livechat.disconnected(&mut self.desk.cx(self.now), SocketId(socket));
        self.orders()
    }

    /// What sockets were told since the last look. Those that were closed are, as by the engine.
    fn orders(&mut self) -> Told {
        let mut told = Vec::new();
        for (SocketId(socket), order) in std::mem::take(&mut self.desk.orders) {
            match order {
                Order::Say(message) => {
                    let frame: Value = serde_json::from_slice(&message.text).unwrap();
                    assert_eq!(
                        message.push.as_ref().map(|push| push.name),
                        frame["action"].as_str().filter(|_| frame["type"] == "push"),
                        "{frame}"
                    );
                    told.push((socket, frame));
                }
                Order::HangUp(farewell) => {
                    told.push((socket, json!(farewell.reason)));
                    told.extend(self.leave(socket));
                }
                Order::Wait(_) => {}
            }
        }
        told
    }
}

/// The names of the pushes among what a socket was told.
fn pushes(told: &Told, socket: u64) -> Vec<String> {
    let pushes = told.iter().filter(|(of, frame)| *of == socket && frame["type"] == "push");
    pushes.map(|(_, frame)| frame["action"].as_str().unwrap().to_owned()).collect()
}

/// The payload of the first push of this name that a socket was told.
fn payload(told: &Told, socket: u64, push: &str) -> Value {
    let found = told.iter().find(|(of, frame)| *of == socket && frame["type"] == "push" && frame["action"] == push);
    found.map(|(_, frame)| frame["payload"].clone()).unwrap_or_else(|| panic!("no {push} in {told:#?}"))
}

/// A license with two agents, of whom one is in group 19, and a bot.
fn staffed() -> Stage {
    Stage::open(json!({
        "agents": [{"id": "mia@acme.example", "name": "Mia Lind", "groups": [19]},
                   {"id": "tom@acme.example", "name": "Tom Ray", "role": "normal"}],
        "groups": [{"id": 19, "name": "Sales"}],
        "bots": [{"name": "Acme Bot"}],
    }))
}
