//! A scripted stand-in for the vendors' APIs: it keeps every call and answers as the vendors do, or as it is told.

use std::collections::BTreeMap;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

/// What all paths of Texter begin with.
const TEXTER: &str = "/server/api/v2";

/// A vendor that listens on a free port until it is dropped.
pub(crate) struct FakeVendor {
    address: SocketAddr,
    state: Arc<Mutex<State>>,
}

/// A call that came in.
#[derive(Clone, PartialEq, Debug)]
pub(crate) struct Call {
    pub(crate) method: String,
    pub(crate) path: String,
    pub(crate) body: Value,
    pub(crate) status: u16,
}

#[derive(Default)]
struct State {
    calls: Vec<Call>,
    planned: Vec<(String, u16, Value)>,
    tokens: usize,
    /// Whether Texter has the label that bots put on chats.
    has_label: bool,
    stopped: bool,
}

/// A request as it is on the wire; header names are in lower case.
struct Request {
    method: String,
    path: String,
    headers: BTreeMap<String, String>,
    body: Vec<u8>,
}

impl FakeVendor {
    pub(crate) fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let state = Arc::new(Mutex::new(State::default()));
        let shared = Arc::clone(&state);
        thread::spawn(move || {
            for stream in listener.incoming() {
                if shared.lock().unwrap().stopped {
                    break;
                }
                let shared = Arc::clone(&shared);
                // A bot that hangs up half-way is the bot's business.
                thread::spawn(move || stream.and_then(|stream| serve(stream, &shared)));
            }
        });
        Self { address, state }
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Answers the next call whose path contains `part` with this; several plans for one path are used in turn.
    pub(crate) fn plan(&self, part: &str, status: u16, body: Value) {
        self.state.lock().unwrap().planned.push((part.to_owned(), status, body));
    }

    /// Makes the current imi.chat access token invalid.
    pub(crate) fn revoke_token(&self) {
        self.state.lock().unwrap().tokens += 1;
    }

    /// The calls since the last time this was asked.
    pub(crate) fn take_calls(&self) -> Vec<Call> {
        std::mem::take(&mut self.state.lock().unwrap().calls)
    }

    /// What the calls since the last time came to, in words that are the same for all vendors. Calls that failed are left out.
    pub(crate) fn take_deeds(&self) -> Vec<String> {
        self.take_calls().iter().filter(|call| call.status < 300).flat_map(deeds).collect()
    }
}

impl Drop for FakeVendor {
    fn drop(&mut self) {
        self.state.lock().unwrap().stopped = true;
        // Wakes the listener, which then sees that it is over.
        drop(TcpStream::connect(self.address));
    }
}

/// Sends a webhook and returns the status it is answered with.
pub(crate) fn post(url: &str, headers: &[(String, String)], body: &[u8]) -> u16 {
    let (host, path) = url.strip_prefix("http://").unwrap().split_once('/').unwrap();
    let mut stream = TcpStream::connect(host).unwrap();
    let mut head =
        format!("POST /{path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\nContent-Length: {}\r\n", body.len());
    for (name, value) in headers {
        head.push_str(&format!("{name}: {value}\r\n"));
    }
    stream.write_all(format!("{head}Content-Type: application/json\r\n\r\n").as_bytes()).unwrap();
    stream.write_all(body).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer.split(' ').nth(1).and_then(|status| status.parse().ok()).unwrap_or_else(|| panic!("no HTTP: {answer:?}"))
}

fn serve(stream: TcpStream, state: &Mutex<State>) -> io::Result<()> {
    let request = read(&stream)?;
    let (status, token, body) = {
        let mut state = state.lock().unwrap();
        let (status, token, answer) = answer(&mut state, &request);
        let body = serde_json::from_slice(&request.body).unwrap_or_default();
        state.calls.push(Call { method: request.method, path: request.path, body, status });
        (status, token, answer.to_string())
    };
    let token = token.map(|token| format!("access_token: {token}\r\n")).unwrap_or_default();
    let head = format!("HTTP/1.1 {status} -\r\n{token}Connection: close\r\nContent-Length: {}\r\n\r\n", body.len());
    (&stream).write_all((head + &body).as_bytes())
}

fn read(stream: &TcpStream) -> io::Result<Request> {
    let mut reader = BufReader::new(stream);
    let mut line = String::new();
    reader.read_line(&mut line)?;
    let mut words = line.split(' ').map(str::to_owned);
    let (method, path) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
    let mut headers = BTreeMap::new();
    loop {
        let mut line = String::new();
        reader.read_line(&mut line)?;
        let Some((name, value)) = line.trim_end().split_once(": ") else { break };
        headers.insert(name.to_lowercase(), value.to_owned());
    }
    let mut body = vec![0; headers.get("content-length").and_then(|length| length.parse().ok()).unwrap_or(0)];
    reader.read_exact(&mut body)?;
    Ok(Request { method, path, headers, body })
}

fn answer(state: &mut State, request: &Request) -> (u16, Option<String>, Value) {
    let header = |name: &str| request.headers.get(name).map_or("", String::as_str);
    if let Some(at) = state.planned.iter().position(|(part, ..)| request.path.contains(part.as_str())) {
        let (_, status, body) = state.planned.remove(at);
        return (status, None, body);
    }
    if request.path == "/v3.1/authorize" {
        if header("authorization") != STANDARD.encode("imi-api-key@acme.imi.chat") {
            return (400, None, json!({"status_code": 2002}));
        }
        state.tokens += 1;
        return (200, Some(format!("token-{}", state.tokens)), json!({"status_code": 200, "response": ""}));
    }
    if request.path.starts_with("/v3.1/") {
        let known = header("access_token") == format!("token-{}", state.tokens);
        let refusal = (400, None, json!({"status_code": 2003, "description": "Invalid Access Token", "response": ""}));
        return if known { (200, None, json!({"status_code": 4304, "response": {}})) } else { refusal };
    }
    if let Some(path) = request.path.strip_prefix(TEXTER) {
        return answer_texter(state, header("authorization"), path);
    }
    match header("authorization") {
        "Bearer dal:bot-token" => (200, None, json!({"event_id": "T_9"})),
        _ => (401, None, json!({"error": {"type": "authentication", "message": "Invalid access token"}})),
    }
}

fn answer_texter(state: &mut State, authorization: &str, path: &str) -> (u16, Option<String>, Value) {
    let refusal = |status, why: &str| (status, None, json!({"success": false, "error": why}));
    if authorization != "Bearer texter-token" {
        return refusal(401, "Unauthorized");
    }
    match path {
        "/labels" if std::mem::replace(&mut state.has_label, true) => refusal(409, "Label bot-handled already exists"),
        "/labels" => (201, None, json!({"id": "bot-handled"})),
        _ if path.ends_with("/labels") && !state.has_label => refusal(404, "Label not found"),
        _ => (200, None, json!({"success": true})),
    }
}

/// Reads a call strictly: whatever is not exactly what the vendors document is told as it is.
fn deeds(call: &Call) -> Vec<String> {
    let Call { method, path, body, .. } = call;
    let said = |text: &Value| vec![format!("says {}", text.as_str().unwrap_or("nothing"))];
    let texter = path.strip_prefix(TEXTER).filter(|_| method == "POST");
    let parts: Vec<&str> = path.split('/').skip(2).collect();
    let known = match (method.as_str(), parts.as_slice()) {
        ("GET", ["authorize"]) => Some(vec![]),
        ("POST", ["chats", _, "messages"]) => {
            let time = "2020-07-06T07:11:33.259Z";
            let text =
                json!({"type": "outbound", "livechat_sub_type": "text", "text": body["text"], "timestamp": time});
            let options = json!([
                {"title": "Track an order", "payload": "track-order"},
                {"title": "Talk to a human", "payload": "human"},
                {"title": "Nothing, thanks", "payload": "nothing"},
            ]);
            let replies =
                json!({"request_identifier": body["quick_replies"]["request_identifier"], "options": options});
            let menu = json!({"type": "outbound", "livechat_sub_type": "quick_replies", "quick_replies": replies, "timestamp": time});
            if *body == menu {
                Some(vec!["offers the menu".to_owned()])
            } else {
                (*body == text).then(|| said(&body["text"]))
            }
        }
        ("PATCH", ["internal", "chats", _]) => {
            (*body == json!({"transfer": {"teamid": 673}})).then(|| vec!["hands over".to_owned()])
        }
        ("PATCH", ["chats", _]) => (*body
            == json!({"status": "closed", "outcome": "Resolved", "tags": ["bot-handled"]}))
        .then(|| vec!["tags".to_owned(), "closes".to_owned()]),
        ("POST", ["agent", "action", action]) => livechat_deeds(action, body, said),
        _ => texter.and_then(|path| texter_deeds(path, body, said)),
    };
    known.unwrap_or_else(|| vec![format!("{method} {path} {body}")])
}

fn livechat_deeds(action: &str, body: &Value, said: impl Fn(&Value) -> Vec<String>) -> Option<Vec<String>> {
    let (chat, event) = (&body["chat_id"], &body["event"]);
    let button =
        |title, id| json!({"type": "message", "text": title, "value": title, "postback_id": id, "user_ids": []});
    let buttons = json!([
        button("Track an order", "track-order"),
        button("Talk to a human", "human"),
        button("Nothing, thanks", "nothing"),
    ]);
    let elements = json!([{"title": "What would you like to do?", "buttons": buttons}]);
    let text = json!({"chat_id": chat, "event": {"type": "message", "text": event["text"]}});
    let menu = json!({
        "chat_id": chat, "event": {"type": "rich_message", "template_id": "quick_replies", "elements": elements},
    });
    let target = json!({"type": "group", "ids": [0]});
    let transfer = json!({"id": body["id"], "target": target, "ignore_agents_availability": true});
    let tag = json!({"chat_id": chat, "thread_id": body["thread_id"], "tag": "bot-handled"});
    let close = json!({"id": body["id"]});
    let one = |deed: &str| vec![deed.to_owned()];
    match action {
        "send_event" if *body == text => Some(said(&event["text"])),
        "send_event" if *body == menu => Some(one("offers the menu")),
        "transfer_chat" if *body == transfer => Some(one("hands over")),
        "tag_thread" if *body == tag => Some(one("tags")),
        "deactivate_chat" if *body == close => Some(one("closes")),
        _ => None,
    }
}

fn texter_deeds(path: &str, body: &Value, said: impl Fn(&Value) -> Vec<String>) -> Option<Vec<String>> {
    let buttons = json!([
        {"title": "Track an order", "payload": "track-order"},
        {"title": "Talk to a human", "payload": "human"},
        {"title": "Nothing, thanks", "payload": "nothing"},
    ]);
    let menu = json!({"type": "buttons", "text": "What would you like to do?", "buttons": buttons});
    let target = json!({"chatId": body["chatId"], "departmentId": "support"});
    let label = json!({"id": "bot-handled", "name": "bot-handled"});
    let one = |deed: &str| vec![deed.to_owned()];
    match path.split('/').skip(1).collect::<Vec<_>>().as_slice() {
        ["messages", "send", _] if *body == json!({"type": "text", "text": body["text"]}) => Some(said(&body["text"])),
        ["messages", "send", _] if *body == menu => Some(one("offers the menu")),
        ["chats", "assign"] if *body == target => Some(one("hands over")),
        // That there is such a label is no deed in a chat.
        ["labels"] if *body == label => Some(vec![]),
        ["chats", _, "labels"] if *body == json!({"add": ["bot-handled"]}) => Some(one("tags")),
        ["chats", _, "resolve"] if body.is_null() => Some(one("closes")),
        _ => None,
    }
}
