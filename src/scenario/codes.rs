//! The table of diagnostics: a stable code, what it means, a small file that has the problem, and the same file mended.
//!
//! E00xx are about the text as YAML, E01xx about the shape of a scenario, E02xx about what its words refer to.

use crate::base::diag::Rule;

/// A small scenario with nothing wrong in it.
const SOUND: &str = "\
platform: livechat
customers: {alice: {}}
steps:
  - start_chat: {as: alice, text: Hi}
  - expect: {event: incoming_chat}
";

macro_rules! rules {
    ($( $name:ident = $code:literal, $title:literal, $meaning:literal, bad: $bad:expr, good: $good:expr; )*) => {
        $( #[doc = $title] pub static $name: Rule =
            Rule { code: $code, title: $title, meaning: $meaning, bad: $bad, good: $good }; )*

        /// All diagnostics, by code.
        pub static RULES: &[&Rule] = &[ $( &$name ),* ];
    };
}

rules! {
    YAML_SYNTAX = "E0001", "not YAML",
        "The text cannot be read as YAML at this place; what follows was not looked at.",
        bad: "platform: livechat\nsteps: [\n", good: SOUND;
    TAB = "E0002", "tab",
        "YAML does not allow a tab here, nor anywhere in indentation. Use spaces.",
        bad: "platform: livechat\ncustomers:\n\talice: {}\n", good: SOUND;
    DUPLICATE_KEY = "E0003", "key stands twice",
        "A key may stand once in a mapping. Which of the two is meant cannot be told.",
        bad: "platform: livechat\nplatform: imichat\nsteps: []\n", good: SOUND;
    TAG = "E0004", "tag",
        "A scenario is plain data; tags such as `!include` or `!!binary` are not read.",
        bad: "platform: !x livechat\nsteps: []\n", good: SOUND;
    MANY_DOCUMENTS = "E0005", "second document",
        "One file holds one scenario. Move what follows `---` to a file of its own.",
        bad: "platform: livechat\n---\nplatform: livechat\n", good: SOUND;
    EMPTY_FILE = "E0006", "empty",
        "There is nothing in the file but perhaps comments.",
        bad: "# nothing yet\n", good: SOUND;
    FILE_TOO_LARGE = "E0007", "too large",
        "A scenario has at most 1 MiB. Check that this is the right file.",
        bad: "", good: SOUND;
    TOO_COMPLEX = "E0008", "too complex",
        "A scenario has at most 64 levels and 100000 parts, with every alias counted in full, and aliases copy at most 1 MiB of text.",
        bad: "", good: SOUND;
    NOT_UTF8 = "E0009", "not UTF-8",
        "Scenarios are UTF-8 text. Save the file in that encoding.",
        bad: "", good: SOUND;
    UNREADABLE = "E0010", "cannot be read",
        "The file or folder is not there, or the system does not let it be read.",
        bad: "", good: SOUND;
    MERGE_KEY = "E0011", "merge key",
        "Merge keys (`<<`) are no part of YAML 1.2 and would hide where a value comes from. Anchors and aliases of whole values are read.",
        bad: "platform: livechat\ncustomers: {alice: &her {name: Alice}, bob: {<<: *her}}\nsteps:\n  - start_chat: {as: bob}\n  - expect: {event: incoming_chat}\n",
        good: "platform: livechat\ncustomers: {alice: &her {name: Alice}, bob: *her}\nsteps:\n  - start_chat: {as: bob}\n  - expect: {event: incoming_chat}\n";

    UNKNOWN_KEY = "E0101", "unknown key",
        "Nothing reads this key, so leaving it would hide a mistake. The help names the nearest key that is read here.",
        bad: "platform: livechat\nstep: []\n", good: SOUND;
    MISSING_KEY = "E0102", "missing key",
        "This mapping needs one more key.",
        bad: "platform: livechat\ncustomers: {alice: {}}\nsteps:\n  - say: {as: alice}\n",
        good: "platform: livechat\ncustomers: {alice: {}}\nsteps:\n  - start_chat: {as: alice}\n  - say: {as: alice, text: Hi}\n  - expect: {event: incoming_event}\n";
    WRONG_TYPE = "E0103", "wrong type",
        "Something of another kind is wanted here. Numbers that are meant as text need quotes; booleans are `true` and `false`.",
        bad: "platform: livechat\ncustomers: {alice: {}}\nsteps:\n  - start_chat: {as: alice, text: 1001}\n  - expect: {event: incoming_chat}\n",
        good: "platform: livechat\ncustomers: {alice: {}}\nsteps:\n  - start_chat: {as: alice, text: \"1001\"}\n  - expect: {event: incoming_chat}\n";
    OUT_OF_RANGE = "E0104", "out of range",
        "The number is too small or too large for what it stands for.",
        bad: "platform: livechat\ncustomers: {alice: {}}\nsteps:\n  - start_chat: {as: alice}\n  - expect: {call: {status: 70000}}\n",
        good: "platform: livechat\ncustomers: {alice: {}}\nsteps:\n  - start_chat: {as: alice}\n  - expect: {call: {status: 200}}\n";
    DURATION = "E0105", "not a duration",
        "A duration is a number with a unit: `200ms`, `3s`, `45m`, `76h`, `2d`, or several of them as in `1h30m`.",
        bad: "platform: livechat\ncustomers: {alice: {}}\nsteps:\n  - start_chat: {as: alice}\n  - wait: 45\n  - expect: {event: incoming_chat}\n",
        good: "platform: livechat\ncustomers: {alice: {}}\nsteps:\n  - start_chat: {as: alice}\n  - wait: 45m\n  - expect: {event: incoming_chat}\n";
    ONE_KEY = "E0106", "one is wanted",
        "Exactly one of several keys can stand here.",
        bad: "platform: livechat\ncustomers: {alice: {}}\nsteps:\n  - start_chat: {as: alice}\n    expect: {event: incoming_chat}\n", good: SOUND;
    CONTRADICTION = "E0107", "contradiction",
        "Two parts of this step exclude each other, or it would do nothing.",
        bad: "platform: livechat\ncustomers: {alice: {}}\nsteps:\n  - start_chat: {as: alice}\n  - expect: {event: incoming_chat, times: 0}\n",
        good: "platform: livechat\ncustomers: {alice: {}}\nsteps:\n  - start_chat: {as: alice}\n  - expect: {event: incoming_chat, times: 1}\n";
    UNKNOWN_STEP = "E0108", "unknown step",
        "There is neither an act nor another step with this name. `rehearsal list acts` names them all.",
        bad: "platform: livechat\ncustomers: {alice: {}}\nsteps:\n  - strat_chat: {as: alice}\n  - expect: {event: incoming_chat}\n", good: SOUND;
    NO_STEPS = "E0109", "no steps",
        "A scenario without steps tests nothing.",
        bad: "platform: livechat\nsteps: []\n", good: SOUND;
    NO_EXPECTATION = "E0110", "nothing expected",
        "A scenario that expects nothing can never fail, so it tests nothing. Where `one_of` has the only expectations, each of its branches needs one.",
        bad: "platform: livechat\ncustomers: {alice: {}}\nsteps:\n  - start_chat: {as: alice}\n", good: SOUND;
    REGEX = "E0111", "not a regular expression",
        "The expression after `matches` cannot be compiled. The syntax is that of the Rust `regex` crate: no look-around, no back-references.",
        bad: "platform: livechat\ncustomers: {alice: {}}\nsteps:\n  - start_chat: {as: alice}\n  - expect: {message: {text: {matches: \"(\"}}}\n",
        good: "platform: livechat\ncustomers: {alice: {}}\nsteps:\n  - start_chat: {as: alice}\n  - expect: {message: {text: {matches: \"(?i)hello\"}}}\n";
    POINTER = "E0112", "not a JSON pointer",
        "A JSON pointer is empty or begins with a slash: `/payload/chat/id`.",
        bad: "platform: livechat\ncustomers: {alice: {}}\nsteps:\n  - start_chat: {as: alice}\n  - let: {name: id, from: {event: incoming_chat}, at: payload}\n  - expect: {event: incoming_chat}\n",
        good: "platform: livechat\ncustomers: {alice: {}}\nsteps:\n  - start_chat: {as: alice}\n  - let: {name: id, from: {event: incoming_chat}, at: /payload}\n  - expect: {event: incoming_chat}\n";
    PLACEHOLDER = "E0113", "broken placeholder",
        "`${name}` stands for a value; a dollar sign before a brace is written `$$`.",
        bad: "platform: livechat\ncustomers: {alice: {}}\nsteps:\n  - start_chat: {as: alice, text: \"${\"}\n  - expect: {event: incoming_chat}\n",
        good: "platform: livechat\ncustomers: {alice: {}}\nsteps:\n  - start_chat: {as: alice, text: \"$${\"}\n  - expect: {event: incoming_chat}\n";
    BAD_URL = "E0114", "not a usable address",
        "A webhook goes to an absolute http address, usually `${bot}/…`.",
        bad: "platform: livechat\ncustomers: {alice: {}}\nsetup:\n  bots: [{name: B, webhooks: {url: \"ftp://x\", actions: [incoming_chat]}}]\nsteps:\n  - start_chat: {as: alice}\n  - expect: {event: incoming_chat}\n",
        good: "platform: livechat\ncustomers: {alice: {}}\nsetup:\n  bots: [{name: B, webhooks: {url: \"${bot}/x\", actions: [incoming_chat]}}]\nsteps:\n  - start_chat: {as: alice}\n  - expect: {event: incoming_chat}\n";
    INSTANT = "E0115", "not an instant",
        "An instant is a date and a time with its zone, as RFC 3339 has it: `2026-01-06T10:00:00Z`.",
        bad: "platform: livechat\ncustomers: {alice: {}}\nsteps:\n  - start_chat: {as: alice}\n  - pick: {as: alice, time: noon}\n  - expect: {event: incoming_chat}\n",
        good: "platform: livechat\ncustomers: {alice: {}}\nsteps:\n  - start_chat: {as: alice}\n  - pick: {as: alice, time: \"2026-01-06T12:00:00Z\"}\n  - expect: {event: incoming_chat}\n";
    INCLUDE = "E0116", "cannot be included",
        "A file of steps is named by its path from the folder of the file that includes it, and must stand within that folder, wherever links lead. No file includes itself, not even by way of others; 8 levels and 200 files are the most.",
        bad: "platform: livechat\ncustomers: {alice: {}}\nsteps:\n  - include: ../greet.steps\n  - expect: {event: incoming_chat}\n", good: SOUND;
    LIVE_SECRET = "E0117", "real secret",
        "This key looks like one that opens something real: its issuer marks those in use with such a prefix. Scenarios are committed, reported and copied, so they have secrets that were made up.",
        bad: "platform: livechat\ncustomers: {alice: {}}\nsetup:\n  bots: [{name: B, webhooks: {url: \"${bot}/x\", actions: [incoming_chat], secret_key: sk_live_not-a-real-one}}]\nsteps:\n  - start_chat: {as: alice}\n  - expect: {event: incoming_chat}\n",
        good: "platform: livechat\ncustomers: {alice: {}}\nsetup:\n  bots: [{name: B, webhooks: {url: \"${bot}/x\", actions: [incoming_chat], secret_key: made-up}}]\nsteps:\n  - start_chat: {as: alice}\n  - expect: {event: incoming_chat}\n";

    UNKNOWN_PLATFORM = "E0201", "unknown platform",
        "`rehearsal list platforms` names the platforms there are.",
        bad: "platform: livechatt\nsteps:\n  - start_chat: {as: alice}\n", good: SOUND;
    UNKNOWN_PERSON = "E0202", "unknown person",
        "Customers stand under `customers:`; agents and bots are named in `setup:`.",
        bad: "platform: livechat\ncustomers: {alice: {}}\nsteps:\n  - start_chat: {as: alcie}\n  - expect: {event: incoming_chat}\n", good: SOUND;
    UNKNOWN_TEAM = "E0203", "unknown team",
        "Teams and groups are named in `setup:`.",
        bad: "platform: livechat\ncustomers: {alice: {}}\nsetup: {groups: [{id: 7, name: Sales}]}\nsteps:\n  - start_chat: {as: alice}\n  - transfer: {to: Slaes}\n  - expect: {event: incoming_chat}\n",
        good: "platform: livechat\ncustomers: {alice: {}}\nsetup: {groups: [{id: 7, name: Sales}]}\nsteps:\n  - start_chat: {as: alice}\n  - transfer: {to: Sales}\n  - expect: {event: incoming_chat}\n";
    UNKNOWN_CHAT = "E0204", "unknown chat",
        "A chat is known from the step that starts it, by the name given there or by the customer's.",
        bad: "platform: livechat\ncustomers: {alice: {}}\nsteps:\n  - start_chat: {as: alice}\n  - say: {as: alice, text: Hi, chat: other}\n  - expect: {event: incoming_chat}\n",
        good: "platform: livechat\ncustomers: {alice: {}}\nsteps:\n  - start_chat: {as: alice, chat: other}\n  - say: {as: alice, text: Hi, chat: other}\n  - expect: {event: incoming_chat}\n";
    UNKNOWN_NAME = "E0205", "unknown name",
        "`${name}` refers to a name that an earlier `let` has given, `${chat.NAME}` to the id of a chat that was started before, `${customer.NAME}` to that of a customer, `${phone.NAME}` to a customer's phone number. `${bot}` is known in the addresses under `setup:` and in `call`.",
        bad: "platform: livechat\ncustomers: {alice: {}}\nsteps:\n  - start_chat: {as: alice, text: \"${order}\"}\n  - expect: {event: incoming_chat}\n", good: SOUND;
    UNKNOWN_EVENT = "E0206", "unknown event",
        "`rehearsal list events` names the webhooks and pushes of each platform.",
        bad: "platform: livechat\ncustomers: {alice: {}}\nsteps:\n  - start_chat: {as: alice}\n  - expect: {event: incomming_chat}\n", good: SOUND;
    UNKNOWN_ROUTE = "E0207", "unknown operation",
        "`rehearsal list routes` names the operations of each platform.",
        bad: "platform: livechat\ncustomers: {alice: {}}\nsteps:\n  - start_chat: {as: alice}\n  - expect: {call: {route: sendevent}}\n",
        good: "platform: livechat\ncustomers: {alice: {}}\nsteps:\n  - start_chat: {as: alice}\n  - expect: {call: {route: send_event}}\n";
    UNKNOWN_CODE = "E0208", "unknown code",
        "`rehearsal list codes` names the codes of each platform. Codes that the vendor does not document cannot be used.",
        bad: "platform: livechat\ncustomers: {alice: {}}\nsteps:\n  - start_chat: {as: alice}\n  - expect: {call: {code: chat_is_inactive}}\n",
        good: "platform: livechat\ncustomers: {alice: {}}\nsteps:\n  - start_chat: {as: alice}\n  - expect: {call: {code: chat_inactive}}\n";
    ACT_NOT_HERE = "E0209", "not on this platform",
        "The vendor has nothing that this act could mean.",
        bad: "platform: livechat\ncustomers: {alice: {}}\nsteps:\n  - start_chat: {as: alice}\n  - hold: {}\n  - expect: {event: incoming_chat}\n", good: SOUND;
    SETUP = "E0210", "impossible tenant",
        "`setup:` describes a tenant that cannot be: an id that stands twice, a team nobody defined, a word the vendor does not have.",
        bad: "platform: livechat\ncustomers: {alice: {}}\nsetup: {groups: [{id: 7, name: A}, {id: 7, name: B}]}\nsteps:\n  - start_chat: {as: alice}\n  - expect: {event: incoming_chat}\n",
        good: "platform: livechat\ncustomers: {alice: {}}\nsetup: {groups: [{id: 7, name: A}, {id: 8, name: B}]}\nsteps:\n  - start_chat: {as: alice}\n  - expect: {event: incoming_chat}\n";
}
