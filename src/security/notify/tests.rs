use super::*;
use hex_literal::hex;
use proptest::prelude::*;

/// Server `com.example.dm`, password `srvpw`, session 1234, informative, by the server; nonce
/// `Nonce`. The digest is the one that Synthesis' SanPackage and the OMA DM engine of
/// Motorola/AOSP accept.
const GIVEN: [u8; 38] =
    hex!("7e47b69d590d999ebcfc39fc4ac5c2ee 02e8000000 1234 0e 636f6d2e6578616d706c652e646d");
/// The same with four zero octets as the nonce, which that engine accepts too.
const RESYNC: [u8; 38] =
    hex!("3475c2852a0a1ef45fba449b42f927e9 02e8000000 1234 0e 636f6d2e6578616d706c652e646d");

fn notification() -> Notification<'static> {
    Notification {
        ui_mode: crate::document::dm::notification::UiMode::Informative,
        ..Notification::new(0x1234, "com.example.dm")
    }
}

fn password() -> Secret {
    Secret::from("srvpw")
}

#[test]
fn published_vectors() {
    let nonce = Secret::from("Nonce");
    let given = trigger_message(&notification(), &password(), Some(&nonce)).unwrap();
    assert_eq!(given, GIVEN);
    let resync = trigger_message(&notification(), &password(), None).unwrap();
    assert_eq!(resync, RESYNC);
}

#[test]
fn the_nonce_that_matched_is_told() {
    let nonce = Secret::from("Nonce");
    let given = TriggerMessage::parse(&GIVEN).unwrap();
    let resync = TriggerMessage::parse(&RESYNC).unwrap();
    let used = |message, password: &str, nonce| {
        verify(message, &Secret::from(password), nonce).map(|verified| verified.nonce())
    };
    assert_eq!(used(&given, "srvpw", Some(&nonce)), Ok(NonceUsed::Given));
    assert_eq!(used(&resync, "srvpw", Some(&nonce)), Ok(NonceUsed::Resync));
    assert_eq!(used(&resync, "srvpw", None), Ok(NonceUsed::Resync));
    assert_eq!(used(&given, "srvpw", None), Err(NotAuthentic::NoNonce));
    assert_eq!(
        used(&given, "other", Some(&nonce)),
        Err(NotAuthentic::Mismatch)
    );
    assert_eq!(
        used(&resync, "other", Some(&nonce)),
        Err(NotAuthentic::Mismatch)
    );
    // The text "0x00000000" is what some clients take the standard to mean
    let text = Secret::from("0x00000000");
    let made = trigger_message(&notification(), &password(), Some(&text)).unwrap();
    let made = TriggerMessage::parse(&made).unwrap();
    assert_eq!(used(&made, "srvpw", None), Err(NotAuthentic::NoNonce));
    assert_eq!(used(&made, "srvpw", Some(&text)), Ok(NonceUsed::Given));
    let verified = verify(&given, &password(), Some(&nonce)).unwrap();
    assert_eq!(verified.notification(), &notification());
    assert_eq!(
        NotAuthentic::Mismatch.rule(),
        "notification-digest-mismatch"
    );
    assert_eq!(NotAuthentic::NoNonce.rule(), "notification-nonce-missing");
    let names = [NonceUsed::Given, NonceUsed::Resync].map(NonceUsed::name);
    assert_eq!(names, ["given", "resync"]);
}

#[test]
fn nothing_secret_is_shown() {
    let message = TriggerMessage::parse(&GIVEN).unwrap();
    let nonce = Secret::from("Nonce");
    let verified = verify(&message, &password(), Some(&nonce)).unwrap();
    let errors = [NotAuthentic::Mismatch, NotAuthentic::NoNonce];
    let shown = format!("{verified:?} {} {} {errors:?}", errors[0], errors[1]);
    assert!(
        shown.starts_with("Verified { notification: Notification {"),
        "{shown}"
    );
    assert!(shown.contains("nonce: Given"), "{shown}");
    for content in ["srvpw", "Nonce,", "\"Nonce"] {
        assert!(!shown.contains(content), "{shown}");
    }
}

proptest! {
    #[test]
    fn every_bit_counts(
        password in "[!-~]{1,20}",
        nonce in proptest::collection::vec(any::<u8>(), 1..20),
        vendor in proptest::collection::vec(any::<u8>(), 0..40),
        bit in any::<prop::sample::Index>(),
    ) {
        let (password, nonce) = (Secret::from(password), Secret::new(nonce));
        let notification = Notification { vendor: vendor.into(), ..notification() };
        let octets = trigger_message(&notification, &password, Some(&nonce)).unwrap();
        let message = TriggerMessage::parse(&octets).unwrap();
        let verified = verify(&message, &password, Some(&nonce)).unwrap();
        prop_assert_eq!(verified.notification(), &notification);
        let mut changed = octets.clone();
        let at = bit.index(8 * octets.len());
        changed[at / 8] ^= 1 << (at % 8);
        // The fault may be in how it reads, too
        if let Ok(message) = TriggerMessage::parse(&changed) {
            prop_assert_eq!(
                verify(&message, &password, Some(&nonce)),
                Err(NotAuthentic::Mismatch)
            );
        }
    }
}
