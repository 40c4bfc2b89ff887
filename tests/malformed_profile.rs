//! Every malformed profile is refused for what is wrong with it, at its place, and the message names
//! the key. Every way in which values cannot be had is one of the rules of [`ValueError`].
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test fails by panicking"
)]

mod corpus;

use dmboot::document::profile::random::Seed;
use dmboot::document::profile::{Error, Parameter, Profile, ValueError, Values};
use dmboot::finding::Position;
use dmboot::secret::Secret;
use std::collections::BTreeSet;

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    path: String,
    rule: String,
    at: String,
    /// The key or name that the message must have.
    names: String,
}

fn entries() -> Vec<Entry> {
    corpus::index("profile")
}

fn refusal(path: &str) -> Error {
    let text = std::fs::read_to_string(corpus::path(path)).unwrap();
    let name = path
        .strip_prefix("profile/")
        .unwrap()
        .strip_suffix(".toml")
        .unwrap();
    let find = |wanted: &str| match wanted {
        "circle" => Some("format = 1\nextends = \"extends-in-a-circle\"\n".to_owned()),
        _ => None,
    };
    Profile::parse(name, &text, &find).expect_err(path)
}

fn place(error: &Error) -> String {
    match error.place.at {
        Position::Line { line, column } => format!("{line}:{column}"),
        _ => String::new(),
    }
}

#[test]
fn index_and_folder_agree() {
    let entries = entries();
    corpus::is_complete("profile", entries.iter().map(|entry| &*entry.path));
}

#[test]
fn each_is_refused_where_it_is_wrong() {
    let mut wrong = Vec::new();
    for entry in entries() {
        let error = refusal(&entry.path);
        let found = (error.fault.rule(), place(&error));
        let named = !entry.names.is_empty() && error.fault.to_string().contains(&entry.names);
        if found != (&*entry.rule, entry.at.clone()) || !named {
            wrong.push(format!("{}: {found:?}: {error}", entry.path));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// The message begins with the place, as compilers write it.
#[test]
fn messages_begin_with_the_place() {
    assert_eq!(
        refusal("profile/unknown-parameter-in-body.toml").to_string(),
        "unknown-parameter-in-body:5:8: the body uses the parameter x, which is not declared and \
         has no standard meaning; add `[parameters.x]`"
    );
    let error = refusal("profile/extends-in-a-circle.toml");
    assert_eq!(&*error.place.profile, "circle", "the file that closes it");
}

/// So that no kind of fault goes without a file. The ids are taken from the source.
#[test]
fn every_rule_has_a_file() {
    let source = include_str!("../src/document/profile/error.rs");
    let rules: BTreeSet<_> = source
        .split('"')
        .filter(|piece| piece.starts_with("profile-"))
        .map(str::to_owned)
        .collect();
    let covered: BTreeSet<_> = entries().into_iter().map(|entry| entry.rule).collect();
    assert_eq!(covered, rules);
}

const BODY: &str = "\n[[body.APPLICATION]]\nAPPID = \"w7\"\nNAME = \"{{x}}\"\n";

/// Resolves `parameters` over one device whose list has `given`.
fn value_error(parameters: &str, given: &[(&str, &str)], seed: bool) -> ValueError {
    let text = format!("format = 1\naddress = \"short\"\n\n{parameters}\n{BODY}");
    let profile = Profile::parse("test", &text, &|_| None).unwrap_or_else(|e| panic!("{e}"));
    let given = |parameter: &Parameter| {
        let cell = given.iter().find(|(name, _)| *name == parameter.name);
        cell.map(|(_, value)| *value)
    };
    let seed = seed.then(|| Seed::new(Secret::from("0123456789abcdef")).unwrap());
    Values::default()
        .resolve(&profile, &given, seed.as_ref())
        .expect_err(parameters)
}

#[test]
fn values_that_cannot_be_had() {
    const X: &str = "[parameters.x]\ntype = \"text\"\n";
    let imei = ("imei", "490154203237518");
    let with = |line: &str| format!("{X}{line}");
    let pin = X.replace("text", "pin");
    let of_url = "derive = { function = \"url-port\", of = [\"server_url\"] }";
    let port = X.replace("text", "port") + of_url;
    let key = "derive = { function = \"hmac-sha256\", of = [\"imei\"] }";
    let other_key =
        "derive = { function = \"hmac-sha256\", of = [\"imei\"], key = \"client_secret\" }";
    // Parameters, what the list has, with a seed, rule, parameter, what the message says
    type Case<'c> = (
        String,
        &'c [(&'c str, &'c str)],
        bool,
        &'c str,
        &'c str,
        &'c str,
    );
    let cases: [Case<'_>; 12] = [
        (
            X.into(),
            &[imei],
            true,
            "value-missing",
            "x",
            "no value for x",
        ),
        (
            with("template = \"{{msisdn}}\""),
            &[imei],
            true,
            "value-missing",
            "msisdn",
            "no value for msisdn (telephone number)",
        ),
        (
            format!(
                "{}\n[parameters.client_secret]\noptional = true",
                with(other_key)
            ),
            &[imei],
            true,
            "value-missing",
            "client_secret",
            "the key from which x is derived",
        ),
        (
            pin.clone(),
            &[("x", "12x4")],
            true,
            "value-mismatch",
            "x",
            "a PIN of 1 to 20 digits",
        ),
        (
            pin.clone(),
            &[("x", "")],
            true,
            "value-mismatch",
            "x",
            "an empty value",
        ),
        (
            X.into(),
            &[("x", "a\u{1B}")],
            true,
            "value-mismatch",
            "x",
            "U+001B",
        ),
        (
            with("constant = \"a\""),
            &[("x", "b")],
            true,
            "value-constant",
            "x",
            "cannot be given",
        ),
        (
            with("random = 8"),
            &[imei],
            false,
            "value-no-seed",
            "x",
            "seed",
        ),
        (with(key), &[imei], false, "value-no-seed", "x", "seed"),
        (
            with("random = 8"),
            &[],
            true,
            "value-no-device",
            "x",
            "imei, imsi, iccid, msisdn",
        ),
        (
            port.clone(),
            &[("server_url", "https://dm.example:8443/"), ("x", "443")],
            true,
            "value-port",
            "x",
            "x is 443, but the URL says 8443; correct one of them",
        ),
        (
            port,
            &[("server_url", "https://dm.example/"), ("x", "80")],
            true,
            "value-port",
            "x",
            "the URL says 443",
        ),
    ];
    let mut covered = BTreeSet::new();
    for (parameters, given, seed, rule, name, says) in cases {
        let error = value_error(&parameters, given, seed);
        assert_eq!(
            (error.rule(), error.parameter()),
            (rule, Some(name)),
            "{error}"
        );
        assert!(error.to_string().contains(says), "{error}");
        // What was given may be a secret
        assert!(!error.to_string().contains("12x4"), "{error}");
        covered.insert(error.rule().to_owned());
    }
    let source = include_str!("../src/document/profile/values.rs");
    let mut rules: BTreeSet<_> = source
        .split('"')
        .filter(|piece| piece.starts_with("value-"))
        .map(str::to_owned)
        .collect();
    // The loader lets no profile ask for a length that cannot be had
    assert!(rules.remove("value-random"));
    assert_eq!(covered, rules);
}
