//! Package #0: reading and dissecting agree; what was read can be written, and is the same octets.
#![no_main]

use dmboot::document::dm::notification::{DIGEST_OCTETS, TriggerMessage, dissect};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: &[u8]| {
    let (items, findings, fault) = dissect(input);
    let mut at = 0;
    for item in &items {
        assert_eq!(item.span.start, at);
        at = item.span.end;
    }
    assert_eq!(at, input.len());
    match TriggerMessage::parse(input) {
        Err(error) => {
            assert!(error.at <= input.len());
            assert_eq!(Some(error), fault);
        }
        Ok(read) => {
            assert_eq!((fault, &findings), (None, &read.findings));
            let reserved = findings
                .iter()
                .any(|finding| finding.rule.id == "notification-future-use");
            // Not everything that is read is something that is written
            if let Ok(trigger) = read.notification.trigger()
                && !reserved
            {
                assert_eq!(trigger, input[DIGEST_OCTETS..]);
            }
        }
    }
});
