//! The channels a chat can be on.

/// Where a chat takes place.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(crate) enum Channel {
    /// Text messages.
    Sms,
    /// Facebook Messenger.
    Facebook,
    /// Twitter.
    Twitter,
    /// The widget on a website.
    Livechat,
    /// E-mail.
    Email,
    /// Apple Business Chat.
    Abc,
    /// WhatsApp.
    Whatsapp,
    /// A channel of the tenant's own, reached through the API.
    Api,
}

impl Channel {
    /// All channels, in the vendor's order.
    pub(crate) const ALL: [Self; 8] =
        [Self::Sms, Self::Facebook, Self::Twitter, Self::Livechat, Self::Email, Self::Abc, Self::Whatsapp, Self::Api];

    /// The vendor's word for it in the REST API.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Sms => "sms",
            Self::Facebook => "facebook",
            Self::Twitter => "twitter",
            Self::Livechat => "livechat",
            Self::Email => "email",
            Self::Abc => "abc",
            Self::Whatsapp => "whatsapp",
            Self::Api => "api",
        }
    }

    /// The channel with this name.
    pub(crate) fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|channel| channel.name() == name)
    }

    /// The member of a message that names its sub type, on channels that have sub types.
    pub(crate) const fn sub_type_member(self) -> Option<&'static str> {
        match self {
            Self::Abc => Some("abc_sub_type"),
            Self::Livechat => Some("livechat_sub_type"),
            Self::Whatsapp => Some("whatsapp_sub_type"),
            Self::Sms | Self::Facebook | Self::Twitter | Self::Email | Self::Api => None,
        }
    }

    /// Whether a chat that began without a message is routed by the first one that comes; documented to be otherwise for
    /// these two.
    pub(crate) const fn is_routed_later(self) -> bool {
        !matches!(self, Self::Abc | Self::Whatsapp)
    }

    /// Whether a message can carry a file.
    pub(crate) const fn has_attachments(self) -> bool {
        !matches!(self, Self::Sms)
    }

    /// Whether a message can offer quick replies.
    pub(crate) const fn has_quick_replies(self) -> bool {
        matches!(self, Self::Livechat)
    }

    /// Whether a customer can pick from lists and times.
    pub(crate) const fn has_pickers(self) -> bool {
        matches!(self, Self::Abc)
    }

    /// Whether a message can be made from a template.
    pub(crate) const fn has_templates(self) -> bool {
        matches!(self, Self::Abc | Self::Whatsapp)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_case_sensitive_and_lead_back() {
        for channel in Channel::ALL {
            assert_eq!(Channel::named(channel.name()), Some(channel));
        }
        assert_eq!(Channel::named("LiveChat"), None);
        assert_eq!(Channel::named(""), None);
    }
}
