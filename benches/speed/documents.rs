//! The documents that are measured, and rows for them.

use super::reference::Reference;
use dmboot::document::cp::Encoding;
use dmboot::document::profile::{Parameter, Profile, Template, Tnds, shipped};
use dmboot::factory::job::{Emit, Job};
use dmboot::factory::params::Params;
use dmboot::security::cp_mac::{KeyForm, Pin, Sec};
use std::fmt::Write;
use std::path::{Path, PathBuf};

/// Rows that are used one after the other: more than enough that no run meets the keys and values
/// of the run before, few enough to stay in the cache, as a row that was just read does.
pub const ROWS: usize = 256;

/// What differs in the Client Provisioning documents from device to device.
const CP_HOLES: [(&str, &str); 5] = [
    ("imei", "490154203237518"),
    ("client_secret", "kJ8s0qPz3vXw"),
    ("nap_secret", "b7YxQ2mN"),
    ("client_nonce", "Zk1vVnJ0Q2pB"),
    ("server_secret", "Q3vTz81LmXe4"),
];

/// What the job gives for all devices of the shipped DM profile.
const DM_FIXED: [(&str, &str); 11] = [
    ("server_id", "mgmt.example"),
    ("server_name", "Example Device Management"),
    ("server_url", "https://dm.mgmt.example/dm"),
    ("apn", "internet.mgmt.example"),
    ("nap_id", "EXNAP1"),
    ("nap_name", "Example Internet"),
    ("nap_auth", "CHAP"),
    ("nap_user", "user@mgmt.example"),
    ("dns", "192.0.2.53"),
    ("server_nonce", "Y1QwcldtOVpiSGhM"),
    ("key", ""),
];

/// A document, and rows that make it one of each device's own.
pub struct Subject {
    pub name: &'static str,
    pub profile: Profile,
    /// The parameters that a row has values for; the PIN is the first.
    pub columns: Vec<String>,
    pub rows: Vec<Vec<String>>,
    pub dm: Option<Tnds>,
    /// The profile's own text.
    pub toml: String,
    fixed: &'static [(&'static str, &'static str)],
}

impl Subject {
    /// A Client Provisioning document of the test vectors.
    pub fn cp(name: &'static str, xml: &str) -> Self {
        let holes = CP_HOLES.iter().filter(|(_, value)| xml.contains(value));
        let mut body = xml.to_owned();
        let (mut toml, mut columns) = (String::from("format = 1\n"), vec!["pin".to_owned()]);
        for (parameter, value) in holes {
            let _ = writeln!(toml, "[parameters.{parameter}]");
            body = body.replace(value, &format!("{{{{{parameter}}}}}"));
            columns.push((*parameter).to_owned());
        }
        let text = format!("xml = '''\n{body}'''\n{toml}");
        let profile = Profile::parse(name, &text, &|_| None).expect("a profile");
        Self {
            toml: text,
            ..Self::new(name, profile, columns, None, &[])
        }
    }

    /// The DM message of the test vectors, its tree XML text: what does not differ is in the profile.
    pub fn dm() -> Self {
        let profile = Profile::parse("dm-tnds", include_str!("dm-tnds.toml"), &|_| None);
        let columns = [
            "pin",
            "imei",
            "client_secret",
            "client_nonce",
            "server_secret",
            "nap_secret",
        ];
        let columns = columns.map(str::to_owned).to_vec();
        let profile = profile.expect("a profile");
        Self::new("dm", profile, columns, Some(Tnds::Text), &[])
    }

    /// The same from a profile of the program, which takes everything from the job.
    pub fn dm_shipped() -> Self {
        let find = |name: &str| shipped::find(name).map(str::to_owned);
        let text = find("dm/account-nap").expect("it is shipped");
        let profile = Profile::parse("dm/account-nap", &text, &find).expect("a profile");
        let columns = [
            "pin",
            "imei",
            "client_user",
            "client_secret",
            "client_nonce",
            "server_secret",
            "nap_secret",
        ];
        let columns = columns.map(str::to_owned).to_vec();
        Self::new("dm-shipped", profile, columns, Some(Tnds::Text), &DM_FIXED)
    }

    fn new(
        name: &'static str,
        profile: Profile,
        columns: Vec<String>,
        dm: Option<Tnds>,
        fixed: &'static [(&'static str, &'static str)],
    ) -> Self {
        let row = |number| columns.iter().map(|column| value(column, number)).collect();
        let rows = (0..ROWS as u64).map(row).collect();
        Self {
            name,
            profile,
            columns,
            rows,
            dm,
            toml: String::new(),
            fixed,
        }
    }

    /// What signs its messages.
    pub fn job(&self) -> Job<'_> {
        Job {
            profile: &self.profile,
            dm: self.dm,
            sec: Some(Sec::UserPin),
            key_form: KeyForm::Standard,
            encoding: Encoding::Compatible,
            application_id: None,
            emit: Emit::default(),
            name: Template::parse("{{key}}").expect("a template"),
            params: Params::default(),
            receiver: None,
        }
    }

    /// The value of each parameter in a row, by its number.
    pub fn given<'s>(&'s self, row: &'s [String]) -> Vec<Option<&'s str>> {
        let value = |parameter: &Parameter| {
            let name = parameter.name.as_str();
            let column = self.columns.iter().position(|column| column == name);
            let fixed = self
                .fixed
                .iter()
                .find(|(known, text)| *known == name && !text.is_empty());
            column
                .map(|column| row[column].as_str())
                .or(fixed.map(|(_, text)| *text))
        };
        self.profile.parameters.iter().map(value).collect()
    }

    /// What stands in the Client Provisioning document of the test vectors for each column.
    pub fn originals(&self) -> Vec<&'static str> {
        let original = |column: &String| CP_HOLES.iter().find(|(name, _)| name == column);
        let columns = self.columns.iter();
        columns
            .map(|column| original(column).map_or("", |(_, value)| value))
            .collect()
    }

    /// The PIN of a row.
    pub fn pin(&self, row: usize) -> Pin {
        Pin::parse(&self.rows[row][0]).expect("a PIN")
    }

    /// Gives the C side the same document and rows. `xml` has a value of each column in it, as
    /// `values` says.
    pub fn share(&self, c: &mut Reference, folder: &Path, xml: &str, values: &[&str]) {
        let path = |extension: &str| folder.join(format!("{}.{extension}", self.name));
        let mut template = xml.to_owned();
        for (column, value) in values.iter().enumerate().skip(1) {
            assert!(template.contains(value), "{}: column {column}", self.name);
            template = template.replace(value, &format!("{{{{{column}}}}}"));
        }
        write(&path("template.xml"), &template);
        let rows: Vec<String> = self.rows.iter().map(|row| row.join("\t")).collect();
        write(&path("rows.tsv"), &rows.join("\n"));
        c.rows(self.name, &path("template.xml"), &path("rows.tsv"));
    }
}

/// Writes a file of the benchmark.
pub fn write(path: &Path, text: &str) {
    std::fs::write(path, text).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
}

/// A value for a column of a row, as long as those of the documents.
pub fn value(column: &str, row: u64) -> String {
    // libwbxml writes a token wherever a value has the letters of one in it; these spell none
    const LETTERS: &[u8; 32] = b"abcdefghijkmnopqrstuvxyz23456789";
    let length = match column {
        "pin" | "nap_secret" => 8,
        "imei" => 15,
        _ => 12,
    };
    let digits = matches!(column, "pin" | "imei");
    let seed = column.bytes().fold(row + 1, |hash, octet| {
        (hash ^ u64::from(octet)).wrapping_mul(0x9E37_79B9_7F4A_7C15)
    });
    let character = |index: u32| {
        let bits = seed.rotate_left(5 * index) ^ seed.wrapping_mul(u64::from(index) + 1) >> 32;
        let letter = (bits & 31) as usize;
        char::from(if digits {
            b'0' + (bits % 10) as u8
        } else {
            LETTERS[letter]
        })
    };
    (0..length).map(character).collect()
}

/// A file of the test vectors.
pub fn vector(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/vectors")
        .join(name)
}
