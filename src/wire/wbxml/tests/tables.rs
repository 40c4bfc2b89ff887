//! The tables against themselves.

use super::super::tables::prov::PROV;
use super::super::tables::{VOCABULARIES, Vocabulary, has_element};
use std::collections::HashSet;

/// Two tokens of one page for one name would leave a writer a choice that receivers do not expect.
#[test]
fn a_name_has_one_token_on_a_page() {
    for vocabulary in VOCABULARIES {
        let name = vocabulary.name;
        for page in vocabulary.tags {
            let mut seen = HashSet::new();
            assert!(page.iter().flatten().all(|tag| seen.insert(tag)), "{name}");
        }
        for page in vocabulary.attribute_starts {
            let mut seen = HashSet::new();
            let mut starts = page.iter().flatten();
            assert!(
                starts.all(|start| seen.insert((start.name, start.prefix))),
                "{name}"
            );
        }
        for page in vocabulary.attribute_values {
            let mut seen = HashSet::new();
            assert!(
                page.iter().flatten().all(|value| seen.insert(value)),
                "{name}"
            );
        }
    }
}

#[test]
fn what_is_found_stands_there() {
    for vocabulary in VOCABULARIES {
        let Vocabulary {
            tags,
            attribute_starts,
            attribute_values,
            ..
        } = vocabulary;
        for tag in tags.iter().flat_map(|page| page.iter().flatten()) {
            let mut places = vocabulary.find_tag(tag).peekable();
            assert!(places.peek().is_some());
            assert!(places.all(|at| vocabulary.tag(at.page, at.token) == Some(tag)));
        }
        for start in attribute_starts
            .iter()
            .flat_map(|page| page.iter().flatten())
        {
            let mut places = vocabulary
                .find_attribute_start(start.name, start.prefix)
                .peekable();
            assert!(places.peek().is_some());
            let here = |page, token| vocabulary.attribute_start(page, token) == Some(*start);
            assert!(places.all(|at| here(at.page, at.token)));
        }
        for value in attribute_values
            .iter()
            .flat_map(|page| page.iter().flatten())
        {
            let mut places = vocabulary.find_attribute_value(value).peekable();
            assert!(places.peek().is_some());
            assert!(places.all(|at| vocabulary.attribute_value(at.page, at.token) == Some(value)));
        }
    }
}

/// Where page 1 of PROV says what page 0 says too, it says it with the same token.
#[test]
fn copies_on_page_1_of_prov_have_the_tokens_of_page_0() {
    let mut copies = Vec::new();
    let starts = PROV.attribute_starts[1].iter().zip(0u8..);
    for (start, token) in starts.filter_map(|(start, token)| Some(((*start)?, token))) {
        let mut places = PROV.find_attribute_start(start.name, start.prefix);
        if let Some(first) = places.next().filter(|place| place.page == 0) {
            assert_eq!(first.token, token, "{start:?}");
            copies.push(token);
        }
    }
    assert_eq!(
        copies,
        [
            0x05, 0x06, 0x07, 0x14, 0x1C, 0x22, 0x23, 0x24, 0x50, 0x53, 0x58
        ]
    );
    let mut copies = Vec::new();
    let values = PROV.attribute_values[1].iter().zip(0x80u8..=0xFF);
    for (value, token) in values.filter_map(|(value, token)| Some(((*value)?, token))) {
        let mut places = PROV.find_attribute_value(value);
        if let Some(first) = places.next().filter(|place| place.page == 0) {
            assert_eq!(first.token, token, "{value}");
            copies.push(token);
        }
    }
    assert_eq!(copies, [0x86, 0x87, 0x88]);
    for (tag, token) in PROV.tags[1].iter().zip(0u8..) {
        assert!(tag.is_none() || *tag == PROV.tag(0, token));
    }
}

#[test]
fn public_ids_are_unique() {
    let mut numbers = HashSet::new();
    let mut texts = HashSet::new();
    let mut names = HashSet::new();
    for vocabulary in VOCABULARIES {
        assert!(names.insert(vocabulary.name), "{}", vocabulary.name);
        assert!(
            vocabulary
                .public_number
                .is_none_or(|number| numbers.insert(number))
        );
        // 0 announces a text, 1 is "unknown"
        assert!(vocabulary.public_number.is_none_or(|number| number > 1));
        assert!(!vocabulary.public_ids.is_empty());
        assert!(vocabulary.public_ids.iter().all(|text| texts.insert(*text)));
    }
}

#[test]
fn elements_are_known_by_name() {
    for vocabulary in VOCABULARIES {
        for tag in vocabulary
            .tags
            .iter()
            .flat_map(|page| page.iter().flatten())
        {
            assert!(has_element(tag), "{tag}");
        }
    }
    for name in ["", "name", "Parm", "wap-provisioningdoc "] {
        assert!(!has_element(name), "{name}");
    }
}
