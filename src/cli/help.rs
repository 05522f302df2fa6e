//! What stands below the options in `--help`: examples, files, exit codes.

use std::fmt::Write as _;

use crate::report::Exit;

/// Below the help of the program: first steps, and the exit codes from their only table.
pub(super) fn top() -> String {
    let mut text = "\
First steps:
  rehearsal run scenarios/                  play all scenarios with the built-in example bot
  rehearsal run scenarios/ --bot http://127.0.0.1:8080
                                            play them with a bot of yours
  rehearsal serve                           develop a bot against the stand-in
  rehearsal explain livechat send_event     read up on one operation

Options can be set in the environment too, as REHEARSAL_BOT, REHEARSAL_SEED and so on; flags win.

Exit codes:
"
    .to_owned();
    for exit in Exit::ALL {
        let _ = writeln!(text, "  {}  {}", exit.number(), exit.meaning());
    }
    text.trim_end().to_owned()
}

pub(super) const RUN: &str = "\
Examples:
  rehearsal run refund.yaml
  rehearsal run scenarios/ --bot http://127.0.0.1:8080 --report junit=report.xml
  rehearsal run refund.yaml --seed 7 --journal run.jsonl
  rehearsal run scenarios/ --coverage=full            see what no scenario touches
  rehearsal run refund.yaml --bot builtin:broken      see what a failure looks like";

pub(super) const EXPLORE: &str = "\
Examples:
  rehearsal explore refund.yaml
  rehearsal explore refund.yaml --bot http://127.0.0.1:8080 --budget 500
  rehearsal explore refund.yaml --also reset --output refund_lost_answer.yaml

What a scenario leaves time for is what is done: after `wait: 10m` webhooks also come a minute late.
Events and operations that it has a fault for are left alone, and events that it counts are not copied.";

pub(super) const SERVE: &str = "\
Examples:
  rehearsal serve
  rehearsal serve tenant.yaml --bot http://127.0.0.1:8080
  rehearsal serve --port 0 --ports-file ports.json    several at once, each on free ports
  rehearsal serve --tls-dir ca                        also over TLS; clients trust ca/ca.pem

The ports file holds {\"vendor\":\"http://127.0.0.1:4600\",\"control\":\"http://127.0.0.1:4601\",\"control_token\":\"…\"}, with
TLS also `ca`, the file that clients trust, and `proxy`. Both files are written only after calls have succeeded. `rehearsal list control` shows what the control port can do.";

pub(super) const EXEC: &str = "\
Examples:
  rehearsal exec -- pytest tests/
  rehearsal exec tenant.yaml --bot http://127.0.0.1:8080 -- npm test
  rehearsal exec --tls -- sh -c 'NODE_EXTRA_CA_CERTS=$REHEARSAL_TLS_CA npm test'

CMD finds REHEARSAL_URL, REHEARSAL_CONTROL_URL, REHEARSAL_CONTROL_TOKEN and the platforms' credentials in its environment, with TLS
also REHEARSAL_TLS_CA, the file to trust, and REHEARSAL_PROXY.";

pub(super) const ACT: &str = "\
Examples:
  rehearsal act livechat 'start_chat: {as: alice, text: Where is my order?}' --ports-file ports.json
  rehearsal act livechat 'expect: {message: {from: bot}, within: 5s}' --ports-file ports.json";

pub(super) const TRIGGER: &str = "\
Examples:
  rehearsal trigger livechat incoming_event --to http://127.0.0.1:8080/livechat
  rehearsal trigger livechat incoming_chat --to http://127.0.0.1:8080/livechat --set payload.chat.id=X
  rehearsal trigger imichat chat.assigned --to http://127.0.0.1:8080/imichat --header 'x-bot-key: s3cret'
  rehearsal trigger imichat chat.closed --format json      print it

It exits 0 if the receiver acknowledged the webhook as the vendor wants it, 1 if it did not, and 3 if nobody
listens there or it may not be sent there.";

pub(super) const VERIFY: &str = "\
Examples:
  rehearsal verify request.txt --secret whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw
  REHEARSAL_SECRET=s3cret rehearsal verify request.txt --scheme github
  rehearsal verify request.txt --secret s3cret --scheme slack --at 2026-01-06T10:00:00Z

It exits 0 if the signature is good, 1 if it is not, 2 if the file is no request.";
pub(super) const PROBE: &str = "\
Examples:
  rehearsal probe http://127.0.0.1:8080/texter --platform texter --secret whsec_…
  rehearsal probe http://127.0.0.1:8080/imichat --platform imichat --header 'x-bot-key: s3cret'
  rehearsal probe http://127.0.0.1:8080/hook -p livechat --report junit=probe.xml
  rehearsal list probes                       all that is tried
  rehearsal explain P103                      one of them: why, and how to mend a receiver

It exits 0 if nothing is bad, 1 if something is, 2 if the receiver's address cannot be used, 3 if nobody listens there
or it was interrupted. At most 500 webhooks are sent, in five minutes.";

pub(super) const CHECK: &str = "\
Examples:
  rehearsal check scenarios/
  rehearsal check refund.yaml --format json
  rehearsal check scenarios/ --format sarif > check.sarif

Folders are searched for *.yaml and *.yml, folders in them too, but nothing whose name begins with a dot.";

pub(super) const REPORT: &str = "\
Examples:
  rehearsal report run.jsonl
  rehearsal report run.jsonl --report html=run.html --report junit=run.xml
  rehearsal report run.jsonl --detail failures
  zcat run.jsonl.gz | rehearsal report -

It exits as the run did; 3 if the journal is not whole, after telling all that is in it; 2 if it is none.";

pub(super) const LIST: &str = "\
Examples:
  rehearsal list platforms
  rehearsal list codes --platform livechat
  rehearsal list acts --format json";

pub(super) const EXPLAIN: &str = "\
Examples:
  rehearsal explain E0103                     a diagnostic of `check`
  rehearsal explain imichat 4304              a code, what causes it, and how to get it
  rehearsal explain livechat incoming_chat    a webhook
  rehearsal explain start_chat                an act
  rehearsal explain duplicate                 a fault
  rehearsal explain P103                      something that `probe` tries";

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use crate::cli::Cli;

    #[test]
    fn every_command_has_help_for_newcomers() {
        let mut command = Cli::command().term_width(100);
        command.build();
        insta::assert_snapshot!("help", command.render_long_help().to_string());
        for name in ["run", "report", "explore", "serve", "exec", "act", "probe", "check", "list", "explain"] {
            let command = command.find_subcommand_mut(name).unwrap();
            insta::assert_snapshot!(format!("help_{name}"), command.render_long_help().to_string());
        }
    }

    #[test]
    fn the_command_line_is_consistent() {
        Cli::command().debug_assert();
    }
}
