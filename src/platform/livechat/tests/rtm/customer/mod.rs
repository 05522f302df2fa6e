//! Sockets of customers without a network.

mod pushes;
mod reasons;
mod rules;

use super::*;

pub(super) const SITE: &str = "/v3.6/customer/rtm/ws?organization_id=390e44e6-f1e6-0368-c6dd-b74c14508c2e";
const CLIENT: &str = "0805e283233042b37f460ed8fbf22160";

impl Stage {
    /// A token of a customer, as a header. What agents hear of its being given is left out.
    fn pass(&mut self, customer: &str) -> String {
        let body = json!({"grant_type": "agent_token", "client_id": CLIENT, "entity_id": customer});
        let body = Body::Whole(body.to_string().into());
        let issued = self.send(Method::POST, "/v2/customer/token", &[("authorization", AGENT_TOKEN)], body).1;
        self.orders();
        format!("Bearer {}", issued["access_token"].as_str().unwrap_or_else(|| panic!("{issued}")))
    }

    /// What a call that says nothing is answered; nothing if it is answered nothing.
    fn web(&mut self, method: Method, path: &str, pass: &str) -> Value {
        let (path, query) = (path.to_owned(), SITE.split_once('?').unwrap().1.to_owned());
        let headers = [(http::header::AUTHORIZATION, HeaderValue::from_str(pass).unwrap())].into_iter().collect();
        let call = Call { method, path, query, headers, body: Body::Whole("{}".into()), params: Vec::new() };
        let reply = self.livechat.call(&mut self.desk.cx(self.now), call).reply;
        serde_json::from_slice(&reply.body).unwrap_or_default()
    }

    /// Opens a socket for a customer and logs in; gives the answer, and what else sockets are told.
    pub(super) fn come(&mut self, socket: u64, customer: &str, more: &Value) -> Told {
        self.come_to(socket, SITE, customer, more)
    }

    fn come_to(&mut self, socket: u64, path: &str, customer: &str, more: &Value) -> Told {
        let mut login = json!({"token": self.pass(customer)});
        login.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        let mut told = self.connect(socket, path);
        told.extend(self.asks(socket, "login", login));
        told
    }
}

/// A license with an agent, whom a customer gets, and the socket of another one who watches.
fn shop() -> Stage {
    let mut stage = Stage::open(json!({
        "agents": [{"id": "mia@acme.example", "name": "Mia Lind", "role": "viceowner"},
                   {"id": "tom@acme.example", "name": "Tom Ray", "status": "not_accepting_chats"}],
        "groups": [{"id": 19, "name": "Sales"}],
        "bots": [{"name": "Acme Bot", "status": "offline"}],
    }));
    stage.enter(1, MIA);
    stage.orders();
    stage
}

/// Begins a chat on a customer's socket.
fn begin(stage: &mut Stage, socket: u64) -> (String, String, Told) {
    let event = json!({"type": "message", "text": "Hi"});
    let told = stage.asks(socket, "start_chat", json!({"chat": {"thread": {"events": [event]}}}));
    let begun = told[0].1["payload"].clone();
    let text = |key: &str| begun[key].as_str().unwrap_or_else(|| panic!("{}", told[0].1)).to_owned();
    (text("chat_id"), text("thread_id"), told)
}
