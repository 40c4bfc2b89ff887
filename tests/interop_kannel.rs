//! Kannel's gateway compiles and signs the documents that we write as XML: an encoder and a MAC
//! that know nothing of ours. We read its segments back as a receiver does.
#![allow(clippy::unwrap_used)] // functions beside the tests count as code for clippy

mod judges;

use dmboot::document::cp::Document;
use dmboot::security::cp_mac::{Facts, NetworkSecret, Pin, Sec};
use dmboot::security::imsi::Imsi;
use dmboot::security::verify::{Message, NotAuthentic, verify};
use dmboot::wire::wsp::PushPdu;
use judges::documents::{self, Named};
use judges::exceptions::{Exceptions, differences};
use judges::tool;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

const CONFIGURATION: &str = include_str!("interop/kannel/gateway.conf");

/// How long a step of the gateway may take. It takes some milliseconds; a busy machine more.
const PATIENCE: Duration = Duration::from_secs(5);

/// Kannel's processes, which end with this value.
struct Boxes(Vec<Child>);

/// A running gateway.
struct Gateway {
    boxes: Boxes,
    sendsms_port: u16,
    /// What the gateway sends to its SMSC, line by line.
    smsc: BufReader<TcpStream>,
    folder: tempfile::TempDir,
}

impl Drop for Boxes {
    fn drop(&mut self) {
        for child in self.0.iter_mut().rev() {
            // It may have ended by itself
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

fn connect(port: u16, until: Instant) -> Option<TcpStream> {
    loop {
        match TcpStream::connect((Ipv4Addr::LOCALHOST, port)) {
            Ok(stream) => {
                stream.set_read_timeout(Some(PATIENCE)).unwrap();
                stream.set_write_timeout(Some(PATIENCE)).unwrap();
                return Some(stream);
            }
            Err(_) if Instant::now() < until => std::thread::sleep(Duration::from_millis(20)),
            Err(_) => return None,
        }
    }
}

impl Gateway {
    fn start() -> Self {
        // Between choosing a port and Kannel's taking it another program may
        (0..3)
            .find_map(|_| Self::try_start())
            .unwrap_or_else(|| panic!("Kannel does not open its ports"))
    }

    fn try_start() -> Option<Self> {
        let listeners: Vec<_> = (0..4)
            .map(|_| TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap())
            .collect();
        let ports: Vec<u16> = listeners
            .iter()
            .map(|listener| listener.local_addr().unwrap().port())
            .collect();
        let mut text = CONFIGURATION.to_owned();
        for (name, port) in ["{A}", "{B}", "{C}", "{D}"].iter().zip(&ports) {
            text = text.replace(name, &port.to_string());
        }
        drop(listeners);
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("gateway.conf");
        std::fs::write(&file, text).unwrap();

        let mut boxes = Boxes(Vec::new());
        let mut run = |name: &str| {
            let log = std::fs::File::create(folder.path().join(name)).unwrap();
            let child = Command::new(tool(name, "kannel"))
                .args(["-v", "1"])
                .arg(&file)
                .current_dir(folder.path())
                .stdin(Stdio::null())
                .stdout(log.try_clone().unwrap())
                .stderr(log)
                .spawn();
            boxes.0.push(child.unwrap());
        };
        let [_, smsbox_port, smsc_port, sendsms_port] = ports[..] else {
            return None;
        };
        let until = Instant::now() + PATIENCE;
        run("bearerbox");
        let smsc = connect(smsc_port, until)?;
        // smsbox ends at once when it cannot reach this port
        connect(smsbox_port, until)?;
        run("smsbox");
        connect(sendsms_port, until)?;
        Some(Self {
            boxes,
            sendsms_port,
            smsc: BufReader::new(smsc),
            folder,
        })
    }

    fn logs(&self) -> String {
        assert_eq!(self.boxes.0.len(), 2);
        ["bearerbox", "smsbox"]
            .map(|name| std::fs::read_to_string(self.folder.path().join(name)).unwrap_or_default())
            .concat()
    }

    /// Hands a document in, to be signed with `key`, and collects the push that goes out.
    fn push(&mut self, xml: &str, sec: &str, key: &[u8], receiver: &str) -> Vec<u8> {
        let path = format!(
            "/cgi-bin/sendota?username=dmboot&password=dmboot&from=1234&to={receiver}\
             &type=oma-settings&sec={sec}&pin={}&text={}",
            percent(key),
            percent(xml.as_bytes()),
        );
        let until = Instant::now() + PATIENCE;
        let mut http = connect(self.sendsms_port, until).unwrap();
        write!(http, "GET {path} HTTP/1.0\r\n\r\n").unwrap();
        let mut answer = String::new();
        http.read_to_string(&mut answer).unwrap();
        assert!(answer.starts_with("HTTP/1.0 202"), "{answer}");
        let mut parts: BTreeMap<u8, Vec<u8>> = BTreeMap::new();
        loop {
            let mut line = String::new();
            let read = self.smsc.read_line(&mut line);
            assert!(
                matches!(read, Ok(1..)),
                "no segment came: {read:?}\n{}",
                self.logs()
            );
            if let Some(push) = segment(line.trim_end_matches('\n'), receiver, &mut parts) {
                return push;
            }
        }
    }
}

/// A segment as the fakesmsc protocol has it: `from to udh HEADER data TEXT`. Gives the whole push
/// when it was the last one missing.
fn segment(line: &str, receiver: &str, parts: &mut BTreeMap<u8, Vec<u8>>) -> Option<Vec<u8>> {
    let words: Vec<&str> = line.split(' ').collect();
    let ["1234", to, "udh", header, "data", data] = words[..] else {
        panic!("not a segment with a header: {line}");
    };
    assert_eq!(to, receiver);
    let header = unpercent(header);
    assert_eq!(usize::from(header[0]) + 1, header.len());
    let mut elements = &header[1..];
    let (mut ports, mut place) = (None, (1, 1));
    while let [id, length, rest @ ..] = elements {
        let (value, rest) = rest.split_at(usize::from(*length));
        match (id, value) {
            (0x05, _) => ports = Some(value.to_vec()),
            (0x00, [_, total, number]) => place = (*total, *number),
            _ => panic!("information element {id:02X}"),
        }
        elements = rest;
    }
    // To the push port, 2948
    assert_eq!(ports.unwrap()[..2], [0x0B, 0x84]);
    let (total, number) = place;
    assert!(number > 0 && number <= total);
    let data = unpercent(data);
    assert!(header.len() + data.len() <= 140);
    assert!(
        parts.insert(number, data).is_none(),
        "segment {number} twice"
    );
    (parts.len() == usize::from(total)).then(|| parts.values().flatten().copied().collect())
}

fn percent(octets: &[u8]) -> String {
    octets.iter().fold(String::new(), |mut text, octet| {
        write!(text, "%{octet:02X}").unwrap();
        text
    })
}

fn unpercent(text: &str) -> Vec<u8> {
    let mut octets = Vec::new();
    let mut rest = text.as_bytes();
    while let [first, after @ ..] = rest {
        rest = after;
        octets.push(match first {
            b'+' => b' ',
            b'%' => {
                let (digits, after) = rest.split_at(2);
                rest = after;
                u8::from_str_radix(std::str::from_utf8(digits).unwrap(), 16).unwrap()
            }
            other => *other,
        });
    }
    octets
}

#[test]
fn kannel_compiles_and_signs_what_we_write() {
    let mut exceptions = Exceptions::of("kannel");
    let mut gateway = Gateway::start();
    let imsi = Imsi::parse("262011234567890").unwrap();
    let facts = |imsi: Imsi, pin| Facts {
        network: Some(NetworkSecret::Imsi(imsi)),
        pin: Some(Pin::parse(pin).unwrap()),
        code: None,
    };
    let wrong = facts(Imsi::parse("262011234567891").unwrap(), "1235");
    let facts = facts(imsi.clone(), "1234");
    let all = documents::all();
    assert!(all.len() > 100);
    // Kannel takes keys as they are: these semi-octets are ours, and tests/published_vectors.rs
    // judges them
    let network = imsi.semi_octets().expose().to_vec();
    let methods = [
        (Sec::UserPin, b"1234".to_vec()),
        (Sec::NetwPin, network.clone()),
        (Sec::UserNetwPin, [&network[..], b"1234"].concat()),
    ];
    for (count, Named { name, document }) in all.into_iter().enumerate() {
        let xml = document.to_xml().unwrap();
        let (sec, key) = &methods[count % methods.len()];
        let receiver = (1000 + count).to_string();
        let push = gateway.push(&xml, sec.lower_name(), key, &receiver);
        let push = PushPdu::parse(&push).unwrap_or_else(|error| panic!("{name}: {error}"));
        assert_eq!(push.findings, [], "{name}");
        let message = Message {
            body: push.body,
            sec: push.content_type.sec().and_then(|sec| sec.method),
            mac: push.content_type.mac().and_then(|mac| mac.digest),
        };
        assert_eq!(message.sec, Some(*sec), "{name}");
        assert_eq!(
            verify(message, &wrong),
            Err(NotAuthentic::Mismatch { sec: *sec })
        );
        let verified = verify(message, &facts).unwrap_or_else(|error| panic!("{name}: {error}"));
        let read =
            Document::from_wbxml(verified.body()).unwrap_or_else(|error| panic!("{name}: {error}"));
        assert_eq!(read.findings, [], "{name}");
        exceptions.note(&name, differences(&document, &read.document));
    }
    exceptions.settle();
}
