//! Every shipped profile: it loads, it passes the rules, and its compiled form gives the octets
//! that the document model gives.

#![allow(clippy::unwrap_used)]

use dmboot::document::cp::{Document, Encoding, rules};
use dmboot::document::dm::{Data, Message, WbxmlVersion};
use dmboot::document::profile::parameter::{STANDARD, Type};
use dmboot::document::profile::random::Seed;
use dmboot::document::profile::{
    Compiled, Parameter, Profile, Source, Tnds, Values, Written, shipped,
};
use dmboot::finding::{Position, Severity};
use dmboot::secret::Secret;
use dmboot::wire::wbxml::tables::prov::PROV;
use proptest::prelude::*;
use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::LazyLock;

static PROFILES: LazyLock<BTreeMap<&str, Profile>> = LazyLock::new(|| {
    let find = |name: &str| shipped::find(name).map(str::to_owned);
    let load = |(name, text): &(&'static str, &str)| {
        (
            *name,
            Profile::parse(name, text, &find).unwrap_or_else(|error| panic!("{error}")),
        )
    };
    shipped::PROFILES.iter().map(load).collect()
});

fn seed() -> Seed {
    Seed::new(Secret::from("0123456789abcdef")).unwrap()
}

#[test]
fn every_file_is_shipped() {
    let mut found = Vec::new();
    for folder in ["cp", "dm", "operators"] {
        for file in std::fs::read_dir(format!("profiles/{folder}")).unwrap() {
            let name = file.unwrap().file_name().into_string().unwrap();
            found.push(format!("{folder}/{}", name.strip_suffix(".toml").unwrap()));
        }
    }
    found.sort();
    let shipped: Vec<_> = shipped::PROFILES.iter().map(|(name, _)| *name).collect();
    assert_eq!(found, shipped);
    assert!(
        PROFILES
            .values()
            .all(|profile| !profile.description.is_empty())
    );
}

/// A name has one meaning: the standard one, or the same in all profiles that have it.
#[test]
fn names_mean_the_same_everywhere() {
    let mut meanings: HashMap<&str, &str> = HashMap::new();
    for (name, profile) in &*PROFILES {
        for parameter in &profile.parameters {
            assert!(
                !parameter.description.is_empty(),
                "{name}: {}",
                parameter.name
            );
            let standard = STANDARD
                .iter()
                .find(|standard| standard.name == parameter.name);
            let meaning = standard.map_or(&*parameter.description, |s| s.description);
            let first = meanings.entry(&parameter.name).or_insert(meaning);
            assert_eq!(*first, meaning, "{name}: {}", parameter.name);
        }
    }
    assert!(meanings.len() > 40);
}

/// A plausible value of a parameter.
fn ordinary(parameter: &Parameter) -> String {
    if let Source::Default(text) = &parameter.source {
        return text.clone();
    }
    match &parameter.kind {
        Type::Imsi => "262011234567890".into(),
        Type::Imei => "490154203237518".into(),
        Type::Iccid => "8949000000000000001".into(),
        Type::Msisdn => "+491234567".into(),
        // PXADDRTYPE is IPV4 unless told otherwise
        Type::Host if parameter.name == "proxy_host" => "192.0.2.1".into(),
        Type::Host => format!("{}.mgmt.example", parameter.name.replace('_', "-")),
        Type::Url => "https://dm.mgmt.example:8443/dm".into(),
        Type::Port => "8443".into(),
        Type::Apn => "mgmt.example".into(),
        Type::Ip => "192.0.2.1".into(),
        Type::Enum(values) => values[0].clone(),
        Type::Pin(_) => "1234".into(),
        Type::Nonce => "AAECAwQFBgc=".into(),
        Type::Bytes => "0aFF".into(),
        Type::Text(_) | Type::Secret(_) => format!("of {}", parameter.name),
    }
}

fn resolve(profile: &Profile, given: &HashMap<String, String>) -> Values {
    let mut values = Values::default();
    let given = |parameter: &Parameter| given.get(&parameter.name).map(String::as_str);
    values
        .resolve(profile, &given, Some(&seed()))
        .unwrap_or_else(|error| panic!("{error}"));
    values
}

fn givable(profile: &Profile) -> impl Iterator<Item = &Parameter> {
    profile
        .parameters
        .iter()
        .filter(|p| !matches!(p.source, Source::Constant(_)))
}

#[test]
fn ordinary_documents_pass_the_rules() {
    for (name, profile) in &*PROFILES {
        for optional in [true, false] {
            let given = givable(profile)
                .filter(|p| {
                    optional || (p.source == Source::Given && !p.optional) || p.name == "imei"
                })
                .map(|p| (p.name.clone(), ordinary(p)))
                .collect();
            let document = profile.document(&resolve(profile, &given));
            for finding in rules::check(&document, Position::Offset) {
                // Vendor parms are in Microsoft's profile on purpose
                assert_eq!(finding.rule.severity, Severity::Note, "{name}: {finding}");
            }
            // What we write is in the writer's own order
            let mut sorted = document.clone();
            sorted.sort_strictly();
            assert_eq!(sorted, document, "{name}");
            for encoding in [Encoding::Compatible, Encoding::Compact] {
                let encoded = document.to_wbxml(encoding).unwrap();
                let read = Document::from_wbxml(&encoded.octets).unwrap();
                assert_eq!(
                    (read.document, read.findings),
                    (document.clone(), vec![]),
                    "{name}"
                );
            }
        }
    }
}

/// Every string that some token stands for.
fn token_strings() -> Vec<String> {
    let values = PROV
        .attribute_values
        .iter()
        .flat_map(|page| page.iter().flatten());
    let starts = PROV
        .attribute_starts
        .iter()
        .flat_map(|page| page.iter().flatten());
    let mut strings: Vec<String> = values.map(|value| (*value).to_owned()).collect();
    strings.extend(
        starts
            .flat_map(|start| [start.name, start.prefix])
            .map(str::to_owned),
    );
    strings
}

fn text() -> BoxedStrategy<String> {
    prop_oneof![
        4 => proptest::sample::select(token_strings()),
        2 => Just(String::new()),
        2 => Just("<&\">'".to_owned()),
        2 => "[ -~]{0,40}",
        2 => "[à-ÿ€漢]{1,10}",
        1 => proptest::sample::select(vec![126, 127, 128, 129, 16_382, 16_383, 16_384])
            .prop_map(|length| "x".repeat(length)),
        1 => Just("\t\n\r {{imsi}}".to_owned()),
    ]
    .boxed()
}

fn any_value(parameter: &Parameter) -> BoxedStrategy<String> {
    match &parameter.kind {
        Type::Imsi => "[0-9]{6,15}".boxed(),
        Type::Imei => "[0-9]{14,16}".boxed(),
        Type::Iccid => "[0-9]{18,20}".boxed(),
        Type::Msisdn => "\\+?[0-9]{3,15}".boxed(),
        Type::Host => "[a-z]{1,20}(\\.[a-z]{1,20}){0,3}|192\\.0\\.2\\.1".boxed(),
        Type::Url => "https?://[a-z]{1,10}\\.example(:[1-9][0-9]{0,3})?(/[a-z]{0,9}){0,3}".boxed(),
        Type::Port => "[1-9][0-9]{0,3}".boxed(),
        Type::Apn => "[a-z]{1,20}(\\.[a-z]{1,10}){0,3}".boxed(),
        Type::Ip => {
            proptest::sample::select(vec!["192.0.2.1".into(), "2001:db8::1".into()]).boxed()
        }
        Type::Enum(values) => proptest::sample::select(values.clone()).boxed(),
        Type::Pin(_) => "[0-9]{1,20}".boxed(),
        Type::Nonce => {
            proptest::sample::select(vec![String::new(), "AAEC".into(), "/+8=".into()]).boxed()
        }
        Type::Bytes => "([0-9a-fA-F]{2}){1,8}".boxed(),
        Type::Text(length) | Type::Secret(length) => {
            let length = *length;
            text()
                .prop_filter("limits", move |text| {
                    (length.min..=length.max).contains(&text.chars().count())
                })
                .boxed()
        }
    }
}

/// Any set of values that a device may have: given or not where that is free.
fn any_given(profile: &'static Profile) -> BoxedStrategy<HashMap<String, String>> {
    givable(profile)
        .map(|parameter| {
            let free = parameter.source != Source::Given || parameter.optional;
            let value = any_value(parameter);
            // A port beside a URL must agree with it, which chance does not give
            let never = parameter.name == "server_port";
            (proptest::bool::ANY, value).prop_map(move |(absent, value)| {
                let given = !never && (!(free && absent) || parameter.name == "imei");
                given.then(|| (parameter.name.clone(), value))
            })
        })
        .collect::<Vec<_>>()
        .prop_map(|given| given.into_iter().flatten().collect())
        .boxed()
}

/// Trees get the Meta of their form when they are written.
fn without_meta(mut message: Message<'_>) -> Message<'_> {
    for item in message.adds.iter_mut().flat_map(|add| &mut add.items) {
        if matches!(item.data, Data::Tree(_)) {
            item.meta = Default::default();
        }
    }
    message
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..Default::default() })]

    /// The general and the compiled path are identical, octet for octet, and both are read back.
    #[test]
    fn compiled_is_general(
        (name, rows) in proptest::sample::select(PROFILES.keys().copied().collect::<Vec<_>>())
            .prop_flat_map(|name| {
                let rows = proptest::collection::vec(any_given(&PROFILES[name]), 1..4);
                (Just(name), rows)
            })
    ) {
        let profile = &PROFILES[name];
        for encoding in [Encoding::Compatible, Encoding::Compact] {
            let compiled = Compiled::new(profile, Written::Cp(encoding));
            let mut splicer = compiled.splicer();
            for row in &rows {
                let values = resolve(profile, row);
                let document = profile.document(&values);
                let general = document.to_wbxml(encoding).unwrap().octets;
                let mut spliced = Vec::new();
                splicer.append(&values, &mut spliced).unwrap();
                prop_assert_eq!(&spliced, &general);
                let read = Document::from_wbxml(&spliced).unwrap();
                prop_assert_eq!(&read.document, &document);
                let xml = document.to_xml().unwrap();
                let read = Document::from_xml(xml.as_bytes()).unwrap();
                prop_assert_eq!(&read.document, &document);
            }
        }
        profile.has_dm_form().unwrap();
        // Whether the device has an identity gives the message another shape
        let needs_imei = profile.parameters.iter().any(|p| {
            matches!(p.source, Source::Random(_)) || p.name == "imei" && !p.optional
        });
        let mut rows = rows;
        if !needs_imei {
            let mut without = rows[0].clone();
            without.remove("imei");
            rows.push(without);
        }
        for (_, tnds) in Tnds::NAMES {
            let compiled = Compiled::new(profile, Written::Dm(tnds));
            let mut splicer = compiled.splicer();
            for row in &rows {
                let values = resolve(profile, row);
                let (message, _) = profile.message(&values, tnds).unwrap();
                let version = WbxmlVersion::default();
                let general = message.to_wbxml(tnds.form(), version).unwrap().octets;
                let mut spliced = Vec::new();
                splicer.append(&values, &mut spliced).unwrap();
                prop_assert_eq!(&spliced, &general);
                let read = Message::from_wbxml(&spliced).unwrap().document;
                prop_assert_eq!(without_meta(read), without_meta(message));
            }
        }
    }
}

#[test]
fn the_same_job_gives_the_same_octets() {
    let profile = &PROFILES["operators/example"];
    let given: HashMap<_, _> = [("imei".to_owned(), "490154203237518".to_owned())].into();
    let octets = |seed: &Seed| {
        let mut values = Values::default();
        let given = |parameter: &Parameter| given.get(&parameter.name).map(String::as_str);
        values.resolve(profile, &given, Some(seed)).unwrap();
        profile
            .document(&values)
            .to_wbxml(Encoding::Compatible)
            .unwrap()
            .octets
    };
    assert_eq!(octets(&seed()), octets(&seed()));
    let other = Seed::new(Secret::from("another seed of 16+")).unwrap();
    assert_ne!(octets(&seed()), octets(&other));
    // The four secrets of one device differ
    let values = resolve(profile, &given);
    let names = [
        "client_secret",
        "client_nonce",
        "server_secret",
        "server_nonce",
    ];
    let distinct: HashSet<_> = names
        .iter()
        .map(|name| values.get(profile.parameter(name).unwrap()))
        .collect();
    assert_eq!(distinct.len(), 4);
}
