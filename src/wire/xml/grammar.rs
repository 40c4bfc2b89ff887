//! The character classes of XML 1.0 (fifth edition).

/// White space (production 3).
pub(super) fn is_space(c: char) -> bool {
    matches!(c, ' ' | '\t' | '\r' | '\n')
}

/// Whether an XML 1.0 document may carry this character (production 2).
#[must_use]
pub fn is_char(c: char) -> bool {
    matches!(c, '\t' | '\n' | '\r' | ' '..='\u{D7FF}' | '\u{E000}'..='\u{FFFD}' | '\u{10000}'..)
}

/// `NameStartChar` (production 4).
pub(super) fn is_name_start(c: char) -> bool {
    matches!(c,
        ':' | '_' | 'A'..='Z' | 'a'..='z'
        | '\u{C0}'..='\u{D6}' | '\u{D8}'..='\u{F6}' | '\u{F8}'..='\u{2FF}'
        | '\u{370}'..='\u{37D}' | '\u{37F}'..='\u{1FFF}' | '\u{200C}'..='\u{200D}'
        | '\u{2070}'..='\u{218F}' | '\u{2C00}'..='\u{2FEF}' | '\u{3001}'..='\u{D7FF}'
        | '\u{F900}'..='\u{FDCF}' | '\u{FDF0}'..='\u{FFFD}' | '\u{10000}'..='\u{EFFFF}')
}

/// `NameChar` (production 4a).
pub(super) fn is_name_char(c: char) -> bool {
    is_name_start(c)
        || matches!(c,
            '-' | '.' | '0'..='9' | '\u{B7}' | '\u{300}'..='\u{36F}' | '\u{203F}'..='\u{2040}')
}

/// `Name` (production 5).
pub(super) fn is_name(text: &str) -> bool {
    text.starts_with(is_name_start) && text.chars().all(is_name_char)
}

/// `PubidLiteral` without its quotes (productions 12 and 13).
pub(super) fn is_public_id(text: &str) -> bool {
    text.chars().all(|c| {
        c.is_ascii_alphanumeric() || c == '\n' || c == '\r' || " -'()+,./:=?;!*#@$_%".contains(c)
    })
}

/// Quotes of prose, and the wide and slanted look-alikes of straight ones.
pub(super) fn is_typographic_quote(character: char) -> bool {
    matches!(
        character,
        '\u{2018}'
            ..='\u{201F}'
                | '«'
                | '»'
                | '‹'
                | '›'
                | '`'
                | '´'
                | '\u{2032}'
                | '\u{2033}'
                | '\u{FF02}'
                | '\u{FF07}'
    )
}

/// Blanks of prose, also those of no width: no white space of XML.
pub(super) fn is_typographic_blank(character: char) -> bool {
    matches!(
        character,
        '\u{A0}' | '\u{AD}' | '\u{1680}' | '\u{2000}'
            ..='\u{200F}'
                | '\u{2028}'
                | '\u{2029}'
                | '\u{202F}'
                | '\u{205F}'
                | '\u{2060}'
                | '\u{3000}'
                | '\u{FEFF}'
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn classes_end_where_the_productions_say() {
        for (c, char_, start, name) in [
            ('\0', false, false, false),
            ('\t', true, false, false),
            ('\u{1F}', false, false, false),
            ('-', true, false, true),
            (':', true, true, true),
            ('\u{7F}', true, false, false),
            ('\u{B7}', true, false, true),
            ('\u{D7}', true, false, false),
            ('\u{37E}', true, false, false),
            ('\u{300}', true, false, true),
            ('\u{FFFD}', true, true, true),
            ('\u{FFFE}', false, false, false),
            ('\u{10000}', true, true, true),
            ('\u{F0000}', true, false, false),
        ] {
            assert_eq!(
                (is_char(c), is_name_start(c), is_name_char(c)),
                (char_, start, name),
                "{c:?}"
            );
        }
        assert!(
            is_name("wap-provisioningdoc") && !is_name("1a") && !is_name("") && !is_name("a b")
        );
        for (text, legal) in [
            ("-//WAPFORUM//DTD PROV 1.0//EN", true),
            ("a\nb", true),
            ("a\rb", true),
            ("a\tb", false),
            ("é", false),
            ("\"", false),
        ] {
            assert_eq!(is_public_id(text), legal, "{text:?}");
        }
    }
}
