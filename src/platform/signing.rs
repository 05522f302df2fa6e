//! `setup: signing:`, which all platforms have: how webhooks are signed besides what the vendor does.

use crate::base::diag::Diagnostic;
use crate::base::secret::Secret;
use crate::record;
use crate::scenario::codes;
use crate::scenario::decode::{Located, Problems, unknown_word};
use crate::signing::{SCHEMES, STANDARD, Scheme};

/// The word for no signature besides what the vendor does.
const VENDOR: &str = "vendor";

record! {
    /// How webhooks that have a secret are signed, besides what the vendor does.
    pub struct RawSigning {
        /// The scheme, as `rehearsal list schemes` names it; `standard` by default, `vendor` for none.
        scheme: Option<Located<String>>,
        /// The secret before the present one, which is still used where a scheme has room for two signatures.
        previous_secret: Option<Located<Secret>>,
    }
}

impl Default for RawSigning {
    /// Nothing is said.
    fn default() -> Self {
        Self { scheme: None, previous_secret: None }
    }
}

/// How webhooks are signed, besides what the vendor does.
#[derive(Clone, Debug)]
pub struct Signing {
    /// The scheme; nothing if they are not.
    pub scheme: Option<&'static Scheme>,
    /// The secret before the present one.
    pub previous: Option<Secret>,
}

impl Signing {
    /// Checks what a set-up says.
    pub fn read(raw: RawSigning, problems: &mut Problems) -> Self {
        let scheme = match &raw.scheme {
            None => Some(STANDARD),
            Some(word) if word.value == VENDOR => None,
            Some(word) => {
                let known = SCHEMES.iter().filter(|scheme| scheme.knows_no_address());
                let found = known.clone().find(|scheme| scheme.name == word.value);
                if found.is_none() {
                    let words: Vec<&str> = known.map(|scheme| scheme.name).chain([VENDOR]).collect();
                    unknown_word(&codes::SETUP, "scheme for webhooks", &word.value, word.place, &words, problems);
                }
                found
            }
        };
        let signing = Self { scheme, previous: None };
        signing.check(raw.previous_secret.as_ref(), problems);
        Self { previous: raw.previous_secret.map(|secret| secret.value), ..signing }
    }

    /// Checks that a secret can be a key.
    pub fn check(&self, secret: Option<&Located<Secret>>, problems: &mut Problems) {
        let Some((secret, scheme)) = secret.zip(self.scheme) else { return };
        if let Err(why) = scheme.check(&secret.value) {
            let message = format!("the secret {why}, so it is no key for `{}`", scheme.name);
            let problem = Diagnostic::new(&codes::SETUP, secret.place, message);
            problems
                .push(problem.help("write a secret as the scheme has them, such as `whsec_` and 24 bytes in base64"));
        }
    }
}
