//! What a customer's habits make of an act: perhaps several messages, with pauses between them.

use std::collections::VecDeque;

use crate::base::time::VirtualSpan;
use crate::platform::cx::Desk;
use crate::scenario::act::{Act, Say, StartChat};
use crate::scenario::decode::Located;
use crate::scenario::manner::Utterance;
use crate::scenario::text::Text;

/// Acts that stand for one, each with how much virtual time passes before it.
pub(super) type Speech = VecDeque<(VirtualSpan, Act)>;

/// An act as whoever does it would do it.
pub(super) fn of(desk: &mut Desk, act: Act) -> Speech {
    match act {
        Act::Say(say) => match uttered(desk, &say.r#as, &say.text) {
            Some(said) => messages(said, &say).collect(),
            None => once(Act::Say(say)),
        },
        Act::StartChat(start) => match start.text.as_ref().and_then(|text| uttered(desk, &start.r#as, text)) {
            Some(said) => opening(said, start),
            None => once(Act::StartChat(start)),
        },
        other => once(other),
    }
}

fn once(act: Act) -> Speech {
    Speech::from([(VirtualSpan::ZERO, act)])
}

/// What a customer of habits says; nothing if they have none.
fn uttered(desk: &mut Desk, who: &Located<String>, text: &Text) -> Option<Vec<Utterance>> {
    let manner = desk.customers.get(&who.value)?.manner.clone()?;
    let text = desk.fill(text);
    Some(manner.utter(&text, desk.streams.of(format!("customer/{}/manner", who.value))))
}

/// Each utterance as a message like this one.
fn messages(said: Vec<Utterance>, like: &Say) -> impl Iterator<Item = (VirtualSpan, Act)> {
    said.into_iter().map(|utterance| {
        let text = Text::plain(utterance.text, like.text.place());
        (utterance.after, Act::Say(Say { text, ..like.clone() }))
    })
}

/// A chat that begins with the first utterance; the others follow in it.
fn opening(mut said: Vec<Utterance>, start: StartChat) -> Speech {
    let first = said.remove(0);
    let place = start.r#as.place;
    let chat = start.chat.clone().unwrap_or_else(|| start.r#as.value.clone());
    let like =
        Say { r#as: start.r#as.clone(), text: Text::plain("", place), chat: Some(Located { value: chat, place }) };
    let text = Some(Text::plain(first.text, place));
    let begin = (first.after, Act::StartChat(StartChat { text, ..start }));
    std::iter::once(begin).chain(messages(said, &like)).collect()
}
