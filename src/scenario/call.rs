//! `call:` steps: somebody besides the bot uses the vendor's API, as any program of the same tenant may.
//!
//! A step says only what is peculiar about the call. Version, credential and whatever else every call needs are those of
//! the tenant's own client, which the vendor knows (`Platform::client`).

use http::{HeaderName, HeaderValue, Method};
use indexmap::IndexMap;
use serde_json::Value as Json;

use super::check::Checker;
use super::codes;
use super::decode::{Decode, HttpStatus, Located, Problems, wrong_type};
use super::expect::{CallPattern, check_word};
use super::node::{Node, Value};
use super::pattern::Pattern;
use super::text::{BOT, Text, Word};
use crate::base::diag::{Diagnostic, Place};
use crate::record;

record! {
    /// `call:` as it is written.
    pub(super) struct RawCall {
        /// The operation, as `rehearsal list routes` names it.
        route: Option<Located<String>>,
        /// The path instead, for what is no operation.
        path: Option<Text>,
        /// The HTTP method; that of the operation by default, else GET.
        method: Option<Located<String>>,
        /// Values for the parts of the operation's path that stand in braces, such as `chat_id`.
        params: IndexMap<String, Plain>,
        /// What stands in the query, as it goes over the wire.
        query: IndexMap<String, Plain>,
        /// Headers that differ from those of the tenant's own client; `~` leaves one out.
        headers: IndexMap<String, Located<Option<Plain>>>,
        /// The body: a text goes out as it is, anything else as JSON.
        body: Option<Located<Json>>,
        /// How the call must be answered; without it any answer will do.
        answer: Option<AnswerPattern>,
    }
}

record! {
    /// An answer of the vendor.
    pub(super) struct AnswerPattern {
        /// The HTTP status.
        status: Option<HttpStatus>,
        /// The vendor's code.
        code: Option<Word>,
        /// Members that the body must have.
        body: Option<Pattern>,
    }
}

/// A checked call of somebody besides the bot.
#[derive(Clone, Debug)]
pub struct CallStep {
    /// What is called.
    pub target: Target,
    /// The HTTP method, if it is not the target's own.
    pub method: Option<Method>,
    /// Values for the parameters of the path.
    pub params: Vec<(String, Text)>,
    /// What stands in the query.
    pub query: Vec<(String, Text)>,
    /// Headers that differ from those of the tenant's own client; nothing leaves one out.
    pub headers: Vec<(HeaderName, Option<Text>)>,
    /// The body; nothing for none.
    pub body: Option<Json>,
    /// How it must be answered.
    pub answer: Option<CallPattern>,
}

/// What is called.
#[derive(Clone, Debug)]
pub enum Target {
    /// An operation of the vendor.
    Route(Located<String>),
    /// A path that may be no operation's.
    Path(Text),
}

impl CallStep {
    /// Reads `call`.
    pub(super) fn decode(node: &Node, problems: &mut Problems) -> Option<Self> {
        let raw = RawCall::decode(node, problems)?;
        let target = match (raw.route, raw.path) {
            (Some(route), None) => Some(Target::Route(route)),
            (None, Some(path)) => Some(Target::Path(path)),
            (None, None) | (Some(_), Some(_)) => {
                let problem = Diagnostic::new(&codes::ONE_KEY, node.place, "a call goes to one place");
                problems.push(problem.help("name one of `route` and `path`"));
                None
            }
        };
        let method = raw.method.map(|method| read_method(&method, problems));
        let read = raw.headers.into_iter().map(|(name, value)| read_header(&name, value, problems));
        let headers: Vec<_> = read.collect();
        let plain = |pairs: IndexMap<String, Plain>| pairs.into_iter().map(|(key, Plain(text))| (key, text)).collect();
        let target = target?;
        let answer = raw.answer.map(|answer| CallPattern {
            // With another method it is another operation, or none.
            route: match &target {
                Target::Route(route) if method.is_none() => Some(route.clone()),
                Target::Route(_) | Target::Path(_) => None,
            },
            status: answer.status,
            code: answer.code,
            body: None,
            reply: answer.body,
        });
        Some(Self {
            target,
            method: match method {
                Some(read) => Some(read?),
                None => None,
            },
            params: plain(raw.params),
            query: plain(raw.query),
            headers: headers.into_iter().collect::<Option<_>>()?,
            body: raw.body.map(|body| body.value),
            answer,
        })
    }

    /// The texts in it that may hold names, those within the body with the place of the step.
    #[must_use]
    pub fn texts(&self, place: Place) -> Vec<Text> {
        let path = match &self.target {
            Target::Route(_) => None,
            Target::Path(path) => Some(path),
        };
        let pairs = self.params.iter().chain(&self.query).map(|(_, text)| text);
        let headers = self.headers.iter().filter_map(|(_, text)| text.as_ref());
        let mut texts: Vec<Text> = path.into_iter().chain(pairs).chain(headers).cloned().collect();
        if let Some(body) = &self.body {
            Text::within(body, place, &mut texts);
        }
        texts
    }
}

fn read_method(method: &Located<String>, problems: &mut Problems) -> Option<Method> {
    let known = Method::from_bytes(method.value.as_bytes()).ok();
    if known.is_none() {
        let message = format!("`{}` cannot be an HTTP method", method.value);
        problems.push(Diagnostic::new(&codes::WRONG_TYPE, method.place, message).help("write `GET`, `POST` …"));
    }
    known
}

fn read_header(
    name: &str,
    value: Located<Option<Plain>>,
    problems: &mut Problems,
) -> Option<(HeaderName, Option<Text>)> {
    let Ok(known) = HeaderName::try_from(name) else {
        let message = format!("`{name}` cannot be the name of a header");
        let problem = Diagnostic::new(&codes::WRONG_TYPE, value.place, message);
        problems.push(problem.help("use letters, digits and dashes"));
        return None;
    };
    let text = value.value.map(|Plain(text)| text);
    // What a name stands for is known only later; what is written here can be looked at now.
    let written = text.as_ref().map_or(String::new(), |text| text.fill(|_| Some("".into())));
    if HeaderValue::from_str(&written).is_err() {
        let message = format!("the value of the header `{name}` has characters that no header can have");
        problems.push(Diagnostic::new(&codes::WRONG_TYPE, value.place, message).help("use printable ASCII"));
        return None;
    }
    Some((known, text))
}

/// Text that may also be written as a number: paths, queries and headers know no other type.
#[derive(Clone, Debug)]
pub(super) struct Plain(Text);

impl Decode for Plain {
    const EXPECTS: &'static str = "text or a number";

    fn decode(node: &Node, problems: &mut Problems) -> Option<Self> {
        match &node.value {
            Value::Int(number) => Some(Self(Text::plain(number.to_string(), node.place))),
            Value::Text(_) => Text::decode(node, problems).map(Self),
            Value::Null | Value::Bool(_) | Value::Float(_) | Value::List(_) | Value::Map(_) => {
                wrong_type(node, Self::EXPECTS, problems);
                None
            }
        }
    }

    fn schema() -> serde_json::Value {
        serde_json::json!({"type": ["string", "integer"]})
    }
}

impl Checker<'_, '_> {
    /// Checks the words of a call.
    pub(super) fn call(&mut self, call: &CallStep, place: Place) {
        if let Target::Route(route) = &call.target {
            self.vendor.check_route(route, self.problems);
            let known = (self.vendor.params)(&route.value);
            for (name, value) in known.iter().flat_map(|_| &call.params) {
                let name = Located { value: name.clone(), place: value.place() };
                let known = known.as_deref().unwrap_or_default();
                check_word(&codes::UNKNOWN_KEY, "parameter of this operation", &name, known, self.problems);
            }
        }
        if let Some(Word(code)) = call.answer.as_ref().and_then(|answer| answer.code.as_ref()) {
            self.code(code);
        }
        if let Target::Path(path) = &call.target {
            let written = path.fill(|_| Some("x".into()));
            if !written.starts_with('/') || written.contains(['?', '#', ' ']) {
                let message = format!("`{written}` is not the path of a call");
                let problem = Diagnostic::new(&codes::BAD_URL, path.place(), message);
                self.problems.push(problem.help("begin with `/`, and put what follows `?` under `query`"));
            }
        }
        let texts = call.texts(place);
        self.named(texts.iter(), &[BOT]);
        self.events.extend(texts.iter().map(|text| text.fill(|_| None)));
    }
}
