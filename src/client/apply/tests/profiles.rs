//! Shipped profiles in both forms.

use super::*;
use crate::document::cp::Encoding;
use crate::document::dm::{
    MessageOptions, Shape, TndsForm, WbxmlVersion, bootstrap as message, map,
};
use crate::document::profile::{Profile, Target, Tnds, shipped as shipped_profiles};
use crate::finding::Position;

/// The leaves of all accounts, access points and proxies. Names that the client chose are numbers.
fn values(tree: &Tree<MemStore>) -> Vec<(String, String)> {
    let plain = |text: String| {
        text.replace("DMAcc/DMAcc", "DMAcc/")
            .replace("NAP/NAP", "NAP/")
            .replace("Proxy/Proxy", "Proxy/")
    };
    let all = leaves(tree, ".").into_iter();
    let own = |uri: &str| {
        ["DMAcc/", "NAP/", "Proxy/"]
            .iter()
            .any(|top| uri.starts_with(top))
    };
    let mut found: Vec<_> = all
        .filter(|(uri, _)| own(uri))
        .map(|(uri, value)| (plain(uri), plain(value)))
        .collect();
    found.sort();
    found
}

/// Every profile with an account: the provisioning document and the message, in whichever shape and
/// place, end in the same values.
#[test]
fn both_forms_end_in_the_same_values() {
    let find = |name: &str| shipped_profiles::find(name).map(str::to_owned);
    let policy = "servers.plain_http = true";
    let mut count = 0;
    for (name, text) in shipped_profiles::PROFILES {
        let profile = Profile::parse(name, text, &find).unwrap();
        let document = profile.sample();
        if !document.characteristics.iter().any(|c| c.is_w7()) {
            continue;
        }
        profile.has_dm_form().unwrap();
        let encoded = document.to_wbxml(Encoding::Compatible).unwrap().octets;
        let mut first = tree();
        Try::file(&encoded).policy(policy).on(&mut first).unwrap();
        let expected = values(&first);
        assert!(expected.len() > 5, "{name}: {expected:?}");
        for places in [map::Places::INBOX, map::Places::TREE] {
            for shape in [Shape::Trees, Shape::Plain] {
                let options = map::MapOptions {
                    places: places.clone(),
                    ..Default::default()
                };
                // An item for each node says where it goes, not what it is
                if shape == Shape::Plain && places == map::Places::INBOX {
                    continue;
                }
                let mapped = map::map(&document, &options, Position::Offset);
                let options = MessageOptions {
                    shape,
                    ..Default::default()
                };
                let made = message(mapped.objects, &options);
                for form in [TndsForm::Inline, TndsForm::Opaque, TndsForm::Text] {
                    let octets = made.to_wbxml(form, WbxmlVersion::default()).unwrap().octets;
                    let mut second = tree();
                    Try::file(&octets).policy(policy).on(&mut second).unwrap();
                    assert_eq!(
                        values(&second),
                        expected,
                        "{name} {places:?} {shape:?} {form:?}"
                    );
                    count += 1;
                }
            }
        }
    }
    assert!(count > 50, "{count}");
}

/// Every profile with an account: its provisioning document, and its own DM form as it is built, end
/// in the same values.
#[test]
fn the_own_forms_of_profiles_end_in_the_same_values() {
    let find = |name: &str| shipped_profiles::find(name).map(str::to_owned);
    let policy = "servers.plain_http = true";
    let mut without = Vec::new();
    let mut count = 0;
    for (name, text) in shipped_profiles::PROFILES {
        let profile = Profile::parse(name, text, &find).unwrap();
        let document = profile.sample();
        if !document.characteristics.iter().any(|c| c.is_w7()) {
            without.push(name);
            continue;
        }
        let encoded = document.to_wbxml(Encoding::Compatible).unwrap().octets;
        let mut first = tree();
        Try::file(&encoded).policy(policy).on(&mut first).unwrap();
        let expected = values(&first);
        let given = profile.sample_values();
        for (tnds_name, tnds) in Tnds::NAMES {
            // An item for each node says where it goes, not what it is
            if tnds == Tnds::None && profile.dm.target == Target::Inbox {
                continue;
            }
            let (message, _) = profile.message(&given, tnds).unwrap();
            let holed = message.to_wbxml(tnds.form(), WbxmlVersion::default());
            let octets = holed.unwrap().octets;
            let mut second = tree();
            Try::file(&octets).policy(policy).on(&mut second).unwrap();
            assert_eq!(values(&second), expected, "{name} {tnds_name}");
            count += 1;
        }
    }
    println!("{count} messages; without account: {without:?}");
    assert!(count >= 3 * (shipped_profiles::PROFILES.len() - without.len()));
    assert!(count > 15, "{count}");
}
