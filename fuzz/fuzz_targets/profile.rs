//! Profiles: none panics, and the compiled one gives the octets of the general one.
#![no_main]

use dmboot::document::cp::Encoding;
use dmboot::document::profile::{Compiled, Parameter, Profile, Source, Values, Written};
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
    let profile = match Profile::parse("fuzz", text, &|_| None) {
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
            let compiled = Compiled::new(&profile, Written::Cp(encoding));
            let mut spliced = Vec::new();
            let spliced = compiled
                .splicer()
                .append(&values, &mut spliced)
                .map(|()| spliced);
            match (document.to_wbxml(encoding), spliced) {
                (Ok(general), Ok(spliced)) => assert_eq!(general.octets, spliced),
                (Err(_), Err(_)) => {}
                (general, spliced) => panic!("{} {}", general.is_ok(), spliced.is_ok()),
            }
        }
    }
});
