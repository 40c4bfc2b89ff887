//! Help, completions, the manual page.

use super::*;

/// Every command, found by walking through the help texts.
fn commands(place: &Place, path: &str, found: &mut Vec<String>) {
    let help = place.run(&format!("{path} --help")).code(0).text();
    found.push(path.to_owned());
    let list = help.split("\nCommands:\n").nth(1).unwrap_or_default();
    for line in list.lines().take_while(|line| line.starts_with("  ")) {
        let name = line.split_whitespace().next().unwrap();
        if name != "help" {
            commands(place, format!("{path} {name}").trim(), found);
        }
    }
}

#[test]
fn every_help_ends_with_an_example() {
    let place = Place::new();
    let mut found = Vec::new();
    commands(&place, "", &mut found);
    for name in [
        "build",
        "inspect",
        "lint",
        "verify",
        "notify",
        "explain",
        "convert",
        "redact",
        "profile list",
        "profile show",
        "profile new",
        "receiver list",
        "receiver show",
        "tree init",
        "tree show",
        "tree get",
        "tree export",
        "tree import",
        "apply",
        "tree accounts",
        "tree ddf",
        "tree diff",
        "tree forget-card",
        "tree undo",
        "tree check",
        "vectors export",
        "completions",
        "man",
    ] {
        assert!(found.iter().any(|path| path == name), "{name} in {found:?}");
    }
    for path in &found {
        for flag in ["--help", "-h"] {
            let help = place.run(&format!("{path} {flag}")).code(0);
            assert_eq!(help.err, "");
            let text = help.text();
            let example = text.rsplit("\nExample:\n").next().unwrap();
            let lines: Vec<_> = example.trim_end().lines().collect();
            assert!(text.contains("\nExample:\n"), "{path} {flag}: {text}");
            let own = lines
                .iter()
                .all(|line| line.starts_with("  ") && line.contains("dmboot"));
            assert!(own, "{path} {flag}: {lines:?}");
            assert!(lines[0].contains(&format!("dmboot {}", path.split(' ').next().unwrap())));
        }
    }
}

#[test]
fn exit_codes_are_documented() {
    let help = Place::new().run("--help").code(0).text();
    let table = help.split("Exit codes:\n").nth(1).unwrap();
    let codes: Vec<u8> = table
        .lines()
        .map_while(|line| line.split_whitespace().next()?.parse().ok())
        .collect();
    assert_eq!(codes, [0, 2, 3, 4, 5, 6, 7, 8, 9, 70, 130]);
}

#[test]
fn completions() {
    let place = Place::new();
    for (shell, check) in [
        ("bash", Some(["-n", "script"])),
        ("zsh", None),
        ("fish", None),
    ] {
        let run = place.run(&format!("completions {shell}")).code(0);
        assert!(run.text().contains("secrets-out"), "{shell}");
        assert!(run.text().contains("dmboot"), "{shell}");
        place.write("script", &run.out);
        if let Some(args) = check {
            judge(shell, &args, place.0.path());
        }
    }
}

#[test]
fn manual_page() {
    let place = Place::new();
    let page = place.run("man").code(0).text();
    assert!(page.contains(".TH dmboot 1"), "{page}");
    assert!(page.contains("Exit codes:"), "{page}");
    for command in [
        "build", "inspect", "verify", "notify", "convert", "redact", "profile",
    ] {
        assert!(page.contains(command), "{command}");
    }
}

#[test]
fn version() {
    let run = Place::new().run("--version").code(0);
    assert_eq!(
        run.text(),
        concat!("dmboot ", env!("CARGO_PKG_VERSION"), "\n")
    );
}
