use super::*;
use crate::document::cp;
use crate::document::dm::tnds::{Content, Format};

/// All leaves of an object as `path format value`, and the marks of values from parameters.
fn leaves(node: &Node<'_>) -> Vec<String> {
    let mut found = Vec::new();
    let mut stack = vec![(String::new(), node)];
    while let Some((path, node)) = stack.pop() {
        for child in node.nodes.iter().rev() {
            let name = child.name.as_ref().unwrap().as_str();
            let path = if path.is_empty() {
                name.to_owned()
            } else {
                format!("{path}/{name}")
            };
            stack.push((path, child));
        }
        if let Some(value) = &node.value {
            let format = node.properties.format.unwrap().name();
            let shown = match value {
                Content::Text(text) => text.as_str().to_owned(),
                other => crate::bytes::Hex(&other.octets()).to_string(),
            };
            found.push(format!("{path} {format} {shown}"));
        }
    }
    found
}

fn mapped(body: &str) -> Mapped {
    let xml = format!("<wap-provisioningdoc>{body}</wap-provisioningdoc>");
    let document = cp::Document::from_xml(xml.as_bytes()).unwrap().document;
    map(&document, &MapOptions::default(), Position::Offset)
}

fn rules_of(mapped: &Mapped) -> Vec<&'static str> {
    mapped
        .findings
        .iter()
        .map(|finding| finding.rule.id)
        .collect()
}

/// An XML characteristic that holds one value at the path, and what else the row needs.
fn sample(path: &str, value: &str) -> String {
    let mut steps = path.split('/').rev().map(|step| step.trim_end_matches('#'));
    let name = steps.next().unwrap();
    let parm = format!("<parm name='{name}' value='{value}'/>");
    steps.fold(parm, |inner, kind| {
        format!("<characteristic type='{kind}'>{inner}</characteristic>")
    })
}

/// For each row a value, and the node that must come of it.
const EXPECTED: &[(ObjectKind, &str, &str, &str)] = &[
    (ObjectKind::DmAcc, "APPID", "w7", "AppID chr w7"),
    (ObjectKind::DmAcc, "PROVIDER-ID", "srv", "ServerID chr srv"),
    (ObjectKind::DmAcc, "NAME", "A server", "Name chr A server"),
    (
        ObjectKind::DmAcc,
        "TO-PROXY",
        "PX",
        "PrefConRef chr ./Inbox/Proxy1",
    ),
    (
        ObjectKind::DmAcc,
        "TO-NAPID",
        "NAP",
        "PrefConRef chr ./Inbox/NAP1",
    ),
    (
        ObjectKind::DmAcc,
        "TO-PROXY#",
        "PX",
        "ToConRef/1/ConRef chr ./Inbox/Proxy1",
    ),
    (
        ObjectKind::DmAcc,
        "TO-NAPID#",
        "NAP",
        "ToConRef/1/ConRef chr ./Inbox/NAP1",
    ),
    (
        ObjectKind::DmAcc,
        "APPADDR#/ADDR",
        "https://a/",
        "AppAddr/1/Addr chr https://a/",
    ),
    (
        ObjectKind::DmAcc,
        "APPADDR#/ADDRTYPE",
        "IPV4",
        "AppAddr/1/AddrType chr IPv4",
    ),
    (
        ObjectKind::DmAcc,
        "APPADDR#/PORT#/PORTNBR",
        "443",
        "AppAddr/1/Port/1/PortNbr chr 443",
    ),
    (
        ObjectKind::DmAcc,
        "APPAUTH#/AAUTHLEVEL",
        "APPSRV",
        "AppAuth/1/AAuthLevel chr CLCRED",
    ),
    (
        ObjectKind::DmAcc,
        "APPAUTH#/AAUTHTYPE",
        "HTTP-BASIC",
        "AppAuth/1/AAuthType chr HTTP-BASIC",
    ),
    (
        ObjectKind::DmAcc,
        "APPAUTH#/AAUTHNAME",
        "dev",
        "AppAuth/1/AAuthName chr dev",
    ),
    (
        ObjectKind::DmAcc,
        "APPAUTH#/AAUTHSECRET",
        "pw",
        "AppAuth/1/AAuthSecret chr pw",
    ),
    (
        ObjectKind::DmAcc,
        "APPAUTH#/AAUTHDATA",
        "AAEC/w==",
        "AppAuth/1/AAuthData bin 000102FF",
    ),
    (ObjectKind::Nap, "NAPID", "NAP", "ID chr NAP"),
    (ObjectKind::Nap, "NAME", "Internet", "Name chr Internet"),
    (ObjectKind::Nap, "NAP-ADDRTYPE", "APN", "AddrType chr APN"),
    (
        ObjectKind::Nap,
        "NAP-ADDRESS",
        "internet",
        "Addr chr internet",
    ),
    (
        ObjectKind::Nap,
        "BEARER",
        "GSM-GPRS",
        "BearerType chr 3GPPPS",
    ),
    (
        ObjectKind::Nap,
        "NAPAUTHINFO/AUTHTYPE",
        "CHAP",
        "AuthInfo/AuthType chr CHAP",
    ),
    (
        ObjectKind::Nap,
        "NAPAUTHINFO/AUTHNAME",
        "u",
        "AuthInfo/AuthName chr u",
    ),
    (
        ObjectKind::Nap,
        "NAPAUTHINFO/AUTHSECRET",
        "s",
        "AuthInfo/AuthSecret chr s",
    ),
    (
        ObjectKind::Nap,
        "LOCAL-ADDR",
        "192.0.2.7",
        "IP/IPv4/IPAddr chr 192.0.2.7",
    ),
    (
        ObjectKind::Nap,
        "DNS-ADDR#",
        "192.0.2.1",
        "IP/IPv4/DNS/Servers/1/Addr chr 192.0.2.1",
    ),
    (ObjectKind::Proxy, "PROXY-ID", "PX", "ProxyId chr PX"),
    (ObjectKind::Proxy, "NAME", "A proxy", "Name chr A proxy"),
    (
        ObjectKind::Proxy,
        "PXADDR",
        "192.0.2.2",
        "Addr chr 192.0.2.2",
    ),
    (
        ObjectKind::Proxy,
        "TO-NAPID#",
        "NAP",
        "ToConRef/1/ConRef chr ./Inbox/NAP1",
    ),
    (
        ObjectKind::Proxy,
        "PORT#/PORTNBR",
        "8080",
        "Ports/1/PortNbr int 8080",
    ),
    (
        ObjectKind::Proxy,
        "PORT/SERVICE",
        "CO-WSP",
        "ProxyType chr WAP",
    ),
    (
        ObjectKind::Proxy,
        "STARTPAGE",
        "http://h/",
        "ProxyParams/WAP/Startpg chr http://h/",
    ),
];

#[test]
fn every_row_makes_its_node() {
    let rows: Vec<_> = tables::ALL
        .iter()
        .flat_map(|map| map.rows.iter().map(|row| (map.kind, row.parm)))
        .collect();
    let tested: Vec<_> = EXPECTED
        .iter()
        .map(|(kind, parm, ..)| (*kind, *parm))
        .collect();
    assert_eq!(rows, tested, "one line for every row");
    for (kind, path, value, expected) in EXPECTED {
        let nap = "<characteristic type='NAPDEF'><parm name='NAPID' value='NAP'/></characteristic>";
        let proxy = "<characteristic type='PXLOGICAL'><parm name='PROXY-ID' value='PX'/>\
                     <characteristic type='PXPHYSICAL'/></characteristic>";
        let w7 = "<parm name='APPID' value='w7'/><parm name='PROVIDER-ID' value='srv'/>";
        let own = sample(path, value);
        let body = match (*kind, *path) {
            (ObjectKind::DmAcc, "APPID" | "PROVIDER-ID") => {
                format!("<characteristic type='APPLICATION'>{w7}</characteristic>")
            }
            (ObjectKind::DmAcc, _) => {
                format!("{nap}{proxy}<characteristic type='APPLICATION'>{w7}{own}</characteristic>")
            }
            (ObjectKind::Nap, _) => format!("<characteristic type='NAPDEF'>{own}</characteristic>"),
            (ObjectKind::Proxy, "PROXY-ID" | "NAME" | "STARTPAGE") => format!(
                "<characteristic type='PXLOGICAL'>{own}<characteristic type='PXPHYSICAL'/>\
                 </characteristic>"
            ),
            (ObjectKind::Proxy, _) => format!(
                "{nap}<characteristic type='PXLOGICAL'><characteristic type='PXPHYSICAL'>{own}\
                 </characteristic></characteristic>"
            ),
        };
        let mapped = mapped(&body);
        let object = mapped
            .objects
            .iter()
            .find(|object| object.kind == Some(*kind))
            .unwrap();
        let leaves = leaves(&object.node);
        assert!(
            leaves.iter().any(|leaf| leaf == expected),
            "{path}: {leaves:?}"
        );
        let under_ext = leaves.iter().filter(|leaf| leaf.starts_with("Ext/"));
        let level = |leaf: &&String| !leaf.contains("APPAUTH");
        assert_eq!(under_ext.filter(level).count(), 0, "{path}: {leaves:?}");
    }
}

#[test]
fn tables_are_sound() {
    for map in tables::ALL {
        for row in map.rows {
            let count = |path: &str| path.matches('#').count();
            assert_eq!(count(row.parm), count(row.node), "{}", row.parm);
            let (path, name) = row.parm.rsplit_once('/').unwrap_or(("", row.parm));
            let kind = path.rsplit('/').next().filter(|kind| !kind.is_empty());
            let kind = kind.unwrap_or(map.characteristic).trim_end_matches('#');
            let name = name.trim_end_matches('#');
            let logical = map.kind == ObjectKind::Proxy && path.is_empty();
            let known = cp::schema::parm_def(kind, Some("w7"), name).is_some()
                || logical && cp::schema::parm_def("PXLOGICAL", None, name).is_some();
            assert!(known, "ProvCont has no {kind}/{name}");
            assert!(tables::row_of(kind, name).is_some(), "{kind}/{name}");
            if let (tables::Values::Table(table), Some(def)) =
                (row.values, cp::schema::parm_def(kind, None, name))
                && let cp::schema::Kind::Set(set) = def.kind
            {
                for (from, _) in table {
                    // w7 has no word for HTTP; the interpreter adds it
                    assert!(set.contains(from) || *from == "HTTP", "{name} {from}");
                }
            }
        }
    }
}

const ACCOUNT: &str = "
    <characteristic type='NAPDEF'>
      <parm name='NAPID' value='NAP1'/><parm name='NAP-ADDRESS' value='internet'/>
      <parm name='BEARER' value='GSM/CSD'/><parm name='INTERNET'/>
      <parm name='DNS-ADDR' value='192.0.2.53'/><parm name='DNS-ADDR' value='192.0.2.54'/>
      <parm name='LINGER' value='30'/>
    </characteristic>
    <characteristic type='NAPDEF'>
      <parm name='NAPID' value='NAP2'/><parm name='NAP-ADDRESS' value='#777'/>
      <parm name='BEARER' value='CDMA2000-1X-SIMPLE-IP'/>
    </characteristic>
    <characteristic type='PXLOGICAL'>
      <parm name='PROXY-ID' value='px.example'/><parm name='NAME' value='Proxy'/>
      <characteristic type='PORT'><parm name='PORTNBR' value='9201'/>
        <parm name='SERVICE' value='CO-WSP'/></characteristic>
      <characteristic type='PXPHYSICAL'>
        <parm name='PHYSICAL-PROXY-ID' value='P1'/><parm name='PXADDR' value='192.0.2.1'/>
        <parm name='TO-NAPID' value='NAP1'/>
        <characteristic type='PORT'><parm name='PORTNBR' value='8080'/></characteristic>
      </characteristic>
      <characteristic type='PXPHYSICAL'>
        <parm name='PHYSICAL-PROXY-ID' value='P2'/><parm name='PXADDR' value='192.0.2.2'/>
        <parm name='TO-NAPID' value='INTERNET'/><parm name='NAME' value='Second'/>
      </characteristic>
    </characteristic>
    <characteristic type='APPLICATION'>
      <parm name='APPID' value='W7'/><parm name='PROVIDER-ID' value='one'/>
      <parm name='TO-PROXY' value='px.example'/><parm name='INIT'/>
      <parm name='CONNRETRYFREQ' value='3'/>
      <characteristic type='APPADDR'><parm name='ADDR' value='https://one.example/dm'/>
        <characteristic type='PORT'><parm name='PORTNBR' value='443'/></characteristic>
      </characteristic>
      <characteristic type='APPADDR'><parm name='ADDR' value='192.0.2.9'/>
        <parm name='ADDRTYPE' value='IPV4'/>
      </characteristic>
      <characteristic type='APPAUTH'><parm name='AAUTHLEVEL' value='APPSRV'/>
        <parm name='AAUTHTYPE' value='DIGEST,BASIC'/><parm name='AAUTHNAME' value='dev'/>
        <parm name='AAUTHDATA' value='not base64'/>
      </characteristic>
      <characteristic type='APPAUTH'><parm name='AAUTHTYPE' value='http basic'/>
        <parm name='AAUTHNAME' value='gate'/>
      </characteristic>
      <characteristic type='APPAUTH'><parm name='AAUTHTYPE' value='DIGEST'/>
        <parm name='AAUTHNAME' value='lost'/>
      </characteristic>
    </characteristic>
    <characteristic type='APPLICATION'>
      <parm name='APPID' value='w7'/>
      <parm name='ADDR' value='http://two.example:8000/dm'/>
      <characteristic type='APPAUTH'><parm name='AAUTHLEVEL' value='CLIENT'/>
        <parm name='AAUTHTYPE' value='BASIC'/><parm name='AAUTHNAME' value='two'/>
      </characteristic>
    </characteristic>
    <characteristic type='APPLICATION'><parm name='APPID' value='w2'/></characteristic>
    <characteristic type='APPLICATION'><parm name='APPID' value='w7'/></characteristic>";

#[test]
fn a_whole_document() {
    let mapped = mapped(ACCOUNT);
    let shown: Vec<_> = mapped
        .objects
        .iter()
        .map(|object| (object.uri.as_str(), leaves(&object.node)))
        .collect();
    let expected: Vec<(&str, &[&str])> = vec![
        (
            "./Inbox/DMAcc1",
            &[
                "AppID chr w7",
                "ServerID chr one",
                "PrefConRef chr ./Inbox/Proxy1",
                "ToConRef/1/ConRef chr ./Inbox/Proxy1",
                "ToConRef/2/ConRef chr ./Inbox/Proxy2",
                "AppAddr/1/Addr chr https://one.example/dm",
                "AppAddr/1/AddrType chr URI",
                "AppAddr/1/Port/1/PortNbr chr 443",
                "AppAddr/2/Addr chr 192.0.2.9",
                "AppAddr/2/AddrType chr IPv4",
                "AppAuth/1/AAuthLevel chr CLCRED",
                "AppAuth/1/AAuthType chr DIGEST",
                "AppAuth/1/AAuthName chr dev",
                // "not base64", the text's own octets
                "AppAuth/1/AAuthData bin 6E6F7420626173653634",
                "AppAuth/2/AAuthLevel chr HTTP",
                "AppAuth/2/AAuthType chr HTTP-BASIC",
                "AppAuth/2/AAuthName chr gate",
                "Ext/INIT bool true",
                "Ext/CONNRETRYFREQ chr 3",
                "Ext/APPAUTH/1/AAUTHTYPE chr DIGEST,BASIC",
                "Ext/APPAUTH/3/AAUTHTYPE chr DIGEST",
                "Ext/APPAUTH/3/AAUTHNAME chr lost",
            ],
        ),
        (
            "./Inbox/DMAcc2",
            &[
                "AppID chr w7",
                // No PROVIDER-ID: the name that the server shows
                "ServerID chr two",
                "AppAddr/1/Addr chr http://two.example:8000/dm",
                "AppAddr/1/AddrType chr URI",
                "AppAuth/1/AAuthLevel chr SRVCRED",
                "AppAuth/1/AAuthType chr BASIC",
                "AppAuth/1/AAuthName chr two",
            ],
        ),
        (
            "./Inbox/NAP1",
            &[
                "ID chr NAP1",
                "Addr chr internet",
                "BearerType chr 3GPPCSD",
                "IP/IPv4/DNS/Servers/1/Addr chr 192.0.2.53",
                "IP/IPv4/DNS/Servers/2/Addr chr 192.0.2.54",
                "Ext/INTERNET bool true",
                "Ext/LINGER chr 30",
            ],
        ),
        (
            "./Inbox/NAP2",
            &[
                "ID chr NAP2",
                "Addr chr #777",
                "BearerType chr CDMA2000-1X-SIMPLE-IP",
            ],
        ),
        (
            "./Inbox/Proxy1",
            &[
                "ProxyId chr px.example",
                "Name chr Proxy",
                "Addr chr 192.0.2.1",
                "ToConRef/1/ConRef chr ./Inbox/NAP1",
                // The logical proxy's port, then its own
                "Ports/1/PortNbr int 9201",
                "Ports/2/PortNbr int 8080",
                "ProxyType chr WAP",
                "Ext/PHYSICAL-PROXY-ID chr P1",
            ],
        ),
        (
            "./Inbox/Proxy2",
            &[
                "ProxyId chr px.example",
                "Name chr Second",
                "Addr chr 192.0.2.2",
                // INTERNET names the access point that says so
                "ToConRef/1/ConRef chr ./Inbox/NAP1",
                "Ports/1/PortNbr int 9201",
                "ProxyType chr WAP",
                "Ext/PHYSICAL-PROXY-ID chr P2",
            ],
        ),
    ];
    for ((uri, found), (expected_uri, expected)) in shown.iter().zip(&expected) {
        assert_eq!(uri, expected_uri);
        assert_eq!(found, expected, "{uri}");
    }
    assert_eq!(shown.len(), expected.len());

    let acl = |index: usize| {
        let acl = mapped.objects[index].node.properties.acl.as_ref();
        acl.unwrap().as_str().to_owned()
    };
    let of = |ids: &str| format!("Get={ids}&Replace={ids}&Delete={ids}");
    assert_eq!(acl(0), of("one"));
    assert_eq!(acl(1), of("two"));
    assert_eq!(acl(2), of("one"), "used by a proxy that one account uses");
    assert_eq!(acl(3), of("one+two"), "used by nobody");
    assert_eq!(acl(4), of("one"));

    let mut rules = rules_of(&mapped);
    rules.sort_unstable();
    rules.dedup();
    assert_eq!(
        rules,
        [
            "dm-map-kept",
            "dm-map-level",
            "dm-map-nonce",
            "dm-map-not-mapped",
            "dm-map-server-id",
            "dm-map-server-id-fallback",
            "dm-map-types",
            "dm-map-value",
        ]
    );
    let secret = mapped
        .findings
        .iter()
        .any(|finding| finding.to_string().contains("not base64"));
    assert!(!secret, "a finding shows a nonce");
}

#[test]
fn what_is_wrong_with_accounts() {
    let account = |inside: &str| {
        mapped(&format!(
            "<characteristic type='APPLICATION'><parm name='APPID' value='w7'/>{inside}\
             </characteristic>"
        ))
    };
    let address = "<characteristic type='APPADDR'><parm name='ADDR' value='https://a:1/'/>\
                   <characteristic type='PORT'><parm name='PORTNBR' value='2'/></characteristic>\
                   </characteristic>";
    let auth = "<characteristic type='APPAUTH'><parm name='AAUTHLEVEL' value='APPSRV'/>\
                <parm name='AAUTHTYPE' value='BASIC'/></characteristic>";
    let id = "<parm name='PROVIDER-ID' value='s'/>";

    let port = account(&format!("{id}{address}{auth}"));
    assert_eq!(rules_of(&port), ["dm-map-port"]);
    let leaves_of = |mapped: &Mapped| leaves(&mapped.objects[0].node);
    assert!(leaves_of(&port).contains(&"AppAddr/1/Port/1/PortNbr chr 1".to_owned()));

    let reference = account(&format!("{id}<parm name='TO-NAPID' value='x'/>{auth}"));
    assert_eq!(
        rules_of(&reference),
        ["dm-map-required", "dm-map-kept", "dm-map-reference"]
    );
    assert!(leaves_of(&reference).contains(&"Ext/TO-NAPID chr x".to_owned()));
    // An access point of the device's own, which has no name here
    let any = account(&format!(
        "{id}<parm name='TO-NAPID' value='INTERNET'/>{auth}"
    ));
    assert_eq!(rules_of(&any), ["dm-map-required", "dm-map-kept"]);
    assert!(leaves_of(&any).contains(&"Ext/TO-NAPID chr INTERNET".to_owned()));

    let acl = account("<parm name='PROVIDER-ID' value='a b'/>");
    assert!(rules_of(&acl).contains(&"dm-map-acl-id"));
    assert_eq!(acl.objects[0].node.properties.acl, None);

    let lost = account(&format!("{id}<parm name='a/b' value='x'/>"));
    assert!(rules_of(&lost).contains(&"dm-map-lost"));
    assert!(!leaves_of(&lost).iter().any(|leaf| leaf.contains('x')));

    // Twice what may stand once: both are kept, the first counts
    let twice = account(&format!(
        "{id}<parm name='NAME' value='a'/><parm name='NAME' value='b'/><parm name='NAME' value='c'/>"
    ));
    let leaves = leaves_of(&twice);
    for leaf in ["Name chr a", "Ext/NAME chr b", "Ext/NAME-2 chr c"] {
        assert!(leaves.iter().any(|l| l == leaf), "{leaves:?}");
    }
}

#[test]
fn names_under_ext_are_each_parms_own() {
    let mapped = mapped(
        "<characteristic type='APPLICATION'><parm name='APPID' value='w7'/>
           <parm name='PROVIDER-ID' value='s'/><parm name='DOMAIN-2' value='x'/>
           <parm name='DOMAIN' value='a'/><parm name='DOMAIN' value='b'/>
         </characteristic>",
    );
    let leaves = leaves(&mapped.objects[0].node);
    for leaf in ["DOMAIN-2 chr x", "DOMAIN chr a", "DOMAIN-3 chr b"] {
        assert!(leaves.contains(&format!("Ext/{leaf}")), "{leaves:?}");
    }
}

#[test]
fn addresses_of_ipv6_have_no_node() {
    let mapped = mapped(
        "<characteristic type='NAPDEF'><parm name='NAPID' value='N'/>
           <parm name='NAP-ADDRESS' value='a'/><parm name='BEARER' value='GSM-GPRS'/>
           <parm name='LOCAL-ADDR' value='2001:db8::5'/><parm name='LOCAL-ADDRTYPE' value='IPV6'/>
           <parm name='DNS-ADDR' value='2001:db8::53'/><parm name='DNS-ADDR' value='192.0.2.53'/>
         </characteristic>",
    );
    assert_eq!(
        leaves(&mapped.objects[0].node)[3..],
        [
            "IP/IPv4/DNS/Servers/1/Addr chr 192.0.2.53",
            "Ext/LOCAL-ADDR chr 2001:db8::5",
            "Ext/LOCAL-ADDRTYPE chr IPV6",
            "Ext/DNS-ADDR chr 2001:db8::53",
        ]
    );
    assert_eq!(rules_of(&mapped), ["dm-map-kept"]);
}

#[test]
fn an_object_is_referred_to_once() {
    let mapped = mapped(
        "<characteristic type='NAPDEF'><parm name='NAPID' value='N'/><parm name='INTERNET'/>
           <parm name='NAP-ADDRESS' value='a'/><parm name='BEARER' value='GSM-GPRS'/>
         </characteristic>
         <characteristic type='APPLICATION'><parm name='APPID' value='w7'/>
           <parm name='PROVIDER-ID' value='s'/>
           <parm name='TO-NAPID' value='N'/><parm name='TO-NAPID' value='INTERNET'/>
         </characteristic>",
    );
    let leaves = leaves(&mapped.objects[0].node);
    let references = leaves.iter().filter(|leaf| leaf.contains("ConRef"));
    assert!(references.eq([
        "PrefConRef chr ./Inbox/NAP1",
        "ToConRef/1/ConRef chr ./Inbox/NAP1"
    ]));
}

/// Both addresses: that of the application comes first.
#[test]
fn the_short_address_wins() {
    let mapped = mapped(
        "<characteristic type='APPLICATION'><parm name='APPID' value='w7'/>
           <parm name='PROVIDER-ID' value='s'/><parm name='ADDR' value='http://short/'/>
           <parm name='ADDRTYPE' value='URI'/>
           <characteristic type='APPADDR'><parm name='ADDR' value='http://long/'/></characteristic>
         </characteristic>",
    );
    let leaves = leaves(&mapped.objects[0].node);
    assert!(leaves.contains(&"AppAddr/1/Addr chr http://short/".to_owned()));
    assert!(leaves.contains(&"AppAddr/2/Addr chr http://long/".to_owned()));
}

#[test]
fn values_of_parameters_stay_marked() {
    let parm = |name: &'static str, value| {
        cp::Node::Parm(cp::Parm {
            name: name.into(),
            value: Some(value),
            at: cp::At::default(),
        })
    };
    let mut application = cp::Characteristic::new("APPLICATION");
    let mut auth = cp::Characteristic::new("APPAUTH");
    auth.nodes = vec![
        parm("AAUTHLEVEL", Value::fixed("APPSRV")),
        parm("AAUTHTYPE", Value::fixed("DIGEST")),
        parm("AAUTHDATA", Value::parameter("00000001")),
    ];
    application.nodes = vec![
        parm("APPID", Value::fixed("w7")),
        parm("PROVIDER-ID", Value::parameter("00000007")),
        cp::Node::Characteristic(auth),
    ];
    let document = cp::Document {
        characteristics: vec![application],
        ..cp::Document::default()
    };
    let mapped = map(&document, &MapOptions::default(), Position::Offset);
    let node = &mapped.objects[0].node;
    let acl = node.properties.acl.as_ref().unwrap();
    assert_eq!(
        acl.as_str(),
        "Get=00000007&Replace=00000007&Delete=00000007"
    );
    assert_eq!(acl.holes(), [4..12, 21..29, 37..45]);
    let Some(Content::Text(id)) = &node.child("ServerID").unwrap().value else {
        panic!("no text");
    };
    assert_eq!(id.holes(), std::slice::from_ref(&(0..8)));
    let auth = node.child("AppAuth").unwrap().child("1").unwrap();
    let Some(Content::Base64(data)) = &auth.child("AAuthData").unwrap().value else {
        panic!("no Base64");
    };
    assert_eq!(data.holes(), std::slice::from_ref(&(0..8)));
    assert!(auth.child("AAuthType").unwrap().properties.format == Some(Format::Chr));
}

#[test]
fn identifiers_and_what_findings_show() {
    let xml = format!("<wap-provisioningdoc>{ACCOUNT}</wap-provisioningdoc>");
    let document = cp::Document::from_xml(xml.as_bytes()).unwrap().document;
    let options = MapOptions {
        identifiers: Identifiers {
            dmacc: "urn:a".into(),
            nap: "urn:n".into(),
            proxy: "urn:p".into(),
        },
        ..MapOptions::default()
    };
    let mapped = map(&document, &options, Position::Offset);
    let identifiers = mapped.objects.iter().map(|object| {
        let Some(NodeType::DdfName(name)) = &object.node.properties.kind else {
            panic!("no DDFName");
        };
        (object.kind.unwrap(), name.as_str())
    });
    for (kind, name) in identifiers {
        let expected = match kind {
            ObjectKind::DmAcc => "urn:a",
            ObjectKind::Nap => "urn:n",
            ObjectKind::Proxy => "urn:p",
        };
        assert_eq!(name, expected);
    }
    for (rule, found) in [
        ("dm-map-not-mapped", "APPLICATION with APPID \"w2\""),
        ("dm-map-value", "BEARER \"CDMA2000-1X-SIMPLE-IP\""),
        ("dm-map-types", "AAUTHTYPE \"DIGEST,BASIC\""),
        ("dm-map-kept", "PHYSICAL-PROXY-ID in PXPHYSICAL"),
    ] {
        let mut all = mapped.findings.iter();
        assert!(
            all.any(|f| f.rule.id == rule && f.found == found),
            "{found}"
        );
    }
    let other = super::tests::mapped("<characteristic type='PXLOGICAL'/>");
    assert_eq!(other.findings[0].found, "PXLOGICAL");
}

/// The document with every value of these parms taken from a parameter.
fn mapped_with_parameters(body: &str, names: &[&str]) -> Mapped {
    fn mark(characteristic: &mut cp::Characteristic<'_>, names: &[&str]) {
        for node in &mut characteristic.nodes {
            match node {
                cp::Node::Characteristic(child) => mark(child, names),
                cp::Node::Parm(parm) if names.contains(&&*parm.name) => {
                    let text = parm.value.as_ref().unwrap().as_str().to_owned();
                    parm.value = Some(Value::parameter(text));
                }
                cp::Node::Parm(_) => {}
            }
        }
    }
    let xml = format!("<wap-provisioningdoc>{body}</wap-provisioningdoc>");
    let mut document = cp::Document::from_xml(xml.as_bytes()).unwrap().document;
    document
        .characteristics
        .iter_mut()
        .for_each(|c| mark(c, names));
    map(&document, &MapOptions::default(), Position::Offset)
}

/// What a device's own value will be is not known, so nothing is found about it.
#[test]
fn values_of_parameters_are_not_judged() {
    let body = "<characteristic type='NAPDEF'><parm name='NAPID' value='N'/>
          <parm name='NAP-ADDRESS' value='a'/><parm name='BEARER' value='odd'/></characteristic>
        <characteristic type='APPLICATION'><parm name='APPID' value='w7'/>
          <parm name='PROVIDER-ID' value='a+b'/>
          <characteristic type='APPADDR'><parm name='ADDR' value='https://a:1/'/>
            <characteristic type='PORT'><parm name='PORTNBR' value='2'/></characteristic>
          </characteristic>
          <characteristic type='APPAUTH'><parm name='AAUTHLEVEL' value='odd'/>
            <parm name='AAUTHTYPE' value='BASIC,DIGEST'/><parm name='AAUTHDATA' value='*'/>
          </characteristic></characteristic>";
    let judged = mapped(body);
    let mut rules = rules_of(&judged);
    rules.sort_unstable();
    assert_eq!(
        rules,
        [
            "dm-map-acl-id",
            "dm-map-kept",
            "dm-map-level",
            "dm-map-port",
            "dm-map-required",
            "dm-map-value"
        ]
    );
    let names = ["BEARER", "PORTNBR", "AAUTHLEVEL", "AAUTHTYPE", "AAUTHDATA"];
    let unknown = mapped_with_parameters(body, &names);
    assert_eq!(rules_of(&unknown), ["dm-map-acl-id"]);
    let found = leaves(&unknown.objects[0].node);
    for leaf in [
        "AppAddr/1/Port/1/PortNbr chr 2",
        "AppAuth/1/AAuthLevel chr odd",
        "AppAuth/1/AAuthType chr BASIC,DIGEST",
        "AppAuth/1/AAuthData bin 2A",
    ] {
        assert!(found.iter().any(|l| l == leaf), "{leaf}: {found:?}");
    }
    assert_eq!(leaves(&unknown.objects[1].node)[2], "BearerType chr odd");
    // A URL that is not known has no port that could hold
    let url = mapped_with_parameters(body, &["ADDR", "BEARER"]);
    assert!(!rules_of(&url).contains(&"dm-map-port"));
    // An identifier that is not known yet gets its rights
    let id = mapped_with_parameters(body, &["PROVIDER-ID"]);
    let acl = id.objects[0].node.properties.acl.as_ref();
    assert_eq!(acl.unwrap().as_str(), "Get=a+b&Replace=a+b&Delete=a+b");
    // Rows whose values must be known say so
    for (kind, parm, needs) in [
        ("NAPDEF", "BEARER", true),
        ("APPAUTH", "AAUTHTYPE", true),
        ("APPAUTH", "AAUTHDATA", false),
        ("PORT", "PORTNBR", false),
    ] {
        let row = tables::row_of(kind, parm).unwrap();
        assert_eq!(row.values.needs_fixed(), needs, "{kind}/{parm}");
    }
    assert_eq!(tables::row_of("NAPDEF", "PORTNBR"), None);
    assert_eq!(tables::row_of("ODD", "NAPID"), None);
}

#[test]
fn which_server_an_account_is_for() {
    let account = |auth: &str| {
        mapped(&format!(
            "<characteristic type='APPLICATION'><parm name='APPID' value='w7'/>{auth}\
             </characteristic>"
        ))
    };
    let auth = |kind: &str, level: &str, name: &str| {
        format!(
            "<characteristic type='{kind}'><parm name='AAUTHLEVEL' value='{level}'/>\
             <parm name='AAUTHTYPE' value='BASIC'/><parm name='AAUTHNAME' value='{name}'/>\
             </characteristic>"
        )
    };
    let others = [
        auth("APPSRVAUTH", "CLIENT", "x"),
        auth("APPAUTH", "APPSRV", "y"),
    ]
    .concat();
    let found = account(&[&*others, &auth("APPAUTH", "CLIENT", "srv")].concat());
    assert_eq!(leaves(&found.objects[0].node)[1], "ServerID chr srv");
    let none = account(&others);
    assert_eq!(
        (none.objects.len(), &*rules_of(&none)),
        (0, &["dm-map-server-id"][..])
    );
    // A level that is none is none, whatever the type
    let level = auth("APPAUTH", "ODD", "x").replace("BASIC", "HTTP-BASIC");
    let odd = account(&format!("<parm name='PROVIDER-ID' value='s'/>{level}"));
    let found = odd.findings.iter().find(|f| f.rule.id == "dm-map-level");
    assert_eq!(found.unwrap().found, "APPAUTH with AAUTHLEVEL \"ODD\"");
    assert!(
        !leaves(&odd.objects[0].node)
            .iter()
            .any(|leaf| leaf.starts_with("AppAuth"))
    );
}

#[test]
fn ports_and_short_addresses() {
    let account = |inside: &str| {
        let mapped = mapped(&format!(
            "<characteristic type='APPLICATION'><parm name='APPID' value='w7'/>\
             <parm name='PROVIDER-ID' value='s'/>{inside}</characteristic>"
        ));
        let rules = rules_of(&mapped);
        let ports = rules.iter().filter(|rule| **rule == "dm-map-port").count();
        (leaves(&mapped.objects[0].node), ports)
    };
    let address = |kind: &str, inside: &str| {
        format!(
            "<characteristic type='{kind}'><parm name='ADDR' value='https://a:1/'/>{inside}\
             </characteristic>"
        )
    };
    let port = |kind: &str, parm: &str| {
        format!(
            "<characteristic type='{kind}'><parm name='SERVICE' value='x'/>\
             <parm name='{parm}' value='2'/></characteristic>"
        )
    };
    for (inside, changed) in [
        (address("APPADDR", &port("PORT", "PORTNBR")), 1),
        (
            address(
                "APPADDR",
                &[port("ODD", "PORTNBR"), port("PORT", "PORTNBR")].concat(),
            ),
            1,
        ),
        (address("APPADDR", &port("ODD", "PORTNBR")), 0),
        (address("APPADDR", &port("PORT", "ODD")), 0),
        (
            address("APPADDR", &port("PORT", "PORTNBR").replace("'2'", "'1'")),
            0,
        ),
        (address("ODD", &port("PORT", "PORTNBR")), 0),
    ] {
        let (found, ports) = account(&inside);
        assert_eq!(ports, changed, "{inside}");
        let corrected = found
            .iter()
            .any(|leaf| leaf == "AppAddr/1/Port/1/PortNbr chr 1");
        assert_eq!(
            corrected,
            inside.contains("'1'") || changed == 1,
            "{found:?}"
        );
        assert!(
            !found.iter().any(|leaf| leaf.ends_with("SERVICE chr 1")),
            "{found:?}"
        );
    }
    // Each ADDR takes the next ADDRTYPE; what is left over is kept
    let (found, _) = account(
        "<parm name='NAME' value='n'/><parm name='ADDR'/><parm name='ADDR' value='http://b/'/>\
         <parm name='ADDRTYPE' value='IPV4'/><parm name='ADDRTYPE' value='IPV6'/>\
         <parm name='ADDR' value='http://c/'/><parm name='ADDRTYPE' value='URI'/>",
    );
    for leaf in [
        "Name chr n",
        "AppAddr/1/Addr chr http://b/",
        "AppAddr/1/AddrType chr IPv4",
        "AppAddr/2/Addr chr http://c/",
        "AppAddr/2/AddrType chr IPv6",
        "Ext/ADDR bool true",
        "Ext/ADDRTYPE chr URI",
    ] {
        assert!(found.iter().any(|l| l == leaf), "{leaf}: {found:?}");
    }
}

#[test]
fn leaves_have_a_media_type() {
    let mapped = mapped(ACCOUNT);
    let credentials = mapped.objects[0].node.child("AppAuth").unwrap();
    let first = credentials.child("1").unwrap();
    for (name, expected) in [
        ("AAuthName", "text/plain"),
        ("AAuthData", "application/octet-stream"),
    ] {
        let kind = first.child(name).unwrap().properties.kind.clone();
        assert_eq!(kind, Some(NodeType::Mime(Text::fixed(expected))), "{name}");
    }
}

#[test]
fn nodes_that_clients_need_are_missed() {
    let found = |body: &str| {
        let mapped = mapped(body);
        let missing = mapped.findings.into_iter();
        let missing = missing.filter(|finding| finding.rule.id == "dm-map-required");
        missing.map(|finding| finding.found).collect::<Vec<_>>()
    };
    let nap = "<characteristic type='NAPDEF'><parm name='NAPID' value='N'/></characteristic>";
    assert_eq!(
        found(nap),
        [
            "no NAP-ADDRESS for the node Addr",
            "no BEARER for the node BearerType",
        ]
    );
    // A characteristic that is missing is said once; a default fills in for a parm
    let account = "<characteristic type='APPLICATION'><parm name='APPID' value='w7'/>
          <parm name='PROVIDER-ID' value='s'/></characteristic>";
    assert_eq!(
        found(account),
        [
            "no APPADDR for the node AppAddr/#/Addr",
            "no APPAUTH for the node AppAuth/#/AAuthLevel",
        ]
    );
    let address = "<characteristic type='APPADDR'/></characteristic>";
    let account = account.replace("</characteristic>", address);
    assert_eq!(
        found(&account),
        [
            "no APPAUTH for the node AppAuth/#/AAuthLevel",
            "no ADDR for the node AppAddr/#/Addr",
        ]
    );
}

/// XML carries octets as Base64, so a nonce that is none becomes the Base64 of its text.
#[test]
fn a_nonce_that_is_no_base64_is_its_text_in_every_form() {
    use crate::document::dm::{Data, Message, MessageOptions, Shape, TndsForm, WbxmlVersion};
    let message = |shape| {
        let options = MessageOptions {
            shape,
            ..MessageOptions::default()
        };
        crate::document::dm::bootstrap(mapped(ACCOUNT).objects, &options)
    };
    let nonces = |message: &Message<'_>| {
        let mut found = Vec::new();
        for item in &message.adds[0].items {
            match &item.data {
                Data::Tree(tree) => {
                    for node in &tree.nodes {
                        let all = leaves(node).into_iter();
                        found.extend(all.filter(|leaf| leaf.contains("/AAuthData ")));
                    }
                }
                Data::Leaf(content) => {
                    let uri = item.target.as_ref().unwrap().as_str();
                    if let Some(at) = uri.find("AppAuth/1/AAuthData") {
                        let format = item.meta.format.as_ref().unwrap().as_str();
                        let octets = content.octets();
                        let shown = crate::bytes::Hex(&octets).to_string();
                        found.push(format!("{} {format} {shown}", &uri[at..]));
                    }
                }
                Data::Absent => {}
            }
        }
        found
    };
    let expected = ["AppAuth/1/AAuthData bin 6E6F7420626173653634"];
    for shape in [Shape::Trees, Shape::Plain] {
        let message = message(shape);
        let xml = message.to_xml().unwrap();
        assert!(xml.contains(">bm90IGJhc2U2NA==<"), "{shape:?}");
        let read = Message::from_xml(xml.as_bytes()).unwrap();
        assert_eq!(read.findings, [], "{shape:?}");
        assert_eq!(nonces(&read.document), expected, "XML, {shape:?}");
        for (name, form) in TndsForm::NAMES {
            let encoded = message.to_wbxml(form, WbxmlVersion::V1_2).unwrap();
            let read = Message::from_wbxml(&encoded.octets).unwrap();
            // Some forms of trees have a note to themselves
            let notes = |finding: &crate::finding::Finding| finding.rule.id.starts_with("tnds-");
            let mut others = read.findings.iter().filter(|finding| !notes(finding));
            assert_eq!(others.next(), None, "{name}, {shape:?}");
            assert_eq!(nonces(&read.document), expected, "{name}, {shape:?}");
        }
    }
}

/// Whoever cannot stand in an ACL has no rights, and leaves none to others.
#[test]
fn rights_pass_to_nobody_else() {
    let nap = |id: &str| {
        format!("<characteristic type='NAPDEF'><parm name='NAPID' value='{id}'/></characteristic>")
    };
    let w7 = |id: &str, parms: &str| {
        format!(
            "<characteristic type='APPLICATION'><parm name='APPID' value='w7'/>{id}{parms}</characteristic>"
        )
    };
    let to = |name: &str| format!("<parm name='TO-NAPID' value='{name}'/>");
    let of = |id: &str| format!("<parm name='PROVIDER-ID' value='{id}'/>");
    let proxy = "<characteristic type='PXLOGICAL'><parm name='PROXY-ID' value='P'/>\
                 <characteristic type='PXPHYSICAL'><parm name='TO-NAPID' value='B'/></characteristic>\
                 </characteristic>";
    let through = to("A") + "<parm name='TO-PROXY' value='P'/>";
    // The last has no identifier at all, so that its account is left out
    let ids = [
        "p=1",
        "*",
        "a+b",
        "\u{e4} \u{f6}",
        "",
        "local/nobody",
        "local/",
    ];
    let first = ids.map(of).into_iter().chain([String::new()]);
    for first in first {
        let text = [
            nap("A"),
            nap("B"),
            nap("C"),
            nap("D"),
            proxy.to_owned(),
            w7(&first, &through),
            w7(&of("two"), &to("C")),
        ];
        let found = mapped(&text.concat());
        let rights: Vec<_> = found
            .objects
            .iter()
            .map(|object| {
                let acl = object.node.properties.acl.as_ref();
                let name = object.uri.trim_start_matches("./Inbox/");
                let two = acl.map(|acl| acl.as_str() == "Get=two&Replace=two&Delete=two");
                (name.to_owned(), two)
            })
            .collect();
        let expected = |name: &str| match name {
            "NAP1" | "NAP2" | "Proxy1" => None,
            "DMAcc1" if found.objects.len() == 7 => None,
            _ => Some(true),
        };
        assert_eq!(rights.len(), if first.is_empty() { 6 } else { 7 });
        for (name, rights) in rights {
            assert_eq!(rights, expected(&name), "{first}: {name}");
        }
        let rule = if first.is_empty() {
            "dm-map-server-id"
        } else {
            "dm-map-acl-id"
        };
        assert!(rules_of(&found).contains(&rule), "{first}");
    }
}
