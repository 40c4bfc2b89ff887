//! Profiles: none panics, and the compiled one gives the octets of the general one.
#![no_main]

use dmboot::document::cp::Encoding;
use dmboot::document::dm::{Version, WbxmlVersion};
use dmboot::document::profile::{
    Compiled, Parameter, Profile, Source, Tnds, Values, Written, shipped,
};
use libfuzzer_sys::fuzz_target;

/// One text at least for nearly every type; the first that the type takes is given.
const TEXTS: [&str; 8] = [
    "https://a.example/",
    "10.0.0.1",
    "APPSRV",
    "490154203237518",
    "89014103211118510720",
    "1234",
    "01AF",
    "<&\" \u{e9}",
];

fuzz_target!(|text: &str| {
    let profile = match Profile::parse("fuzz", text, &|name| shipped::find(name).map(str::to_owned))
    {
        Ok(profile) => profile,
        Err(error) => {
            assert!(!error.to_string().is_empty());
            return;
        }
    };
    let mut values = Values::default();
    for given in [&[], &TEXTS[..], &TEXTS[4..]] {
        let fits = |parameter: &Parameter| {
            let mut texts = given.iter().copied();
            texts.find(|text| parameter.kind.check(text).is_ok())
        };
        // A parameter with a source gets its value from there; given ones are refused if constant
        let open = |parameter: &Parameter| match parameter.source {
            Source::Given => fits(parameter),
            _ => None,
        };
        if let Err(error) = values.resolve(&profile, &open, None) {
            assert!(!error.to_string().is_empty());
            continue;
        }
        let document = profile.document(&values);
        for encoding in [Encoding::Compatible, Encoding::Compact] {
            let general = document.to_wbxml(encoding).ok();
            let spliced = spliced(&profile, Written::Cp(encoding), &values);
            same(general.map(|encoded| encoded.octets), spliced);
        }
        if profile.has_dm_form().is_err() {
            continue;
        }
        let version = match profile.dm.version {
            Version::V1_2 => WbxmlVersion::V1_2,
            Version::V1_3 => WbxmlVersion::V1_3,
        };
        for (_, tnds) in Tnds::NAMES {
            let general = profile.message(&values, tnds).ok();
            let general =
                general.and_then(|(message, _)| message.to_wbxml(tnds.form(), version).ok());
            let spliced = spliced(&profile, Written::Dm(tnds), &values);
            same(general.map(|encoded| encoded.octets), spliced);
        }
    }
});

/// The document by the compiled path, if it can be written.
fn spliced(profile: &Profile, written: Written, values: &Values) -> Option<Vec<u8>> {
    let mut octets = Vec::new();
    let compiled = Compiled::new(profile, written);
    let result = compiled.splicer().append(values, &mut octets);
    result.ok().map(|()| octets)
}

/// Both paths give the same octets, or both refuse.
fn same(general: Option<Vec<u8>>, spliced: Option<Vec<u8>>) {
    match (general, spliced) {
        (Some(general), Some(spliced)) => assert_eq!(general, spliced),
        (None, None) => {}
        (general, spliced) => panic!("{} {}", general.is_some(), spliced.is_some()),
    }
}
