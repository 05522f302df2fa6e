//! From a secret as people have it to the bytes of a key.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::base::secret::Secret;

/// How a secret becomes a key.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum KeyForm {
    /// The text is the key.
    AsWritten,
    /// What follows `whsec_` is the key in base64; any other text is the key as it is, so that a vendor's plain shared secret
    /// can sign as well.
    Decoded,
    /// A private key after `whsk_`, or a public one after `whpk_`, in base64.
    Asymmetric,
}

/// Why a secret cannot be a key of a scheme; reads after "the secret".
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum KeyError {
    /// There is nothing in it.
    #[error("is empty")]
    Empty,
    /// What follows the prefix is no base64.
    #[error("is not base64 after its prefix")]
    NotBase64,
    /// The prefix is missing.
    #[error("does not begin with `whsk_`")]
    NoPrefix,
    /// The key has another length.
    #[error("is not a key of 32 or 64 bytes")]
    Length,
}

/// The prefix of a shared secret.
const SHARED: &str = "whsec_";
/// The prefix of a private key.
const PRIVATE: &str = "whsk_";
/// The prefix of a public key.
const PUBLIC: &str = "whpk_";

/// One half of a pair of keys.
pub(super) enum Half {
    /// The seed of a private key.
    Private([u8; 32]),
    /// A public key.
    Public([u8; 32]),
}

impl KeyForm {
    /// Whether a secret can be a key.
    pub(super) fn check(self, secret: &Secret) -> Result<(), KeyError> {
        let text = secret.expose();
        if text.is_empty() {
            return Err(KeyError::Empty);
        }
        match self {
            Self::AsWritten => Ok(()),
            Self::Decoded => match text.strip_prefix(SHARED) {
                Some("") => Err(KeyError::Empty),
                Some(encoded) => STANDARD.decode(encoded).map(|_| ()).map_err(|_| KeyError::NotBase64),
                None => Ok(()),
            },
            Self::Asymmetric => half(secret).map(|_| ()),
        }
    }

    /// The bytes of a shared key.
    pub(super) fn bytes(self, secret: &Secret) -> Vec<u8> {
        let text = secret.expose();
        let decoded = || text.strip_prefix(SHARED).and_then(|encoded| STANDARD.decode(encoded).ok());
        let key = match self {
            Self::Decoded => decoded(),
            Self::AsWritten | Self::Asymmetric => None,
        };
        key.unwrap_or_else(|| text.as_bytes().to_vec())
    }
}

/// Reads one half of a pair of keys. Private ones have 32 bytes, or 64 with the public one behind them: the standard does
/// not say which.
pub(super) fn half(secret: &Secret) -> Result<Half, KeyError> {
    let text = secret.expose();
    let (encoded, private) = match (text.strip_prefix(PRIVATE), text.strip_prefix(PUBLIC)) {
        (Some(encoded), _) => (encoded, true),
        (None, Some(encoded)) => (encoded, false),
        (None, None) => return Err(KeyError::NoPrefix),
    };
    let bytes = STANDARD.decode(encoded).map_err(|_| KeyError::NotBase64)?;
    if bytes.len() != 32 && !(private && bytes.len() == 64) {
        return Err(KeyError::Length);
    }
    let key = bytes.first_chunk::<32>().copied().ok_or(KeyError::Length)?;
    Ok(if private { Half::Private(key) } else { Half::Public(key) })
}
