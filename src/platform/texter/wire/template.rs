//! A template.

use serde_json::{Map, Value as Json, json};

use super::super::model::{Answer, Channel, Localization, Template};
use super::super::tenant::Tenant;
use super::chat::account;

/// A template with all its members.
pub(in crate::platform::texter) fn template(tenant: &Tenant, template: &Template) -> Json {
    let form = &template.form;
    let mut out = json!({
        "_id": template.id,
        "name": form.name,
        "title": form.title,
        "usage": form.usage.name(),
    });
    for (key, value) in answer(tenant, &form.answer) {
        out[key] = value;
    }
    out["created"] = json!(template.created.as_millis());
    out["updatedAt"] = json!(template.updated.millis());
    out["departments"] = json!(form.departments);
    out["isDefault"] = json!(form.is_default);
    out["channelInfo"] = account(Channel::Whatsapp, &form.account);
    out["provider_template"] = json!({
        "name": form.name,
        "category": form.category.name(),
        "localizations": template.localizations.iter().map(localization).collect::<Vec<_>>(),
        "metadata": {},
    });
    let by_language = |language: &String, value: Json| (language.clone(), value);
    let defaults = template.defaults.iter().map(|(language, body)| by_language(language, json!({"body": body})));
    out["defaults"] = Json::Object(defaults.collect());
    // The vendor's example shows no draft; that its form is that of a localization is inferred.
    let drafts = template.drafts.iter().map(|(language, draft)| by_language(language, json!({"components": draft.0})));
    out["localizationDrafts"] = Json::Object(drafts.collect());
    out
}

fn localization(localization: &Localization) -> Json {
    json!({
        "language": localization.language,
        "status": localization.status.name(),
        "components": localization.wording.0,
    })
}

/// What happens when a contact answers, as templates and chats show it.
pub(in crate::platform::texter) fn answer(tenant: &Tenant, answer: &Answer) -> Map<String, Json> {
    let agent = answer.agent.as_deref().and_then(|uid| tenant.agent(uid)).map(|agent| &agent.email);
    let members = [
        ("chatStatus", answer.status.map(|status| json!(status.number()))),
        ("setBotNode", answer.node.as_ref().map(|node| json!(node))),
        ("replyText", answer.text.as_ref().map(|text| json!(text))),
        ("responsibleAgent", agent.map(|email| json!(email))),
        ("responsibleDepartment", answer.department.as_ref().map(|department| json!(department))),
    ];
    members.into_iter().filter_map(|(key, value)| Some((key.to_owned(), value?))).collect()
}
