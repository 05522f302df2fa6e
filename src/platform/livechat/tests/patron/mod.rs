//! The Customer Chat API: customers who call for themselves.

mod refusals;
mod views;

use super::*;
use crate::platform::livechat::api::customer_method;

const ORGANIZATION: &str = "390e44e6-f1e6-0368-c6dd-b74c14508c2e";
/// The customer whom the tenant's own client calls as, and their token.
const PAT_ID: &str = "c0571000-0000-4000-8000-000000000001";
const OWN: &str = "Bearer dal:customer-token";

impl Stage {
    /// A call of the Customer Chat API, as it is.
    fn visit(&mut self, version: &str, method: &str, query: &str, token: Option<&str>, body: Body) -> (Reply, Value) {
        let path = format!("/{version}/customer/action/{method}");
        let routes = (Vendor::of::<Livechat>().routes)();
        let verb = routes.iter().find(|route| route.path.ends_with(&format!("/customer/action/{method}")));
        let headers = token.map(|token| (http::header::AUTHORIZATION, HeaderValue::from_str(token).unwrap()));
        let call = Call {
            method: verb.map_or(Method::POST, |route| route.method.clone()),
            path,
            query: query.to_owned(),
            headers: headers.into_iter().collect(),
            body,
            params: Vec::new(),
        };
        let reply = self.livechat.call(&mut self.desk.cx(self.now), call).reply;
        let document = serde_json::from_slice(&reply.body).unwrap();
        (reply, document)
    }

    /// What a customer's call is answered.
    pub(super) fn as_customer(&mut self, token: &str, method: &str, body: &Value) -> (Reply, Value) {
        let query = format!("organization_id={ORGANIZATION}");
        self.visit("v3.6", method, &query, Some(token), Body::Whole(body.to_string().into()))
    }

    /// The same for the customer of the tenant's own client, whose call must be granted.
    fn pat(&mut self, method: &str, body: &Value) -> Value {
        let (reply, document) = self.as_customer(OWN, method, body);
        assert_eq!(reply.status, 200, "{method}: {document}");
        document
    }

    /// The header of a new token for somebody.
    pub(super) fn token_of(&mut self, customer: &str) -> String {
        let body = json!({"grant_type": "agent_token", "client_id": "0805e283233042b37f460ed8fbf22160",
                          "entity_id": customer, "expires_in": 60});
        let headers = [("authorization", AGENT_TOKEN)];
        let (_, document) =
            self.send(Method::POST, "/v2/customer/token", &headers, Body::Whole(body.to_string().into()));
        format!("Bearer {}", document["access_token"].as_str().unwrap())
    }

    /// Lets the own customer begin a chat, and gives its id and that of its thread.
    fn pat_starts(&mut self) -> (String, String) {
        let events = json!([{"type": "message", "text": "Hi"}]);
        let begun = self.pat("start_chat", &json!({"chat": {"thread": {"events": events}}}));
        let text = |key: &str| begun[key].as_str().unwrap().to_owned();
        (text("chat_id"), text("thread_id"))
    }
}

#[test]
fn a_program_causes_what_a_customer_of_the_scenario_causes() {
    let mut played = Stage::with_bot();
    played.act(json!({"start_chat": {"as": "ada", "text": "Hi"}})).unwrap();
    played.act(json!({"say": {"as": "ada", "text": "Hello?"}})).unwrap();
    played.act(json!({"close": {"by": "ada"}})).unwrap();
    let mut called = Stage::with_bot();
    let token = called.token_of(ADA);
    let events = json!([{"type": "message", "text": "Hi"}]);
    let begun = called.as_customer(&token, "start_chat", &json!({"chat": {"thread": {"events": events}}})).1;
    let said = json!({"chat_id": begun["chat_id"], "event": {"type": "message", "text": "Hello?"}});
    let said = called.as_customer(&token, "send_event", &said).1;
    assert_eq!(begun["event_ids"], json!([format!("{}_1", begun["thread_id"].as_str().unwrap())]));
    assert_eq!(said["event_id"], format!("{}_2", begun["thread_id"].as_str().unwrap()));
    assert_eq!(called.as_customer(&token, "deactivate_chat", &json!({"id": begun["chat_id"]})).1, json!({}));
    let (played, mut called) = (played.bodies(), called.bodies());
    let actions = |bodies: &[Value]| bodies.iter().map(|body| body["action"].clone()).collect::<Vec<_>>();
    assert_eq!(actions(&called), actions(&played));
    // The app is another one, and so is the time of the second call.
    let first = called[0].take();
    let users = &first["payload"]["chat"]["users"];
    assert_eq!((&users[0]["name"], &users[0]["id"], &users[1]["id"]), (&json!("Ada"), &json!(ADA), &json!(BOT)));
    let properties = &first["payload"]["chat"]["thread"]["properties"];
    assert_eq!(properties["source"]["customer_client_id"], "0805e283233042b37f460ed8fbf22160");
    assert!(properties["routing"]["start_url"].is_string(), "{properties}");
}

#[test]
fn a_scenario_and_a_program_share_a_customer() {
    let mut stage = Stage::with_bot();
    stage.act(json!({"start_chat": {"as": "ada", "text": "Hi"}})).unwrap();
    let (token, chat) = (stage.token_of(ADA), stage.desk.chat("ada").unwrap().to_owned());
    let (_, listed) = stage.as_customer(&token, "list_chats", &json!({}));
    assert_eq!(listed["chats_summary"][0]["id"], chat);
    let body = json!({"chat_id": chat, "event": {"type": "message", "text": "It is me"}});
    stage.as_customer(&token, "send_event", &body);
    stage.act(json!({"say": {"as": "ada", "text": "And me"}})).unwrap();
    let shown = stage.get(&chat);
    let events = shown["thread"]["events"].as_array().unwrap();
    assert!(events.iter().all(|event| event["author_id"] == ADA), "{events:#?}");
    assert_eq!(events.len(), 3);
}

#[test]
fn steps_can_refer_to_a_chat_that_a_program_began() {
    let mut stage = Stage::with_bot();
    let (chat, _) = stage.pat_starts();
    assert_eq!(stage.desk.chat(PAT_ID), Some(chat.as_str()));
    stage.act(json!({"say": {"as": "Acme Bot", "text": "Hello!", "chat": "ada"}})).unwrap_err();
    stage.act(json!({"say": {"as": "Acme Bot", "text": "Hello!"}})).unwrap();
    assert_eq!(stage.get(&chat)["thread"]["events"][1]["text"], "Hello!");
}

#[test]
fn customers_who_have_said_nothing_about_themselves_have_no_name() {
    let mut stage = Stage::with_bot();
    let (chat, _) = stage.pat_starts();
    let user = &stage.get(&chat)["users"][0];
    assert_eq!((user.get("name"), user.get("email"), &user["id"]), (None, None, &json!(PAT_ID)));
    stage.pat("deactivate_chat", &json!({"id": chat}));
    let note = &stage.get(&chat)["thread"]["events"][1];
    assert_eq!(note["text"], "Visitor archived the chat");
    stage.pat("update_customer", &json!({"name": "Pat"}));
    assert_eq!(stage.get(&chat)["users"][0]["name"], "Pat");
}

#[test]
fn what_customers_tell_of_themselves_is_told_where_they_have_an_open_chat() {
    let mut stage = Stage::with_bot();
    stage.pat("set_customer_session_fields", &json!({"session_fields": [{"plan": "free"}]}));
    assert_eq!(stage.told(), [] as [&str; 0]);
    stage.pat_starts();
    stage.told();
    stage.pat("set_customer_session_fields", &json!({"session_fields": [{"plan": "gold"}]}));
    assert_eq!(stage.told(), ["customer_session_fields_updated"]);
    stage.pat("update_customer", &json!({"name": "Pat", "session_fields": [{"plan": "gold"}]}));
    assert_eq!(stage.told(), ["sys customer_updated"]);
}

#[test]
fn a_chat_that_is_over_takes_what_is_to_be_attached() {
    let mut stage = Stage::with_bot();
    let (chat, thread) = stage.pat_starts();
    stage.pat("deactivate_chat", &json!({"id": chat}));
    stage.told();
    let event = json!({"type": "message", "text": "One more thing"});
    let body = json!({"chat_id": chat, "event": event, "attach_to_last_thread": true});
    assert_eq!(stage.pat("send_event", &body), json!({"event_id": format!("{thread}_3")}));
    assert_eq!(stage.told(), ["incoming_event"]);
    let begun = stage.pat("resume_chat", &json!({"chat": {"id": chat}, "continuous": true}));
    assert_eq!(begun.as_object().unwrap().keys().collect::<Vec<_>>(), ["thread_id"]);
    assert_eq!(stage.get(&chat)["properties"]["routing"]["continuous"], true);
}

#[test]
fn a_thread_may_begin_closed() {
    let mut stage = Stage::with_bot();
    let begun = stage.pat("start_chat", &json!({"active": false}));
    let shown = stage.pat("get_chat", &json!({"chat_id": begun["chat_id"]}));
    assert_eq!((&shown["thread"]["active"], shown["users"].as_array().unwrap().len()), (&json!(false), 1));
}

#[test]
fn whoever_would_wait_waits() {
    let mut stage = Stage::open(json!({"license_properties": {"chats": {"manual_routing": true}}}));
    let begun = stage.pat("start_chat", &json!({}));
    let shown = stage.pat("get_chat", &json!({"chat_id": begun["chat_id"]}));
    assert_eq!(shown["thread"]["queue"]["position"], 1);
    stage.act(json!({"set_status": {"agent": "agent@example.com", "status": "not_accepting_chats"}})).unwrap();
    stage.act(json!({"set_status": {"agent": "agent2@example.com", "status": "offline"}})).unwrap();
    let check = |stage: &mut Stage, body: Value, expected: Value| {
        assert_eq!(stage.pat("list_group_statuses", &body)["groups_status"], expected, "{body}");
    };
    check(&mut stage, json!({"all": true}), json!({"0": "online_for_queue"}));
    check(&mut stage, json!({"group_ids": [0, 99]}), json!({"0": "online_for_queue"}));
    check(&mut stage, json!({"group_ids": []}), json!({}));
}

#[test]
fn pages_tell_whether_the_widget_may_be_there() {
    let mut stage = Stage::open(json!({"region": "dal", "groups": [{"id": 7, "name": "A"}]}));
    let check = |stage: &mut Stage, version: &str, query: &str| {
        let query = format!("organization_id={ORGANIZATION}&{query}");
        stage.visit(version, "get_dynamic_configuration", &query, None, Body::Whole("{\"ignored\"".into())).1
    };
    let flat = check(&mut stage, "v3.5", "group_id=7");
    assert_eq!((&flat["group_id"], &flat["livechat_active"]), (&json!(7), &json!(true)));
    assert_eq!((flat.get("livechat"), flat.get("online_group_ids")), (None, Some(&json!([0]))));
    stage.configure("v3.7", "add_allowed_domain", AGENT_TOKEN, &json!({"domain": "shop.example"}));
    let allowed = |stage: &mut Stage, url: &str| {
        let found = check(stage, "v3.6", &format!("url={url}"));
        found["livechat"]["domain_allowed"].as_bool().unwrap()
    };
    assert!(allowed(&mut stage, "https://shop.example/x") && allowed(&mut stage, "https://www.shop.example:8080"));
    assert!(!allowed(&mut stage, "https://notshop.example") && !allowed(&mut stage, "https://evil.test/shop.example"));

    let hash = |stage: &mut Stage| check(stage, "v3.6", "")["livechat"]["localization_version"].clone();
    let before = hash(&mut stage);
    let phrases = json!({"group_id": 0, "language": "en", "phrases": {"Hello": "Hi there"}});
    let answer = stage.configure("v3.7", "update_translations", AGENT_TOKEN, &phrases);
    assert_eq!(answer.get("error"), None, "{answer}");
    assert_ne!(hash(&mut stage), before);
    let query = format!("organization_id={ORGANIZATION}&group_id=0&language=en&version=1");
    let (_, phrases) = stage.visit("v3.6", "get_localization", &query, None, Body::Whole("".into()));
    assert_eq!(phrases, json!({"Hello": "Hi there"}));
}

#[test]
fn sockets_have_the_methods_but_those_for_the_web_alone() {
    assert_eq!(customer_method("start_chat"), Some("/{version}/customer/action/start_chat"));
    assert_eq!(customer_method("get_form"), Some("/{version}/customer/action/get_form"));
    let routes = (Vendor::of::<Livechat>().routes)();
    let offered = routes.iter().filter_map(|route| route.name.strip_prefix("customer/"));
    let web: Vec<&str> = offered.filter(|name| customer_method(name).is_none()).collect();
    assert_eq!(
        web,
        [
            "upload_file",
            "token",
            "group_token",
            "revoke_token",
            "token_info",
            "identity_transfer",
            "check_goals",
            "request_email_verification",
            "list_license_properties",
            "list_group_properties",
            "get_dynamic_configuration",
            "get_configuration",
            "get_localization",
        ]
    );
}
