//! The WBXML reader: no input panics, and the events of a document cover it without gaps.
#![no_main]

use dmboot::wire::wbxml::tables::{prov::PROV, syncml};
use dmboot::wire::wbxml::{Error, Limits, Reader};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: &[u8]| {
    for vocabulary in [&PROV, &syncml::SYNCML, &syncml::DM_DDF] {
        let mut reader = match Reader::new(input, Limits::default()) {
            Ok(reader) => reader,
            Err(error) => return judge(&error, input),
        };
        if reader.vocabulary().is_none() {
            reader.assume(vocabulary);
        }
        let mut end = reader.header().string_table_span.end;
        loop {
            match reader.next() {
                Ok(Some(event)) => {
                    // Ends that are implied by the tokens before them have no octets
                    assert!(event.span.start <= event.span.end);
                    assert_eq!(event.span.start, end, "{event:?}");
                    end = event.span.end;
                }
                Ok(None) => {
                    assert_eq!(end, input.len());
                    break;
                }
                Err(error) => {
                    judge(&error, input);
                    break;
                }
            }
        }
    }
});

fn judge(error: &Error, input: &[u8]) {
    assert!(!error.to_string().is_empty());
    assert!(error.at <= input.len());
}
