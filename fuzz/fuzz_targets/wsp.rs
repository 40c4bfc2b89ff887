//! The WSP push: reading and dissecting agree; what was read can be written, and reads the same.
#![no_main]

use dmboot::dissect::Item;
use dmboot::wire::wsp::{PushPdu, dissect};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: &[u8]| {
    let (items, _, fault) = dissect(input);
    covers(&items, 0, input.len());
    match PushPdu::parse(input) {
        Err(error) => {
            assert!(error.at <= input.len());
            assert_eq!(Some(error), fault);
        }
        Ok(read) => {
            assert_eq!(fault, None);
            // Not every spelling that is read is one that is written
            if let Ok(octets) = read.encode() {
                let again = PushPdu::parse(&octets).expect("what is written can be read");
                assert_eq!(again.body, read.body);
                assert_eq!(again.headers.len(), read.headers.len());
                assert_eq!(again.encode().as_ref(), Ok(&octets));
            }
        }
    }
});

fn covers(items: &[Item], start: usize, end: usize) {
    let mut at = start;
    for item in items {
        assert_eq!(item.span.start, at);
        at = item.span.end;
        if !item.children.is_empty() {
            covers(&item.children, item.span.start, item.span.end);
        }
    }
    assert_eq!(at, end);
}
