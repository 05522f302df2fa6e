//! What the bot says and does: a pure function of what it hears.

use std::sync::LazyLock;

use regex::Regex;

use super::Manners;

/// One thing a customer sent.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Heard {
    /// Words, written or spoken by a chosen quick reply.
    Words(String),
    /// The payload of a chosen quick reply, and its title for replies that are not ours.
    Choice {
        /// What stands behind the reply.
        payload: String,
        /// What the customer saw.
        title: String,
    },
    /// A file, with or without words.
    File,
}

/// One thing the bot does.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Step {
    /// Says this.
    Say(String),
    /// Offers [`CHOICES`] as quick replies.
    Offer,
    /// Gives the chat to people.
    HandOver,
    /// Tags the chat [`TAG`] and closes it.
    Close,
}

impl Step {
    /// Whether the bot has nothing more to say in this thread once it has done this.
    pub(super) fn is_last(&self) -> bool {
        match self {
            Self::HandOver | Self::Close => true,
            Self::Say(_) | Self::Offer => false,
        }
    }
}

/// A quick reply.
pub(super) struct Choice {
    /// What the customer sees.
    pub(super) title: &'static str,
    /// What comes back.
    pub(super) payload: &'static str,
}

/// The menu.
pub(super) const CHOICES: [Choice; 3] = [
    Choice { title: "Track an order", payload: "track-order" },
    Choice { title: "Talk to a human", payload: "human" },
    Choice { title: "Nothing, thanks", payload: "nothing" },
];

/// The words above the menu, where the vendor has room for them.
pub(super) const MENU: &str = "What would you like to do?";

/// The tag on a chat that the bot closed.
pub(super) const TAG: &str = "bot-handled";

/// What the bot does in a new chat, given the message it begins with, if there is one.
pub(super) fn greet(manners: Manners, first: Option<&Heard>) -> Vec<Step> {
    let hello = Step::Say("Hello! How can I help?".to_owned());
    let wish = first.map(understand).filter(|wish| *wish != Wish::Unclear);
    std::iter::once(hello).chain(wish.into_iter().flat_map(|wish| fulfil(manners, wish))).collect()
}

/// What the bot does when it hears this.
pub(super) fn answer(manners: Manners, heard: &Heard) -> Vec<Step> {
    fulfil(manners, understand(heard))
}

/// What a customer wants.
#[derive(PartialEq, Eq, Debug)]
enum Wish {
    Order(String),
    Human,
    AnyOrder,
    Menu,
    Bye,
    FileSeen,
    Unclear,
}

static ORDER_NUMBER: LazyLock<Regex> = LazyLock::new(|| pattern(r"(?i)\b[a-z]-\d{3,}\b"));
static HUMAN: LazyLock<Regex> = LazyLock::new(|| pattern(r"(?i)\b(human|agent|person)\b"));
static ANY_ORDER: LazyLock<Regex> = LazyLock::new(|| pattern(r"(?i)\b(orders?|where)\b"));
static MENU_WORDS: LazyLock<Regex> = LazyLock::new(|| pattern(r"(?i)\b(menu|help|options?)\b"));
static BYE: LazyLock<Regex> = LazyLock::new(|| pattern(r"(?i)\b(bye|goodbye|thanks|thank you|that['’]s all)\b"));

fn pattern(text: &str) -> Regex {
    Regex::new(text).expect("the patterns above are constants that the tests compile")
}

fn understand(heard: &Heard) -> Wish {
    match heard {
        Heard::File => Wish::FileSeen,
        Heard::Words(text) => understand_words(text),
        Heard::Choice { payload, title } => match payload.as_str() {
            "track-order" => Wish::AnyOrder,
            "human" => Wish::Human,
            "nothing" => Wish::Bye,
            _ => understand_words(title),
        },
    }
}

fn understand_words(text: &str) -> Wish {
    if let Some(number) = ORDER_NUMBER.find(text) {
        return Wish::Order(number.as_str().to_uppercase());
    }
    if HUMAN.is_match(text) {
        Wish::Human
    } else if ANY_ORDER.is_match(text) {
        Wish::AnyOrder
    } else if MENU_WORDS.is_match(text) {
        Wish::Menu
    } else if BYE.is_match(text) {
        Wish::Bye
    } else {
        Wish::Unclear
    }
}

fn fulfil(manners: Manners, wish: Wish) -> Vec<Step> {
    let say = |text: &str| Step::Say(text.to_owned());
    match (wish, manners) {
        (Wish::Order(number), _) => vec![Step::Say(format!("Order {number} is on its way."))],
        (Wish::Human, _) => vec![say("I'll get a colleague."), Step::HandOver],
        (Wish::AnyOrder, Manners::Good) => vec![say("What is your order number?")],
        (Wish::AnyOrder, Manners::Broken) => vec![say("Have you tried to turn it off and on again?")],
        (Wish::Menu, _) => vec![Step::Offer],
        (Wish::Bye, _) => vec![say("Goodbye!"), Step::Close],
        (Wish::FileSeen, _) => vec![say("Thanks, I got your file.")],
        (Wish::Unclear, _) => vec![say("Sorry, I did not get that. Ask for the menu or a human.")],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str) -> Heard {
        Heard::Words(text.to_owned())
    }

    fn choice(payload: &str, title: &str) -> Heard {
        Heard::Choice { payload: payload.to_owned(), title: title.to_owned() }
    }

    fn check(steps: Vec<Step>, expected: &[&str]) {
        let told: Vec<String> = steps
            .into_iter()
            .map(|step| match step {
                Step::Say(text) => text,
                Step::Offer => "<menu>".to_owned(),
                Step::HandOver => "<hand over>".to_owned(),
                Step::Close => "<close>".to_owned(),
            })
            .collect();
        assert_eq!(told, expected);
    }

    const SORRY: &str = "Sorry, I did not get that. Ask for the menu or a human.";

    #[test]
    fn every_wish_is_understood() {
        let asks = ["What is your order number?"];
        let human = ["I'll get a colleague.", "<hand over>"];
        let bye = ["Goodbye!", "<close>"];
        check(answer(Manners::Good, &words("Where is my order?")), &asks);
        check(answer(Manners::Good, &words("ORDERS")), &asks);
        check(answer(Manners::Good, &words("Thanks, but where is it?")), &asks);
        check(answer(Manners::Good, &words("it is a-1001, my order")), &["Order A-1001 is on its way."]);
        check(answer(Manners::Good, &words("A-10")), &[SORRY]);
        check(answer(Manners::Good, &words("Menu")), &["<menu>"]);
        check(answer(Manners::Good, &words("I need help")), &["<menu>"]);
        check(answer(Manners::Good, &words("A human, please, about my order")), &human);
        check(answer(Manners::Good, &words("That's all")), &bye);
        check(answer(Manners::Good, &words("thank you")), &bye);
        check(answer(Manners::Good, &words("please hurry")), &[SORRY]);
        check(answer(Manners::Good, &words("")), &[SORRY]);
        check(answer(Manners::Good, &Heard::File), &["Thanks, I got your file."]);
    }

    #[test]
    fn a_quick_reply_does_the_same_chosen_or_written() {
        for Choice { title, payload } in &CHOICES {
            let chosen = answer(Manners::Good, &choice(payload, "whatever"));
            assert_eq!(chosen, answer(Manners::Good, &words(title)), "{title}");
            assert_eq!(chosen, answer(Manners::Good, &choice("", title)), "{title}");
        }
    }

    #[test]
    fn a_greeting_goes_on_only_if_something_was_asked() {
        let hello = "Hello! How can I help?";
        check(greet(Manners::Good, None), &[hello]);
        check(greet(Manners::Good, Some(&words("Hi there"))), &[hello]);
        check(greet(Manners::Good, Some(&words("Hi, where is A-1001?"))), &[hello, "Order A-1001 is on its way."]);
        check(greet(Manners::Good, Some(&words("bye"))), &[hello, "Goodbye!", "<close>"]);
    }

    #[test]
    fn a_broken_bot_never_asks_for_the_order_number() {
        check(answer(Manners::Broken, &words("my order")), &["Have you tried to turn it off and on again?"]);
    }
}
