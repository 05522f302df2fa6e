//! What the bot remembers of its chats: what it has done, what is left to do, and where it must be silent.

use std::collections::{HashMap, HashSet, VecDeque};
use std::future::Future;
use std::sync::{Arc, Mutex, PoisonError};

use super::Manners;
use super::mind::{self, Heard, Step};

/// All chats at one vendor.
pub(super) struct Chats {
    manners: Manners,
    chats: Mutex<HashMap<String, Arc<tokio::sync::Mutex<Chat>>>>,
}

/// A webhook, in the bot's own words.
#[derive(Debug)]
pub(super) struct Delivery {
    /// The chat it is about.
    pub(super) chat: String,
    /// The part of the chat's life it is about: once the bot is done with a thread, it stays silent there.
    pub(super) thread: String,
    /// By what a second delivery of the same thing is known: any of these is enough.
    pub(super) keys: Vec<String>,
    /// What happened.
    pub(super) news: News,
}

/// What happened in a chat.
#[derive(Debug)]
pub(super) enum News {
    /// The chat was given to the bot; this is what the customer said before, if anything.
    Opened(Option<Heard>),
    /// The customer sent this.
    Heard(Heard),
    /// The customer sent this, and the vendor does not say whether the thread is new: it is if nothing came in it before.
    Wrote(Heard),
    /// The chat is over, or somebody else has it.
    Lost,
}

/// A chat as the vendor's API sees it.
pub(super) trait Conversation {
    /// Does one step with as many calls as it takes.
    fn carry_out(&self, step: &Step) -> impl Future<Output = Result<(), Failure>> + Send;
}

/// Why a step could not be done.
#[derive(Debug, thiserror::Error)]
pub(super) enum Failure {
    /// The chat is closed or somebody else has it, so trying again is useless.
    #[error("chat is not the bot's any more")]
    NotOurs,
    /// The vendor said no.
    #[error("call was answered with {0}")]
    Refused(http::StatusCode),
    /// The vendor could not be asked, or did not answer in time and in HTTP.
    #[error("call was not answered")]
    Unanswered,
}

#[derive(Default)]
struct Chat {
    /// What is left to do for each delivery; nothing is left of most.
    left: HashMap<String, VecDeque<Step>>,
    /// The threads that began with a customer's words.
    begun: HashSet<String>,
    /// The threads in which the bot is silent.
    silent: HashSet<String>,
}

impl Chats {
    pub(super) fn new(manners: Manners) -> Self {
        Self { manners, chats: Mutex::default() }
    }

    /// Does all work that a delivery causes, after all earlier work in the same chat.
    ///
    /// # Errors
    ///
    /// If a step failed. The same delivery then goes on with that step when it comes again, and repeats none before it.
    pub(super) async fn handle(&self, delivery: Delivery, conversation: &impl Conversation) -> Result<(), Failure> {
        let chat = self.chat(&delivery.chat);
        let mut chat = chat.lock().await;
        let mut steps = chat.resume(self.manners, &delivery);
        loop {
            chat.left.extend(delivery.keys.iter().map(|key| (key.clone(), steps.clone())));
            let Some(step) = steps.front() else { return Ok(()) };
            match conversation.carry_out(step).await {
                Ok(()) if !step.is_last() => drop(steps.pop_front()),
                Ok(()) | Err(Failure::NotOurs) => {
                    chat.silent.insert(delivery.thread.clone());
                    steps.clear();
                }
                Err(failure @ (Failure::Refused(_) | Failure::Unanswered)) => return Err(failure),
            }
        }
    }

    fn chat(&self, id: &str) -> Arc<tokio::sync::Mutex<Chat>> {
        let mut chats = self.chats.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(chats.entry(id.to_owned()).or_default())
    }
}

impl Chat {
    /// What an earlier attempt left undone, or all that a new delivery asks for.
    fn resume(&mut self, manners: Manners, delivery: &Delivery) -> VecDeque<Step> {
        let left = match manners {
            Manners::Good => delivery.keys.iter().find_map(|key| self.left.get(key)),
            Manners::Broken => None,
        };
        left.cloned().unwrap_or_else(|| self.plan(manners, delivery).into())
    }

    fn plan(&mut self, manners: Manners, delivery: &Delivery) -> Vec<Step> {
        match &delivery.news {
            News::Opened(first) => {
                self.silent.remove(&delivery.thread);
                mind::greet(manners, first.as_ref())
            }
            News::Heard(_) | News::Wrote(_) if self.silent.contains(&delivery.thread) => Vec::new(),
            News::Wrote(first) if self.begun.insert(delivery.thread.clone()) => mind::greet(manners, Some(first)),
            News::Heard(heard) | News::Wrote(heard) => mind::answer(manners, heard),
            News::Lost => {
                self.silent.insert(delivery.thread.clone());
                Vec::new()
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Answers calls as told, and keeps what was asked of it.
    #[derive(Default)]
    struct Stage {
        failures: Mutex<Vec<Failure>>,
        done: Mutex<Vec<Step>>,
    }

    impl Conversation for Stage {
        async fn carry_out(&self, step: &Step) -> Result<(), Failure> {
            if let Some(failure) = self.failures.lock().unwrap().pop() {
                return Err(failure);
            }
            self.done.lock().unwrap().push(step.clone());
            Ok(())
        }
    }

    fn heard(key: &str, text: &str) -> Delivery {
        let news = News::Heard(Heard::Words(text.to_owned()));
        Delivery { chat: "c".to_owned(), thread: "t".to_owned(), keys: vec![key.to_owned()], news }
    }

    fn check(deliveries: Vec<Delivery>, failures: Vec<Failure>, expected: &[&str]) {
        let stage = Stage { failures: Mutex::new(failures), ..Stage::default() };
        let chats = Chats::new(Manners::Good);
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let mut told = Vec::new();
        for delivery in deliveries {
            let acknowledged = runtime.block_on(chats.handle(delivery, &stage)).is_ok();
            let done: Vec<String> = stage.done.lock().unwrap().drain(..).map(|step| format!("{step:?}")).collect();
            told.push(format!("{acknowledged}: {}", done.join(", ")));
        }
        assert_eq!(told, expected);
    }

    #[test]
    fn a_delivery_is_handled_once() {
        let twice = vec![heard("1", "A-1001"), heard("1", "A-1001"), heard("2", "A-1001")];
        let told = r#"true: Say("Order A-1001 is on its way.")"#;
        check(twice, vec![], &[told, "true: ", told]);
    }

    #[test]
    fn a_retry_goes_on_where_the_first_attempt_stopped() {
        let deliveries = vec![heard("1", "bye"), heard("1", "bye"), heard("2", "A-1001")];
        check(deliveries, vec![Failure::Unanswered], &["false: ", r#"true: Say("Goodbye!"), Close"#, "true: "]);
    }

    #[test]
    fn a_chat_that_somebody_else_has_is_left_alone() {
        check(vec![heard("1", "menu"), heard("2", "menu")], vec![Failure::NotOurs], &["true: ", "true: "]);
    }

    #[test]
    fn deliveries_in_one_chat_wait_for_each_other() {
        /// Lets everything else go first in the middle of each step.
        #[derive(Default)]
        struct Slow(Mutex<Vec<&'static str>>);

        impl Conversation for Slow {
            async fn carry_out(&self, _: &Step) -> Result<(), Failure> {
                self.0.lock().unwrap().push("begin");
                tokio::task::yield_now().await;
                self.0.lock().unwrap().push("end");
                Ok(())
            }
        }

        let (slow, chats) = (Slow::default(), Chats::new(Manners::Good));
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let at_once = async {
            let same = || chats.handle(heard("1", "menu"), &slow);
            tokio::join!(same(), same(), chats.handle(heard("2", "menu"), &slow))
        };
        assert!(matches!(runtime.block_on(at_once), (Ok(()), Ok(()), Ok(()))));
        assert_eq!(*slow.0.lock().unwrap(), ["begin", "end", "begin", "end"]);
    }

    #[test]
    fn a_thread_begins_with_the_first_words_in_it() {
        let wrote = |key: &str, thread: &str, text: &str| {
            let news = News::Wrote(Heard::Words(text.to_owned()));
            Delivery { thread: thread.to_owned(), news, ..heard(key, "") }
        };
        let hello = r#"true: Say("Hello! How can I help?")"#;
        let deliveries = vec![
            wrote("1", "t", "Hi"),
            wrote("1", "t", "Hi"),
            wrote("2", "t", "menu"),
            Delivery { news: News::Lost, ..heard("3", "") },
            wrote("4", "t", "menu"),
            wrote("5", "u", "Hi"),
            wrote("6", "t", "menu"),
        ];
        check(deliveries, vec![], &[hello, "true: ", "true: Offer", "true: ", "true: ", hello, "true: "]);
    }

    #[test]
    fn a_chat_that_is_given_back_is_taken_up_again() {
        let lost = Delivery { news: News::Lost, ..heard("1", "") };
        let opened = Delivery { news: News::Opened(None), ..heard("3", "") };
        check(
            vec![lost, heard("2", "menu"), opened, heard("4", "menu")],
            vec![],
            &["true: ", "true: ", r#"true: Say("Hello! How can I help?")"#, "true: Offer"],
        );
    }
}
