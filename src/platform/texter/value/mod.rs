//! The templates that subscriptions write values in: documents with references to what caused a run.
//!
//! ```text
//! {"##provide": {"provider": "chat", "key": "agent.uid"}}   the value, with its type
//! "%chat:agent.uid%"                                         the same
//! "Chat %chat:_id% of %chat:title|trim|toUpperCase%"         text with values in it
//! {"##literal": "%chat:_id%"}                                what it holds, as it is written
//! ```
//!
//! Pages: the guide to data injection and the published scenarios in github.com/whatsper/texterdocs. What they leave open
//! is settled here and marked as inferred, at the place or in the table of [`TRANSFORMERS`].
//!
//! It does no I/O and reads no clock: the providers carry the instant. Only values are templates, never the names of
//! members [inferred: no published scenario has one there].

mod clock;
mod error;
mod expression;
mod luxon;
mod reading;
#[cfg(test)]
mod tests;
mod transform;

use std::borrow::Cow;

use serde_json::{Map, Value as Json};

use crate::base::nearest::nearest;
use crate::base::time::VirtualTime;

pub use error::{Malformed, Unfit, Unresolved};
pub use transform::{TRANSFORMERS, Transformer};

use expression::{Expression, Piece, pieces};

/// How many levels a document may have, before and after: a little fewer than JSON readers take.
pub const DEEPEST: usize = 100;

/// How much the values that a document refers to may come to, those on the way included: the bytes of their texts and
/// names, and one more for each value.
pub const LARGEST: usize = 1 << 20;

/// The provider that is always there.
const TIME: &str = "time";

/// The name by which the value of a loop calls itself.
const ITEM: &str = "__item";

const PROVIDE: &str = "##provide";
const LITERAL: &str = "##literal";

/// What a template may refer to: values by the names of their providers, and the instant.
#[derive(Clone, Debug)]
pub struct Providers {
    now: VirtualTime,
    values: Map<String, Json>,
}

impl Providers {
    /// No provider but `time`.
    #[must_use]
    pub fn at(now: VirtualTime) -> Self {
        Self { now, values: Map::new() }
    }

    /// The same with one more; it hides any of the same name.
    #[must_use]
    pub fn with(mut self, name: impl Into<String>, value: impl Into<Json>) -> Self {
        self.values.insert(name.into(), value.into());
        self
    }

    /// Adds one; it hides any of the same name.
    pub fn insert(&mut self, name: impl Into<String>, value: impl Into<Json>) {
        self.values.insert(name.into(), value.into());
    }

    /// The value of a key: the whole of the provider for its own name and for `__item`, else what a path of dots leads to.
    /// What is missing is `null` [inferred: the vendor documents `null` for errors that there are none of].
    fn value(&self, provider: &str, key: &str) -> Result<Cow<'_, Json>, Unresolved> {
        match self.values.get(provider) {
            Some(value) if key == provider || key == ITEM => Ok(Cow::Borrowed(value)),
            Some(value) => Ok(reading::find(value, key).map_or(Cow::Owned(Json::Null), Cow::Borrowed)),
            None if provider == TIME => clock::read(self.now, key).map(Cow::Owned),
            None => {
                let known = self.values.keys().map(String::as_str).chain([TIME]);
                let nearest = nearest(provider, known).map(str::to_owned);
                Err(Unresolved::Provider { name: error::excerpt(provider), nearest })
            }
        }
    }
}

/// The document with all references replaced by what they refer to.
///
/// # Errors
/// If it refers to what nobody provides, if a transformer cannot do what it is told, or if it is too deep or too large.
pub fn resolve(template: &Json, providers: &Providers) -> Result<Json, Unresolved> {
    Resolver { providers, spare: LARGEST }.document(template, 0)
}

struct Resolver<'p> {
    providers: &'p Providers,
    /// What is left of [`LARGEST`].
    spare: usize,
}

impl Resolver<'_> {
    fn document(&mut self, template: &Json, depth: usize) -> Result<Json, Unresolved> {
        if depth > DEEPEST {
            return Err(Unresolved::TooDeep);
        }
        match template {
            Json::String(text) => self.text(text, depth),
            Json::Array(items) => items.iter().map(|item| self.document(item, depth + 1)).collect(),
            Json::Object(members) => self.object(members, depth),
            Json::Null | Json::Bool(_) | Json::Number(_) => Ok(template.clone()),
        }
    }

    /// Members beside a reference, or beside a literal, are merged over what it stands for, at the first level
    /// only [inferred: one published scenario has them].
    fn object(&mut self, members: &Map<String, Json>, depth: usize) -> Result<Json, Unresolved> {
        let mut base = None;
        let mut own = Map::new();
        for (name, value) in members {
            match name.as_str() {
                PROVIDE => base = Some(self.provide(value, depth)?),
                LITERAL => base = Some(value.clone()),
                _ => {
                    own.insert(name.clone(), self.document(value, depth + 1)?);
                }
            }
        }
        match base {
            None => Ok(Json::Object(own)),
            Some(value) if own.is_empty() => Ok(value),
            Some(Json::Object(mut under)) => {
                under.extend(own);
                Ok(Json::Object(under))
            }
            // Spreading nothing into an object gives nothing [inferred].
            Some(Json::Null) => Ok(Json::Object(own)),
            Some(value) => Err(Unresolved::Merge { found: reading::kind(&value) }),
        }
    }

    fn provide(&mut self, reference: &Json, depth: usize) -> Result<Json, Unresolved> {
        let text = |member: &str| reference.get(member).and_then(Json::as_str).ok_or(Unresolved::Reference);
        let value = self.providers.value(text("provider")?, text("key")?)?;
        self.charge(&value, depth)?;
        Ok(value.into_owned())
    }

    /// A value with its type if the text is one expression, otherwise text.
    fn text(&mut self, text: &str, depth: usize) -> Result<Json, Unresolved> {
        let pieces = pieces(text);
        if let [Piece::Expression(whole)] = pieces[..] {
            return self.evaluate(whole, depth);
        }
        let mut out = String::new();
        for piece in pieces {
            match piece {
                Piece::Plain(plain) => out.push_str(plain),
                Piece::Expression(inner) => out.push_str(&reading::text(&self.evaluate(inner, depth)?)),
            }
        }
        Ok(Json::String(out))
    }

    fn evaluate(&mut self, inner: &str, depth: usize) -> Result<Json, Unresolved> {
        let expression =
            Expression::parse(inner).map_err(|why| Unresolved::Malformed { expression: error::excerpt(inner), why })?;
        let mut value = self.providers.value(expression.provider, expression.key)?;
        self.charge(&value, depth)?;
        for step in &expression.steps {
            value = Cow::Owned(transform::apply(&value, step)?);
            self.charge(&value, depth)?;
        }
        Ok(value.into_owned())
    }

    /// Takes what a value that is to stand at a depth weighs from what is left.
    fn charge(&mut self, value: &Json, depth: usize) -> Result<(), Unresolved> {
        if depth > DEEPEST {
            return Err(Unresolved::TooDeep);
        }
        self.spend(1 + value.as_str().map_or(0, str::len))?;
        match value {
            Json::Array(items) => items.iter().try_for_each(|item| self.charge(item, depth + 1)),
            Json::Object(members) => members.iter().try_for_each(|(name, value)| {
                self.spend(name.len())?;
                self.charge(value, depth + 1)
            }),
            Json::Null | Json::Bool(_) | Json::Number(_) | Json::String(_) => Ok(()),
        }
    }

    fn spend(&mut self, weight: usize) -> Result<(), Unresolved> {
        self.spare = self.spare.checked_sub(weight).ok_or(Unresolved::TooLarge)?;
        Ok(())
    }
}
