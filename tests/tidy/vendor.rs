//! Vendors are named in their own folders only, and their statuses in their tables only.

use super::source::{Finding, Kind, Source, tree};
use super::{finds, tidy};

/// The folders of vendors, there or to come.
pub(crate) const VENDORS: &[&str] = &["imichat", "livechat", "texter"];

/// Words by which a vendor is known.
const NAMES: &[&str] = &["imichat", "imi.chat", "imiconnect", "livechat", "text.com", "texter"];

/// The places that may name vendors.
const MAY_NAME: &[&str] = &[
    // The list of vendors: one line each.
    "src/platform/mod.rs",
    "src/platform/imichat/",
    "src/platform/livechat/",
    "src/platform/texter/",
    // The bot is a client of the vendors' APIs.
    "src/bot/",
    // The examples of the rules are whole scenarios, and a scenario names its platform.
    "src/scenario/codes.rs",
    // The examples of the command line are to be typed as they are.
    "src/cli/help.rs",
    // The example bot is configured for each platform it works at.
    "src/cli/builtin.rs",
];

/// Names in code and in literals. Comments are not looked at: an example in a sentence does no harm.
fn names(tree: &[Source]) -> Vec<Finding> {
    let mut found = Vec::new();
    for source in tree.iter().filter(|source| source.path.starts_with("src/") && !source.within(MAY_NAME)) {
        for token in &source.tokens {
            let (Kind::Word(text) | Kind::Text(text)) = &token.kind else { continue };
            let lower = text.to_lowercase();
            if let Some(name) = NAMES.iter().find(|name| lower.contains(**name)) {
                found.push(source.finding(token.line, format!("`{name}` is a vendor's name; the core knows none")));
            }
        }
    }
    found
}

/// HTTP statuses of refusals outside a vendor's table of codes. A status counts where it is one: as `status: 404`, in a
/// comparison with a `status`, as the first argument of a constructor of `Reply`, or as a constant of `StatusCode`. What
/// succeeds is no code, so 1xx and 2xx may stand where the answer is made.
fn statuses(tree: &[Source]) -> Vec<Finding> {
    let mut found = Vec::new();
    let in_vendor = |source: &&Source| {
        source.path.starts_with("src/platform/") && VENDORS.contains(&source.module().get(1).map_or("", String::as_str))
    };
    for source in tree
        .iter()
        .filter(in_vendor)
        .filter(|source| !source.path.ends_with("/codes.rs") && !source.path.ends_with("/tests.rs"))
    {
        for (at, token) in source.tokens.iter().enumerate() {
            let is_status = match &token.kind {
                Kind::Number(number) => {
                    let refuses = matches!(number.parse(), Ok(300..=599_u16));
                    refuses && (follows_status(source, at) || opens_reply(source, at))
                }
                Kind::Word(word) => {
                    let is_constant = word.chars().all(|c| c.is_ascii_uppercase() || c == '_');
                    is_constant && at >= 3 && source.joins(at - 2) && source.word(at - 3) == Some("StatusCode")
                }
                Kind::Text(_) | Kind::Mark(_) => false,
            };
            if is_status {
                found.push(source.finding(token.line, "statuses of refusals belong into the vendor's `codes.rs`"));
            }
        }
    }
    found
}

fn follows_status(source: &Source, number: usize) -> bool {
    let marks = source.tokens[..number]
        .iter()
        .rev()
        .take_while(|token| matches!(token.kind, Kind::Mark(':' | '=' | '!' | '<' | '>')));
    let marks = marks.count();
    marks > 0 && number > marks && source.word(number - marks - 1).is_some_and(|word| word.ends_with("status"))
}

fn opens_reply(source: &Source, number: usize) -> bool {
    number >= 5
        && source.mark(number - 1, '(')
        && source.word(number - 2).is_some()
        && source.joins(number - 4)
        && source.word(number - 5) == Some("Reply")
}

#[test]
fn vendors_are_named_in_their_own_folders_only() {
    tidy(names);
}

#[test]
fn names_of_vendors_are_found() {
    finds(names, "src/engine/mod.rs", "let x = \"imi.chat\";\nuse a::LiveChat;\nlet texter_token = 1;", &[1, 2, 3]);
    finds(names, "src/engine/mod.rs", "/// Such as `imichat/chat-id`.\nlet context = \"text\";", &[]);
    finds(names, "src/platform/imichat/api.rs", "let x = \"imi.chat\";", &[]);
    finds(names, "src/cli/run.rs", "const P: &str = \"livechat\";", &[1]);
}

#[test]
fn every_vendor_is_known_to_these_tests() {
    for source in tree().iter().filter(|source| source.path.starts_with("src/platform/") && source.module().len() > 2) {
        assert!(VENDORS.contains(&source.module()[1].as_str()), "{} is in no known vendor's folder", source.path);
    }
}

#[test]
fn statuses_stand_in_tables() {
    tidy(statuses);
}

#[test]
fn statuses_elsewhere_are_found() {
    let check = |text: &str, lines: &[usize]| finds(statuses, "src/platform/imichat/api.rs", text, lines);
    check("Reply::json(404, None, &body)\nReply { status: 500 }\nif reply.status == 429 {}", &[1, 2, 3]);
    check("StatusCode::NOT_FOUND\nlet status = 302;", &[1, 2]);
    check("Reply::json(200, None, &body)\nlet limit = 500;\nReply::json(row.status, None, &404)", &[]);
    finds(statuses, "src/platform/imichat/codes.rs", "Code { status: 404 }", &[]);
    finds(statuses, "src/platform/mount.rs", "Reply::json(404, None, &body)", &[]);
}
