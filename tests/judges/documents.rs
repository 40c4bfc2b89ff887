//! Documents to be judged: every shipped profile with values of many kinds, every parm and value
//! that the standard names, and the vectors.

use dmboot::document::cp::{Characteristic, Document, Node, Parm, Value, schema};
use dmboot::document::profile::random::Seed;
use dmboot::document::profile::{Parameter, Profile, Source, Type, Values, shipped};
use dmboot::secret::Secret;
use std::collections::HashMap;
use std::path::{Path, PathBuf};

/// A document and what to call it when a judge disagrees.
pub struct Named {
    /// For people.
    pub name: String,
    /// What was written.
    pub document: Document<'static>,
}

/// All of them.
pub fn all() -> Vec<Named> {
    let mut documents = of_profiles();
    documents.extend(of_schema());
    documents.extend(oddities());
    documents
}

/// A shipped profile.
pub fn profile(name: &str) -> Profile {
    let find = |name: &str| shipped::find(name).map(str::to_owned);
    Profile::parse(name, &find(name).unwrap(), &find).unwrap_or_else(|error| panic!("{error}"))
}

/// What the free texts of a document are filled with.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Filling {
    Ordinary,
    Markup,
    NonAscii,
    Empty,
    TokenWords,
}

impl Filling {
    const ALL: [Self; 5] = [
        Self::Ordinary,
        Self::Markup,
        Self::NonAscii,
        Self::Empty,
        Self::TokenWords,
    ];

    fn text(self, parameter: &Parameter, min: usize) -> String {
        let text = match self {
            Self::Ordinary => format!("value of {}", parameter.name),
            Self::Markup => "a<b&c>\"d\" 'e' &amp; ]]>".into(),
            Self::NonAscii => "Zürich € 漢字 \u{1F4F1}".into(),
            Self::Empty if min == 0 => String::new(),
            // Too short for this parameter
            Self::Empty => "x".repeat(min),
            Self::TokenWords => "HTTP-BASIC,MAN INTERNET".into(),
        };
        assert!(text.chars().count() >= min);
        text
    }

    fn value(self, parameter: &Parameter) -> String {
        match (&parameter.kind, &parameter.source) {
            (Type::Text(length) | Type::Secret(length), source) => match source {
                Source::Default(text) if self == Self::Ordinary => text.clone(),
                _ => self
                    .text(parameter, length.min)
                    .chars()
                    .take(length.max)
                    .collect(),
            },
            (Type::Nonce, _) if self == Self::Empty => String::new(),
            (_, Source::Default(text)) => text.clone(),
            (Type::Imsi, _) => "262011234567890".into(),
            (Type::Imei, _) => "490154203237518".into(),
            (Type::Iccid, _) => "8949000000000000001".into(),
            (Type::Msisdn, _) => "+491234567".into(),
            (Type::Host, _) => "host.mgmt.example".into(),
            (Type::Url, _) => "https://dm.mgmt.example:8443/dm".into(),
            (Type::Port, _) => "8443".into(),
            (Type::Apn, _) => "internet.mgmt.example".into(),
            (Type::Ip, _) => "192.0.2.1".into(),
            (Type::Enum(values), _) => values[0].clone(),
            (Type::Pin(_), _) => "1234".into(),
            (Type::Nonce, _) => "AAECAwQFBgc=".into(),
            (Type::Bytes, _) => "0aFF".into(),
        }
    }
}

fn givable(profile: &Profile) -> impl Iterator<Item = &Parameter> {
    profile
        .parameters
        .iter()
        .filter(|parameter| !matches!(parameter.source, Source::Constant(_)))
}

/// A document of a profile whose parameters, those without need among them or not, have values.
pub fn fill(profile: &Profile, filling: Filling, optional: bool) -> Document<'static> {
    let given = givable(profile)
        .filter(|parameter| {
            let needed = parameter.source == Source::Given && !parameter.optional;
            optional || needed || parameter.name == "imei"
        })
        .map(|parameter| (parameter.name.clone(), filling.value(parameter)))
        .collect();
    resolve(profile, &given)
}

fn resolve(profile: &Profile, given: &HashMap<String, String>) -> Document<'static> {
    let mut values = Values::default();
    let seed = Seed::new(Secret::from("0123456789abcdef")).unwrap();
    let given = |parameter: &Parameter| given.get(&parameter.name).map(String::as_str);
    values
        .resolve(profile, &given, Some(&seed))
        .unwrap_or_else(|error| panic!("{}: {error}", profile.name));
    profile.document(&values)
}

/// Every shipped profile: all options with each filling, none of them, each value of each enum.
pub fn of_profiles() -> Vec<Named> {
    let mut documents = Vec::new();
    for (name, _) in shipped::PROFILES {
        let profile = profile(name);
        let mut add = |what: String, document| {
            documents.push(Named {
                name: format!("{name}, {what}"),
                document,
            });
        };
        for filling in Filling::ALL {
            add(format!("{filling:?}"), fill(&profile, filling, true));
        }
        add(
            "no options".into(),
            fill(&profile, Filling::Ordinary, false),
        );
        for chosen in givable(&profile) {
            let Type::Enum(values) = &chosen.kind else {
                continue;
            };
            for value in values {
                let given = givable(&profile)
                    .map(|parameter| {
                        let text = if parameter.name == chosen.name {
                            value.clone()
                        } else {
                            Filling::Ordinary.value(parameter)
                        };
                        (parameter.name.clone(), text)
                    })
                    .collect();
                let document = resolve(&profile, &given);
                add(format!("{} = {value}", chosen.name), document);
            }
        }
    }
    documents
}

/// A parm.
pub fn parm(name: &'static str, value: Option<&'static str>) -> Node<'static> {
    Node::Parm(Parm {
        name: name.into(),
        value: value.map(Value::fixed),
        at: Default::default(),
    })
}

/// A characteristic.
pub fn characteristic(kind: &'static str, nodes: Vec<Node<'static>>) -> Characteristic<'static> {
    let mut characteristic = Characteristic::new(kind);
    characteristic.nodes = nodes;
    characteristic
}

/// A document.
pub fn document(
    version: Option<&'static str>,
    characteristics: Vec<Characteristic<'static>>,
) -> Document<'static> {
    Document {
        version: version.map(Value::fixed),
        characteristics,
        ..Document::default()
    }
}

/// One document per characteristic type: all its parms, and each value of their value sets.
pub fn of_schema() -> Vec<Named> {
    let one = |def: &schema::CharacteristicDef| {
        let mut nodes = Vec::new();
        for parm_def in def.parms {
            match parm_def.kind {
                schema::Kind::Flag => nodes.push(parm(parm_def.name, None)),
                schema::Kind::Set(set) => {
                    for value in set.values.iter().chain(set.also_seen) {
                        nodes.push(parm(parm_def.name, Some(value)));
                    }
                    if set.list {
                        nodes.push(parm(parm_def.name, Some("BASIC,HTTP-DIGEST")));
                        nodes.push(parm(parm_def.name, Some("HMAC,DIGEST")));
                    }
                    if set.or_number {
                        nodes.push(parm(parm_def.name, Some("9600")));
                    }
                }
                _ => nodes.push(parm(parm_def.name, Some("1"))),
            }
        }
        let children = def.children.iter();
        nodes.extend(children.map(|(kind, _)| Node::Characteristic(characteristic(kind, vec![]))));
        Named {
            name: format!("all of {}", def.name),
            document: document(Some("1.0"), vec![characteristic(def.name, nodes)]),
        }
    };
    schema::CHARACTERISTICS.iter().map(one).collect()
}

/// What no profile has.
pub fn oddities() -> Vec<Named> {
    let named = |name: &str, document| Named {
        name: name.into(),
        document,
    };
    let vendor = |value| {
        let nodes = vec![parm("NAME", Some("Example")), parm("X-Ω", value)];
        vec![
            characteristic("VENDORCONFIG", nodes),
            characteristic("X-Example", vec![]),
        ]
    };
    let nested = characteristic(
        "VENDORCONFIG",
        vec![
            Node::Characteristic(characteristic("A", vec![parm("B", Some("C"))])),
            parm("NAME", Some("after a characteristic")),
        ],
    );
    let mut repeated = characteristic("APPLICATION", vec![parm("APPID", Some("w2"))]);
    for _ in 0..3 {
        repeated
            .nodes
            .push(parm("TO-PROXY", Some("proxy.mgmt.example")));
        repeated.nodes.push(parm("ADDR", Some("mgmt.example")));
    }
    vec![
        named("unknown names", document(None, vendor(Some("1")))),
        named("flag of an unknown name", document(None, vendor(None))),
        named("version 1.1", document(Some("1.1"), vendor(Some("1")))),
        named("empty version", document(Some(""), vendor(Some("1")))),
        named(
            "line ends",
            document(None, vendor(Some("one\ttwo\nthree\rfour"))),
        ),
        named(
            "spaces",
            document(None, vendor(Some("  two before, one after "))),
        ),
        named("a token's word", document(None, vendor(Some("PAP")))),
        named("parms after characteristics", document(None, vec![nested])),
        named("repeated strings", document(Some("1.0"), vec![repeated])),
        named("nothing in the root", document(Some("1.0"), vec![])),
    ]
}

/// The vectors of a folder under tests/vectors, by name.
pub fn vectors(folder: &str) -> Vec<(PathBuf, Vec<u8>)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/vectors")
        .join(folder);
    let mut files = Vec::new();
    for entry in std::fs::read_dir(&folder).unwrap() {
        let path = entry.unwrap().path();
        let kind = path.extension().and_then(|kind| kind.to_str());
        if matches!(kind, Some("xml" | "wbxml")) {
            files.push((path.clone(), std::fs::read(&path).unwrap()));
        }
    }
    files.sort();
    assert!(!files.is_empty(), "{folder:?}");
    files
}

/// What a vector says, read by the reader for its kind of file.
pub fn read<'a>(path: &Path, octets: &'a [u8]) -> Document<'a> {
    let parsed = match path.extension().and_then(|kind| kind.to_str()) {
        Some("xml") => Document::from_xml(octets),
        _ => Document::from_wbxml(octets),
    };
    parsed
        .unwrap_or_else(|error| panic!("{path:?}: {error}"))
        .document
}
