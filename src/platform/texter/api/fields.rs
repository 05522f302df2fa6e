//! The members of a JSON object, read with words for what is wrong with them.

use std::sync::LazyLock;

use serde_json::{Map, Value as Json};

use super::super::codes::Denial;

/// The members of an object.
#[derive(Clone)]
pub(super) struct Fields<'d> {
    members: &'d Map<String, Json>,
    /// Where the object stands, such as `body.list`.
    place: String,
}

impl<'d> Fields<'d> {
    /// The members of this document.
    pub(super) fn of(document: &'d Json, place: impl Into<String>) -> Result<Self, Denial> {
        let place = place.into();
        match document {
            Json::Object(members) => Ok(Self { members, place }),
            _ => Err(Denial::invalid(format!("{place} must be object"))),
        }
    }

    /// No members.
    pub(super) fn none() -> Self {
        static NONE: LazyLock<Map<String, Json>> = LazyLock::new(Map::new);
        Self { members: &NONE, place: "body".to_owned() }
    }

    /// All members.
    pub(super) fn members(&self) -> &'d Map<String, Json> {
        self.members
    }

    /// A refusal that is about one member.
    pub(super) fn wrong(&self, key: &str, why: &str) -> Denial {
        Denial::invalid(format!("{}.{key} {why}", self.place))
    }

    /// Refuses `null` where a member that is left out would do. That nothing can be cleared so is inferred: the vendor says
    /// of a member that it can be `null` where that is so.
    pub(super) fn refuse_nulls(&self, keys: &[&str]) -> Result<(), Denial> {
        match keys.iter().find(|key| self.members.get(**key).is_some_and(Json::is_null)) {
            Some(key) => Err(self.wrong(key, "must not be null")),
            None => Ok(()),
        }
    }

    /// A refusal that is about the object itself.
    pub(super) fn broken(&self, why: &str) -> Denial {
        Denial::invalid(format!("{} {why}", self.place))
    }

    /// The member called so, `null` being none.
    pub(super) fn get(&self, key: &str) -> Option<&'d Json> {
        self.members.get(key).filter(|value| !value.is_null())
    }

    /// A member that must be there.
    pub(super) fn need<T>(&self, key: &str, value: Result<Option<T>, Denial>) -> Result<T, Denial> {
        value?.ok_or_else(|| self.wrong(key, "is required"))
    }

    /// A text.
    pub(super) fn text(&self, key: &str) -> Result<Option<&'d str>, Denial> {
        let read = |value: &'d Json| value.as_str().ok_or_else(|| self.wrong(key, "must be string"));
        self.get(key).map(read).transpose()
    }

    /// A text that must be there and have so many characters.
    pub(super) fn sized(&self, key: &str, least: usize, most: usize) -> Result<&'d str, Denial> {
        let text = self.need(key, self.text(key))?;
        let count = text.chars().count();
        match (least..=most).contains(&count) {
            true => Ok(text),
            false => Err(self.wrong(key, &format!("must have {least} to {most} characters"))),
        }
    }

    /// A text that, if it is there, has at most so many characters.
    pub(super) fn short(&self, key: &str, most: usize) -> Result<Option<&'d str>, Denial> {
        match self.text(key)? {
            Some(text) if text.chars().count() > most => {
                Err(self.wrong(key, &format!("must have at most {most} characters")))
            }
            text => Ok(text),
        }
    }

    /// A word that stands for something.
    pub(super) fn choice<T: Copy>(&self, key: &str, words: &[(&str, T)]) -> Result<Option<T>, Denial> {
        let known = || words.iter().map(|(word, _)| *word).collect::<Vec<_>>().join(", ");
        let read = |text: &str| {
            let found = words.iter().find(|(word, _)| *word == text).map(|(_, meaning)| *meaning);
            found.ok_or_else(|| self.wrong(key, &format!("must be one of {}", known())))
        };
        self.text(key)?.map(read).transpose()
    }

    /// A boolean.
    pub(super) fn flag(&self, key: &str) -> Result<Option<bool>, Denial> {
        let read = |value: &Json| value.as_bool().ok_or_else(|| self.wrong(key, "must be boolean"));
        self.get(key).map(read).transpose()
    }

    /// A whole number from `least` to `most`.
    pub(super) fn number(&self, key: &str, least: u64, most: u64) -> Result<Option<u64>, Denial> {
        let read = |value: &Json| {
            let number = value.as_u64().filter(|number| (least..=most).contains(number));
            number.ok_or_else(|| self.wrong(key, &format!("must be integer from {least} to {most}")))
        };
        self.get(key).map(read).transpose()
    }

    /// An object.
    pub(super) fn object(&self, key: &str) -> Result<Option<Fields<'d>>, Denial> {
        self.get(key).map(|value| Self::of(value, format!("{}.{key}", self.place))).transpose()
    }

    /// A list.
    pub(super) fn list(&self, key: &str) -> Result<Option<&'d [Json]>, Denial> {
        let read = |value: &'d Json| value.as_array().ok_or_else(|| self.wrong(key, "must be array"));
        Ok(self.get(key).map(read).transpose()?.map(Vec::as_slice))
    }

    /// A list of so many objects.
    pub(super) fn objects(&self, key: &str, least: usize, most: usize) -> Result<Vec<Fields<'d>>, Denial> {
        let items = self.need(key, self.list(key))?;
        if !(least..=most).contains(&items.len()) {
            return Err(self.wrong(key, &format!("must have {least} to {most} items")));
        }
        let read = |(index, item)| Self::of(item, format!("{}.{key}[{index}]", self.place));
        items.iter().enumerate().map(read).collect()
    }

    /// A list of texts.
    pub(super) fn texts(&self, key: &str) -> Result<Option<Vec<String>>, Denial> {
        let Some(items) = self.list(key)? else { return Ok(None) };
        let read = |item: &Json| item.as_str().map(str::to_owned);
        let texts = items.iter().map(read).collect::<Option<Vec<_>>>();
        texts.map(Some).ok_or_else(|| self.wrong(key, "must be array of strings"))
    }
}
