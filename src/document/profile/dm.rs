//! The DM form of a profile's document.
//!
//! The document goes through the maps with numbers in place of the values that differ from device
//! to device, and the values come in afterwards. So no decision of the maps depends on them, and
//! the general path cannot part from the compiled one.

use super::error::{Error, Fault};
use super::tree::TreeNode;
use super::{ParameterId, Profile, Template, Type, Values};
use crate::document::cp::Value;
use crate::document::dm::map::rules::{ACL, TREE_ONLY};
use crate::document::dm::map::{ManagementObject, MapOptions, Mapped, Places, map, tables};
use crate::document::dm::{
    Content, Data, Message, MessageOptions, Node, Shape, Text, TndsForm, Version, bootstrap,
};
use crate::finding::{Finding, Position};

/// The kinds of documents that a profile can make.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Form {
    /// OMA Client Provisioning.
    #[default]
    Cp,
    /// OMA Device Management: a message with the same account as management objects.
    Dm,
}

impl Form {
    /// All by the names that profiles and arguments use.
    pub const NAMES: [(&'static str, Self); 2] = [("cp", Self::Cp), ("dm", Self::Dm)];

    /// Its name.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Cp => "cp",
            Self::Dm => "dm",
        }
    }
}

/// How the objects of a DM message are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Tnds {
    /// As a tree in the message itself, on the code page of DM DDF.
    #[default]
    Inline,
    /// As a document of its own in OPAQUE data.
    Opaque,
    /// As XML text.
    Text,
    /// As no tree: an Item for each node.
    None,
}

impl Tnds {
    /// All by the names that profiles and arguments use.
    pub const NAMES: [(&'static str, Self); 4] = [
        ("inline", Self::Inline),
        ("opaque", Self::Opaque),
        ("text", Self::Text),
        ("none", Self::None),
    ];

    /// Its name.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Inline => "inline",
            Self::Opaque => "opaque",
            Self::Text => "text",
            Self::None => "none",
        }
    }

    /// How the encoder writes trees; there is none to write with [`None`](Self::None).
    #[must_use]
    pub fn form(self) -> TndsForm {
        match self {
            Self::Inline | Self::None => TndsForm::Inline,
            Self::Opaque => TndsForm::Opaque,
            Self::Text => TndsForm::Text,
        }
    }
}

/// Where a DM message adds its objects.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Target {
    /// To the Inbox; the client puts them where they belong.
    #[default]
    Inbox,
    /// To `./DMAcc`, `./NAP` and `./Proxy`.
    Tree,
}

impl Target {
    /// All by the names that profiles use.
    pub const NAMES: [(&'static str, Self); 2] = [("inbox", Self::Inbox), ("tree", Self::Tree)];
}

/// What `[dm]` says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct DmSettings {
    /// How objects are written.
    pub tnds: Tnds,
    /// Where they are added.
    pub target: Target,
    /// The version of the protocol.
    pub version: Version,
}

/// Digits of a stand-in: a multiple of four, so that it is Base64 of something as well.
const STAND_IN_DIGITS: usize = 8;

/// A message with stand-ins for what differs from device to device.
#[derive(Debug)]
pub(super) struct Symbolic {
    pub message: Message<'static>,
    /// What the stand-ins stand for, by number.
    pub templates: Vec<Template<ParameterId>>,
    pub findings: Vec<Finding>,
}

impl Symbolic {
    /// The template that a stand-in stands for.
    pub(super) fn template(&self, stand_in: &str) -> Option<&Template<ParameterId>> {
        self.templates.get(stand_in.parse::<usize>().ok()?)
    }
}

fn stand_in(
    templates: &mut Vec<Template<ParameterId>>,
    template: &Template<ParameterId>,
) -> String {
    // What is written alike has one number, so that references find what they name
    let known = templates.iter().position(|known| known == template);
    let number = known.unwrap_or_else(|| {
        templates.push(template.clone());
        templates.len() - 1
    });
    format!("{number:0STAND_IN_DIGITS$}")
}

impl Profile {
    /// The DM message for one device, and what the maps have to say about it.
    ///
    /// # Errors
    /// [`Fault::DmHole`] when the profile has no DM form.
    pub fn message(
        &self,
        values: &Values,
        tnds: Tnds,
    ) -> Result<(Message<'static>, Vec<Finding>), Error> {
        self.has_dm_form()?;
        let mut symbolic = self.symbolic(values, tnds);
        let mut message = std::mem::take(&mut symbolic.message);
        fill(&mut message, &mut |number| {
            let mut text = String::new();
            let filled = symbolic
                .template(number)
                .and_then(|template| template.fill(|&id| values.get(id), &mut text));
            // Nodes with a hole that has no value never get here
            debug_assert!(filled.is_some());
            text
        });
        Ok((message, symbolic.findings))
    }

    /// The message with stand-ins.
    pub(super) fn symbolic(&self, values: &Values, tnds: Tnds) -> Symbolic {
        let mut templates = Vec::new();
        let document = self.instantiate(values, &mut |template| {
            Value::parameter(stand_in(&mut templates, template))
        });
        let inbox = self.dm.target == Target::Inbox;
        let options = MapOptions {
            places: if inbox { Places::INBOX } else { Places::TREE },
            ..MapOptions::default()
        };
        let Mapped {
            mut objects,
            mut findings,
        } = map(&document, &options, Position::Offset);
        let present = |&id: &ParameterId| values.get(id).is_some();
        let mut text = |template: &Template<ParameterId>| match template.fixed() {
            Some(text) => Text::fixed(text.to_owned()),
            None => Text::parameter(stand_in(&mut templates, template)),
        };
        let trees = self.trees.iter();
        objects.extend(trees.filter_map(|tree| tree.object(inbox, &present, &mut text)));
        if tnds == Tnds::None {
            findings.extend(lost_rights(&objects));
        }
        let device = self.parameter("imei").filter(present);
        let device = device.map(|id| {
            let mut device = Text::fixed("IMEI:");
            device.push(&text(&Template::hole(id)));
            device
        });
        let options = MessageOptions {
            version: self.dm.version,
            shape: match tnds {
                Tnds::None => Shape::Plain,
                _ => Shape::Trees,
            },
            device,
        };
        Symbolic {
            message: bootstrap(objects, &options),
            templates,
            findings,
        }
    }

    /// What the form of Client Provisioning leaves out: the objects of `[[tree]]`.
    #[must_use]
    pub fn tree_only(&self) -> Option<Finding> {
        let names: Vec<_> = self.trees.iter().map(TreeNode::name).collect();
        (!names.is_empty()).then(|| {
            Finding::unplaced(
                &TREE_ONLY,
                format!("[[tree]] {} in a profile", names.join(", ")),
                "no [[tree]] for a provisioning document",
                "build with --form dm if the device needs what is in them; they are left out",
            )
        })
    }

    /// Checks that all values that the maps must know are known.
    ///
    /// # Errors
    /// [`Fault::DmHole`]
    pub fn has_dm_form(&self) -> Result<(), Error> {
        let mut result = Ok(());
        self.body.parms(&mut |kind, parm, value, place| {
            let (Ok(()), Some(row), Some(template)) = (&result, tables::row_of(kind, parm), value)
            else {
                return;
            };
            let sole = template.sole_hole();
            let fits = if row.values.needs_fixed() {
                sole.is_some_and(|&id| matches!(self.parameters[id].kind, Type::Enum(_)))
            } else if row.values == tables::Values::Octets {
                // Base64 is decoded as a whole, so it comes from one place
                sole.is_some()
            } else {
                true
            };
            if let (false, Some(&id)) = (fits, template.holes().next()) {
                let (parm, parameter) = (parm.to_owned(), self.parameters[id].name.clone());
                result = Err(Fault::DmHole { parm, parameter }.at(place));
            }
        });
        result
    }
}

/// The objects whose rights have no place where there are no trees.
fn lost_rights(objects: &[ManagementObject]) -> Option<Finding> {
    let mut named = Vec::new();
    for object in objects {
        // An explicit stack: an object's depth never becomes the program's
        let mut stack = vec![&object.node];
        while let Some(node) = stack.pop() {
            if node.properties.acl.is_some() {
                named.push(object.uri.as_str());
                break;
            }
            stack.extend(&node.nodes);
        }
    }
    (!named.is_empty()).then(|| Finding {
        rule: &ACL,
        at: Position::Unknown,
        found: format!("access rights on {} without a tree", named.join(", ")),
        expected: "objects as trees, which carry them".into(),
        remedy: "they are left out; choose another --tnds if the server needs them".into(),
    })
}

/// Puts `value` of each stand-in in its place.
fn fill(message: &mut Message<'static>, value: &mut dyn FnMut(&str) -> String) {
    let header = &mut message.header;
    for text in [&mut header.target, &mut header.source]
        .into_iter()
        .flatten()
    {
        fill_text(text, value);
    }
    for item in message.adds.iter_mut().flat_map(|add| &mut add.items) {
        match &mut item.data {
            Data::Absent => {}
            Data::Leaf(content) => fill_content(content, value),
            Data::Tree(tree) => {
                // An explicit stack: a tree's depth never becomes the program's
                let mut stack: Vec<&mut Node<'static>> = tree.nodes.iter_mut().collect();
                while let Some(node) = stack.pop() {
                    let acl = node.properties.acl.iter_mut();
                    acl.for_each(|acl| fill_text(acl, value));
                    node.value
                        .iter_mut()
                        .for_each(|content| fill_content(content, value));
                    stack.extend(&mut node.nodes);
                }
            }
        }
        if let Some(kind) = &mut item.meta.kind {
            fill_text(kind, value);
        }
    }
}

fn fill_content(content: &mut Content<'static>, value: &mut dyn FnMut(&str) -> String) {
    match content {
        Content::Text(text) | Content::Base64(text) => fill_text(text, value),
        Content::Octets(_) => {}
    }
}

fn fill_text(text: &mut Text<'static>, value: &mut dyn FnMut(&str) -> String) {
    if text.is_fixed() {
        return;
    }
    let mut filled = Text::default();
    let mut done = 0;
    for hole in text.holes() {
        filled.push(&Text::fixed(&text.as_str()[done..hole.start]));
        filled.push(&Text::parameter(value(&text.as_str()[hole.clone()])));
        done = hole.end;
    }
    filled.push(&Text::fixed(&text.as_str()[done..]));
    *text = filled;
}

#[cfg(test)]
mod tests {
    use super::super::shipped;
    use super::*;
    use crate::document::profile::{Parameter, Source};

    fn parse(text: &str) -> Result<Profile, Error> {
        let find = |name: &str| shipped::find(name).map(str::to_owned);
        Profile::parse("test", text, &find)
    }

    const GIVEN: [(&str, &str); 13] = [
        ("server_name", "A server"),
        ("imei", "490154203237518"),
        ("server_id", "srv"),
        ("server_url", "https://a.example:8443/dm"),
        ("client_user", "u"),
        ("client_secret", "cs"),
        ("client_nonce", "AAECAw=="),
        ("server_secret", "ss"),
        ("apn", "internet"),
        ("nap_user", "gprs"),
        ("proxy_host", "192.0.2.1"),
        ("homepage", "http://home.example/"),
        ("mmsc_url", "http://mmsc.example/"),
    ];

    fn values(profile: &Profile, left_out: &str) -> Values {
        let given = |parameter: &Parameter| {
            let mut given = GIVEN.iter().filter(|(name, _)| *name != left_out);
            let found = given.find(|(name, _)| *name == parameter.name);
            found.map(|(_, value)| *value)
        };
        let mut values = Values::default();
        values.resolve(profile, &given, None).unwrap();
        values
    }

    fn node_at<'n>(mut node: &'n Node<'static>, path: &str) -> Option<&'n Node<'static>> {
        for step in path.split('/') {
            node = node.child(step)?;
        }
        Some(node)
    }

    fn tree(message: &Message<'static>) -> Vec<Node<'static>> {
        let Data::Tree(tree) = &message.adds[0].items[0].data else {
            panic!("no tree");
        };
        tree.nodes.clone()
    }

    fn text_at(node: &Node<'static>, path: &str) -> String {
        let content = node_at(node, path).unwrap().value.as_ref().unwrap();
        String::from_utf8(content.octets().into_owned()).unwrap()
    }

    /// The maps see numbers, yet the outcome is as if they had seen the values.
    #[test]
    fn stand_ins_change_nothing() {
        let mut tried = 0;
        for (name, _) in shipped::PROFILES {
            let profile = parse(&format!("format = 1\nextends = {name:?}\n")).unwrap();
            let has_account = profile.parameters.iter().any(|p| p.name == "server_id");
            // What has constants or random values takes no values for them
            let takes =
                |p: &Parameter| !matches!(p.source, Source::Constant(_) | Source::Random(_));
            if profile.has_dm_form().is_err()
                || !has_account
                || !profile.parameters.iter().all(takes)
            {
                continue;
            }
            tried += 1;
            for left_out in ["", "imei", "client_nonce", "nap_user"] {
                let values = values(&profile, left_out);
                let (message, _) = profile.message(&values, Tnds::Inline).unwrap();
                let options = MapOptions::default();
                let direct = map(&profile.document(&values), &options, Position::Offset);
                let objects: Vec<ManagementObject> = direct.objects;
                let direct: Vec<_> = objects.iter().map(|object| object.node.clone()).collect();
                assert_eq!(tree(&message), direct, "{name} without {left_out:?}");
                let target = message.header.target.as_ref().unwrap().as_str();
                let expected = match left_out {
                    "imei" => ".",
                    _ => "IMEI:490154203237518",
                };
                assert_eq!(target, expected);
                let source = message.header.source.as_ref().unwrap();
                assert_eq!(source.as_str(), "https://a.example:8443/dm");
                assert!(
                    !source.is_fixed(),
                    "{name}: the address is the device's own"
                );
            }
        }
        assert!(tried >= 6, "{tried}");
    }

    #[test]
    fn keys_of_the_dm_form() {
        let profile = parse(
            "format = 1\nextends = 'cp/w7-nap'\nform = 'dm'\n\
             [dm]\ntnds = 'opaque'\ntarget = 'tree'\nversion = '1.3'\n",
        )
        .unwrap();
        assert_eq!((profile.form, profile.dm.tnds), (Form::Dm, Tnds::Opaque));
        let (message, _) = profile
            .message(&values(&profile, ""), profile.dm.tnds)
            .unwrap();
        assert_eq!(
            message.header.ver_proto.as_ref().unwrap().as_str(),
            "DM/1.3"
        );
        let items = &message.adds[0].items;
        let target = |index: usize| items[index].target.as_ref().unwrap().as_str().to_owned();
        assert_eq!([target(0), target(1)], ["./DMAcc", "./NAP"]);
        let account = &tree(&message)[0];
        assert_eq!(text_at(account, "PrefConRef"), "./NAP/1");
    }

    const TREE: &str = "
format = 1
extends = 'cp/w7-account'
form = 'dm'
[parameters.homepage]
[parameters.cookies]
type = 'text'
optional = true
[parameters.blob]
type = 'nonce'
default = 'AAEC'
[[tree]]
name = 'Browser'
parent = './Vendor'
type = 'com.example/1.0/Browser'
acl = 'Get={{server_id}}'
[[tree.node]]
name = 'Home'
value = '{{homepage}}?from={{server_id}}'
[[tree.node]]
name = 'Options'
node = [{ name = 'Cookies', format = 'bool', value = '{{cookies}}' }]
[[tree.node]]
name = 'Limit'
format = 'int'
value = 5
[[tree.node]]
name = 'Blob'
format = 'bin'
value = '{{blob}}'
";

    #[test]
    fn trees_as_data() {
        let profile = parse(TREE).unwrap();
        let (message, _) = profile
            .message(&values(&profile, ""), Tnds::Inline)
            .unwrap();
        let nodes = tree(&message);
        let browser = nodes.last().unwrap();
        assert_eq!(browser.name.as_ref().unwrap().as_str(), "Browser");
        assert_eq!(browser.properties.acl.as_ref().unwrap().as_str(), "Get=srv");
        assert_eq!(text_at(browser, "Home"), "http://home.example/?from=srv");
        assert_eq!(text_at(browser, "Limit"), "5");
        let blob = node_at(browser, "Blob").unwrap().value.as_ref().unwrap();
        assert_eq!(&*blob.octets(), [0, 1, 2]);
        // Nothing in it has a value
        assert_eq!(node_at(browser, "Options"), None);
    }

    #[test]
    fn octets_of_a_tree_in_hexadecimal() {
        use crate::document::profile::{Compiled, Written};
        let text = TREE.replacen("type = 'nonce'\ndefault = 'AAEC'", "type = 'bytes'", 1);
        let profile = parse(&text).unwrap();
        for (digits, octets) in [
            ("00ff00aa", &[0, 0xFF, 0, 0xAA][..]),
            ("00ff", &[0, 0xFF]),
            ("000102", &[0, 1, 2]),
        ] {
            let mut values = Values::default();
            let given = |parameter: &Parameter| match &*parameter.name {
                "blob" => Some(digits),
                name => GIVEN
                    .iter()
                    .find(|(known, _)| *known == name)
                    .map(|(_, v)| *v),
            };
            values.resolve(&profile, &given, None).unwrap();
            let (message, _) = profile.message(&values, Tnds::Inline).unwrap();
            let nodes = tree(&message);
            let blob = node_at(nodes.last().unwrap(), "Blob").unwrap();
            assert_eq!(*blob.value.as_ref().unwrap().octets(), *octets, "{digits}");
            for (form, tnds) in Tnds::NAMES {
                let (message, _) = profile.message(&values, tnds).unwrap();
                let general = super::super::compile::encode(&message, tnds, &profile).unwrap();
                let compiled = Compiled::new(&profile, Written::Dm(tnds));
                let mut spliced = Vec::new();
                compiled.splicer().append(&values, &mut spliced).unwrap();
                assert_eq!(spliced, general.octets, "{form}, {digits}");
            }
        }
    }

    #[test]
    fn what_has_no_dm_form() {
        let rule = |text: String| parse(&text).unwrap_err().fault.rule();
        let w7 = |inside: &str| {
            format!(
                "format = 1\nform = 'dm'\n[parameters.x]\ntype = 'text'\n\
                 [[body.APPLICATION]]\nAPPID = 'w7'\nPROVIDER-ID = 's'\n{inside}\n"
            )
        };
        let auth = |parm: &str| w7(&format!("[[body.APPLICATION.APPAUTH]]\n{parm}"));
        assert_eq!(rule(auth("AAUTHTYPE = '{{x}}'")), "profile-dm-hole");
        assert_eq!(rule(auth("AAUTHDATA = 'AA{{x}}'")), "profile-dm-hole");
        assert!(parse(&auth("AAUTHDATA = '{{x}}'")).is_ok());
        // The same is fine as long as nobody asks for the DM form
        let cp = auth("AAUTHTYPE = '{{x}}'").replace("form = 'dm'\n", "");
        let profile = parse(&cp).unwrap();
        assert_eq!(
            profile.has_dm_form().unwrap_err().fault.rule(),
            "profile-dm-hole"
        );

        for (from, to, expected) in [
            ("name = 'Home'", "name = 'a/b'", "profile-wrong-value"),
            ("name = 'Home'", "Name = 'Home'", "profile-wrong-type"),
            ("format = 'int'", "format = 'node'", "profile-wrong-value"),
            ("value = 5", "worth = 5", "profile-wrong-value"),
            ("'{{blob}}'", "'AA{{blob}}'", "profile-wrong-value"),
            ("'{{blob}}'", "'AAE'", "profile-wrong-value"),
            ("'{{blob}}'", "'{{cookies}}'", "profile-wrong-value"),
            (
                "{{homepage}}?",
                "{{nobody_knows}}?",
                "profile-unknown-parameter",
            ),
            ("parent =", "child =", "profile-unknown-key"),
            ("[[tree]]", "[tree]", "profile-wrong-type"),
        ] {
            let text = TREE.replacen(from, to, 1);
            assert_ne!(text, TREE, "{from}");
            assert_eq!(rule(text), expected, "{to}");
        }
    }

    /// Nonces of the type `text` may be no Base64, and templates may hold what XML cannot.
    #[test]
    fn odd_values_are_the_same_by_both_ways() {
        use crate::document::profile::{Compiled, Written};
        let profile = |name: &str| {
            parse(&format!(
                "format = 1\nform = 'dm'\n[parameters.x]\ntype = 'text'\n\
                 [[body.APPLICATION]]\nAPPID = 'w7'\nPROVIDER-ID = 's'\n\
                 [[body.APPLICATION.APPAUTH]]\nAAUTHLEVEL = 'APPSRV'\nAAUTHTYPE = 'DIGEST'\n\
                 AAUTHNAME = \"{name}\"\nAAUTHDATA = '{{{{x}}}}'\n"
            ))
        };
        for name in ["dev", "<{{x}}&", "\\u0001{{x}}"] {
            let profile = profile(name).unwrap();
            for (form, tnds) in Tnds::NAMES {
                let compiled = Compiled::new(&profile, Written::Dm(tnds));
                let mut splicer = compiled.splicer();
                for text in ["AAEC", "not base64", "", "a", "<&\"", "AAE", "\u{e9}"] {
                    let mut values = Values::default();
                    let given = |p: &Parameter| (p.name == "x").then_some(text);
                    values.resolve(&profile, &given, None).unwrap();
                    let (message, _) = profile.message(&values, tnds).unwrap();
                    let general = super::super::compile::encode(&message, tnds, &profile);
                    let mut spliced = Vec::new();
                    let result = splicer.append(&values, &mut spliced);
                    let general = general.map(|holed| holed.octets);
                    assert_eq!(
                        result.map(|()| spliced),
                        general,
                        "{form}, {name}, {text:?}"
                    );
                }
            }
        }
    }

    #[test]
    fn rights_without_a_tree_are_told() {
        let profile = parse(TREE).unwrap();
        for (form, tnds) in Tnds::NAMES {
            let (_, findings) = profile.message(&values(&profile, ""), tnds).unwrap();
            let told: Vec<_> = findings
                .iter()
                .filter(|f| f.rule.id == "dm-map-acl")
                .collect();
            assert_eq!(told.len(), usize::from(tnds == Tnds::None), "{form}");
            for finding in told {
                let named = "./Inbox/DMAcc1, ./Inbox/Browser";
                assert!(finding.found.contains(named), "{finding}");
            }
        }
    }
}
