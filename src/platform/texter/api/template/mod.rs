//! Operations on templates of WhatsApp.

mod localization;
mod send;

use serde_json::Value as Json;

pub(in super::super) use self::localization::is_language;
pub(super) use self::localization::{put, submit};
pub(super) use self::send::send;
use super::super::Texter;
use super::super::codes::{self, Denial};
use super::super::model::{Answer, Category, Channel, ChatStatus, Template, TemplateForm, Usage};
use super::super::wire;
use super::fields::Fields;
use super::{CREATED, Outcome, Request, done, nothing};
use crate::platform::cx::Cx;
use crate::platform::route::Reply;

/// How long names and titles may be; nothing is published.
const LONGEST_NAME: usize = 512;
/// These flags are documented, their names were not retrieved: only templates with a header, or only those without; and
/// whether the list is fetched from WhatsApp anew, which changes nothing here.
const HAS_HEADER: &str = "hasHeader";
const FORCE_SYNC: &str = "forceSync";

pub(super) fn list(texter: &mut Texter, cx: &mut Cx<'_>, request: &Request<'_>) -> Outcome {
    let query = request.query();
    let account = query.get("accountId");
    let all = query.flag("includeAll")?;
    let header = query.get(HAS_HEADER).map(|_| query.flag(HAS_HEADER)).transpose()?;
    if query.flag(FORCE_SYNC)? && account.is_none() {
        return Err(Denial::invalid(format!("query.{FORCE_SYNC} needs accountId")).into());
    }
    texter.admit(cx, request)?;
    let wanted = |template: &&Template| {
        account.is_none_or(|account| template.form.account == account)
            && (all || template.approved().next().is_some())
            && header.is_none_or(|header| header == has_header(template))
    };
    let found = texter.templates.iter().filter(wanted);
    done(&found.map(|template| wire::template(&texter.tenant, template)).collect::<Vec<Json>>())
}

fn has_header(template: &Template) -> bool {
    template.localizations.iter().any(|localization| localization.wording.has_header())
}

/// That what was made is answered with 201 is inferred.
pub(super) fn create(texter: &mut Texter, cx: &mut Cx<'_>, request: &Request<'_>) -> Outcome {
    let account = request.param("accountId").to_owned();
    texter.sends_from(&account)?;
    let fields = request.fields()?;
    let title = fields.sized("title", 1, LONGEST_NAME)?.to_owned();
    let category = fields.need("category", fields.choice("category", &Category::ALL))?;
    let usage = fields.need("usage", fields.choice("usage", &Usage::ALL))?;
    let name = match fields.text("name")? {
        Some(name) if !is_name(name) => return Err(fields.wrong("name", "must match ^[a-zA-Z0-9_]+$").into()),
        Some(name) if texter.template(&account, name).is_ok() => {
            return Err(Denial::of(codes::CONFLICT).saying(format!("Template {name} already exists")).into());
        }
        Some(name) => name.to_owned(),
        None => texter.free_name(&account, category, usage),
    };
    let departments = fields.texts("departments")?.unwrap_or_default();
    if departments.iter().any(|department| !texter.tenant.has_department(department)) {
        return Err(Denial::unknown("Department").into());
    }
    let form = TemplateForm {
        name,
        title,
        account,
        category,
        usage,
        is_default: fields.flag("isDefault")?.unwrap_or(false),
        departments,
        answer: Answer {
            status: Some(fields.need("chatStatus", status(&fields, &[0, 1, 2, 3]))?),
            ..answer(texter, &fields)?
        },
    };
    texter.admit(cx, request)?;
    let template = Template::new(cx.draw("texter/template").hex(24), form, cx.now());
    let shown = wire::template(&texter.tenant, &template);
    texter.templates.push(template);
    Ok(Reply::json(CREATED, None, &shown))
}

pub(super) fn delete(texter: &mut Texter, cx: &mut Cx<'_>, request: &Request<'_>) -> Outcome {
    let id = texter.template_of(request)?.id.clone();
    texter.admit(cx, request)?;
    texter.templates.retain(|template| template.id != id);
    nothing()
}

/// The status that a chat is to have once its contact answers.
fn status(fields: &Fields<'_>, possible: &[u64]) -> Result<Option<ChatStatus>, Denial> {
    let number = fields.number("chatStatus", 0, u64::MAX)?;
    let known = |number| ChatStatus::numbered(number).filter(|_| possible.contains(&number));
    let words = || possible.iter().map(u64::to_string).collect::<Vec<_>>().join(", ");
    let wrong = || fields.wrong("chatStatus", &format!("must be one of {}", words()));
    number.map(|number| known(number).ok_or_else(wrong)).transpose()
}

/// What happens when a contact answers, but for the status.
fn answer(texter: &Texter, fields: &Fields<'_>) -> Result<Answer, Denial> {
    let own = |key: &str| fields.text(key).map(|text| text.map(str::to_owned));
    let department = own("responsibleDepartment")?;
    if department.as_ref().is_some_and(|department| !texter.tenant.has_department(department)) {
        return Err(Denial::unknown("Department"));
    }
    let agent = fields.text("responsibleAgent")?.map(|email| {
        let agent = texter.tenant.agents.iter().find(|agent| agent.email == email);
        agent.map(|agent| agent.uid.clone()).ok_or_else(|| Denial::unknown("Agent"))
    });
    Ok(Answer {
        status: None,
        node: own("setBotNode")?,
        text: own("replyText")?,
        agent: agent.transpose()?,
        department,
    })
}

/// Whether a text can be the name of a template.
pub(in super::super) fn is_name(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

impl Texter {
    /// Whether an account can send templates.
    fn sends_from(&self, account: &str) -> Result<(), Denial> {
        let mut accounts = self.tenant.accounts.iter();
        let found = accounts.any(|own| own.channel == Channel::Whatsapp && own.id == account);
        if found { Ok(()) } else { Err(Denial::unknown("Account")) }
    }

    /// The template of an account with this name.
    fn template(&self, account: &str, name: &str) -> Result<&Template, Denial> {
        let mut templates = self.templates.iter();
        let found = templates.find(|template| template.form.account == account && template.form.name == name);
        found.ok_or_else(|| Denial::unknown("Template"))
    }

    /// The template that a path names.
    fn template_of(&self, request: &Request<'_>) -> Result<&Template, Denial> {
        self.template(request.param("accountId"), request.param("templateName"))
    }

    /// The template with this id, as it is shown after something was done to it.
    fn changed_template(&mut self, id: &str, change: impl FnOnce(&mut Template)) -> Outcome {
        let template = self.templates.iter_mut().find(|template| template.id == id);
        let template = template.ok_or_else(|| Denial::unknown("Template"))?;
        change(template);
        done(&wire::template(&self.tenant, template))
    }

    /// A name that no template of the account has, after the pattern of the vendor's example.
    fn free_name(&self, account: &str, category: Category, usage: Usage) -> String {
        let name = |number| format!("{}_{}_{number}", usage.name(), category.name().to_lowercase());
        let mut number = self.templates.len() + 1;
        while self.template(account, &name(number)).is_ok() {
            number += 1;
        }
        name(number)
    }
}
