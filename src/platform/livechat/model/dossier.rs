//! What a license knows about a customer besides name and address.

use serde_json::{Map, Value};

/// What a license knows about a customer besides name and e-mail address.
#[derive(Clone, Debug, Default)]
pub(crate) struct Dossier {
    /// The address of a picture.
    pub(crate) avatar: Option<String>,
    /// The telephone number.
    pub(crate) phone_number: Option<String>,
    /// What apps have noted, one key in each, in their order.
    pub(crate) session_fields: Option<Vec<Map<String, Value>>>,
    /// Their account with a messenger.
    pub(crate) facebook: Option<Facebook>,
    /// The number that text messages come from.
    pub(crate) twilio: Option<String>,
    /// The postal address, as it was sent.
    pub(crate) address: Option<Map<String, Value>>,
}

/// An account with a messenger.
#[derive(Clone, Debug)]
pub(crate) struct Facebook {
    /// Its id.
    pub(crate) id: String,
    /// The full name.
    pub(crate) name: Option<String>,
    /// The first name.
    pub(crate) first_name: Option<String>,
    /// The last name.
    pub(crate) last_name: Option<String>,
    /// The address of a picture.
    pub(crate) profile_pic: Option<String>,
    /// The gender.
    pub(crate) gender: Option<String>,
    /// The language and country.
    pub(crate) locale: Option<String>,
    /// Whether the account is verified.
    pub(crate) is_verified_user: Option<bool>,
}

/// What is to be different about a customer; what is left out stays as it is.
#[derive(Clone, Debug)]
pub(crate) struct Revision {
    /// The name.
    pub(crate) name: Option<String>,
    /// The e-mail address.
    pub(crate) email: Option<String>,
    /// Everything else.
    pub(crate) profile: Dossier,
}

impl Dossier {
    /// Takes over what another has.
    pub(crate) fn revise(&mut self, with: Self) {
        fn renew<T>(old: &mut Option<T>, new: Option<T>) {
            if new.is_some() {
                *old = new;
            }
        }
        renew(&mut self.avatar, with.avatar);
        renew(&mut self.phone_number, with.phone_number);
        renew(&mut self.session_fields, with.session_fields);
        renew(&mut self.facebook, with.facebook);
        renew(&mut self.twilio, with.twilio);
        renew(&mut self.address, with.address);
    }
}
