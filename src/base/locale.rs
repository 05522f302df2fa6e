//! Languages of what is made up: names, and what customers say.
//!
//! Two of the three are written from right to left, because that is where bots go wrong. All people and words are invented.

/// A language of what is made up about somebody.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Locale {
    /// English.
    En,
    /// Hebrew, written from right to left.
    He,
    /// Arabic, written from right to left.
    Ar,
}

impl Locale {
    /// All of them, by the words that name them.
    pub const ALL: [(&'static str, Self); 3] = [("en", Self::En), ("he", Self::He), ("ar", Self::Ar)];

    /// The language with this name.
    #[must_use]
    pub fn named(word: &str) -> Option<Self> {
        Self::ALL.iter().find(|(known, _)| *known == word).map(|(_, locale)| *locale)
    }

    /// What customers begin with.
    pub(super) const fn remarks(self) -> &'static [&'static str] {
        match self {
            Self::En => EN,
            Self::He => HE,
            Self::Ar => AR,
        }
    }
}

const EN: &[&str] = &[
    "Where is my order?",
    "Hi, I need some help please",
    "My parcel never arrived 😕",
    "Can I change the delivery address?",
    "The invoice you sent is wrong",
    "Are you open on Friday?",
];

const HE: &[&str] = &[
    "איפה ההזמנה שלי?",
    "שלום, אני צריכה עזרה בבקשה",
    "החבילה לא הגיעה 😕",
    "אפשר לשנות את כתובת המשלוח?",
    "החשבונית ששלחתם לא נכונה",
    "אתם פתוחים ביום שישי?",
];

const AR: &[&str] = &[
    "أين طلبي؟",
    "مرحبا، أحتاج إلى مساعدة من فضلكم",
    "لم يصل الطرد بعد 😕",
    "هل يمكن تغيير عنوان التوصيل؟",
    "الفاتورة التي أرسلتموها غير صحيحة",
    "هل أنتم متاحون يوم الجمعة؟",
];

/// First names in Hebrew, for which the library of made-up names has none.
pub(super) const HEBREW_FIRST: &[&str] =
    &["דנה", "נועם", "יעל", "איתי", "שירה", "עומר", "תמר", "אורי", "מיכל", "גיא", "רוני", "עדי"];

/// Last names in Hebrew.
pub(super) const HEBREW_LAST: &[&str] =
    &["לוי", "כהן", "מזרחי", "פרץ", "ביטון", "אברהם", "פרידמן", "שפירא", "אזולאי", "גולן"];
