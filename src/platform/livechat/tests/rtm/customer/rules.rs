//! How customers come in, what they are told at the door, and how agents hear of it.

use super::*;

fn refusal(stage: &mut Stage, socket: u64, login: Value) -> String {
    let answer = stage.rpc(socket, "login", login);
    assert_eq!((&answer["success"], &answer["action"]), (&json!(false), &json!("login")), "{answer}");
    answer["payload"]["error"]["type"].as_str().unwrap().to_owned()
}

#[test]
fn whoever_cannot_log_in_is_told_why_and_may_try_again() {
    let mut stage = shop();
    let ada = stage.pass(ADA);
    stage.connect(2, SITE);
    let token = |token: &str| json!({"token": token});
    let with = |key: &str, value: Value| json!({"token": ada, key: value});
    for (login, expected) in [
        (json!({}), "validation"),
        (json!({"token": 5}), "validation"),
        (token("x"), "authentication"),
        (token("Bearer dal:nobody"), "authentication"),
        (token(MIA), "authentication"),
        (token(BOT_TOKEN), "authentication"),
        (token(PAT), "authentication"),
        (with("customer", json!([])), "validation"),
        (with("customer", json!({"session_fields": [{"a": 1}]})), "validation"),
        (with("customer_page", json!({"title": "no address"})), "validation"),
        (with("customer_side_storage", json!({"a": 1})), "validation"),
        (with("is_mobile", json!("no")), "validation"),
        (with("group_id", json!("0")), "validation"),
        (with("group_id", json!(77)), "group_not_found"),
        (with("referrer", json!(1)), "validation"),
        (with("application", json!({"channel_type": 1})), "validation"),
        (with("tab_id", json!(1)), "validation"),
        (with("pushes", json!({"3.5": ["all"]})), "unsupported_version"),
    ] {
        assert_eq!(refusal(&mut stage, 2, login.clone()), expected, "{login}");
    }
    for action in ["get_customer", "start_chat", "update_customer_page", "list_chats"] {
        assert_eq!(stage.rpc(2, action, json!({}))["payload"]["error"]["type"], "authentication", "{action}");
    }
    for action in ["transfer_chat", "set_away_status", "upload_file", "customer/login", "logout", ""] {
        assert_eq!(stage.rpc(2, action, json!({}))["payload"]["error"]["type"], "not_found", "{action}");
    }
    assert_eq!(stage.rpc(2, "ping", json!({}))["success"], true);
    assert_eq!(stage.rpc(2, "login", token(&ada))["success"], true);
    // The token of a customer opens nothing that is for agents.
    stage.connect(3, PATH);
    assert_eq!(refusal(&mut stage, 3, token(&ada)), "authentication");
}

#[test]
fn a_login_is_answered_with_all_that_clients_insist_on() {
    let mut stage = shop();
    let told = stage.come(
        2,
        ADA,
        &json!({
            "customer": {"name": "Ada L.", "session_fields": [{"plan": "free"}]},
            "customer_page": {"url": "https://shop.example/a", "title": "A"},
            "customer_side_storage": {"kept": "1"},
            "is_mobile": false, "referrer": "https://search.example/?q=a", "tab_id": "t",
            "application": {"name": "customer_sdk", "version": "4.0.2"},
        }),
    );
    let (_, answer) = told.iter().find(|(socket, _)| *socket == 2).unwrap();
    let welcome = &answer["payload"];
    assert_eq!((&welcome["customer"]["id"], &welcome["customer"]["name"]), (&json!(ADA), &json!("Ada L.")));
    assert_eq!(welcome["customer"]["session_fields"], json!([{"plan": "free"}]));
    let statistics = &welcome["customer"]["statistics"];
    assert_eq!((&statistics["visits_count"], &statistics["page_views_count"]), (&json!(1), &json!(1)));
    assert_eq!((&welcome["chats"], &welcome["has_active_thread"]), (&json!([]), &json!(false)));
    let config = &welcome["__priv_dynamic_config"];
    assert_eq!(config["customer_groups"]["monitoring"]["id"], 0);
    assert!(config["online_groups_ids"].as_array().unwrap().contains(&json!(0)), "{config}");
    let kept = payload(&told, 2, "customer_side_storage_updated");
    assert_eq!(kept, json!({"customer_side_storage": {"kept": "1", "customer_visits": "1"}}));

    let (chat, _, _) = begin(&mut stage, 2);
    stage.now = stage.now + VirtualSpan::from_secs(1);
    stage.asks(1, "send_event", json!({"chat_id": chat, "event": {"type": "message", "text": "Yes?"}}));
    stage.leave(2);
    let told = stage.come(3, ADA, &json!({}));
    let (_, answer) = told.iter().find(|(socket, _)| *socket == 3).unwrap();
    let listed = json!([{"chat_id": chat, "has_unread_events": true, "has_active_thread": true}]);
    assert_eq!((&answer["payload"]["chats"], &answer["payload"]["has_active_thread"]), (&listed, &json!(true)));
    assert_eq!(answer["payload"]["customer"]["statistics"]["visits_count"], 2);
}

#[test]
fn agents_hear_of_those_who_come_look_around_and_go() {
    let mut stage = shop();
    let page = |url: &str| json!({"customer_page": {"url": url, "title": "T"}});
    let told = stage.come(2, ADA, &page("https://shop.example/a"));
    let came = payload(&told, 1, "incoming_customer");
    assert_eq!((&came["id"], &came["online"]), (&json!(ADA), &json!(true)));
    assert_eq!(came["visit"]["last_pages"][0]["url"], "https://shop.example/a");
    assert_eq!(pushes(&told, 1), ["incoming_customer"]);
    let told = stage.asks(2, "update_customer_page", json!({"url": "https://shop.example/b", "title": "B"}));
    assert_eq!(told[0].1["payload"], json!({}));
    let turned = payload(&told, 1, "customer_page_updated");
    assert_eq!((&turned["customer_id"], &turned["url"]), (&json!(ADA), &json!("https://shop.example/b")));
    assert_eq!((&turned["visit_id"], &turned["title"]), (&json!(1), &json!("B")));
    assert_eq!(pushes(&told, 2), [""; 0], "the customer is told nothing of it");
    // Another tab is part of the same visit, which ends with the last of them.
    let told = stage.come(3, ADA, &page("https://shop.example/c"));
    assert_eq!(pushes(&told, 1), ["customer_page_updated"]);
    assert_eq!(pushes(&stage.leave(2), 1), [""; 0]);
    assert_eq!(payload(&stage.leave(3), 1, "customer_left")["id"], ADA);
    stage.enter(9, TOM);
    let listed = stage.rpc(9, "subscribe_customers", json!({}))["payload"]["customers"].clone();
    assert_eq!(listed, json!([]), "whoever has gone is not there");
    let told = stage.come(4, ADA, &json!({}));
    let back = payload(&told, 1, "incoming_customer");
    assert_eq!(back["statistics"]["visits_count"], 2);
    for action in ["activate_customer_page", "deactivate_customer_page"] {
        assert_eq!(stage.rpc(4, action, json!({}))["payload"], json!({}), "{action}");
    }
    // Another token makes the socket that of another customer.
    let bob = stage.pass(BOB);
    let told = stage.asks(4, "login", json!({"token": bob}));
    assert_eq!(pushes(&told, 1), ["incoming_customer", "customer_left"]);
    assert_eq!(stage.rpc(4, "update_customer_page", json!({}))["payload"]["error"]["type"], "validation");
}

#[test]
fn a_page_decides_which_group_watches_and_where_a_chat_begins() {
    let mut stage = shop();
    let rule =
        json!({"access": {"groups": [19]}, "conditions": {"url": {"values": [{"value": "https://shop.example/buy"}]}}});
    let added = stage.configure("v3.6", "add_auto_access", PAT, &rule);
    assert_eq!(added.get("error"), None, "{added}");
    let page = |url: &str| json!({"url": url, "title": ""});
    let told =
        stage.come(2, ADA, &json!({"customer_page": page("https://shop.example/"), "referrer": "https://a.example/"}));
    let (_, answer) = told.iter().find(|(socket, _)| *socket == 2).unwrap();
    assert_eq!(answer["payload"]["__priv_dynamic_config"]["customer_groups"]["monitoring"]["id"], 0);
    let moved = stage.rpc(2, "update_customer_page", page("https://shop.example/buy"));
    assert_eq!(moved["payload"]["groups"][0]["id"], 19, "{moved}");
    assert_eq!(stage.rpc(2, "update_customer_page", page("https://shop.example/buy?now"))["payload"], json!({}));
    stage.rpc(2, "update_customer_page", page("https://shop.example/"));
    let told = stage.come(3, BOB, &json!({"group_id": 0}));
    assert!(told.iter().any(|(socket, frame)| *socket == 3 && frame["success"] == true), "{told:?}");
    assert_eq!(
        stage.rpc(3, "update_customer_page", page("https://shop.example/buy"))["payload"],
        json!({}),
        "it is named"
    );
    let (chat, ..) = begin(&mut stage, 2);
    let routing = stage.get(&chat)["thread"]["properties"]["routing"].clone();
    assert_eq!(
        (&routing["start_url"], &routing["referrer"]),
        (&json!("https://shop.example/"), &json!("https://a.example/"))
    );
}

#[test]
fn everything_that_sockets_alone_have_is_answered() {
    let mut stage = shop();
    stage.come(2, ADA, &json!({}));
    let mut count = 0;
    for action in (Vendor::of::<Livechat>().actions)() {
        let Some(word) = action.name.strip_prefix("customer/") else { continue };
        assert!(
            super::super::super::super::scope::is_listed(action.name),
            "{} is not in the table of scopes",
            action.name
        );
        let payload = match word {
            "login" => json!({"token": stage.pass(ADA)}),
            "update_customer_page" => json!({"url": "https://shop.example/"}),
            _ => json!({}),
        };
        let told = stage.asks(2, word, payload);
        assert_eq!((&told[0].1["action"], &told[0].1["success"]), (&json!(word), &json!(true)), "{}", told[0].1);
        count += 1;
    }
    assert!(count >= 5, "only {count} actions");
}

#[test]
fn every_method_that_both_apis_have_is_an_action() {
    // What is done over HTTP is done in a license of its own, so that both are in the same state.
    let (mut stage, mut other) = (shop(), shop());
    stage.come(2, ADA, &json!({}));
    other.come(2, ADA, &json!({}));
    let pass = other.pass(ADA);
    let routes = (Vendor::of::<Livechat>().routes)();
    let methods =
        routes.iter().filter_map(|route| Some((route, route.path.strip_prefix("/{version}/customer/action/")?)));
    let (mut count, mut web_only) = (0, Vec::new());
    for (route, word) in methods {
        let answer = stage.rpc(2, word, json!({}));
        if answer["payload"]["error"]["type"] == "not_found" && answer["success"] == false {
            web_only.push(word);
            continue;
        }
        let path = route.path.replace("{version}", "v3.6");
        let web = other.web(Method::POST, &path, &pass);
        other.orders();
        // Both are answered alike: the same document, or the same refusal.
        assert_eq!(answer["success"].as_bool().unwrap(), web.get("error").is_none(), "{word}: {answer} {web}");
        if web.get("error").is_some() {
            assert_eq!(answer["payload"], web, "{word}");
        }
        count += 1;
    }
    web_only.sort_unstable();
    assert!(count >= 20, "only {count} methods");
    assert_eq!(web_only, WEB_ONLY);
}

/// What customers can ask for over HTTP alone.
const WEB_ONLY: [&str; 8] = [
    "check_goals",
    "get_configuration",
    "get_dynamic_configuration",
    "get_localization",
    "list_group_properties",
    "list_license_properties",
    "request_email_verification",
    "upload_file",
];

#[test]
fn whoever_is_kept_out_goes_once_however_many_tabs_they_have() {
    let mut stage = shop();
    stage.come(2, ADA, &json!({}));
    stage.come(3, ADA, &json!({}));
    let told = stage.asks(1, "ban_customer", json!({"id": ADA, "ban": {"days": 1}}));
    assert_eq!(pushes(&told, 1).iter().filter(|push| *push == "customer_left").count(), 1, "{told:?}");
    assert_eq!(
        (pushes(&told, 2), pushes(&told, 3)),
        (vec!["customer_disconnected".to_owned()], vec!["customer_disconnected".to_owned()])
    );
}

#[test]
fn a_set_up_in_which_nothing_takes_any_time_does_not_hang() {
    let mut stage = Stage::open(json!({"bots": [{"name": "Acme Bot"}], "rtm": {"inactive_after": "0s"}}));
    stage.come(2, ADA, &json!({}));
    begin(&mut stage, 2);
    stage.wait(VirtualSpan::from_secs(3));
    assert_eq!(stage.rpc(2, "ping", json!({}))["success"], true);
}
