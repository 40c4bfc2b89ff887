//! DM messages at a device: what the policy did not authorise changes nothing, twice is once, undone
//! is as before, and nobody has more rights than the rule gives.
#![no_main]

mod device;

use dmboot::document::received::{BootstrapProfile, Levels, Received};
use dmboot::security::cp_mac::Scheme;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: &[u8]| {
    let received = Received::read(input, Levels::Oma);
    if received.is_ok_and(|received| received.profile == BootstrapProfile::Dm) {
        device::judge(input, Scheme::Dm);
    }
});
