//! Bans, channels, limits of plans, and what is not played here.

use super::*;

#[test]
fn bans_are_listed_until_they_end_or_are_lifted() {
    let mut stage = Stage::with_bot();
    stage.start();
    let ban = |stage: &mut Stage, body: Value| stage.configure("v3.7", "ban_customer", PAT, &body);
    let list = |stage: &mut Stage| stage.configure("v3.6", "list_customer_bans", PAT, &json!({}));
    assert_eq!(list(&mut stage), json!([]));
    assert_eq!(ban(&mut stage, json!({"seconds": 60, "customer_id": ADA})), json!({}));
    assert_eq!(ban(&mut stage, json!({"seconds": 3600, "ip": "192.0.2.7"})), json!({}));
    let (at, now) = (|secs| (stage.now + VirtualSpan::from_secs(secs)).micros(), stage.now.micros());
    let mia = "mia@acme.example";
    let ada = json!({"customer_id": ADA, "agent_id": mia, "created_at": now, "expires_at": at(60)});
    let address = json!({"ip": "192.0.2.7", "agent_id": mia, "created_at": now, "expires_at": at(3600)});
    assert_eq!(list(&mut stage).to_string(), json!([ada, address]).to_string());
    stage.wait(VirtualSpan::from_secs(60));
    assert_eq!(list(&mut stage), json!([address]));
    let lift = |stage: &mut Stage, body: Value| stage.configure("v3.6", "unban_customer", PAT, &body);
    assert_eq!(error(&lift(&mut stage, json!({"customer_id": ADA}))).0, "not_found");
    assert_eq!(lift(&mut stage, json!({"ip": "192.0.2.7"})), json!({}));
    assert_eq!(list(&mut stage), json!([]));
    let both = lift(&mut stage, json!({"ip": "192.0.2.7", "customer_id": ADA}));
    assert_eq!(error(&both).1, "`ip` cannot be used with `customer_id`");
    assert_eq!(error(&lift(&mut stage, json!({}))).1, "`ip` or `customer_id` is required");
    assert_eq!(error(&ban(&mut stage, json!({"ip": "192.0.2.7"}))).1, "`seconds` is required");
    assert_eq!(error(&ban(&mut stage, json!({"ip": "192.0.2.7", "seconds": 0}))).1, "`seconds` is out of range");
    assert_eq!(error(&ban(&mut stage, json!({"customer_id": "x", "seconds": 1}))).0, "not_found");
}

#[test]
fn a_ban_closes_the_chats_of_whomever_it_is_about_and_keeps_them_out() {
    let check = |whom: Value, out: [bool; 2]| {
        let mut stage = Stage::with_bot();
        let (chat, thread) = stage.start();
        stage.sent();
        let mut body = whom.clone();
        body["seconds"] = json!(90_000);
        assert_eq!(stage.configure("v3.7", "ban_customer", PAT, &body), json!({}));
        if out[0] {
            let bodies = stage.bodies();
            let note = &bodies[0]["payload"]["event"];
            assert_eq!(note["system_message_type"], "customer_banned");
            assert_eq!(note["text_vars"], json!({"agent": "Mia Lind", "duration": "2 days"}));
            assert_eq!(bodies[1]["payload"], json!({"chat_id": chat, "thread_id": thread}));
        }
        let comes = |stage: &mut Stage, key: &str| match stage.act(json!({"start_chat": {"as": key}})) {
            Ok(()) => true,
            Err(refusal) => !refusal.reason.contains(&format!("`{key}` is banned until")),
        };
        assert_eq!(["ada", "bob"].map(|key| !comes(&mut stage, key)), out, "{whom}");
        stage.wait(VirtualSpan::from_secs(90_000));
        assert!(comes(&mut stage, "ada"));
    };
    check(json!({"customer_id": ADA}), [true, false]);
    check(json!({"customer_id": ADA, "ip": "192.0.2.7"}), [true, false]);
    check(json!({"ip": "203.0.113.24"}), [true, true]);
    check(json!({"ip": "192.0.2.7"}), [false, false]);
}

#[test]
fn the_website_is_a_channel_once_somebody_has_used_it() {
    let mut stage = Stage::with_bot();
    let list = |stage: &mut Stage| stage.configure("v3.6", "list_channels", BOT_TOKEN, &json!({}));
    assert_eq!(list(&mut stage), json!([]));
    stage.start();
    let at = stage.now.micros();
    let channel = json!({"channel_type": "code", "channel_subtype": "", "first_activity_timestamp": at});
    assert_eq!(list(&mut stage), json!([channel]));
}

#[test]
fn a_plan_leaves_what_is_not_used() {
    let mut stage = Stage::with_bot();
    let rule = json!({"access": {"groups": [19]}, "conditions": {"url": {"values": [{"value": "x"}]}}});
    stage.configure("v3.6", "add_auto_access", PAT, &rule);
    let mut left = |plan: &str| {
        let answer = stage.configure("v3.6", "check_product_limits_for_plan", PAT, &json!({"plan": plan}));
        answer.as_array().cloned().unwrap_or_default()
    };
    let of = |resource: &str, balances: &[Value]| -> Vec<Value> {
        balances.iter().filter(|row| row["resource"] == resource).cloned().collect()
    };
    // Three groups and two agents, of whom one is in a group.
    let starter = left("starter");
    assert_eq!(of("groups", &starter), [json!({"resource": "groups", "limit_balance": -2})]);
    assert_eq!(of("agents", &starter), [json!({"resource": "agents", "limit_balance": 398})]);
    assert_eq!(of("access_rules", &starter), [json!({"resource": "access_rules", "limit_balance": -1})]);
    let mine = json!({"resource": "groups_per_agent", "limit_balance": 0, "id": "mia@acme.example"});
    let his = json!({"resource": "groups_per_agent", "limit_balance": 1, "id": "tom@acme.example"});
    assert_eq!(of("groups_per_agent", &starter), [mine, his]);
    assert_eq!(of("groups", &left("enterpriseplus")), [json!({"resource": "groups", "limit_balance": 77})]);
    assert_eq!(left("free"), [] as [Value; 0]);
}

#[test]
fn what_is_not_played_says_so_and_is_noted() {
    let mut stage = Stage::with_bot();
    let answer = stage.configure("v3.6", "get_product_source", PAT, &json!({}));
    let text = "Service unavailable: simulator: no license is bought here, so none has a source";
    assert_eq!(error(&answer), ("service_unavailable", text));
    assert!(format!("{:?}", stage.desk.facts).contains("get_product_source: no license is bought here"));
    let missing = Vendor::of::<Livechat>().missing.iter().map(|missing| missing.name);
    assert!(missing.into_iter().any(|name| name == "get_product_source"));
}

#[test]
fn mail_and_company_are_checked() {
    let mut stage = Stage::with_bot();
    let mut ask = |method: &str, body: Value| stage.configure("v3.6", method, PAT, &body);
    assert_eq!(ask("reactivate_email", json!({"agent_id": "tom@acme.example"})), json!({}));
    assert_eq!(error(&ask("reactivate_email", json!({"agent_id": BOT}))).0, "not_found");
    assert_eq!(error(&ask("reactivate_email", json!({}))).1, "`agent_id` is required");
    assert_eq!(ask("update_company_details", json!({"enrich": true, "company": "Acme"})), json!({}));
    assert_eq!(error(&ask("update_company_details", json!({}))).1, "`enrich` is required");
    let wrong = ask("update_company_details", json!({"enrich": true, "city": 5}));
    assert_eq!(error(&wrong).1, "`city` must be a string");
}
