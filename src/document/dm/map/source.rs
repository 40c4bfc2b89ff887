//! The characteristics that become objects, in the shape that the tables expect.

use super::{MapOptions, ObjectKind, rules, shown, shown_kind};
use crate::document::cp::rules::Report;
use crate::document::cp::{At, Characteristic, Document, Node, Parm, Value, schema, url};
use crate::document::dm::acl::is_server_id;

/// A characteristic that becomes an object.
pub(super) struct Source<'d> {
    pub kind: ObjectKind,
    /// A copy in the shape that the tables expect.
    pub view: Characteristic<'d>,
    /// Which of the view's nodes have no place in the object: credentials of unknown level.
    pub unused: Vec<usize>,
    /// The server of an account, if it can stand in an ACL.
    pub server_id: Option<Value<'static>>,
    /// Whether an account that is left out refers to it.
    pub wanted_in_vain: bool,
    /// Where the object will hang.
    pub uri: String,
}

impl Source<'_> {
    /// True when a reference of this value names it.
    pub(super) fn is_named(&self, value: &str) -> bool {
        match self.kind {
            ObjectKind::DmAcc => false,
            ObjectKind::Nap if value == "INTERNET" => self.view.parm("INTERNET").is_some(),
            ObjectKind::Nap => self.view.value("NAPID") == Some(value),
            ObjectKind::Proxy => self.view.value("PROXY-ID") == Some(value),
        }
    }
}

/// Accounts, access points, proxies, each in document order.
pub(super) fn sources<'d>(
    document: &Document<'d>,
    options: &MapOptions,
    report: &mut Report<'_>,
) -> Vec<Source<'d>> {
    let mut found = Vec::new();
    let mut left_out = Vec::new();
    let mut others = Vec::new();
    for characteristic in &document.characteristics {
        match &*characteristic.kind {
            "APPLICATION" if characteristic.is_w7() => match account(characteristic, report) {
                Some(source) => found.push(source),
                None => left_out.push(characteristic),
            },
            "NAPDEF" => found.push(Source::new(ObjectKind::Nap, characteristic.clone())),
            "PXLOGICAL" => {
                let before = found.len();
                for physical in characteristic.children() {
                    if physical.kind == "PXPHYSICAL" {
                        found.push(Source::new(
                            ObjectKind::Proxy,
                            proxy(characteristic, physical),
                        ));
                    }
                }
                if found.len() == before {
                    others.push(characteristic);
                }
            }
            _ => others.push(characteristic),
        }
    }
    for parm in left_out.iter().flat_map(|account| account.parms()) {
        let kind = match &*parm.name {
            "TO-NAPID" => ObjectKind::Nap,
            "TO-PROXY" => ObjectKind::Proxy,
            _ => continue,
        };
        let named = parm.value.as_ref().map_or("", Value::as_str);
        for source in &mut found {
            source.wanted_in_vain |= source.kind == kind && source.is_named(named);
        }
    }
    for other in others {
        report.add(
            &rules::NOT_MAPPED,
            other.at,
            shown_kind(other),
            "w7 applications, NAPDEF, and PXLOGICAL with PXPHYSICAL",
            "send it as a provisioning document if the device needs it",
        );
    }
    found.sort_by_key(|source| match source.kind {
        ObjectKind::DmAcc => 0,
        ObjectKind::Nap => 1,
        ObjectKind::Proxy => 2,
    });
    for kind in [ObjectKind::DmAcc, ObjectKind::Nap, ObjectKind::Proxy] {
        let place = options.places.of(kind);
        let same = found.iter_mut().filter(|source| source.kind == kind);
        for (index, source) in same.enumerate() {
            source.uri = format!("{place}{}", index + 1);
        }
    }
    found
}

impl<'d> Source<'d> {
    fn new(kind: ObjectKind, view: Characteristic<'d>) -> Self {
        Self {
            kind,
            view,
            unused: Vec::new(),
            server_id: None,
            wanted_in_vain: false,
            uri: String::new(),
        }
    }
}

/// An account; `None` when nothing says whose it is.
fn account<'d>(application: &Characteristic<'d>, report: &mut Report<'_>) -> Option<Source<'d>> {
    let mut source = Source::new(ObjectKind::DmAcc, application.clone());
    let id = server_id(&mut source.view, report)?;
    if id.is_parameter() || is_server_id(id.as_str()) {
        source.server_id = Some(id.clone());
    }
    if !is_server_id(id.as_str()) {
        report.add(
            &rules::ACL_ID,
            application.at,
            format!("{} as the server's identifier", shown(&id)),
            "at least one character, none of = & * + and white space, and no local/ before them",
            "give the server an identifier that can stand in an ACL",
        );
    }
    long_addresses(&mut source.view);
    ports(&mut source.view, report);
    levels(&mut source, report);
    Some(source)
}

fn server_id(view: &mut Characteristic<'_>, report: &mut Report<'_>) -> Option<Value<'static>> {
    let value_of = |characteristic: &Characteristic<'_>, name| {
        let value = characteristic.parm(name)?.value.as_ref()?;
        Some(owned(value))
    };
    if let Some(id) = value_of(view, "PROVIDER-ID") {
        return Some(id);
    }
    let client = |child: &&Characteristic<'_>| {
        child.kind == "APPAUTH" && child.value("AAUTHLEVEL") == Some("CLIENT")
    };
    let name = view
        .children()
        .find(client)
        .and_then(|c| value_of(c, "AAUTHNAME"));
    let at = view.at;
    let Some(id) = name else {
        report.add(
            &rules::SERVER_ID,
            at,
            "a w7 APPLICATION without PROVIDER-ID and without AAUTHNAME of the server",
            "the identifier of the server",
            "it is left out; give it a PROVIDER-ID",
        );
        return None;
    };
    report.add(
        &rules::SERVER_ID_FALLBACK,
        at,
        "a w7 APPLICATION without PROVIDER-ID",
        "PROVIDER-ID",
        "the AAUTHNAME of its CLIENT level is taken; give it a PROVIDER-ID",
    );
    view.nodes.push(parm("PROVIDER-ID", id.clone(), at));
    Some(id)
}

/// ADDR and ADDRTYPE of the application itself become an APPADDR before the others: it wins over
/// them (cpclient).
fn long_addresses(view: &mut Characteristic<'_>) {
    let (mut short, mut types) = (Vec::new(), Vec::new());
    view.nodes.retain(|node| match node {
        Node::Parm(parm) if parm.name == "ADDR" && parm.value.is_some() => {
            short.push(parm.clone());
            false
        }
        Node::Parm(parm) if parm.name == "ADDRTYPE" => {
            types.push(parm.clone());
            false
        }
        _ => true,
    });
    let first = view
        .nodes
        .iter()
        .position(|node| matches!(node, Node::Characteristic(_)))
        .unwrap_or(view.nodes.len());
    let mut types = types.into_iter();
    let made: Vec<_> = short
        .into_iter()
        .map(|addr| {
            let mut appaddr = Characteristic::new("APPADDR");
            appaddr.at = addr.at;
            appaddr.nodes.push(Node::Parm(addr));
            appaddr.nodes.extend(types.next().map(Node::Parm));
            Node::Characteristic(appaddr)
        })
        .collect();
    view.nodes.extend(types.map(Node::Parm));
    view.nodes.splice(first..first, made);
}

/// The port in the URL holds over that of the first PORT beside it.
fn ports(view: &mut Characteristic<'_>, report: &mut Report<'_>) {
    for node in &mut view.nodes {
        let Node::Characteristic(appaddr) = node else {
            continue;
        };
        let url = appaddr.parm("ADDR").and_then(|parm| parm.value.clone());
        let Some(in_url) = url.as_ref().filter(|url| !url.is_parameter()) else {
            continue;
        };
        let (Some(in_url), "APPADDR") = (url::port(in_url.as_str()), &*appaddr.kind) else {
            continue;
        };
        let port = appaddr.nodes.iter_mut().find_map(|node| match node {
            Node::Characteristic(port) if port.kind == "PORT" => Some(port),
            _ => None,
        });
        let number = port.and_then(|port| {
            port.nodes.iter_mut().find_map(|node| match node {
                Node::Parm(parm) if parm.name == "PORTNBR" => Some(parm),
                _ => None,
            })
        });
        if let Some(Parm {
            value: Some(value),
            at,
            ..
        }) = number
            && !value.is_parameter()
            && value.as_str() != in_url
        {
            report.add(
                &rules::PORT,
                *at,
                format!(
                    "PORTNBR {} beside a URL with the port {in_url}",
                    shown(value)
                ),
                "the same port in both",
                "the port of the URL is taken; correct one of them",
            );
            *value = Value::fixed(in_url.to_owned());
        }
    }
}

/// Absent levels mean HTTP for the types of HTTP; other credentials without a known level have no
/// place in the account.
fn levels(source: &mut Source<'_>, report: &mut Report<'_>) {
    let mut unused = Vec::new();
    for (index, node) in source.view.nodes.iter_mut().enumerate() {
        let Node::Characteristic(auth) = node else {
            continue;
        };
        if auth.kind != "APPAUTH" {
            continue;
        }
        let level = auth.parm("AAUTHLEVEL").and_then(|parm| parm.value.as_ref());
        let known = |level: &Value<'_>| {
            level.is_parameter() || schema::AAUTHLEVELS.respell(level.as_str()).is_some()
        };
        if level.is_some_and(known) {
            continue;
        }
        let http = auth
            .value("AAUTHTYPE")
            .is_none_or(|kind| kind.to_ascii_uppercase().starts_with("HTTP"));
        if level.is_none() && http {
            let at = auth.at;
            auth.nodes
                .push(parm("AAUTHLEVEL", Value::fixed("HTTP"), at));
            continue;
        }
        let found = match level {
            None => "APPAUTH without AAUTHLEVEL and with a type that is not of HTTP".into(),
            Some(level) => format!("APPAUTH with AAUTHLEVEL {}", shown(level)),
        };
        report.add(
            &rules::LEVEL,
            auth.at,
            found,
            "APPSRV, CLIENT or OBEX; none for credentials of HTTP",
            "it is kept under Ext, where no client looks; give it its AAUTHLEVEL",
        );
        unused.push(index);
    }
    source.unused = unused;
}

/// A physical proxy with what it has from its logical proxy.
fn proxy<'d>(logical: &Characteristic<'d>, physical: &Characteristic<'d>) -> Characteristic<'d> {
    let mut view = physical.clone();
    let inherited = logical
        .parms()
        .filter(|parm| physical.parm(&parm.name).is_none());
    view.nodes.extend(inherited.cloned().map(Node::Parm));
    let mut children: Vec<_> = logical
        .children()
        .filter(|child| child.kind != "PXPHYSICAL")
        .cloned()
        .map(Node::Characteristic)
        .collect();
    children.append(&mut view.nodes);
    view.nodes = children;
    view
}

fn parm(name: &'static str, value: Value<'static>, at: At) -> Node<'static> {
    Node::Parm(Parm {
        name: name.into(),
        value: Some(value),
        at,
    })
}

fn owned(value: &Value<'_>) -> Value<'static> {
    let text = value.as_str().to_owned();
    if value.is_parameter() {
        Value::parameter(text)
    } else {
        Value::fixed(text)
    }
}
