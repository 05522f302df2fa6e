//! The channels on which contacts write.

/// A channel.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(in crate::platform::texter) enum Channel {
    /// WhatsApp.
    Whatsapp,
    /// Facebook Messenger.
    Messenger,
    /// Instagram.
    Instagram,
    /// The chat on a website.
    WebsiteChat,
    /// E-mail.
    Email,
    /// Text messages.
    Sms,
}

impl Channel {
    /// All of them, by their names.
    pub(in crate::platform::texter) const ALL: [(&'static str, Self); 6] = [
        ("whatsapp", Self::Whatsapp),
        ("messenger", Self::Messenger),
        ("instagram", Self::Instagram),
        ("website_chat", Self::WebsiteChat),
        ("email", Self::Email),
        ("sms", Self::Sms),
    ];

    /// The channel with this name.
    pub(in crate::platform::texter) fn named(name: &str) -> Option<Self> {
        Self::ALL.iter().find(|(known, _)| *known == name).map(|(_, channel)| *channel)
    }

    /// Its name.
    pub(in crate::platform::texter) fn name(self) -> &'static str {
        match self {
            Self::Whatsapp => "whatsapp",
            Self::Messenger => "messenger",
            Self::Instagram => "instagram",
            Self::WebsiteChat => "website_chat",
            Self::Email => "email",
            Self::Sms => "sms",
        }
    }

    /// Whether contacts are known by their phone numbers.
    pub(in crate::platform::texter) fn has_phones(self) -> bool {
        match self {
            Self::Whatsapp | Self::Sms => true,
            Self::Messenger | Self::Instagram | Self::WebsiteChat | Self::Email => false,
        }
    }

    /// Whether a contact must have written within a day for free messages to reach them. Documented for WhatsApp; that it is
    /// so nowhere else is inferred from the pages' silence.
    pub(in crate::platform::texter) fn has_window(self) -> bool {
        self == Self::Whatsapp
    }
}
