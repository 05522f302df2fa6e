//! Programs that are LiveChat's customers, over real connections: the flows that the vendor's guides describe.

use rehearsal::platform::cx::Identities;
use rehearsal::server::Limits;
use serde_json::{Value, json};

use crate::support::client::{Answer, exchange};
use crate::support::receiver::{Line, OK, Receiver};
use crate::support::websocket::{House, journal};

const CLIENT: &str = "0805e283233042b37f460ed8fbf22160";
const ORGANIZATION: &str = "390e44e6-f1e6-0368-c6dd-b74c14508c2e";
const AGENT: &str = "Bearer dal:agent-token";

/// Sends a call with these headers, and gives its answer and the document in it.
async fn send(house: &House, line: &str, headers: &[(&str, &str)], body: &str) -> (Answer, Value) {
    let headers: String = headers.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect();
    let length = body.len();
    let request = format!("{line} HTTP/1.1\r\nhost: localhost\r\n{headers}content-length: {length}\r\n\r\n{body}");
    let answer = exchange(house.address, request).await;
    let document = serde_json::from_slice(&answer.body).unwrap_or_default();
    (answer, document)
}

/// A customer of one organization.
struct Customer<'h> {
    house: &'h House,
    version: &'static str,
    organization: String,
    token: String,
}

impl Customer<'_> {
    async fn call(&self, method: &str, body: Value) -> (u16, Value) {
        let Self { house, version, organization, token } = self;
        let line = format!("POST /{version}/customer/action/{method}?organization_id={organization}");
        let bearer = format!("Bearer {token}");
        let headers = [("authorization", bearer.as_str()), ("content-type", "application/json")];
        let (answer, document) = send(house, &line, &headers, &body.to_string()).await;
        (answer.status, document)
    }

    /// The same for a call that must be granted.
    async fn ask(&self, method: &str, body: Value) -> Value {
        let (status, document) = self.call(method, body).await;
        assert_eq!(status, 200, "{method}: {document}");
        document
    }

    /// The type of the error that a call is answered with.
    async fn refused(&self, method: &str, body: Value) -> (u16, String) {
        let (status, document) = self.call(method, body).await;
        (status, document["error"]["type"].as_str().unwrap_or_default().to_owned())
    }
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_else(|| panic!("{value} is no text")).to_owned()
}

fn message(text: &str) -> Value {
    json!({"type": "message", "text": text})
}

#[tokio::test]
async fn an_app_in_a_browser_polls_for_answers() {
    let house = House::start(Limits::default()).await;
    let world = house.license(&json!({}), "license", Identities::WellKnown).await;
    let page = ("origin", "http://localhost:3000");
    let (asked, _) = send(&house, "OPTIONS /v2/customer/token", &[page], "").await;
    assert_eq!((asked.status, asked.header("access-control-allow-origin")), (204, Some("http://localhost:3000")));

    let grant = json!({"response_type": "token", "grant_type": "cookie", "client_id": CLIENT,
                       "organization_id": ORGANIZATION, "redirect_uri": "http://localhost:3000/"});
    let (answer, granted) = send(&house, "POST /v2/customer/token", &[page], &grant.to_string()).await;
    assert_eq!((answer.status, answer.header("access-control-allow-credentials")), (200, Some("true")), "{granted}");
    let cookies: Vec<&str> = answer.head.lines().filter_map(|line| line.strip_prefix("set-cookie: ")).collect();
    assert_eq!(cookies.len(), 2, "{}", answer.head);
    let jar: Vec<&str> = cookies.iter().filter_map(|cookie| cookie.split(';').next()).collect();
    let (_, again) = send(&house, "POST /v2/customer/token", &[("cookie", &jar.join("; "))], &grant.to_string()).await;
    assert_eq!(again["entity_id"], granted["entity_id"]);

    let organization = ORGANIZATION.to_owned();
    let me = Customer { house: &house, version: "v3.5", organization, token: text(&granted["access_token"]) };
    assert_eq!(me.ask("list_chats", json!({})).await, json!({"chats_summary": [], "total_chats": 0}));
    let begun = me.ask("start_chat", json!({"chat": {"thread": {"events": [message("Hello?")]}}})).await;
    let (chat, thread) = (text(&begun["chat_id"]), text(&begun["thread_id"]));
    me.ask("send_event", json!({"chat_id": chat, "event": message("Is anybody there?")})).await;
    let reply = json!({"chat_id": chat, "event": message("I am")}).to_string();
    let headers = [("authorization", AGENT)];
    let (answer, _) = send(&house, "POST /v3.6/agent/action/send_event", &headers, &reply).await;
    assert_eq!(answer.status, 200);
    let polled = me.ask("list_threads", json!({"chat_id": chat})).await;
    let latest = polled["threads"].as_array().unwrap().iter().find(|one| one["id"] == thread).unwrap();
    let texts: Vec<&Value> = latest["events"].as_array().unwrap().iter().map(|event| &event["text"]).collect();
    assert_eq!(texts, ["Hello?", "Is anybody there?", "I am"]);
    assert_eq!(latest["events"][2]["author_id"].as_str().map(str::len), Some(32), "agents are hashed");
    assert_eq!(me.ask("deactivate_chat", json!({"id": chat})).await, json!({}));
    let late = json!({"chat_id": chat, "event": message("Wait")});
    assert_eq!(me.refused("send_event", late).await, (422, "chat_inactive".to_owned()));
    let listed = me.ask("list_chats", json!({})).await;
    assert_eq!(
        (&listed["chats_summary"][0]["id"], &listed["chats_summary"][0]["active"]),
        (&json!(chat), &json!(false))
    );
    assert_ne!(text(&me.ask("resume_chat", json!({"chat": {"id": chat}})).await["thread_id"]), thread);

    let lines = journal(&world);
    let route = |name: &str| lines.iter().filter(|entry| entry["kind"] == "called" && entry["route"] == name).count();
    assert_eq!((route("customer/token"), route("customer/start_chat"), route("customer/list_chats")), (2, 1, 2));
    let from = |entry: &&Value| entry["kind"] == "said" && entry["from"]["role"] == "customer";
    assert_eq!(lines.iter().filter(from).count(), 2);
    let secret = granted["access_token"].as_str().unwrap();
    let (shown, _) = send(&house, &format!("GET /v2/customer/info?code={secret}"), &[], "").await;
    assert_eq!(shown.status, 200);
    let lines = journal(&world);
    assert!(!lines.iter().any(|entry| entry.to_string().contains(secret)), "tokens are masked");
}

#[tokio::test]
async fn a_channel_speaks_for_its_users_and_hears_by_webhooks() {
    let mut receiver = Receiver::start(vec![Line::Last(OK); 20]).await;
    let house = House::start(Limits::default()).await;
    let url = format!("http://{}/hook", receiver.address);
    let hook = json!({"action": "incoming_event", "url": url, "filters": {"author_type": "agent"}});
    let setup = |organization: &str, token: &str| {
        json!({"organization_id": organization, "webhooks": [hook],
               "agents": [{"id": "mia@acme.example", "token": token}]})
    };
    let others = "00000000-0000-4000-8000-000000000002";
    let first = house.license(&setup(ORGANIZATION, "dal:first"), "first", Identities::Fresh).await;
    let second = house.license(&setup(others, "dal:second"), "second", Identities::Fresh).await;
    let agent = [("authorization", "Bearer dal:first")];
    let grant = |more: Value| {
        let mut body = json!({"grant_type": "agent_token", "client_id": CLIENT});
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        body.to_string()
    };
    let (_, granted) = send(&house, "POST /v2/customer/token", &agent, &grant(json!({}))).await;
    let entity = text(&granted["entity_id"]);
    let user = |token: &Value, organization: &str| Customer {
        house: &house,
        version: "v3.6",
        organization: organization.to_owned(),
        token: text(token),
    };
    let begun = user(&granted["access_token"], ORGANIZATION)
        .ask("start_chat", json!({"continuous": true, "chat": {"thread": {"events": [message("Hi")]}}}))
        .await;
    let (_, fresh) = send(&house, "POST /v2/customer/token", &agent, &grant(json!({"entity_id": entity}))).await;
    let again = user(&fresh["access_token"], ORGANIZATION);
    again.ask("send_event", json!({"chat_id": begun["chat_id"], "event": message("Still me")})).await;
    let reply = json!({"chat_id": begun["chat_id"], "event": message("Hello!")}).to_string();
    let (answer, _) = send(&house, "POST /v3.6/agent/action/send_event", &agent, &reply).await;
    assert_eq!(answer.status, 200);
    let request = receiver.request().await;
    let body: Value = serde_json::from_str(request.split_once("\r\n\r\n").unwrap().1).unwrap();
    assert_eq!((&body["action"], &body["organization_id"]), (&json!("incoming_event"), &json!(ORGANIZATION)));
    assert_eq!(body["payload"]["event"]["text"], "Hello!");

    // What goes wrong, goes wrong in the world that it belongs to.
    let authentication = (401, "authentication".to_owned());
    assert_eq!(user(&fresh["access_token"], others).refused("list_chats", json!({})).await, authentication);
    assert_eq!(user(&fresh["access_token"], "x").refused("list_chats", json!({})).await.1, "license_not_found");
    assert_eq!(user(&json!("dal:nobody"), others).refused("list_chats", json!({})).await, authentication);
    assert_eq!(user(&json!("dal:first"), ORGANIZATION).refused("list_chats", json!({})).await, authentication);
    let (_, stranger) = send(&house, "POST /v2/customer/token", &agent, &grant(json!({}))).await;
    let theirs = json!({"chat_id": begun["chat_id"]});
    let stranger = user(&stranger["access_token"], ORGANIZATION);
    assert_eq!(stranger.refused("get_chat", theirs).await, (403, "authorization".to_owned()));
    let line = format!("POST /v3.6/customer/action/start_chat?organization_id={ORGANIZATION}");
    let bearer = format!("Bearer {}", stranger.token);
    let (answer, document) = send(&house, &line, &[("authorization", &bearer)], "{\"chat\":").await;
    assert_eq!((answer.status, &document["error"]["type"]), (400, &json!("validation")));
    let ban = json!({"id": entity, "ban": {"days": 1}}).to_string();
    send(&house, "POST /v3.6/agent/action/ban_customer", &agent, &ban).await;
    assert_eq!(again.refused("list_chats", json!({})).await, (403, "customer_banned".to_owned()));
    let revoked = send(&house, "DELETE /v2/customer/token", &[("authorization", &bearer)], "").await.0;
    assert_eq!((revoked.status, revoked.body.len()), (200, 0));
    assert_eq!(stranger.refused("list_chats", json!({})).await, authentication);

    let cookie = json!({"grant_type": "cookie", "client_id": CLIENT, "organization_id": others}).to_string();
    let (_, granted) = send(&house, "POST /v2/customer/token", &[], &cookie).await;
    assert_eq!(granted["organization_id"], others);
    // Two calls with tokens that are worth nothing there, and one without.
    let calls = |world: &_| {
        let lines: Vec<Value> = journal(world).into_iter().filter(|entry| entry["kind"] == "called").collect();
        lines.iter().map(|entry| text(&entry["route"])).collect::<Vec<_>>()
    };
    assert_eq!(calls(&second), ["customer/list_chats", "customer/list_chats", "customer/token"]);
    assert!(calls(&first).contains(&"customer/revoke_token".to_owned()));
    assert_eq!(house.worlds.clashes(), 0);
}
