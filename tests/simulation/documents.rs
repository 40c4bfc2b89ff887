//! Documents: what senders write, and what the model knows of it.

use crate::disk::Chance;
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use dmboot::document::cp::{Document, Encoding};
use dmboot::document::dm::map::{MapOptions, Places, map};
use dmboot::document::dm::{MessageOptions, Shape, bootstrap};
use dmboot::document::dm::{TndsForm, WbxmlVersion};
use dmboot::document::profile::{Parameter, Profile, Values, shipped};
use dmboot::finding::Position;
use dmboot::security::cp_mac::Scheme;
use std::fmt;
use std::sync::LazyLock;

/// A document as it was written.
#[derive(Clone)]
pub struct Written {
    pub body: Vec<u8>,
    pub scheme: Scheme,
    /// What it says; `None` when the model does not know.
    pub says: Option<Says>,
}

impl fmt::Debug for Written {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { body, says, .. } = self;
        write!(f, "\"{}\" {says:?}", body.escape_ascii())
    }
}

#[derive(Debug, Clone)]
pub struct Says {
    /// One for each server: the first counts.
    pub accounts: Vec<Account>,
    /// Whether it has a BOOTSTRAP; none in a message, which makes no configuration context.
    pub context: Option<bool>,
}

#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Account {
    pub server: &'static str,
    /// None, and no client has the account.
    pub address: Option<&'static Address>,
}

/// An address of a server, and what is in it.
#[derive(Debug, PartialEq)]
pub struct Address {
    pub url: &'static str,
    pub host: &'static str,
    pub tls: bool,
}

/// The last cannot stand in an ACL.
pub const SERVERS: [&str; 5] = ["a.example", "b.example", "c", "d.net", "e 5"];

const fn address(url: &'static str, host: &'static str, tls: bool) -> Address {
    Address { url, host, tls }
}

pub static ADDRESSES: [Address; 7] = [
    address("https://dm.a.example/dm", "dm.a.example", true),
    address("http://dm.a.example/", "dm.a.example", false),
    address("https://u:p@b.example:8443/x", "b.example", true),
    address("https://B.Example./", "b.example", true),
    address("HTTPS://c.net?q=@b.example", "c.net", true),
    address("https://[2001:db8::1]/", "2001:db8::1", true),
    address("b.example/dm", "b.example", false),
];

static PROFILES: LazyLock<Vec<Profile>> = LazyLock::new(|| {
    let find = |name: &str| shipped::find(name).map(str::to_owned);
    let names = ["cp/w7-account", "cp/w7-nap", "cp/w7-nap-proxy"];
    let load = |name| Profile::parse(name, shipped::find(name).unwrap(), &find).unwrap();
    names.map(load).into()
});

/// Writes a document.
pub fn write(chance: &mut Chance) -> Written {
    match chance.below(8) {
        0 => of_profile(chance),
        1 => odd_message(chance),
        2..=4 => {
            let (xml, says) = provisioning(chance);
            let body = match chance.below(3) {
                0 => xml.into_bytes(),
                1 => encoded(&xml, Encoding::Compatible),
                _ => encoded(&xml, Encoding::Compact),
            };
            Written {
                body,
                scheme: Scheme::Cp,
                says: Some(says),
            }
        }
        _ => message(chance),
    }
}

fn encoded(xml: &str, encoding: Encoding) -> Vec<u8> {
    let document = Document::from_xml(xml.as_bytes()).unwrap().document;
    document.to_wbxml(encoding).unwrap().octets
}

fn parm(name: &str, value: &str) -> String {
    format!(r#"<parm name="{name}" value="{value}"/>"#)
}

fn characteristic(kind: &str, content: &str) -> String {
    format!(r#"<characteristic type="{kind}">{content}</characteristic>"#)
}

/// A provisioning document, with everything that may go together and more.
fn provisioning(chance: &mut Chance) -> (String, Says) {
    let names = ["N", "M", "K"];
    let mut text = String::new();
    let context = chance.one_in(4);
    if context {
        let url = chance.pick(&["", "https://one.example", "https://two.example"]);
        let allow = chance.pick(&["0", "1", "255"]);
        text += &characteristic(
            "BOOTSTRAP",
            &(parm("PROVURL", url) + &parm("CONTEXT-ALLOW", allow)),
        );
    }
    for _ in 0..chance.below(3) {
        let name = chance.pick(&names);
        let address = parm("NAP-ADDRESS", &format!("{name}.example"));
        text += &characteristic("NAPDEF", &(parm("NAPID", name) + &address));
    }
    for _ in 0..chance.below(2) {
        let to = parm("TO-NAPID", chance.pick(&["N", "M", "K", "INTERNET"]));
        let physical = parm("PHYSICAL-PROXY-ID", "1") + &parm("PXADDR", "10.0.0.1") + &to;
        let content = parm("PROXY-ID", chance.pick(&names))
            + &parm("NAME", "P")
            + &characteristic("PXPHYSICAL", &physical);
        text += &characteristic("PXLOGICAL", &content);
    }
    let mut accounts: Vec<Account> = Vec::new();
    for _ in 0..chance.below(4) {
        let server = chance.pick(&SERVERS);
        let address = &ADDRESSES[chance.below(ADDRESSES.len())];
        let address = (!chance.one_in(6)).then_some(address);
        // Of two for a server, the second is as if it were not there
        if accounts.iter().all(|account| account.server != server) {
            accounts.push(Account { server, address });
        }
        let mut content = parm("APPID", "w7") + &parm("PROVIDER-ID", server);
        if chance.one_in(3) {
            content += &parm("NAME", &format!("number {} &amp; more", chance.below(1000)));
        }
        match chance.below(3) {
            0 => content += &parm("TO-NAPID", chance.pick(&names)),
            1 => content += &parm("TO-PROXY", chance.pick(&names)),
            _ => {}
        }
        if let Some(address) = address {
            content += &characteristic("APPADDR", &parm("ADDR", address.url));
        }
        if chance.one_in(2) {
            let credentials = parm("AAUTHLEVEL", chance.pick(&["APPSRV", "CLIENT", "OBEX"]))
                + &parm("AAUTHTYPE", "DIGEST")
                + &parm("AAUTHNAME", "dev")
                + &parm("AAUTHSECRET", "hunter2")
                + &parm("AAUTHDATA", "AAEC");
            content += &characteristic("APPAUTH", &credentials);
        }
        text += &characteristic("APPLICATION", &content);
    }
    let says = Says {
        accounts,
        context: Some(context),
    };
    (
        format!("<wap-provisioningdoc>{text}</wap-provisioningdoc>"),
        says,
    )
}

/// A DM message that says what a provisioning document would.
fn message(chance: &mut Chance) -> Written {
    let (xml, mut says) = provisioning(chance);
    // A message has no place for it
    says.context = None;
    let document = Document::from_xml(xml.as_bytes()).unwrap().document;
    let options = MapOptions {
        places: match chance.one_in(2) {
            true => Places::INBOX,
            false => Places::TREE,
        },
        ..MapOptions::default()
    };
    let objects = map(&document, &options, Position::Offset).objects;
    let shape = match chance.one_in(3) {
        true => Shape::Plain,
        false => Shape::Trees,
    };
    let message = bootstrap(
        objects,
        &MessageOptions {
            shape,
            ..MessageOptions::default()
        },
    );
    let (_, form) = chance.pick(&TndsForm::NAMES);
    let (_, version) = chance.pick(&WbxmlVersion::NAMES);
    let body = match chance.one_in(4) {
        true => message.to_xml().unwrap().into_bytes(),
        false => message.to_wbxml(form, version).unwrap().octets,
    };
    Written {
        body,
        scheme: Scheme::Dm,
        says: Some(says),
    }
}

/// A DM message of whatever there might be, of which the model knows nothing.
fn odd_message(chance: &mut Chance) -> Written {
    let mut items = String::new();
    for _ in 0..chance.below(5) {
        let target = chance.pick(&[
            "./Inbox",
            "./Inbox/X",
            "./DMAcc",
            "./DMAcc/1",
            "./DMAcc/7/ServerID",
            "./NAP/1",
            "./Vendor/Example/Label",
            "./DevInfo/DevId",
            "./Nothing/At/All",
            ".",
        ]);
        let server = chance.pick(&SERVERS);
        let acl = match chance.below(4) {
            0 => String::new(),
            1 => "<ACL>Add=*&amp;Delete=*</ACL>".to_owned(),
            2 => format!("<ACL>Get={server}&amp;Exec={server}</ACL>"),
            _ => "<ACL>Get=evil.example</ACL>".to_owned(),
        };
        let leaf = |name: &str, value: &str| {
            format!(
                "<Node><NodeName>{name}</NodeName><RTProperties><Format><chr/></Format></RTProperties><Value>{value}</Value></Node>"
            )
        };
        let url = ADDRESSES[chance.below(ADDRESSES.len())].url;
        // In another form, or twice
        let mut hidden = |name: &str, value: &str| match chance.below(4) {
            0 => leaf(name, &BASE64_STANDARD.encode(value)).replace("<chr/>", "<b64/>"),
            1 => format!("<Node><NodeName>{name}</NodeName><Node/></Node>") + &leaf(name, value),
            2 => leaf(name, "a.example") + &leaf(name, value),
            _ => leaf(name, value),
        };
        let account = leaf("AppID", "w7")
            + &hidden("ServerID", server)
            + &format!(
                "<Node><NodeName>AppAddr</NodeName><Node><NodeName>1</NodeName>{}{}</Node></Node>",
                hidden("Addr", url),
                leaf("AddrType", "URI")
            );
        let data = match chance.below(3) {
            0 => format!("<Data>{server}</Data>"),
            _ => format!(
                "<Data><MgmtTree><VerDTD>1.2</VerDTD><Node><NodeName>{}</NodeName><RTProperties>{acl}<Format><node/></Format><Type><DDFName>{}</DDFName></Type></RTProperties>{account}</Node></MgmtTree></Data>",
                chance.pick(&["A", "1", "ServerID", "AppAddr"]),
                chance.pick(&[
                    "urn:oma:mo:oma-dm-dmacc:1.0",
                    "urn:oma:mo:oma-connmo-nap:1.0",
                    "x"
                ]),
            ),
        };
        items += &format!("<Item><Target><LocURI>{target}</LocURI></Target>{data}</Item>");
    }
    Written {
        body: format!("<SyncML xmlns=\"SYNCML:SYNCML1.2\"><SyncHdr/><SyncBody><Add><CmdID>1</CmdID>{items}</Add><Final/></SyncBody></SyncML>").into_bytes(),
        scheme: Scheme::Dm,
        says: None,
    }
}

/// A document of a shipped profile.
fn of_profile(chance: &mut Chance) -> Written {
    let profile = &PROFILES[chance.below(PROFILES.len())];
    let server = chance.pick(&SERVERS);
    let address = &ADDRESSES[chance.below(3)];
    let secret = format!("{:016}", chance.below(10_000));
    let given = |parameter: &Parameter| match parameter.name.as_str() {
        "server_id" => Some(server),
        "server_url" => Some(address.url),
        "apn" => Some("internet.example"),
        "proxy_host" => Some("192.0.2.1"),
        "proxy_id" => Some("proxy.example"),
        "imei" => Some("490154203237518"),
        "client_user" | "server_user" => Some("dev"),
        "client_secret" | "server_secret" => Some(&*secret),
        _ => None,
    };
    let mut values = Values::default();
    values.resolve(profile, &given, None).unwrap();
    let document = profile.document(&values);
    Written {
        body: document.to_wbxml(Encoding::Compatible).unwrap().octets,
        scheme: Scheme::Cp,
        says: Some(Says {
            accounts: vec![Account {
                server,
                address: Some(address),
            }],
            context: Some(false),
        }),
    }
}
