//! Profiles: none panics, and the compiled one gives the octets of the general one.
#![no_main]

use dmboot::document::cp::Encoding;
use dmboot::document::profile::{Compiled, Parameter, Profile, Values};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let profile = match Profile::parse("fuzz", text, &|_| None) {
        Ok(profile) => profile,
        Err(error) => {
            assert!(!error.to_string().is_empty());
            return;
        }
    };
    let mut values = Values::default();
    for given in [None, Some("1"), Some("https://a.example/")] {
        // A parameter that has a source is computed; the others get the same text
        let open = |parameter: &Parameter| given.filter(|text| parameter.kind.check(text).is_ok());
        if let Err(error) = values.resolve(&profile, &open, None) {
            assert!(!error.to_string().is_empty());
            continue;
        }
        let document = profile.document(&values);
        for encoding in [Encoding::Compatible, Encoding::Compact] {
            let compiled = Compiled::new(&profile, encoding);
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
