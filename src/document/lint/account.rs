//! A DM account, whichever document sets it up: the w7 APPLICATION of a provisioning document or
//! the DMAcc of a message.

use crate::document::cp::{At, Characteristic, Document, Parm};
use crate::document::dm::Content;
use crate::document::dm::rules::ObjectKind;
use crate::document::dm::rules::objects::Object;
use crate::document::dm::rules::view::View;
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use std::borrow::Cow;

/// What the parts of an account are called.
#[derive(Debug)]
pub(super) struct Words {
    pub account: &'static str,
    pub server_id: &'static str,
    pub address: &'static str,
    pub port: &'static str,
    pub credentials: &'static str,
    pub level: &'static str,
    pub of_device: &'static str,
    pub of_server: &'static str,
    pub kind: &'static str,
    pub name: &'static str,
    pub secret: &'static str,
    pub nonce: &'static str,
}

pub(super) static CP: Words = Words {
    account: "APPLICATION w7",
    server_id: "PROVIDER-ID",
    address: "ADDR",
    port: "PORTNBR",
    credentials: "APPAUTH",
    level: "AAUTHLEVEL",
    of_device: "APPSRV",
    of_server: "CLIENT",
    kind: "AAUTHTYPE",
    name: "AAUTHNAME",
    secret: "AAUTHSECRET",
    nonce: "AAUTHDATA",
};

pub(super) static DM: Words = Words {
    account: "DMAcc",
    server_id: "ServerID",
    address: "Addr",
    port: "PortNbr",
    credentials: "AppAuth",
    level: "AAuthLevel",
    of_device: "CLCRED",
    of_server: "SRVCRED",
    kind: "AAuthType",
    name: "AAuthName",
    secret: "AAuthSecret",
    nonce: "AAuthData",
};

/// A value and where it stands. It may be a secret, so it has no `Debug`.
#[derive(Clone, Copy)]
pub(super) struct Field<'d> {
    pub text: &'d str,
    pub at: At,
    /// Only a job will say what it is; what stands here is a sample.
    pub open: bool,
}

impl<'d> Field<'d> {
    /// The value of a parm, if it has one; `symbolic` documents have open ones.
    pub fn of_parm(parm: &'d Parm<'_>, symbolic: bool) -> Option<Self> {
        let value = parm.value.as_ref()?;
        Some(Self {
            text: value.as_str(),
            at: parm.at,
            open: symbolic && value.is_parameter(),
        })
    }

    pub fn of_node(node: &View<'d>) -> Option<Self> {
        Some(Self {
            text: node.text()?,
            at: node.at,
            open: false,
        })
    }

    /// The value, unless it is open.
    pub fn known(self) -> Option<&'d str> {
        (!self.open).then_some(self.text)
    }
}

/// Whose credentials they are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Side {
    /// What the device shows the server.
    Device,
    /// What the server shows the device.
    Server,
    /// What a transport asks for: HTTP, OBEX, or a level that nobody knows.
    Other,
}

/// The nonce to begin with.
pub(super) struct Nonce<'d> {
    pub octets: Cow<'d, [u8]>,
    pub at: At,
    pub open: bool,
}

/// The credentials of one level.
pub(super) struct Credentials<'d> {
    pub side: Side,
    /// Whether they say whose they are, in whatever words.
    pub has_level: bool,
    pub kind: Option<Field<'d>>,
    pub name: Option<Field<'d>>,
    pub secret: Option<Field<'d>>,
    pub nonce: Option<Nonce<'d>>,
    pub at: At,
}

impl Credentials<'_> {
    /// Whether one of the types that are written is one of these.
    pub fn has_kind(&self, kinds: &[&str]) -> bool {
        let text = self.kind.map_or("", |kind| kind.text);
        text.split(',').any(|kind| kinds.contains(&kind))
    }

    /// Those of a DM server that do not say whose they are.
    pub fn lacks_level(&self) -> bool {
        !self.has_level && self.has_kind(&["BASIC", "DIGEST", "HMAC"])
    }
}

/// An address of the server.
pub(super) struct Address<'d> {
    pub address: Field<'d>,
    pub ports: Vec<Field<'d>>,
}

/// An account.
pub(super) struct Account<'d> {
    pub words: &'static Words,
    pub server_id: Option<Field<'d>>,
    pub addresses: Vec<Address<'d>>,
    pub credentials: Vec<Credentials<'d>>,
    /// The flag that asks for a session at once.
    pub init: Option<At>,
    /// Whether it names what it is reached through.
    pub refers: bool,
    pub at: At,
}

impl<'d> Account<'d> {
    pub fn of(&self, side: Side) -> impl Iterator<Item = &Credentials<'d>> {
        self.credentials.iter().filter(move |one| one.side == side)
    }

    /// True when it is an APPLICATION of a provisioning document.
    pub fn is_w7(&self) -> bool {
        std::ptr::eq(self.words, &CP)
    }

    /// The level of a side, as the document calls it.
    pub fn level(&self, side: Side) -> &'static str {
        match side {
            Side::Device => self.words.of_device,
            Side::Server => self.words.of_server,
            Side::Other => "transport",
        }
    }
}

/// Whose credentials stand under a level. In other letters, or under its name in the other form, it
/// is still meant so.
fn side(level: Option<&str>) -> Side {
    let is = |known: &str| level.is_some_and(|level| level.eq_ignore_ascii_case(known));
    let any_is = |of: fn(&Words) -> &'static str| is(of(&CP)) || is(of(&DM));
    match () {
        () if any_is(|words| words.of_device) => Side::Device,
        () if any_is(|words| words.of_server) => Side::Server,
        () => Side::Other,
    }
}

/// The accounts of a provisioning document.
pub(super) fn of_document<'d>(document: &'d Document<'_>, symbolic: bool) -> Vec<Account<'d>> {
    let all = document.characteristics.iter();
    all.filter(|characteristic| characteristic.is_w7())
        .map(|application| of_application(application, symbolic))
        .collect()
}

fn of_application<'d>(application: &'d Characteristic<'_>, symbolic: bool) -> Account<'d> {
    let field =
        |place: &'d Characteristic<'_>, name: &str| Field::of_parm(place.parm(name)?, symbolic);
    let mut addresses = Vec::new();
    for parm in application.parms().filter(|parm| parm.name == "ADDR") {
        addresses.extend(Field::of_parm(parm, symbolic).map(|address| Address {
            address,
            ports: Vec::new(),
        }));
    }
    for place in application.children().filter(|c| c.kind == "APPADDR") {
        let ports = place.children().filter(|child| child.kind == "PORT");
        addresses.extend(field(place, "ADDR").map(|address| Address {
            address,
            ports: ports.filter_map(|port| field(port, "PORTNBR")).collect(),
        }));
    }
    // Rules for spelling speak of other letters
    let credentials = application
        .children()
        .filter(|c| c.kind.eq_ignore_ascii_case("APPAUTH"));
    Account {
        words: &CP,
        server_id: field(application, "PROVIDER-ID"),
        addresses,
        credentials: credentials
            .map(|one| Credentials {
                side: side(one.value("AAUTHLEVEL")),
                has_level: one.parm("AAUTHLEVEL").is_some(),
                kind: field(one, "AAUTHTYPE"),
                name: field(one, "AAUTHNAME"),
                secret: field(one, "AAUTHSECRET"),
                nonce: field(one, "AAUTHDATA").map(|data| Nonce {
                    // Readers take what is no Base64 as it is
                    octets: match BASE64_STANDARD.decode(data.text) {
                        Ok(octets) => octets.into(),
                        Err(_) => data.text.as_bytes().into(),
                    },
                    at: data.at,
                    open: data.open,
                }),
                at: one.at,
            })
            .collect(),
        init: application.parm("INIT").map(|parm| parm.at),
        refers: application
            .parms()
            .any(|parm| matches!(&*parm.name, "TO-NAPID" | "TO-PROXY")),
        at: application.at,
    }
}

/// The accounts among the objects of a message.
pub(super) fn of_objects<'v, 'm>(objects: &'v [Object<'v, 'm>]) -> Vec<Account<'v>>
where
    'm: 'v,
{
    let accounts = objects.iter().filter(|o| o.kind == ObjectKind::DmAcc);
    accounts.map(|object| of_dmacc(object.node)).collect()
}

fn of_dmacc<'v>(node: &'v View<'_>) -> Account<'v> {
    fn field<'v>(place: &'v View<'_>, path: &str) -> Option<Field<'v>> {
        Field::of_node(place.find(path)?)
    }
    fn children<'v, 'm>(place: &'v View<'m>, path: &str) -> &'v [View<'m>] {
        place.find(path).map_or(&[], |node| &node.nodes)
    }
    let address = |place: &'v View<'_>| {
        let ports = children(place, "Port").iter();
        Some(Address {
            address: field(place, "Addr")?,
            ports: ports
                .filter_map(|port| Field::of_node(port.find("PortNbr").unwrap_or(port)))
                .collect(),
        })
    };
    let credentials = |one: &'v View<'_>| {
        let data = one.find("AAuthData");
        let level = one.find("AAuthLevel");
        Credentials {
            side: side(level.and_then(View::text)),
            has_level: level.is_some(),
            kind: field(one, "AAuthType"),
            name: field(one, "AAuthName"),
            secret: field(one, "AAuthSecret"),
            nonce: data.and_then(|node| {
                Some(Nonce {
                    octets: node.value.map(Content::octets)?,
                    at: node.at,
                    open: false,
                })
            }),
            at: one.at,
        }
    };
    let refers = |path: &str| field(node, path).is_some_and(|reference| !reference.text.is_empty());
    Account {
        words: &DM,
        server_id: field(node, "ServerID"),
        addresses: children(node, "AppAddr")
            .iter()
            .filter_map(address)
            .collect(),
        credentials: children(node, "AppAuth").iter().map(credentials).collect(),
        init: None,
        refers: refers("PrefConRef") || !children(node, "ToConRef").is_empty(),
        at: node.at,
    }
}
