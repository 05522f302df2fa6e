//! A vendor that is nothing but its words, so that the language is tested without any platform.

use std::collections::HashSet;

use rehearsal::base::diag::{Diagnostic, Place};
use rehearsal::base::secret::Secret;
use rehearsal::record;
use rehearsal::scenario::decode::{Decode as _, Located, Problems};
use rehearsal::scenario::node::Node;
use rehearsal::scenario::{Scenario, Staff, Vocabulary, codes, load};

record! {
    /// The tenant.
    struct Setup {
        /// People who answer.
        agents: Vec<Agent>,
        /// Programs that answer.
        bots: Vec<Bot>,
        /// Groups of both.
        groups: Vec<Group>,
    }
}

record! {
    /// Somebody who answers.
    struct Agent {
        /// The address they log in with.
        id: String,
    }
}

record! {
    /// A program that answers.
    struct Bot {
        /// The name.
        name: String,
        /// Where it is told what happens.
        webhooks: Option<Webhooks>,
    }
}

record! {
    /// A registration.
    struct Webhooks {
        /// Where to.
        url: Located<String>,
        /// What about.
        actions: Vec<String>,
        /// What makes them credible.
        secret_key: Option<Secret>,
    }
}

record! {
    /// A group.
    struct Group {
        /// The number.
        id: Located<u32>,
        /// The name.
        name: String,
    }
}

fn setup(node: &Node, problems: &mut Problems) -> Staff {
    let Some(setup) = Setup::decode(node, problems) else { return Staff::default() };
    let mut ids = HashSet::new();
    for group in &setup.groups {
        if !ids.insert(group.id.value) {
            let message = format!("group {} stands here twice", group.id.value);
            problems.push(Diagnostic::new(&codes::SETUP, group.id.place, message));
        }
    }
    for hook in setup.bots.iter().filter_map(|bot| bot.webhooks.as_ref()) {
        assert!(!hook.actions.is_empty(), "the examples register for something");
        assert!(hook.secret_key.as_ref().is_none_or(|key| !key.expose().is_empty()), "their secrets are some");
        if !hook.url.value.starts_with("${bot}") && !hook.url.value.starts_with("http") {
            let message = format!("`{}` is no http address", hook.url.value);
            problems.push(Diagnostic::new(&codes::BAD_URL, hook.url.place, message));
        }
    }
    let agents = setup.agents.into_iter().map(|agent| agent.id);
    let bots = setup.bots.into_iter().map(|bot| bot.name);
    let teams = setup.groups.into_iter().flat_map(|group| [group.id.value.to_string(), group.name]);
    Staff { agents: agents.chain(bots).collect(), teams: teams.collect(), ..Staff::default() }
}

/// The words of the toy, as the examples of the rules use them.
pub(crate) const TOY: Vocabulary = Vocabulary {
    platform: "livechat",
    lacks: &[("hold", "chats are not put on hold there")],
    routes: || vec!["send_event", "transfer_chat"],
    params: |_| Some(vec!["version", "chat_id"]),
    events: || vec!["incoming_chat", "incoming_event", "chat_deactivated"],
    pushes: || vec!["incoming_event", "agent_disconnected"],
    reasons: || vec!["connection_evicted"],
    codes: || vec!["chat_inactive", "4108"],
    secrets: &["secret_key"],
    setup,
    tokens_expire: false,
    setup_schema: Setup::schema,
};

/// Reads a scenario of the toy.
pub(crate) fn read(text: &str) -> Result<Scenario, Vec<Diagnostic>> {
    load(text, &[TOY])
}

/// Reads a sound scenario with these steps, each written on one line.
pub(crate) fn read_steps(steps: &[&str]) -> Result<Scenario, Vec<Diagnostic>> {
    let lines: Vec<String> = steps.iter().map(|step| format!("  - {step}\n")).collect();
    read(&format!(
        "platform: livechat\ncustomers: {{alice: {{}}}}\nsetup: {{agents: [{{id: ann}}], groups: [{{id: 7, name: Sales}}]}}\nsteps:\n{}",
        lines.concat()
    ))
}

/// The codes of the problems of a text, with their lines and columns.
pub(crate) fn problems(read: Result<Scenario, Vec<Diagnostic>>) -> Vec<(&'static str, usize, usize)> {
    let Err(problems) = read else { return Vec::new() };
    let row = |problem: &Diagnostic| {
        let Place { line, column, .. } = problem.place;
        (problem.rule.code, line, column)
    };
    problems.iter().map(row).collect()
}

/// Compares what the user is shown with the snapshot of this name, whichever program the tests are built into.
pub(crate) fn assert_shown(name: &str, shown: &str) {
    insta::with_settings!({ prepend_module_to_snapshot => false, omit_expression => true }, {
        insta::assert_snapshot!(name, shown);
    });
}
