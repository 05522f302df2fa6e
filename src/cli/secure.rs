//! Flags that say how the vendor port speaks TLS, and what clients have to be told for it.

use std::path::PathBuf;

use clap::Args;

use super::shell::quoted;
use super::value::Bot;
use crate::server::tls::{Tls, TlsError};

/// How the vendor port speaks TLS.
#[derive(Args, Clone, Default, Debug)]
pub struct TlsArgs {
    /// Speak TLS at the port of the platforms, too, with certificates that an authority signs which is made for this run
    ///
    /// There is a certificate for whatever host a client asks for. Clients have to trust the authority, whose certificate
    /// stands in a file that is named at the start. The same port still takes plain HTTP, and both kinds of requests to a
    /// proxy.
    #[arg(long, value_name = "BOOL", num_args = 0..=1, require_equals = true)]
    #[arg(default_value = "false", default_missing_value = "true", action = clap::ArgAction::Set)]
    #[arg(env = "REHEARSAL_TLS", hide_env_values = true, value_parser = clap::builder::BoolishValueParser::new())]
    pub tls: bool,

    /// Speak TLS with the authority in this folder, which is made if it is not there
    ///
    /// `ca.pem` is for clients. `ca-key.pem` is for nobody: whoever has it can pose as any host to those who trust the
    /// authority.
    #[arg(long, value_name = "DIR", env = "REHEARSAL_TLS_DIR", hide_env_values = true, conflicts_with = "cert")]
    pub tls_dir: Option<PathBuf>,

    /// Speak TLS with this certificate, in PEM, and those that lead to it; for all hosts
    #[arg(long, value_name = "FILE", env = "REHEARSAL_TLS_CERT", hide_env_values = true, requires = "key")]
    pub cert: Option<PathBuf>,

    /// The key of that certificate, in PEM
    #[arg(long, value_name = "FILE", env = "REHEARSAL_TLS_KEY", hide_env_values = true, requires = "cert")]
    pub key: Option<PathBuf>,
}

impl TlsArgs {
    /// What the port speaks TLS with, if it does.
    pub(super) fn open(&self) -> Result<Option<Tls>, TlsError> {
        match (&self.cert, &self.key, &self.tls_dir) {
            (Some(cert), Some(key), _) => Tls::given(cert, key).map(Some),
            (_, _, Some(folder)) => Tls::kept_in(folder).map(Some),
            (_, _, None) if self.tls => Tls::of_this_run().map(Some),
            (_, _, None) => Ok(None),
        }
    }

    /// The flags of a command that speaks TLS in the same way, each with a space before it.
    pub(super) fn flags(&self) -> String {
        let paths = [("--tls-dir", &self.tls_dir), ("--cert", &self.cert), ("--key", &self.key)];
        let paths = paths.iter().filter_map(|(flag, path)| Some((flag, path.as_ref()?)));
        let paths: String = paths.map(|(flag, path)| format!(" {flag} {}", quoted(&path.to_string_lossy()))).collect();
        if self.tls && paths.is_empty() { " --tls".to_owned() } else { paths }
    }

    /// Why this bot cannot know the authority, if it cannot.
    pub(super) fn unknown_to(&self, bot: &Bot) -> Option<&'static str> {
        let foreign = matches!(bot, Bot::At(_));
        let fleeting = self.tls && self.tls_dir.is_none() && self.cert.is_none();
        (foreign && fleeting)
            .then_some("warning: a bot that runs already cannot know this authority; keep one with --tls-dir DIR")
    }
}

/// What clients have to be told, line by line.
pub(super) fn instructions(tls: &Tls, proxy: &str) -> Vec<String> {
    let trust = tls.ca().map(|ca| {
        let ca = quoted(&ca.to_string_lossy());
        format!("clients have to trust {ca}: NODE_EXTRA_CA_CERTS={ca} for Node, SSL_CERT_FILE={ca} for Python and Go, CURL_CA_BUNDLE={ca} for curl")
    });
    let hosts = format!("clients of the platforms' own hosts find them here by HTTPS_PROXY={proxy}");
    trust.into_iter().chain([hosts]).collect()
}

/// What to say when a client has refused a certificate.
pub(super) fn distrusted(why: &str) -> String {
    format!(
        "a client does not trust the certificate it was shown, and has said {why}; it has to be told of the authority"
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::{Cli, Command, parse};

    fn args(flags: &[&str]) -> Option<TlsArgs> {
        let words = ["rehearsal", "serve"].into_iter().chain(flags.iter().copied());
        match parse(words.map(Into::into)) {
            Ok(Cli { command: Command::Serve(args), .. }) => Some(args.tenants.tls),
            Ok(_) | Err(_) => None,
        }
    }

    #[test]
    fn flags_are_what_they_were_made_of() {
        let check = |flags: &[&str], expected: Option<&str>| {
            assert_eq!(args(flags).map(|args| args.flags()).as_deref(), expected, "{flags:?}");
        };
        check(&[], Some(""));
        check(&["--tls"], Some(" --tls"));
        check(&["--tls", "--tls-dir", "a b"], Some(" --tls-dir 'a b'"));
        check(&["--cert", "c", "--key", "k"], Some(" --cert c --key k"));
        check(&["--cert", "c"], None);
        check(&["--key", "k"], None);
        check(&["--cert", "c", "--key", "k", "--tls-dir", "d"], None);
    }

    #[test]
    fn a_bot_that_runs_is_told_of_authorities_that_it_cannot_know() {
        let check = |flags: &[&str], bot: Bot, warned: bool| {
            assert_eq!(args(flags).unwrap().unknown_to(&bot).is_some(), warned, "{flags:?}");
        };
        let foreign = || Bot::At("http://127.0.0.1:8080".to_owned());
        check(&["--tls"], foreign(), true);
        check(&["--tls"], Bot::Builtin, false);
        check(&["--tls", "--tls-dir", "d"], foreign(), false);
        check(&[], foreign(), false);
    }
}
