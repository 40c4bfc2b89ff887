//! Addresses of nodes (OMA DM Tree and Description 1.2 §6).
//!
//! `./DMAcc/1/ServerID` or `DMAcc/1/ServerID`: names of nodes from the root on, which is `.`.

/// True for a name that a node can have: characters of a segment of a path (RFC 2396 §3.3), with
/// `%` only before two hexadecimal digits; neither `.` nor `..`.
#[must_use]
pub fn is_node_name(name: &str) -> bool {
    let octets = name.as_bytes();
    let plain = |octet: u8| octet.is_ascii_alphanumeric() || b"-_.!~*'():@&=+$,".contains(&octet);
    let mut escape = 0;
    for (index, &octet) in octets.iter().enumerate() {
        let fits = match (escape, octet) {
            (0, b'%') => {
                escape = 3;
                octets.len() >= index + 3
            }
            (0, octet) => plain(octet),
            (_, octet) => octet.is_ascii_hexdigit(),
        };
        if !fits {
            return false;
        }
        escape = usize::saturating_sub(escape, 1);
    }
    !matches!(name, "" | "." | "..")
}

/// True for the address of a node, absolute or relative: names with `/` between them, perhaps `./`
/// before them; `.` alone is the root.
#[must_use]
pub fn is_uri(uri: &str) -> bool {
    let path = uri.strip_prefix("./").unwrap_or(uri);
    uri == "." || path.split('/').all(is_node_name)
}

/// The address that one with a slip in its slashes means: `./DMAcc/1` for `/DMAcc/1`, `./DMAcc//1` or
/// `DMAcc/1/`. `None` for what is an address, and for what means none.
#[must_use]
pub fn mended(uri: &str) -> Option<String> {
    let names: Vec<&str> = uri.split('/').filter(|name| !is_no_name(name)).collect();
    // A URL is no address of a node, and may hold a password
    let means = !uri.contains("://") && !names.is_empty();
    let means = means && names.iter().all(|name| is_node_name(name));
    (means && !is_uri(uri)).then(|| format!("./{}", names.join("/")))
}

/// What stands between slashes where no name has to.
pub(super) fn is_no_name(name: &str) -> bool {
    matches!(name, "" | ".")
}

/// The address with the root before it: `DMAcc/1` is `./DMAcc/1`.
#[must_use]
pub fn absolute(uri: &str) -> String {
    match uri {
        "" | "." | "./" => ".".into(),
        _ if uri.starts_with("./") => uri.into(),
        _ => format!("./{uri}"),
    }
}

/// Octets of an address that is put together at most: twice what devices usually take. Nodes repeat
/// the names above them, so without a limit a small message would take much memory.
pub const MAX_OCTETS: usize = 512;

/// The address of a node below another one; `None` when it would be longer than [`MAX_OCTETS`].
#[must_use]
pub fn joined(parent: &str, name: &str) -> Option<String> {
    let address = match (parent, name) {
        _ if parent.len() + name.len() >= MAX_OCTETS => return None,
        (_, "") => parent.into(),
        ("", _) => name.into(),
        _ => format!("{parent}/{name}"),
    };
    Some(address)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_addresses() {
        for name in ["A", "1", "mgmt.example", "a%20b", "...", "x:y@z", "%2F"] {
            assert!(is_node_name(name), "{name}");
        }
        for name in [
            "", ".", "..", "a/b", "a b", "a?b", "é", "%2", "%", "%2G", "a%",
        ] {
            assert!(!is_node_name(name), "{name}");
        }
        for uri in [".", "./A", "A/B", "./DMAcc/1/AppAddr", "A"] {
            assert!(is_uri(uri), "{uri}");
        }
        for uri in [
            "",
            "./",
            "./A/",
            "/A",
            "A//B",
            "./A/../B",
            "A/./B",
            "./A?list=TNDS",
        ] {
            assert!(!is_uri(uri), "{uri}");
        }
        for (slip, meant) in [
            ("/DMAcc/1", Some("./DMAcc/1")),
            ("//DMAcc/1/", Some("./DMAcc/1")),
            (".//DMAcc/./1", Some("./DMAcc/1")),
            ("./DMAcc/1", None),
            ("DMAcc/1", None),
            ("/DMAcc/my account", None),
            ("/DMAcc/../1", None),
            ("https://user:password@host/x", None),
            ("/", None),
            ("", None),
        ] {
            assert_eq!(mended(slip).as_deref(), meant, "{slip}");
        }
        let absolutes = ["", ".", "./", "A", "./A"].map(absolute);
        assert_eq!(absolutes, [".", ".", ".", "./A", "./A"]);
        let join = |parent, name| joined(parent, name).unwrap();
        assert_eq!(join("./A", "B"), "./A/B");
        assert_eq!((join("", "B"), join(".", "")), ("B".into(), ".".into()));
        let long = "a".repeat(MAX_OCTETS - 2);
        assert_eq!(joined(".", &long).map(|uri| uri.len()), Some(MAX_OCTETS));
        assert_eq!(joined("./", &long), None);
        let (parent, name) = ("a".repeat(30), "b".repeat(30));
        assert_eq!(join(&parent, &name).len(), 61);
    }
}
