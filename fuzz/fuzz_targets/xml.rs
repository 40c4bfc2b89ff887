//! The XML reader: no input panics, and every event lies where it says.
#![no_main]

use dmboot::wire::xml::{Event, Limits, Policy, Reader};
use libfuzzer_sys::fuzz_target;

const PROV: &str = "-//WAPFORUM//DTD PROV 1.0//EN";

fuzz_target!(|input: &[u8]| {
    for internal_subset in [false, true] {
        let policy = Policy {
            public_ids: &[PROV],
            internal_subset,
            limits: Limits::DEFAULT,
        };
        if let Err(error) = read(input, policy) {
            assert!(!error.rule().is_empty());
            assert!(!error.to_string().is_empty());
        }
    }
});

fn read(input: &[u8], policy: Policy) -> Result<(), dmboot::wire::xml::Error> {
    let mut reader = Reader::new(input, policy)?;
    let mut open = 0_usize;
    let mut last = 0;
    while let Some(event) = reader.next()? {
        let offset = match event {
            Event::Start(element) => {
                open += 1;
                assert!(open <= policy.limits.depth);
                assert!(element.attributes.len() <= policy.limits.attributes);
                element.offset
            }
            Event::Text(text) => text.offset,
            Event::End { offset, .. } => {
                open -= 1;
                offset
            }
        };
        assert!(last <= offset && offset <= input.len());
        last = offset;
    }
    assert_eq!(open, 0);
    Ok(())
}
