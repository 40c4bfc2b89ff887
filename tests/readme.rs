//! The README is run, not read: every `console` block is executed, in order, in one folder that
//! begins as the README says (a copy of the first sample and of the documents of the third), and its output compared.
//!
//! A line `...` stands for any number of lines. `README=overwrite cargo test --test readme` writes
//! what was really printed, keeping such lines and the same number of lines before and after them.

#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::path::Path;
use std::process::Command;

/// One `$ command` and what it prints.
#[derive(Debug)]
struct Step {
    command: String,
    expected: Vec<String>,
}

/// Splits the README into text and the steps of its console blocks.
fn blocks(readme: &str) -> Vec<Result<&str, Vec<Step>>> {
    let mut parts = Vec::new();
    let mut rest = readme;
    while let Some((before, after)) = rest.split_once("```console\n") {
        let (block, after) = after.split_once("```").expect("a block ends");
        let mut steps: Vec<Step> = Vec::new();
        for line in block.lines() {
            match line.strip_prefix("$ ") {
                Some(command) => steps.push(Step {
                    command: command.into(),
                    expected: vec![],
                }),
                None => steps
                    .last_mut()
                    .expect("a command first")
                    .expected
                    .push(line.into()),
            }
        }
        parts.push(Ok(before));
        parts.push(Err(steps));
        rest = after;
    }
    parts.push(Ok(rest));
    parts
}

fn run(command: &str, folder: &Path) -> Vec<String> {
    let program = Path::new(env!("CARGO_BIN_EXE_dmboot")).parent().unwrap();
    let path = format!("{}:{}", program.display(), std::env::var("PATH").unwrap());
    let output = Command::new("sh")
        .args(["-c", &format!("{{ {command}\n}} 2>&1")])
        .current_dir(folder)
        .env("PATH", path)
        .env("NO_COLOR", "1")
        .env_remove("DMBOOT_PROFILES")
        .output()
        .unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    text.lines()
        .map(|line| line.trim_end().to_owned())
        .collect()
}

/// True when `printed` is `expected` with any lines for each `...`.
fn matches(expected: &[String], printed: &[String]) -> bool {
    match expected.iter().position(|line| line == "...") {
        None => expected == printed,
        Some(at) => {
            let (before, after) = (&expected[..at], &expected[at + 1..]);
            printed.starts_with(before)
                && (at..=printed.len()).any(|next| matches(after, &printed[next..]))
        }
    }
}

/// What to write for a step whose output changed.
fn rewritten(expected: &[String], printed: &[String]) -> Vec<String> {
    match expected.iter().position(|line| line == "...") {
        Some(at) if printed.len() > expected.len() => {
            let after = expected.len() - at - 1;
            let mut lines = printed[..at].to_vec();
            lines.push("...".into());
            lines.extend_from_slice(&printed[printed.len() - after..]);
            lines
        }
        _ => printed.to_vec(),
    }
}

#[test]
fn the_readme_is_true() {
    let readme = std::fs::read_to_string("README.md").unwrap();
    let folder = tempfile::tempdir().unwrap();
    for sample in ["samples/01-build-sign-verify", "samples/04-lint"] {
        for file in std::fs::read_dir(sample).unwrap() {
            let file = file.unwrap();
            let is_xml = file.path().extension().is_some_and(|e| e == "xml");
            if is_xml || !sample.ends_with("lint") {
                std::fs::copy(file.path(), folder.path().join(file.file_name())).unwrap();
            }
        }
    }
    let (mut fresh, mut steps_run, mut wrong) = (String::new(), 0, Vec::new());
    for part in blocks(&readme) {
        let steps = match part {
            Ok(text) => {
                fresh.push_str(text);
                continue;
            }
            Err(steps) => steps,
        };
        fresh.push_str("```console\n");
        for step in steps {
            let printed = run(&step.command, folder.path());
            let mut lines = step.expected.clone();
            if !matches(&step.expected, &printed) {
                lines = rewritten(&step.expected, &printed);
                wrong.push(format!("$ {}\n{}", step.command, printed.join("\n")));
            }
            fresh.push_str(&format!("$ {}\n", step.command));
            for line in lines {
                fresh.push_str(&format!("{line}\n"));
            }
            steps_run += 1;
        }
        fresh.push_str("```");
    }
    assert!(steps_run >= 8, "only {steps_run} commands found");
    if std::env::var("README").is_ok_and(|what| what == "overwrite") {
        std::fs::write("README.md", fresh).unwrap();
    } else {
        assert!(
            wrong.is_empty(),
            "README.md is not true:\n{}",
            wrong.join("\n\n")
        );
    }
}

#[test]
fn dots_stand_for_lines() {
    let lines = |text: &str| text.split(' ').map(str::to_owned).collect::<Vec<_>>();
    assert!(matches(&lines("a ... d"), &lines("a b c d")));
    assert!(matches(&lines("a ... d"), &lines("a d")));
    assert!(!matches(&lines("a ... d"), &lines("a b c")));
    assert!(!matches(&lines("a b"), &lines("a")));
}

/// The reference of profiles is a profile, and every key that a profile can have is in it.
#[test]
fn the_profile_reference_loads_and_is_complete() {
    let readme = std::fs::read_to_string("README.md").unwrap();
    let section = readme
        .split_once("## Profiles")
        .unwrap()
        .1
        .split_once("\n## ")
        .unwrap()
        .0;
    let example = section
        .split_once("```toml\n")
        .unwrap()
        .1
        .split_once("```")
        .unwrap()
        .0;
    let find = |name: &str| dmboot::document::profile::shipped::find(name).map(str::to_owned);
    let trees = section.split("```toml\n").nth(2).unwrap();
    let example = &format!("{example}\n{}", trees.split("```").next().unwrap());
    let profile = dmboot::document::profile::Profile::parse("README.md", example, &find);
    assert_eq!(profile.unwrap().key.as_deref(), Some("imei"));
    // An unknown key is refused with all that are known
    let mut keys = 0;
    for (place, text) in [
        (
            "the profile",
            "format = 1\nnonsense = 1\n[body.X]\nA = true\n",
        ),
        (
            "a parameter",
            "format = 1\n[parameters.imei]\nnonsense = 1\n[body.X]\nA = true\n",
        ),
        ("dm", "format = 1\n[dm]\nnonsense = 1\n[body.X]\nA = true\n"),
        (
            "a tree",
            "format = 1\n[[tree]]\nname = 'x'\nnonsense = 1\n[body.X]\nA = true\n",
        ),
        (
            "a node of a tree",
            "format = 1\n[[tree]]\nname = 'x'\nnode = [{ name = 'y', nonsense = 1 }]\n[body.X]\nA = true\n",
        ),
        (
            "derive",
            "format = 1\n[parameters.pin]\n\
             derive = { function = \"hex\", of = [\"imei\"], nonsense = 1 }\n[body.X]\nA = true\n",
        ),
    ] {
        let error = dmboot::document::profile::Profile::parse("x", text, &find).unwrap_err();
        let message = error.to_string();
        let known = message.split_once("known here: ").expect(place).1;
        for key in known.split(", ") {
            assert!(
                section.contains(key.trim()),
                "{place}: {key} is not in the README"
            );
            keys += 1;
        }
    }
    assert!(keys > 35);
}
