//! Why a PDU cannot be read, and why one cannot be written.

use super::MAX_HEADERS_LEN;

/// Why a push PDU cannot be read, and where that shows.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("offset {at}: {kind}")]
pub struct Error {
    /// What is wrong.
    pub kind: ErrorKind,
    /// Offset from the start of the PDU: of the field concerned, or where the missing one would be.
    pub at: usize,
}

/// Kinds of unreadable push PDUs; each message says what was found, what is expected, and what to do.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The PDU, or the length around it, ends too early.
    #[error(
        "the octets end where {what} should be; \
         get the whole PDU, with all segments joined in order"
    )]
    Truncated {
        /// What is missing.
        what: &'static str,
    },
    /// Neither Push nor ConfirmedPush.
    #[error(
        "PDU type {found:02X}, expected 06 (Push); \
         remove what stands before the WSP PDU, such as a user data header"
    )]
    PduType {
        /// The type.
        found: u8,
    },
    /// More than five octets, or more than 32 bits.
    #[error(
        "the uintvar of {what} does not fit into 32 bits, \
         expected one to five octets; the sender's length is wrong"
    )]
    UintvarTooLarge {
        /// What it is.
        what: &'static str,
    },
    /// HeadersLen above [`MAX_HEADERS_LEN`].
    #[error(
        "HeadersLen is {declared}, expected at most {MAX_HEADERS_LEN}; \
         no bearer of a push carries that much"
    )]
    HeadersTooLong {
        /// Its value.
        declared: u32,
    },
    /// HeadersLen reaches beyond the PDU.
    #[error(
        "HeadersLen is {declared}, but only {left} octet(s) follow; \
         get the whole PDU, with all segments joined in order"
    )]
    HeadersBeyondPdu {
        /// Its value.
        declared: u32,
        /// How many octets follow it.
        left: usize,
    },
    /// HeadersLen is 0, so there is no Content-Type.
    #[error("HeadersLen is 0, expected a Content-Type; the sender must write one")]
    NoContentType,
    /// The general form of the Content-Type has length 0.
    #[error("the Content-Type has length 0, expected a media type; write one")]
    EmptyContentType,
    /// A value-length reaches beyond the headers.
    #[error(
        "the value-length of {what} is {declared}, but the headers end after {left} \
         octet(s); correct the value-length or HeadersLen"
    )]
    ValueLength {
        /// Whose length it is.
        what: &'static str,
        /// Its value.
        declared: u32,
        /// How many octets of the headers follow it.
        left: usize,
    },
    /// A long-integer of no octets or of more than 30.
    #[error(
        "{found:02X} begins {what}, expected a text, a short-integer (80-FF) or a \
         long-integer of 1 to 30 octets (01-1E); correct that octet or the length around it"
    )]
    IntegerLength {
        /// The octet: 00 or 1F.
        found: u8,
        /// What it begins.
        what: &'static str,
    },
    /// A long-integer reaches beyond the length around it.
    #[error(
        "{what} is a long-integer of {declared} octet(s), but only {left} follow; \
         correct its length or the length around it"
    )]
    IntegerBeyondBlock {
        /// What it is.
        what: &'static str,
        /// How many octets it should have.
        declared: u8,
        /// How many there are.
        left: usize,
    },
    /// The code of a media type or parameter exceeds 32 bits.
    #[error("{what} exceeds 32 bits, expected an assigned number; correct it")]
    CodeTooLarge {
        /// What it is.
        what: &'static str,
    },
    /// A text has no NUL before the length around it ends.
    #[error(
        "the text of {what} has no closing 00 before the length around it ends; \
         correct that length or close the text"
    )]
    TextUnterminated {
        /// What it is.
        what: &'static str,
    },
    /// A text holds a control character.
    #[error(
        "control character U+{found:04X} in the text of {what}, expected printable \
         characters; remove it"
    )]
    TextControl {
        /// The character's number.
        found: u32,
        /// What the text is.
        what: &'static str,
    },
    /// A text is not UTF-8.
    #[error("the text of {what} is not UTF-8; write ASCII or UTF-8")]
    TextEncoding {
        /// What the text is.
        what: &'static str,
    },
    /// A quality factor outside its range.
    #[error("quality factor {found}, expected 1 to 1099 in one or two octets; correct it")]
    QualityFactor {
        /// The encoded number.
        found: u32,
    },
    /// A parameter's name stands at the end, without a value.
    #[error(
        "the Content-Type ends where the value of a parameter should be; \
         write a value (00 for none) or correct the value-length"
    )]
    NoParameterValue,
    /// A header's name stands at the end, without a value.
    #[error(
        "the headers end where the value of a header should be; \
         write the value or correct HeadersLen"
    )]
    NoHeaderValue,
    /// `00` where a header begins.
    #[error(
        "00 where a header should begin, expected a field name or a shift of the code \
         page; correct HeadersLen or the value-length of the header before"
    )]
    FieldReserved,
    /// A shift-delimiter without a page, or to page 0.
    #[error(
        "the shift-delimiter is not followed by a code page, expected 01-FF; \
         leave the shift out"
    )]
    CodePage,
    /// Nothing follows the headers.
    #[error(
        "the PDU has no body, expected a document; \
         append it, or correct HeadersLen if it took the body in"
    )]
    EmptyBody,
}

impl ErrorKind {
    /// Stable id of the rule that is broken.
    #[must_use]
    pub fn rule(&self) -> &'static str {
        match self {
            Self::Truncated { .. } => "wsp-truncated",
            Self::PduType { .. } => "wsp-pdu-type",
            Self::UintvarTooLarge { .. } => "wsp-uintvar-too-large",
            Self::HeadersTooLong { .. } => "wsp-headers-too-long",
            Self::HeadersBeyondPdu { .. } => "wsp-headers-beyond-pdu",
            Self::NoContentType => "wsp-no-content-type",
            Self::EmptyContentType => "wsp-empty-content-type",
            Self::ValueLength { .. } => "wsp-value-length",
            Self::IntegerLength { .. } => "wsp-integer-length",
            Self::IntegerBeyondBlock { .. } => "wsp-integer-beyond-block",
            Self::CodeTooLarge { .. } => "wsp-code-too-large",
            Self::TextUnterminated { .. } => "wsp-text-unterminated",
            Self::TextControl { .. } => "wsp-text-control",
            Self::TextEncoding { .. } => "wsp-text-encoding",
            Self::QualityFactor { .. } => "wsp-quality-factor",
            Self::NoParameterValue => "wsp-no-parameter-value",
            Self::NoHeaderValue => "wsp-no-header-value",
            Self::FieldReserved => "wsp-field-reserved",
            Self::CodePage => "wsp-code-page",
            Self::EmptyBody => "wsp-empty-body",
        }
    }

    /// The error of this kind at an offset.
    pub(super) fn at(self, at: usize) -> Error {
        Error { kind: self, at }
    }
}

impl Error {
    /// Stable id of the rule that is broken.
    #[must_use]
    pub fn rule(&self) -> &'static str {
        self.kind.rule()
    }
}

/// Why a push PDU cannot be written. Values are not repeated: the caller knows what it passed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum EncodeError {
    /// A text that a receiver could not read back.
    #[error("the text of {0} has a control character or begins with a tab or quote; change it")]
    Text(&'static str),
    /// An empty text, which WSP cannot tell from no value.
    #[error("the text of {0} is empty; use no value, or a quoted-string, or leave it out")]
    EmptyText(&'static str),
    /// The name of a parameter or header has characters other than a token's (RFC 2616 §2.2).
    #[error("the name of {0} is no token; use letters, digits and hyphens")]
    Token(&'static str),
    /// A short-integer above 0x7F.
    #[error("the short-integer of {0} exceeds 0x7F; use a long-integer")]
    ShortInteger(&'static str),
    /// A long-integer of no octets or more than 30.
    #[error("the long-integer of {0} has not 1 to 30 octets; shorten it")]
    LongInteger(&'static str),
    /// A quality factor outside 1-1099, or one for another parameter than Q, or Q with another value.
    #[error("parameter Q takes a quality factor of 1 to 1099 or none, and no other parameter does")]
    QualityFactor,
    /// Code page 0.
    #[error("header code page 0 does not exist; pages run from 1 (the default) to 255")]
    CodePage,
    /// More than [`MAX_HEADERS_LEN`] octets of headers.
    #[error("the headers exceed {MAX_HEADERS_LEN} octets; leave some out")]
    HeadersTooLong,
    /// No body.
    #[error("the body is empty; a push needs a document")]
    EmptyBody,
}

impl EncodeError {
    /// Stable id of the rule that is broken.
    #[must_use]
    pub fn rule(&self) -> &'static str {
        match self {
            Self::Text(_) => "wsp-write-text",
            Self::EmptyText(_) => "wsp-write-empty-text",
            Self::Token(_) => "wsp-write-token",
            Self::ShortInteger(_) => "wsp-write-short-integer",
            Self::LongInteger(_) => "wsp-write-long-integer",
            Self::QualityFactor => "wsp-write-quality-factor",
            Self::CodePage => "wsp-write-code-page",
            Self::HeadersTooLong => "wsp-write-headers-too-long",
            Self::EmptyBody => "wsp-write-empty-body",
        }
    }
}
