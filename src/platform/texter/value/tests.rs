//! What templates make of documents: the forms of the language, the published templates, limits and laws.

use proptest::prelude::*;
use serde_json::json;

use super::*;

fn providers() -> Providers {
    Providers::at(VirtualTime::OPENING)
        .with(
            "chat",
            json!({
                "_id": "66a1", "title": "Dana Levi", "agent": {"uid": null, "displayName": ""}, "status": 2,
                "externalBot": false, "personChats": [{"name": "whatsapp", "id": "972501112233"}],
                "channelInfo": {"name": "whatsapp", "id": "972501112233", "accountId": "972509998877"},
            }),
        )
        .with("message", json!({"_id": "b01", "parent_chat": "66a1", "direction": "incoming", "text": "50% off"}))
        .with(
            "agent",
            json!({"_id": "0d3c", "email": "noa@example.com", "displayName": "Noa", "roles": ["agent"], "agent": 7}),
        )
        .with(
            "messageStatusRequest",
            json!({
                "status": 4, "error": "131026: Message undeliverable", "timestamp": 1_767_225_605_000_i64,
                "ids": ["wamid.MOCK0002"], "chat": {"name": "whatsapp", "accountId": "9725", "id": "9721"},
            }),
        )
        .with("oldLabels", json!({"labels": ["vip", "lead"]}))
        .with("addedLabels", json!({"labels": ["urgent"]}))
        .with("removedLabels", json!({"labels": []}))
        .with("problem", json!({"_id": "c01", "severity": "error"}))
        .with("cron", json!({"name": "nightly"}))
        .with("item", json!("one of many"))
}

fn provide(provider: &str, key: &str) -> Json {
    json!({"##provide": {"provider": provider, "key": key}})
}

/// The whole of a provider.
fn whole(provider: &str) -> Json {
    providers().values[provider].clone()
}

fn check(template: Json, expected: Json) {
    assert_eq!(resolve(&template, &providers()), Ok(expected), "{template}");
}

#[test]
fn references_are_replaced_by_values_with_their_types() {
    for name in ["chat", "message", "agent", "problem", "addedLabels", "cron"] {
        check(provide(name, name), whole(name));
        check(json!(format!("%{name}:{name}%")), whole(name));
    }
    for (provider, key, expected) in [
        ("message", "parent_chat", json!("66a1")),
        ("chat", "channelInfo.id", json!("972501112233")),
        ("chat", "personChats.0.name", json!("whatsapp")),
        ("chat", "status", json!(2)),
        ("chat", "externalBot", json!(false)),
        ("chat", "agent", json!({"uid": null, "displayName": ""})),
        ("chat", "agent.uid", json!(null)),
        ("chat", "crmData.leadId", json!(null)),
        ("messageStatusRequest", "chat.accountId", json!("9725")),
        ("messageStatusRequest", "ids", json!(["wamid.MOCK0002"])),
        ("addedLabels", "labels", json!(["urgent"])),
        ("cron", "name", json!("nightly")),
        ("item", "__item", json!("one of many")),
        ("time", "now", json!("2026-01-05T09:00:00.000Z")),
        ("time", "now-1M", json!("2025-12-05T09:00:00.000Z")),
        ("time", "date", json!("2026-01-05")),
    ] {
        check(provide(provider, key), expected.clone());
        check(json!(format!("%{provider}:{key}%")), expected.clone());
        check(json!([{"a": [provide(provider, key)]}]), json!([{"a": [expected]}]));
    }
}

#[test]
fn text_is_filled_in() {
    check(json!("Chat %chat:_id%"), json!("Chat 66a1"));
    check(json!("%chat:_id%%chat:status%"), json!("66a12"));
    check(json!(" %chat:status%"), json!(" 2"));
    check(json!("%message:text% %message:text%"), json!("50% off 50% off"));
    check(json!("[%chat:crmData.leadId%]"), json!("[]"));
    check(json!("%messageStatusRequest:ids%, %chat:agent%"), json!("wamid.MOCK0002, [object Object]"));
    check(json!("%chat:title|toUpperCase|split(\" \")|join(\"_\")%!"), json!("DANA_LEVI!"));
    check(json!("%time:now-24h \"x\"%"), json!("1767517200000"));
    check(json!("%time:now-24h|formatDate(\"x\")|parseInt%"), json!(1_767_517_200_000_i64));
}

#[test]
fn what_is_no_expression_stays() {
    for text in ["", "%", "%%", "100%", "100% of 5%", "%chat%", "%chat:%", "% chat:title%", "{{word1}}", "a: 5%, b: 6%"]
    {
        check(json!(text), json!(text));
    }
    check(json!({"%chat:_id%": 1}), json!({"%chat:_id%": 1}));
}

#[test]
fn literals_stay_as_they_are() {
    let content = json!({"a": "%chat:_id%", "b": provide("nobody", "x"), "##literal": 1});
    check(json!({"##literal": content}), content);
}

#[test]
fn members_beside_a_reference_are_merged_over_it() {
    let beside = |key: &str, siblings: Json| {
        let mut object = provide("agent", key);
        object.as_object_mut().unwrap().extend(siblings.as_object().unwrap().clone());
        object
    };
    check(
        beside("agent", json!({"_id": "%chat:_id%", "new": 1})),
        json!({"_id": "66a1", "email": "noa@example.com", "displayName": "Noa", "roles": ["agent"], "agent": 7, "new": 1}),
    );
    check(beside("missing", json!({"new": 1})), json!({"new": 1}));
    let refused = resolve(&beside("roles", json!({"new": 1})), &providers());
    assert_eq!(refused, Err(Unresolved::Merge { found: "a list" }));
}

#[test]
fn published_templates_are_resolved() {
    let (chat, message, problem) =
        (provide("chat", "chat"), provide("message", "message"), provide("problem", "problem"));
    let status = |key: &str| provide("messageStatusRequest", key);
    // Loaders.
    check(
        json!({"name": "chat", "alias": "chat", "params": {"id": provide("message", "parent_chat")}, "confidentialData": false}),
        json!({"name": "chat", "alias": "chat", "params": {"id": "66a1"}, "confidentialData": false}),
    );
    check(
        json!({"name": status("chat.name"), "accountId": status("chat.accountId"), "idByChannel": status("chat.id")}),
        json!({"name": "whatsapp", "accountId": "9725", "idByChannel": "9721"}),
    );
    // Conditions.
    for expression in
        [r#"direction == "incoming""#, r#"text == "{{word1}}" or text == "{{word2}}""#, r#"type == "media""#]
    {
        check(
            json!({"expression": expression, "value": message}),
            json!({"expression": expression, "value": whole("message")}),
        );
    }
    check(
        json!({"comparison": "Equal", "compareTo": 4, "value": status("status")}),
        json!({"comparison": "Equal", "compareTo": 4, "value": 4}),
    );
    for expression in ["exists(agent.uid)", "not exists(agent.uid)"] {
        check(
            json!({"expression": expression, "value": "%chat:chat%"}),
            json!({"expression": expression, "value": whole("chat")}),
        );
    }
    let label = r#"inArray(addedLabels, "{{targetLabelId}}")"#;
    check(
        json!({"expression": label, "value": {"addedLabels": provide("addedLabels", "labels")}}),
        json!({"expression": label, "value": {"addedLabels": ["urgent"]}}),
    );
    check(
        json!({"expression": "exists(externalBot) and externalBot", "value": chat}),
        json!({"expression": "exists(externalBot) and externalBot", "value": whole("chat")}),
    );
    check(
        json!({"comparison": "Equal", "compareTo": false, "value": provide("chat", "externalBot")}),
        json!({"comparison": "Equal", "compareTo": false, "value": false}),
    );
    // Data.
    check(json!({"message": message, "chat": chat}), json!({"message": whole("message"), "chat": whole("chat")}));
    check(
        json!({
            "chat": chat, "messageStatus": "%messageStatusRequest:status%", "error": "%messageStatusRequest:error%",
            "timestamp": "%messageStatusRequest:timestamp%", "externalId": "%messageStatusRequest:ids%",
        }),
        json!({
            "chat": whole("chat"), "messageStatus": 4, "error": "131026: Message undeliverable",
            "timestamp": 1_767_225_605_000_i64, "externalId": ["wamid.MOCK0002"],
        }),
    );
    check(
        json!({
            "id": provide("agent", "_id"), "crmId": provide("agent", "crmId"), "email": provide("agent", "email"),
            "displayName": provide("agent", "displayName"), "roles": provide("agent", "roles"),
        }),
        json!({"id": "0d3c", "crmId": null, "email": "noa@example.com", "displayName": "Noa", "roles": ["agent"]}),
    );
    check(
        json!({
            "oldLabels": provide("oldLabels", "labels"), "addedLabels": provide("addedLabels", "labels"),
            "removedLabels": provide("removedLabels", "labels"),
        }),
        json!({"oldLabels": ["vip", "lead"], "addedLabels": ["urgent"], "removedLabels": []}),
    );
    check(json!({"problem": problem}), json!({"problem": whole("problem")}));
}

#[test]
fn a_template_without_a_value_says_why() {
    let check = |template: Json, expected: &str| {
        let error = resolve(&template, &providers()).map_err(|error| error.to_string());
        assert_eq!(error, Err(expected.to_owned()), "{template}");
    };
    check(provide("chatt", "chat"), "unknown provider `chatt`; did you mean `chat`?");
    check(json!("a %user:name%"), "unknown provider `user`");
    check(json!("%tiem:now%"), "unknown provider `tiem`; did you mean `time`?");
    check(
        json!("%time:later%"),
        "`later` is no time; write `now`, `now-2h` with one of the units y, M, w, d, h, m and s, or `date`",
    );
    check(
        json!("%time:now \"DDDD\"%"),
        "`time` knows no token `DDDD` in formats; letters that stand for themselves are put in single quotes",
    );
    check(json!("%chat:title|tirm%"), "unknown transformer `tirm`; did you mean `trim`?");
    check(json!("%chat:title|%"), "`%chat:title|%` cannot be read: the name of a transformer is missing after `|`");
    check(json!("%chat:title|join(\"%\")%"), "`%chat:title|join(\"%` cannot be read: a quote is never closed");
    check(
        json!("%chat:title|slice(a)%"),
        "`%chat:title|slice(a)%` cannot be read: the argument `a` is neither text in double quotes nor a number",
    );
    check(json!("%chat:title|trim(1)%"), "`trim` takes no arguments, not 1");
    check(json!("%chat:title|column%"), "`column` takes 1 argument, not 0");
    check(json!("%chat:title|replace(\"a\")%"), "`replace` takes 2 to 3 arguments, not 1");
    check(json!("%chat:agent|pick%"), "`pick` takes 1 or more arguments, not 0");
    check(json!("%chat:title|reverse%"), "`reverse` works on lists, not on text");
    check(json!("%chat:agent|trim%"), "`trim` works on text, not on an object");
    check(json!("%chat:title|split(1)%"), "`split` wants text as its argument, not a number");
    check(json!("%chat:title|jsonParse%"), "`jsonParse` cannot read \"Dana Levi\" as JSON");
    check(
        json!("%chat:title|replace(\"(?=a)\",\"\")%"),
        "`replace` cannot use its regular expression: look-around and flags in groups are not supported",
    );
    check(
        json!("%chat:chat|hbTpl(\"{{#if title}}\")%"),
        "`hbTpl` knows only `{{path}}` in templates, not `{{#if title}}`",
    );
    let reference = "`##provide` wants an object with the texts `provider` and `key`";
    check(json!({"##provide": "chat"}), reference);
    check(json!({"##provide": {"provider": "chat"}}), reference);
    check(json!({"##provide": {"provider": "chat", "key": 1}}), reference);
    let long = resolve(&json!(format!("%{}:x%", "a".repeat(10_000))), &providers()).unwrap_err().to_string();
    assert!(long.len() < 200, "{long}");
}

/// A list in a list, and so on, so many levels deep.
fn nest(levels: usize) -> Json {
    (0..levels).fold(json!([]), |inner, _| json!([inner]))
}

#[test]
fn documents_are_no_deeper_than_readers_take() {
    assert_eq!(resolve(&nest(DEEPEST), &providers()), Ok(nest(DEEPEST)));
    assert_eq!(resolve(&nest(DEEPEST + 1), &providers()), Err(Unresolved::TooDeep));
    let deep = providers().with("deep", nest(DEEPEST));
    assert_eq!(resolve(&json!("%deep:deep%"), &deep), Ok(nest(DEEPEST)));
    assert_eq!(resolve(&json!(["%deep:deep%"]), &deep), Err(Unresolved::TooDeep));
    assert_eq!(resolve(&json!([provide("deep", "deep")]), &deep), Err(Unresolved::TooDeep));
}

#[test]
fn documents_do_not_blow_up() {
    let large = providers().with("large", json!({"text": "ab".repeat(10_000), "list": vec!["ab"; 10_000]}));
    let check = |template: Json| {
        let error = resolve(&template, &large).unwrap_err();
        let too_large = matches!(error, Unresolved::TooLarge | Unresolved::Unfit { why: Unfit::TooLarge, .. });
        assert!(too_large, "{error}");
    };
    check(json!(vec![provide("large", "large"); 100]));
    check(json!("%large:text%".repeat(100)));
    check(json!(format!("%large:text{}%", "|replace(\"ab\",\"abab\",\"g\")".repeat(64))));
    check(json!(format!("%large:list|join(\"{}\")%", "-".repeat(1_000))));
    check(json!(format!("%large:large|hbTpl(\"{}\")%", "{{text}}".repeat(100))));
    check(json!(format!("%large:text{}%", "|trim".repeat(100))));
}

/// Names of members of ordinary documents.
const NAMES: &str = "[a-c]{1,2}|provider|key";
/// Names of members among which some have a meaning.
const ANY_NAMES: &str = "[a-c]{1,2}|##provide|##literal|provider|key";

/// Any document of a few levels with such texts and names.
fn document(texts: &'static str, names: &'static str) -> impl Strategy<Value = Json> {
    let leaf = prop_oneof![
        Just(Json::Null),
        any::<bool>().prop_map(Json::from),
        any::<i64>().prop_map(Json::from),
        any::<f64>().prop_map(Json::from),
        texts.prop_map(Json::from),
    ];
    leaf.prop_recursive(4, 32, 4, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Json::from),
            prop::collection::vec((names, inner), 0..4).prop_map(|members| Json::Object(members.into_iter().collect())),
        ]
    })
}

/// An expression of a real provider and real transformers, with arguments as they come.
fn expression() -> impl Strategy<Value = String> {
    let names: Vec<&str> = TRANSFORMERS.iter().map(|row| row.name).collect();
    let key = prop::sample::select(vec!["p:p", "p:a", "p:0", "p:a.b", "time:now", "time:now-1M", "time:date"]);
    let argument = prop_oneof![
        any::<i64>().prop_map(|number| number.to_string()),
        r#"[^%"\\]{0,8}"#.prop_map(|text| format!("\"{text}\"")),
        r"[a-c.*+()?$&<>\[\]{}]{0,6}".prop_map(|text| format!("\"{text}\"")),
        Just("null".to_owned()),
    ];
    let arguments = prop::collection::vec(argument, 0..3).prop_map(|arguments| format!("({})", arguments.join(",")));
    let step = (prop::sample::select(names), arguments).prop_map(|(name, arguments)| format!("|{name}{arguments}"));
    (key, prop::collection::vec(step, 0..4)).prop_map(|(key, steps)| format!("%{key}{}%", steps.concat()))
}

proptest! {
    #[test]
    fn nothing_panics(template in document("[ab%:|.\"(){}# 0-9-]{0,12}", ANY_NAMES), value in document(".{0,8}", ANY_NAMES)) {
        let _ = resolve(&template, &Providers::at(VirtualTime::OPENING).with("a", value));
    }

    #[test]
    fn no_expression_panics(template in expression(), value in document(".{0,8}|[0-9+-]{0,12}", ANY_NAMES), now in any::<i64>()) {
        let _ = resolve(&json!(template), &Providers::at(VirtualTime::from_nanos(now)).with("p", value));
    }

    #[test]
    fn a_document_without_references_is_itself(template in document("[a-z: ]{0,6}%?[a-z ]{0,6}", NAMES)) {
        prop_assert_eq!(resolve(&template, &providers()), Ok(template));
    }

    #[test]
    fn a_literal_is_what_it_holds(content in document(".{0,8}|%chat:_id%", ANY_NAMES)) {
        prop_assert_eq!(resolve(&json!({"##literal": content}), &providers()), Ok(content));
    }

    #[test]
    fn the_whole_of_a_provider_is_its_value(value in document(".{0,8}|%chat:_id%", ANY_NAMES)) {
        let providers = providers().with("p", value.clone());
        prop_assert_eq!(resolve(&provide("p", "p"), &providers), Ok(value.clone()));
        prop_assert_eq!(resolve(&json!("%p:p%"), &providers), Ok(value));
    }
}
