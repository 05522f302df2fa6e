//! Which messages fit which channel.

use std::collections::BTreeSet;

use http::Method;
use serde_json::{Value, json};

use super::{chat, message};
use crate::platform::imichat::model::channel::Channel;
use crate::platform::imichat::stage::Stage;

const AT: &str = "2019-08-16T22:02:13.842Z";

/// The forms of messages in the vendor's samples, and the channels that take them.
///
/// The two plain texts without a label are taken on all channels, also on those whose samples have a label: no page says
/// that labels must be there. For the same reason the template without a label is taken on WhatsApp.
fn forms() -> Vec<(&'static str, Value, &'static str)> {
    let all = "sms facebook twitter livechat email abc whatsapp api";
    let with_files = "facebook twitter livechat email abc whatsapp api";
    let file = || json!({"type": "image", "url": "http://x/a.png"});
    let answer = json!({"request_identifier": "r", "options": [{"title": "Yes"}]});
    let offer = json!({"request_identifier": "r", "options": [{"title": "Yes", "payload": "y"}]});
    let inbound = |more: Value| form("inbound", more);
    let outbound = |more: Value| form("outbound", more);
    vec![
        ("I1", inbound(json!({"text": "x"})), all),
        ("I2", inbound(json!({"text": "x", "attachment": file()})), with_files),
        ("I3", inbound(json!({"attachment": file()})), with_files),
        ("I4", inbound(json!({"abc_sub_type": "text", "text": "x"})), "abc"),
        ("I5", inbound(json!({"abc_sub_type": "listpicker_response", "listpicker_response": ["a"]})), "abc"),
        ("I6", inbound(json!({"abc_sub_type": "timepicker_response", "timepicker_response": AT})), "abc"),
        ("I7", inbound(json!({"livechat_sub_type": "text", "text": "x"})), "livechat"),
        ("I8", inbound(json!({"livechat_sub_type": "quick_replies", "quick_reply_response": answer})), "livechat"),
        ("O1", outbound(json!({"text": "x"})), all),
        ("O2", outbound(json!({"text": "x", "attachment": file()})), with_files),
        ("O3", outbound(json!({"attachment": file()})), with_files),
        ("O4", outbound(json!({"template_name": "t"})), "abc whatsapp"),
        ("O5", outbound(json!({"whatsapp_sub_type": "text", "text": "x"})), "whatsapp"),
        ("O6", outbound(json!({"whatsapp_sub_type": "hsm", "template_name": "t"})), "whatsapp"),
        ("O7", outbound(json!({"livechat_sub_type": "text", "text": "x"})), "livechat"),
        ("O8", outbound(json!({"livechat_sub_type": "quick_replies", "quick_replies": offer})), "livechat"),
        ("A1", form("announcement", json!({"text": "x"})), all),
        // The same without labels, and in the other spelling.
        ("I5 table", inbound(json!({"abc_sub_type": "listpicker", "list_picker_response": ["a"]})), "abc"),
        ("I5 bare", inbound(json!({"listpicker_response": ["a"]})), "abc"),
        ("I6 table", inbound(json!({"abc_sub_type": "timepicker", "time_picker_response": AT})), "abc"),
        ("I6 bare", inbound(json!({"timepicker_response": AT})), "abc"),
        (
            "I8 table",
            inbound(json!({"livechat_sub_type": "quick_reply_response", "quick_reply_response": answer})),
            "livechat",
        ),
        ("I8 bare", inbound(json!({"quick_reply_response": answer})), "livechat"),
        ("O8 bare", outbound(json!({"quick_replies": offer})), "livechat"),
        ("O4 with a file", outbound(json!({"template_name": "t", "attachment": file()})), ""),
        ("O8 with a file", outbound(json!({"quick_replies": offer, "attachment": file()})), ""),
        ("O8 with words", outbound(json!({"quick_replies": offer, "text": "Which?"})), "livechat"),
        ("I5 with words", inbound(json!({"listpicker_response": ["a"], "text": "x"})), ""),
        ("I7 that is a choice", inbound(json!({"livechat_sub_type": "text", "quick_reply_response": answer})), ""),
        ("I4 that is a pick", inbound(json!({"abc_sub_type": "text", "listpicker_response": ["a"]})), ""),
        (
            "I7 with a file",
            inbound(json!({"livechat_sub_type": "text", "text": "x", "attachment": file()})),
            "livechat",
        ),
        ("A1 with a file", form("announcement", json!({"attachment": file()})), ""),
        ("A1 with a label", form("announcement", json!({"livechat_sub_type": "text", "text": "x"})), ""),
    ]
}

fn form(direction: &str, more: Value) -> Value {
    let mut form = json!({"type": direction, "timestamp": AT});
    form.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    form
}

#[test]
fn every_form_is_taken_on_its_channels_and_faulted_on_all_others() {
    for (name, form, channels) in forms() {
        let expected: BTreeSet<&str> = channels.split_whitespace().collect();
        let taken: BTreeSet<&str> = Channel::ALL
            .map(Channel::name)
            .into_iter()
            .filter(|channel| {
                let mut stage = Stage::open(json!({}));
                let body = chat(channel, &json!({"messages": form}));
                let (reply, document) = stage.call(Method::POST, "/v3.1/chats", &body);
                let violations = stage.told().iter().filter(|told| told.starts_with("violation")).count();
                assert_eq!(violations > 0, reply.status != 200, "{name} {channel}");
                if reply.status != 200 {
                    assert_eq!((reply.status, reply.code.as_deref()), (400, Some("400")), "{name} {channel}");
                    return false;
                }
                let shown = &document["response"]["messages"][0];
                for (member, value) in form.as_object().unwrap() {
                    let sample = member.replace("list_picker", "listpicker").replace("time_picker", "timepicker");
                    assert_eq!(shown[sample.as_str()], *value, "{name} {channel} keeps {member}");
                }
                true
            })
            .collect();
        assert_eq!(taken, expected, "{name}");
    }
}

#[test]
fn a_lenient_tenant_takes_every_form_and_leaves_out_what_does_not_fit() {
    for (name, form, channels) in forms() {
        for channel in Channel::ALL.map(Channel::name) {
            let mut stage = Stage::open(json!({"lenient": true}));
            let shown = stage.create(channel, &json!({"messages": form}))["messages"][0].clone();
            let fits = channels.split_whitespace().any(|fitting| fitting == channel);
            let noted = stage.told().iter().any(|told| told.starts_with("violation"));
            assert_eq!(noted, !fits, "{name} {channel}");
            let foreign = |member: &&str| !channel.starts_with(member.split('_').next().unwrap());
            for member in
                ["abc_sub_type", "livechat_sub_type", "whatsapp_sub_type"].iter().filter(|member| foreign(member))
            {
                assert_eq!(shown.get(*member), None, "{name} {channel}");
            }
        }
    }
}

#[test]
fn the_answer_to_a_whatsapp_template_is_a_tapped_button() {
    let open = || {
        let webhook = json!({"url": "${bot}"});
        let assets = json!([{"channel": "whatsapp", "id": "key"}]);
        let mut stage = Stage::open(json!({"virtual_agents": [{"login": "b", "webhook": webhook}], "assets": assets}));
        let id = stage.start("whatsapp");
        (stage, id)
    };
    let choose = || json!({"choose": {"as": "ada", "option": "Yes, please"}});
    let (mut stage, id) = open();
    let refusal = stage.act(choose()).unwrap_err();
    assert_eq!(refusal.reason, "no template has been sent in this chat, so there is no button to tap");
    stage.append(&id, &form("outbound", json!({"whatsapp_sub_type": "hsm", "template_name": "order_update"})));
    stage.append(&id, &message("outbound", "What do you say?"));
    stage.act(choose()).unwrap();
    let mut heard = stage.last_event()["payload"]["messages"][0].clone();
    let identifier = heard["wab_interactive_response"]["identifier"].take();
    assert_eq!(identifier.as_str().map(str::len), Some(36), "a uuid");
    let response = json!({"identifier": null, "title": "Yes, please"});
    assert_eq!(heard["wab_interactive_response"], response);
    assert_eq!(
        (&heard["type"], &heard["text"], &heard["interactive_response"]),
        (&json!("interactive"), &json!(""), &json!(null))
    );
    let shown = stage.show(&id)["messages"][3].clone();
    assert_eq!(shown, json!({"type": "inbound", "text": "Yes, please", "timestamp": shown["timestamp"]}));
    assert_eq!(stage.told().last().unwrap(), "customer ada: Yes, please");
}
