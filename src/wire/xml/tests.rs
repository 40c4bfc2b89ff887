use std::borrow::Cow;

use super::*;
use crate::finding::Position;

const PROV: Policy = Policy {
    public_ids: &["-//WAPFORUM//DTD PROV 1.0//EN"],
    internal_subset: false,
    limits: Limits::DEFAULT,
};

/// One line for each event: enough to compare, values shown.
fn read_with(input: &[u8], policy: Policy) -> Result<Vec<String>, Error> {
    let mut reader = Reader::new(input, policy)?;
    let mut lines = Vec::new();
    while let Some(event) = reader.next()? {
        lines.push(match event {
            Event::Start(Element {
                name,
                attributes,
                offset,
            }) => {
                let attributes: String = attributes
                    .iter()
                    .map(|a| format!(" {}={:?}@{}", a.name, a.value, a.offset))
                    .collect();
                format!("<{name}{attributes}>@{offset}")
            }
            Event::Text(Text { value, offset }) => format!("{value:?}@{offset}"),
            Event::End { name, offset } => format!("</{name}>@{offset}"),
        });
    }
    Ok(lines)
}

fn read(input: &str) -> Result<Vec<String>, Error> {
    read_with(input.as_bytes(), PROV)
}

fn refusal(input: &str, policy: Policy) -> (&'static str, usize) {
    let error = read_with(input.as_bytes(), policy).unwrap_err();
    (error.rule(), error.offset)
}

#[test]
fn events_carry_their_offsets() {
    assert_eq!(
        read("<a>\n<b c='&#65;' d = \"\"/>x&amp;<![CDATA[y]]><!-- --><?p?>z</a >").unwrap(),
        [
            "<a>@0",
            "\"\\n\"@3",
            "<b c=\"A\"@10 d=\"\"@22>@4",
            "</b>@4",
            "\"x&yz\"@25",
            "</a>@58",
        ]
    );
}

#[test]
fn a_byte_order_mark_counts_as_octets_but_not_as_a_column() {
    let input = "\u{FEFF}<?xml version='1.0'?><a b='é'>\n</b>";
    let mut reader = Reader::new(input.as_bytes(), PROV).unwrap();
    assert_eq!(reader.text(), input);
    let Ok(Some(Event::Start(element))) = reader.next() else {
        panic!("no start")
    };
    assert_eq!((element.offset, element.attributes[0].offset), (24, 30));
    assert_eq!(
        reader.position(24),
        Position::Line {
            line: 1,
            column: 22
        }
    );
    assert!(matches!(reader.next(), Ok(Some(Event::Text(_)))));
    let error = reader.next().unwrap_err();
    assert_eq!((error.rule(), error.offset), ("xml-end-tag-mismatch", 35));
    assert_eq!(error.at, Position::Line { line: 2, column: 1 });
}

#[test]
fn values_are_normalised_and_texts_are_not() {
    assert_eq!(
        read("<a b=' \t\r\n\r\n\n\r&#9;&#10;&#13; '> \t\r\n\r&#13;</a>").unwrap(),
        [
            "<a b=\"      \\t\\n\\r \"@6>@0",
            "\" \\t\\n\\n\\r\"@31",
            "</a>@41"
        ]
    );
}

#[test]
fn what_needs_no_change_is_borrowed() {
    let mut reader = Reader::new(b"<a b='c'>d<b/><!-- -->e</a>", PROV).unwrap();
    let mut borrowed = 0;
    while let Some(event) = reader.next().unwrap() {
        let value = match event {
            Event::Start(Element { mut attributes, .. }) => {
                attributes.pop().map(|attribute| attribute.value)
            }
            Event::Text(text) => Some(text.value),
            Event::End { .. } => None,
        };
        borrowed += usize::from(matches!(value, Some(Cow::Borrowed(_))));
    }
    assert_eq!(borrowed, 3);
}

#[test]
fn an_error_is_final() {
    let mut reader = Reader::new(b"<a/><b/>", PROV).unwrap();
    assert!(matches!(reader.next(), Ok(Some(Event::Start(_)))));
    assert!(matches!(reader.next(), Ok(Some(Event::End { .. }))));
    let error = reader.next().unwrap_err();
    let is_characteristic = false;
    assert_eq!(error.fault, Fault::TwoRoots { is_characteristic });
    assert_eq!(reader.next(), Err(error));
}

#[test]
fn fragments_and_typographic_quotes_are_named() {
    let error = |text: &str| {
        let mut reader = Reader::new(text.as_bytes(), PROV).unwrap();
        loop {
            match reader.next() {
                Ok(Some(_)) => {}
                Ok(None) => panic!("no error in {text}"),
                Err(error) => return error,
            }
        }
    };
    let fragment = "<characteristic type=\"A\"/>\n<characteristic type=\"B\"/>";
    let remedy = error(fragment).remedy();
    assert!(
        remedy.contains("<wap-provisioningdoc version=\"1.0\">"),
        "{remedy}"
    );
    assert!(!error("<a/><a/>").remedy().contains("wap"));
    for (text, typographic) in [("<a b=\u{201D}c\u{201D}/>", true), ("<a b=c/>", false)] {
        let error = error(text);
        assert_eq!(error.rule(), "xml-attribute-unquoted");
        assert_eq!(
            error.found().contains("typographic quote"),
            typographic,
            "{error}"
        );
    }
}

#[test]
fn the_end_is_final() {
    let mut reader = Reader::new(b"<a/>\n", PROV).unwrap();
    reader.next().unwrap();
    reader.next().unwrap();
    assert_eq!((reader.next(), reader.next()), (Ok(None), Ok(None)));
}

#[test]
fn neither_debug_nor_errors_show_values() {
    let input = b"<a b='hunter2'>hunter2</a>";
    let mut reader = Reader::new(input, PROV).unwrap();
    let mut shown = format!("{reader:?}");
    while let Some(event) = reader.next().unwrap() {
        shown += &format!("{event:?}");
    }
    for input in [
        "<a b='hunter2<'/>",
        "<a b=hunter2/>",
        "<a b='&hunter2;'/>",
        "<a>&hunter2;</a>",
    ] {
        let error = read(input).unwrap_err();
        shown += &format!("{error} {error:?}");
    }
    assert!(!shown.contains("hunter2"), "{shown}");
}

#[test]
fn caps_hold_at_the_cap_and_not_below() {
    let limits = Limits {
        octets: 40,
        depth: 2,
        elements: 3,
        attributes: 2,
    };
    let policy = Policy { limits, ..PROV };
    for accepted in [
        "<a><b/><b></b></a>",
        "<a b='' c=''/>",
        "<a>                                 </a>",
    ] {
        assert!(read_with(accepted.as_bytes(), policy).is_ok(), "{accepted}");
    }
    assert_eq!(refusal("<a><b><c/></b></a>", policy), ("xml-too-deep", 6));
    assert_eq!(
        refusal("<a><b/><b/><b/></a>", policy),
        ("xml-too-many-elements", 11)
    );
    assert_eq!(
        refusal("<a b='' c='' d=''/>", policy),
        ("xml-too-many-attributes", 13)
    );
    assert_eq!(
        refusal("<a>                                  </a>", policy),
        ("xml-too-large", 0)
    );
}

#[test]
fn an_internal_subset_may_hold_instructions_when_the_policy_says_so() {
    let policy = Policy {
        internal_subset: true,
        ..PROV
    };
    let document = |subset: &str| {
        format!("<!DOCTYPE a PUBLIC '-//WAPFORUM//DTD PROV 1.0//EN' ''{subset}><a/>")
    };
    let subset = "[ <?wap-pap-ver supported-versions=\"2.0,1.*\"?> <!-- ]> --> <?p ]> ?>\n] ";
    assert!(read_with(document(subset).as_bytes(), policy).is_ok());
    assert_eq!(
        refusal(&document(subset), PROV),
        ("xml-internal-subset", 53)
    );
    for (subset, rule, offset) in [
        ("[<!ENTITY x 'y'>]", "xml-internal-subset", 54),
        ("[<!ATTLIST a b CDATA 'c'>]", "xml-internal-subset", 54),
        ("[ %x; ]", "xml-internal-subset", 55),
        ("[ x ]", "xml-internal-subset", 55),
        ("[<?xml version='1.0'?>]", "xml-declaration-misplaced", 54),
        ("[<!-- -- -->]", "xml-comment-hyphens", 59),
        ("[] []", "xml-doctype-syntax", 56),
        ("[", "xml-internal-subset", 54),
    ] {
        assert_eq!(
            refusal(&document(subset), policy),
            (rule, offset),
            "{subset}"
        );
    }
}

#[test]
fn a_document_type_needs_a_policy_that_knows_it() {
    let none = Policy {
        public_ids: &[],
        ..PROV
    };
    let input = "<!DOCTYPE a PUBLIC '-//WAPFORUM//DTD PROV 1.0//EN' ''><a/>";
    assert!(read(input).is_ok());
    let error = read_with(input.as_bytes(), none).unwrap_err();
    assert_eq!(error.rule(), "xml-doctype-public-id");
    assert_eq!(error.expected(), "no DOCTYPE");
}

/// Ten million octets of what is slow to read when done badly. A quadratic reader would run for
/// hours, which is noticed without a clock.
#[test]
fn hostile_inputs_take_linear_time() {
    let policy = Policy {
        limits: Limits {
            octets: 16 << 20,
            depth: usize::MAX,
            elements: usize::MAX,
            attributes: 32,
        },
        ..PROV
    };
    let repeated = |part: &str| part.repeat(10_000_000 / part.len());
    for (input, accepted) in [
        (repeated("<a>"), false),
        (repeated("<"), false),
        (repeated("&"), false),
        (format!("<a>{}</a>", repeated("&#65;")), true),
        (format!("<a>{}</a>", repeated("x<!---->")), true),
        (format!("<a>{}</a>", repeated("<![CDATA[]]>]]")), true),
        (format!("<a b='{}'/>", repeated("&lt;\n")), true),
        (format!("<a b='{}", repeated("x ")), false),
        (format!("<a {}/>", repeated("b='' ")), false),
        (format!("<{}/>", repeated("x")), true),
        (format!("<!--{}", repeated("- ")), false),
        (format!("<!DOCTYPE a [{}", repeated("<?p?>")), false),
        (format!("<a>{}</a>", repeated("<b></b>\n")), true),
        (format!("<a>{}&x;</a>", repeated("\n")), false),
    ] {
        let mut reader = Reader::new(input.as_bytes(), policy).unwrap();
        let outcome = loop {
            match reader.next() {
                Ok(Some(_)) => {}
                Ok(None) => break true,
                Err(_) => break false,
            }
        };
        assert_eq!(outcome, accepted, "{}", &input[..20]);
    }
}

/// Whatever the shortcuts for plain text: XML 1.0 §2.2, character by character.
#[test]
fn every_character_is_judged() {
    let ranges = [0..0x0800_u32, 0xD000..0xE100, 0xF000..0x1_0100];
    for character in ranges.into_iter().flatten().filter_map(char::from_u32) {
        let legal = matches!(character, '\t' | '\n' | '\r' | ' '..='\u{D7FF}' | '\u{E000}'..='\u{FFFD}' | '\u{10000}'..);
        if !matches!(character, '<' | '&') {
            let found = read(&format!("<a>x{character}y</a>"));
            assert_eq!(found.is_ok(), legal, "{character:?}: {found:?}");
        }
    }
}

/// Tags with a blank in them are not read at once, and say the same.
#[test]
fn plain_tags_are_read_as_others() {
    let names = ["a", "ab", "a-b.c_9", "Characteristic", "_x"];
    for outer in names {
        for inner in names {
            let text = |blank: &str| {
                format!("<{outer}{blank}>1<{inner}{blank}>2</{inner}{blank}>3</{outer}{blank}>")
            };
            let without_offsets = |text: &str| {
                let lines = read(text).unwrap().into_iter();
                let line = |line: String| line.rsplit_once('@').map(|(said, _)| said.to_owned());
                lines.filter_map(line).collect::<Vec<_>>()
            };
            assert_eq!(without_offsets(&text("")), without_offsets(&text(" ")));
            let start = outer.len() + 3;
            let end = start + inner.len() + 3;
            let offsets: Vec<_> = read(&text("")).unwrap();
            assert_eq!(offsets[2], format!("<{inner}>@{start}"));
            assert_eq!(offsets[4], format!("</{inner}>@{end}"));
        }
    }
    let (rule, at) = refusal("<a><b></a></b>", PROV);
    assert_eq!((rule, at + 2), refusal("<a ><b ></a ></b >", PROV));
}

#[test]
fn what_stands_for_characters() {
    let five = "&lt;&gt;&amp;&apos;&quot;";
    assert_eq!(
        read(&format!("<a b=\"{five}\">{five}</a>")).unwrap(),
        ["<a b=\"<>&'\\\"\"@6>@0", "\"<>&'\\\"\"@33", "</a>@58"]
    );
    for name in ["lT", "nbsp", "a"] {
        assert_eq!(
            refusal(&format!("<a>&{name};</a>"), PROV),
            ("xml-entity", 3)
        );
    }
}

#[test]
fn an_empty_section_is_no_text() {
    assert_eq!(
        read("<a><![CDATA[]]><b/><![CDATA[]]>x</a>").unwrap(),
        ["<a>@0", "<b>@15", "</b>@15", "\"x\"@31", "</a>@32"]
    );
}

/// XML 1.0 appendix F: with a byte order mark and without.
#[test]
fn wide_characters_are_known_by_the_first_octets() {
    for (octets, expected) in [
        (&b"\xFF\xFE<\0"[..], "UTF-16"),
        (b"\xFE\xFF\0<", "UTF-16"),
        (b"\xFF\xFE\0\0<\0\0\0", "UTF-32"),
        (b"\0\0\xFE\xFF\0\0\0<", "UTF-32"),
        (b"<\0a\0", "UTF-16LE"),
        (b"\0<\0a", "UTF-16BE"),
        (b"<\0\0\0a\0\0\0", "UTF-32LE"),
        (b"\0\0\0<\0\0\0a", "UTF-32BE"),
    ] {
        let error = read_with(octets, PROV).unwrap_err();
        let charset = expected;
        assert_eq!(error.fault, Fault::CharsetOctets { charset }, "{octets:X?}");
    }
}

#[test]
fn a_declared_charset_is_converted_if_it_can_be_true() {
    for (charset, wide) in [
        ("ISO-8859-1", false),
        ("windows-1252", false),
        ("utf-16", true),
        ("UTF32", true),
        ("ucs-2", true),
        ("ISO-10646-UCS-2", true),
    ] {
        let input = format!("<?xml version='1.0' encoding='{charset}'?><a/>");
        let error = read(&input).unwrap_err();
        assert_eq!(error.found(), format!("encoding=\"{charset}\""));
        let iconv = format!("iconv -f {charset} -t UTF-8");
        assert!(error.remedy().contains(&iconv), "{error}");
        let says = error.remedy().contains("let the declaration say");
        assert_eq!(says, wide, "{error}");
    }
}

/// What is said of a fault is what each of its parts says.
#[test]
fn messages_are_made_of_their_parts() {
    let error = read("<a>\n</b>").unwrap_err();
    assert_eq!(error.clause(), "XML 1.0 §3, Element Type Match");
    assert!(error.found().starts_with("an end tag"));
    assert!(error.expected().contains("line 1, column 1"));
    assert!(error.remedy().starts_with("remove it"));
    let parts = format!(
        "line 2, column 1: found {}, expected {} ({}); {}",
        error.found(),
        error.expected(),
        error.clause(),
        error.remedy()
    );
    assert_eq!(error.to_string(), parts);
}

#[test]
fn what_is_wrong_with_a_prolog() {
    for (input, rule, offset) in [
        ("<?xml version='1.0", "xml-markup-not-closed", 0),
        ("<?xml version='1.0?>", "xml-declaration-syntax", 14),
        ("<?xml version=1.0?>", "xml-declaration-syntax", 14),
        ("<?xml version '1.0'?>", "xml-declaration-syntax", 14),
        ("<!DOCTYPE a x>", "xml-doctype-syntax", 12),
        ("<!DOCTYPE a\"x\">", "xml-name", 11),
        ("<!DOCTYPE a", "xml-markup-not-closed", 0),
        ("<!DOCTYPE a[]>", "xml-doctype-public-id", 10),
        ("<!DOCTYPE a>", "xml-doctype-public-id", 10),
    ] {
        let found = refusal(input, PROV);
        assert_eq!(found, (rule, offset), "{input}");
    }
}

/// Lengths and places are shown, so that a test or a log says something.
#[test]
fn debug_shows_lengths_and_offsets() {
    let mut reader = Reader::new(b"<a b='cde'>fg</a>", PROV).unwrap();
    let shown = |event: Option<Event<'_>>| format!("{:?}", event.unwrap());
    assert_eq!(
        shown(reader.next().unwrap()),
        "Start(Element { name: \"a\", attributes: [b=[3 octets]@6], offset: 0 })"
    );
    let state = format!("{reader:?}");
    assert!(state.starts_with("Reader { octets: 17, "), "{state}");
    assert!(state.ends_with("depth: 1, elements: 1, .. }"), "{state}");
    assert_eq!(shown(reader.next().unwrap()), "Text([2 octets]@11)");
    let mut writer = Writer::new(Layout::Compact);
    writer.start("a", &[("b", "c")]).unwrap();
    assert_eq!(format!("{writer:?}"), "Writer { octets: 46, depth: 1, .. }");
}

#[test]
fn names_beyond_ascii() {
    for name in ["é", "éa", "aé", "aéb", "a\u{B7}", "_é.-", "\u{10000}x"] {
        let text = format!("<{name} {name}=''></{name}>");
        let length = name.len();
        assert_eq!(
            read(&text).unwrap(),
            [
                format!("<{name} {name}=\"\"@{}>@0", 2 * length + 4),
                format!("</{name}>@{}", 2 * length + 6)
            ],
            "{name}"
        );
    }
    for (text, at) in [("<\u{B7}a/>", 1), ("<a\u{D7}/>", 2), ("<é\u{D7}/>", 3)] {
        assert_eq!(refusal(text, PROV), ("xml-name", at), "{text}");
    }
}

#[test]
fn sections_hold_brackets() {
    for content in ["]", "]]", "]>", "a]b]]c>]", "]]]", "&lt;<b>"] {
        let text = format!("<a><![CDATA[{content}]]></a>");
        let lines = read(&text).unwrap();
        assert_eq!(lines[1], format!("{content:?}@3"), "{text}");
    }
    assert_eq!(
        refusal("<a><![CDATA[]] ></a>", PROV),
        ("xml-markup-not-closed", 3)
    );
}

#[test]
fn long_names_are_shortened_in_messages() {
    for (length, shown) in [
        (3, "bbb".to_owned()),
        (64, "b".repeat(64)),
        (65, "b".repeat(64) + "…"),
    ] {
        let root = "b".repeat(length);
        let doctype = "<!DOCTYPE a PUBLIC '-//WAPFORUM//DTD PROV 1.0//EN' ''>";
        let error = read(&format!("{doctype}<{root}/>")).unwrap_err();
        assert_eq!(error.rule(), "xml-doctype-root");
        let message = error.to_string();
        assert!(message.contains(&shown), "{message}");
        assert_eq!(message.contains('…'), length > 64, "{message}");
    }
}

#[test]
fn a_fragment_has_no_declaration() {
    let mut writer = Writer::fragment(Layout::Compact);
    writer.empty("a", &[]).unwrap();
    assert_eq!(writer.finish().unwrap(), "<a/>");
}

/// What somebody else writes into the element stands right behind its tag.
#[test]
fn content_of_others_is_let_in() {
    let mut writer = Writer::new(Layout::Indented);
    writer.start("a", &[]).unwrap();
    writer.content();
    writer.end().unwrap();
    assert!(writer.finish().unwrap().ends_with("\n<a></a>\n"));
    let mut out = "x".to_owned();
    escape_text(&mut out, "<\n&").unwrap();
    assert_eq!(out, "x&lt;\n&amp;");
    let code = 0;
    let refused = escape_text(&mut out, "\0");
    assert_eq!(refused, Err(WriteError::Character { code }));
}

/// What is said of a document of which something went wrong.
fn told(input: &str) -> String {
    read(input).unwrap_err().to_string()
}

#[test]
fn slips_of_copying_are_named_with_their_remedy() {
    let typographic = "a typographic quote, \u{201C} (U+201C)";
    let straight = "replace all such quotes by straight ones";
    for (input, rule, found, remedy) in [
        (
            "<a>< b/></a>",
            "xml-name",
            "a blank before the name",
            "remove the blank",
        ),
        (
            "<a></ a>",
            "xml-name",
            "a blank before the name",
            "remove the blank",
        ),
        (
            "<? xml version='1.0'?><a/>",
            "xml-name",
            "a blank before the name",
            "remove the blank",
        ),
        ("<a\u{A0}b='c'/>", "xml-name", "U+00A0", "plain ones"),
        ("<a \u{A0}b='c'/>", "xml-name", "U+00A0", "plain ones"),
        ("<a b\u{A0}='c'/>", "xml-name", "U+00A0", "plain ones"),
        (
            "<a b=\u{A0}'c'/>",
            "xml-attribute-unquoted",
            "U+00A0",
            "plain ones",
        ),
        (
            "<a b='c'\u{202F}/>",
            "xml-attribute-space",
            "U+202F",
            "plain ones",
        ),
        (
            "<?xml\u{A0}version='1.0'?><a/>",
            "xml-declaration-syntax",
            "U+00A0",
            "plain ones",
        ),
        ("<a b='c'\\>", "xml-attribute-space", "a backslash", "/>"),
        ("<a b='c' \\>", "xml-name", "a backslash", "/>"),
        ("<a><\\a>", "xml-name", "a backslash", "</"),
        (
            "<a b=\\\"c\\\"/>",
            "xml-attribute-unquoted",
            "a backslash before it",
            "as \" and each \\n",
        ),
        (
            "<?xml version=\\\"1.0\\\"?><a/>",
            "xml-declaration-syntax",
            "a backslash before it",
            "as \"",
        ),
        (
            "<a b=\"\"c\"\" d=\"e\"/>",
            "xml-attribute-space",
            "a quote written twice",
            "CSV",
        ),
        (
            "<?xml version=\"\"1.0\"\"?><a/>",
            "xml-declaration-syntax",
            "a quote written twice",
            "CSV",
        ),
        (
            "<a b=3D\"c\"/>",
            "xml-attribute-unquoted",
            "quoted-printable",
            "python3 -m quopri -d",
        ),
        (
            "<a b=\n=3D\"c\"/>",
            "xml-attribute-unquoted",
            "quoted-printable",
            "python3 -m quopri -d",
        ),
        (
            "<?xml version=3D\"1.0\"?><a/>",
            "xml-declaration-syntax",
            "quoted-printable",
            "quopri",
        ),
        (
            "<a b=\u{201C}c\u{201D}/>",
            "xml-attribute-unquoted",
            typographic,
            straight,
        ),
        (
            "<?xml version=\u{201C}1.0\u{201D}?><a/>",
            "xml-declaration-syntax",
            typographic,
            straight,
        ),
        (
            "<!DOCTYPE a PUBLIC \u{201C}-//W\u{201D}><a/>",
            "xml-doctype-syntax",
            typographic,
            straight,
        ),
        (
            "<?xml version='1.0'><a/>",
            "xml-declaration-syntax",
            "something else",
            "write <?xml version",
        ),
        (
            "<a b=&quot;c&quot;/>",
            "xml-attribute-unquoted",
            "a reference to a quote",
            "the quote itself",
        ),
        (
            "<?xml version='1.0'?>\n- <a/>",
            "xml-text-outside-root",
            "- or + before",
            "browsers show",
        ),
        (
            "<a/>- x",
            "xml-text-outside-root",
            "text outside",
            "remove it",
        ),
        (
            "<a b=&x;/>",
            "xml-attribute-unquoted",
            "a value without quotes",
            "put the value in quotes",
        ),
        // These are what they seem
        (
            "<a b=\"\"c=\"d\"/>",
            "xml-attribute-space",
            "no white space",
            "put a space",
        ),
        (
            "<a b=''c/>",
            "xml-attribute-space",
            "no white space",
            "put a space",
        ),
        (
            "<a b='c'd='e'/>",
            "xml-attribute-space",
            "no white space",
            "put a space",
        ),
        (
            "<a b=3D/>",
            "xml-attribute-unquoted",
            "a value without quotes",
            "put the value in quotes",
        ),
        (
            "<a 1/>",
            "xml-name",
            "a character that no name has",
            "correct the name",
        ),
        (
            "<?xml version=''?><a/>",
            "xml-version",
            "another version",
            "version=\"1.0\"",
        ),
        (
            "<?xml version='' encoding='UTF-8'?><a/>",
            "xml-version",
            "another version",
            "1.0",
        ),
    ] {
        let error = read(input).unwrap_err();
        assert_eq!(error.rule(), rule, "{input}: {error}");
        assert!(error.found().contains(found), "{input}: {error}");
        assert!(error.remedy().contains(remedy), "{input}: {error}");
    }
    assert!(told("<?xml version='1.0'><a/>").contains("expected ?> at its end"));
    let line = "<!DOCTYPE wap-provisioningdoc PUBLIC \"-//WAPFORUM//DTD PROV 1.0//EN\" \
                \"http://www.wapforum.org/DTD/prov.dtd\">";
    // One line does not help where all are so
    for all in [
        "<?xml version=3D'1.0'?>",
        "<?xml version=\\'1.0\\'?>",
        "<?xml version=''1.0''?>",
    ] {
        assert!(!told(all).contains("or write <?xml"), "{}", told(all));
    }
    // The lines that are to be written are good
    for wrong in ["<!DOCTYPE a x>", "<!DOCTYPE a PUBLIC \u{201C}x\u{201D}>"] {
        assert!(told(wrong).ends_with(line), "{}", told(wrong));
    }
    read(&format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>{line}<wap-provisioningdoc/>"
    ))
    .unwrap();
}

/// After a quote in a value, the rest of it is read as markup.
#[test]
fn no_character_of_a_value_is_shown_behind_its_quote() {
    for behind in ["\u{AB}", "`", "\u{2019}", "\\", "z"] {
        for input in [
            format!("<a b=\"hun\"{behind}ter\"/>"),
            format!("<a b=\"\"{behind}ter\"/>"),
            format!("<a b=\"hun\" {behind}ter\"/>"),
        ] {
            let message = told(&input);
            assert!(!message.contains(&format!(" {behind} ")), "{message}");
            assert!(!message.contains("ter\""), "{message}");
        }
    }
}

#[test]
fn an_end_tag_says_which_element_it_closes() {
    for (input, words) in [
        (
            "<a>\n<b>\n<c x=''>\n<c x=''>\n</b></a>",
            "line 5, column 1: found the end tag of the element opened at line 2, column 1, expected \
             the 2 elements inside of it closed first, the last of them opened at line 4, column 1",
        ),
        (
            "<a>\n<b>\n</a>",
            "found the end tag of the element opened at line 1, column 1, expected the element inside \
             of it closed first, opened at line 2, column 1",
        ),
        (
            "<a>\n</A>",
            "found an end tag in another case, expected that of the element opened at line 1",
        ),
        (
            "<a>\n<b/></b></a>",
            "found an end tag that belongs to no open element, expected that of the element opened at \
             line 1, column 1 (XML 1.0 §3, Element Type Match); remove it, if",
        ),
    ] {
        assert!(told(input).contains(words), "{input}: {}", told(input));
    }
}

#[test]
fn what_begins_a_second_document_is_told_from_what_is_misplaced() {
    let second = "a second document begins here";
    for (input, is_second, words) in [
        (
            " <?xml version='1.0'?><a/>",
            false,
            "remove everything before it",
        ),
        (
            "<pre>\n<?xml version='1.0'?><a/></pre>",
            false,
            "the tags of a web page",
        ),
        ("<a/><?xml version='1.0'?><a/>", true, "file of its own"),
        (
            "<a/><!DOCTYPE a PUBLIC '-//WAPFORUM//DTD PROV 1.0//EN' ''><a/>",
            true,
            "file of its own",
        ),
        (
            "<a><!DOCTYPE a PUBLIC '-//WAPFORUM//DTD PROV 1.0//EN' ''></a>",
            false,
            "move it there",
        ),
    ] {
        let message = told(input);
        assert_eq!(message.contains(second), is_second, "{message}");
        assert!(message.contains(words), "{message}");
    }
}

#[test]
fn a_doctype_gives_way_to_the_root_but_web_pages_to_the_document() {
    let doctype =
        |name: &str| format!("<!DOCTYPE {name} PUBLIC '-//WAPFORUM//DTD PROV 1.0//EN' ''>");
    let root = told(&format!("{}<b/>", doctype("a")));
    assert!(
        root.contains("let the DOCTYPE name the root element"),
        "{root}"
    );
    let page = told(&format!("{}<html><a/></html>", doctype("a")));
    assert!(page.contains("remove the tags of the web page"), "{page}");
    let page = told("<!doctype html>".to_uppercase().as_str());
    assert!(page.contains("the DOCTYPE of a web page"), "{page}");
    let page = told("<!DOCTYPE html PUBLIC '-//W3C//DTD XHTML 1.0 Strict//EN' ''>");
    assert!(
        page.contains("copy the document's text out of it"),
        "{page}"
    );
    let charset = told("<?xml version='1.0' encoding='utf8'?><a/>");
    assert!(
        charset.ends_with("with a hyphen, encoding=\"UTF-8\""),
        "{charset}"
    );
}
