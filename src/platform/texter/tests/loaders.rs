//! What subscriptions can fetch, and what becomes of those that find nothing.

use serde_json::{Value, json};

use super::stage::{ACCOUNT, ADA, NOA, Stage};
use crate::base::time::VirtualSpan;

/// A tenant in which ada has a chat with a label, and something was put down for a day.
fn tenant(loader: &Value, shown: &str) -> Stage {
    let keep = json!({"name": "setData", "params": {
        "collection": "c", "key": "k", "data": {"n": 1}, "tags": ["t"], "expiresIn": 1, "expiresInUnit": "days",
    }});
    let request = json!({"name": "request", "params": {
        "url": "http://127.0.0.1:9/x", "method": "post", "json": true, "data": {"found": shown},
    }});
    let keeper = json!({"name": "keep", "triggerEvents": ["domain.message.created"], "actions": [keep]});
    let asker = json!({
        "name": "ask", "triggerEvents": ["domain.chat.labels"], "loaders": {"beforeConditions": [loader]},
        "actions": [request],
    });
    let mut stage = Stage::open(json!({
        "labels": [{"id": "a"}], "project": "acme", "subscriptions": [{"data": keeper}, {"data": asker}],
    }));
    stage.start();
    stage
}

/// What the loader has found after a while, or why it found nothing.
fn loaded(loader: &Value, shown: &str, hours: u64) -> Result<Value, String> {
    let mut stage = tenant(loader, shown);
    stage.pass(VirtualSpan::from_mins(60 * hours));
    stage.act(json!({"tag": {"add": ["a"]}})).unwrap();
    let sent = stage.sent();
    match sent.as_slice() {
        [body] => Ok(body["found"].clone()),
        [] => {
            let run = stage.runs("success=false").remove(0);
            assert_eq!((&run["conditionsResult"], &run["steps"][1]["name"]), (&json!(false), &loader["name"]), "{run}");
            Err(run["steps"][1]["error"].as_str().unwrap().to_owned())
        }
        more => panic!("{more:?}"),
    }
}

#[test]
fn every_loader_finds_what_it_is_for_and_fails_where_there_is_nothing() {
    let check = |name: &str, params: Value, path: &str, expected: Result<Value, &str>| {
        let loader = json!({"name": name, "alias": "it", "params": params});
        let found = loaded(&loader, &format!("%it:{path}%"), 1);
        assert_eq!(found, expected.map_err(str::to_owned), "{name} {params}");
    };
    check("chat", json!({"id": "%chat:_id%"}), "title", Ok(json!("Ada")));
    let contact = |id: &str| json!({"name": "whatsapp", "accountId": ACCOUNT, "idByChannel": id});
    check("chat", contact(ADA), "channelInfo.id", Ok(json!(ADA)));
    check("chat", contact("1"), "title", Err("there is no chat with \"1\" on whatsapp"));
    check("chat", json!({"id": "none"}), "title", Err("there is no chat \"none\""));
    check("chat", json!({}), "title", Err("neither `id` nor `name`, `accountId` and `idByChannel` are texts"));
    check("chatMessages", json!({"chatId": "%chat:_id%"}), "0.text", Ok(json!("Hi")));
    check("chatMessages", json!({"chatId": "none"}), "0.text", Err("there is no chat \"none\""));
    check("channelAccount", json!({"name": "whatsapp", "accountId": ACCOUNT}), "name", Ok(json!("whatsapp")));
    check(
        "channelAccount",
        json!({"name": "whatsapp", "accountId": "1"}),
        "name",
        Err("there is no account \"1\" on \"whatsapp\""),
    );
    check("user", json!({"id": NOA}), "_id", Ok(json!(NOA)));
    check("user", json!({"id": "nobody"}), "uid", Err("there is no user \"nobody\""));
    check("environment", json!({}), "projectId", Ok(json!("acme")));
    check("getData", json!({"collection": "c", "key": "k"}), "n", Ok(json!(1)));
    check("getData", json!({"collection": "c", "key": "other"}), "n", Err("there is nothing in \"c\" under \"other\""));
    check("listData", json!({"collection": "c"}), "0.data.n", Ok(json!(1)));
    check("listData", json!({"collection": "c", "tags": ["t"]}), "0.key", Ok(json!("k")));
    check("listData", json!({"collection": "c", "tags": ["other"]}), "it", Ok(json!([])));
    check("listData", json!({"collection": "c", "skip": 1}), "it", Ok(json!([])));
    check("oauth", json!({"service": "x"}), "", Err("no service is logged in to from here"));
    check("chats", json!({}), "", Err("there is no loader `chats`"));
}

#[test]
fn chats_are_listed_by_filters() {
    let check = |filter: Value, count: usize| {
        let loader = json!({"name": "chatsList", "alias": "it", "params": {"filters": [filter]}});
        let found = loaded(&loader, "%it:it%", 1).unwrap();
        assert_eq!(found.as_array().map(Vec::len), Some(count), "{filter}");
    };
    check(json!({}), 1);
    check(json!({"status": ["BOT"]}), 1);
    check(json!({"status": [0]}), 1);
    check(json!({"status": ["RESOLVED"]}), 0);
    check(json!({"channel": ["whatsapp"]}), 1);
    check(json!({"channel": ["facebook"]}), 0);
    check(json!({"agent": [NOA]}), 0);
    check(json!({"department": ["sales"]}), 0);
    check(json!({"labels": {"include": ["a"]}}), 1);
    check(json!({"labels": {"include": ["b"]}}), 0);
    check(json!({"labels": {"exclude": ["a"]}}), 0);
    check(json!({"lastMessageTimestamp": {"after": 1}}), 1);
    check(json!({"lastMessageTimestamp": {"before": 1}}), 0);
}

#[test]
fn what_was_put_down_expires() {
    let loader = json!({"name": "getData", "alias": "it", "params": {"collection": "c", "key": "k"}});
    assert_eq!(loaded(&loader, "%it:n%", 23), Ok(json!(1)));
    assert_eq!(loaded(&loader, "%it:n%", 25), Err("there is nothing in \"c\" under \"k\"".to_owned()));
}
