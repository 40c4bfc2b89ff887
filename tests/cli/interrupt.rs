//! Jobs that are stopped in the middle.

use super::*;

const DEVICE_COUNT: u64 = 8000;
const WORDS: &str = "build cp/w7-account --set server_id=m.example --set server_url=https://m.example/ \
    --devices long.csv --sec userpin --out out";

/// Starts the job and stops it once it has begun to write.
fn stop(place: &Place, signal: &str) -> Run {
    signalled(place, place.start(WORDS), signal)
}

/// Sends a signal to the job once it has begun to write, and waits for its end.
fn signalled(place: &Place, child: Child, signal: &str) -> Run {
    let staging = place.path(".out.partial");
    while std::fs::read_dir(&staging).map_or(0, Iterator::count) < 20 {
        assert!(
            !place.path("out").exists(),
            "the job ended before it could be stopped"
        );
    }
    judge("kill", &[signal, &child.id().to_string()], place.0.path());
    child.wait_with_output().unwrap().into()
}

#[test]
fn stopped_jobs_leave_no_outputs_and_are_taken_up_again() {
    let list = long_list(DEVICE_COUNT);
    let whole = Place::new();
    whole.write("long.csv", &list);
    whole.run(WORDS).code(0);
    let expected = whole.tree();
    assert_eq!(whole.names("out").len() as u64, DEVICE_COUNT + 1);

    for (signal, code) in [("-INT", 130), ("-TERM", 130), ("-HUP", 130), ("-KILL", -1)] {
        let place = Place::new();
        place.write("long.csv", &list);
        let run = stop(&place, signal).code(code);
        assert!(!place.path("out").exists());
        if code == 130 {
            let mut lines: Vec<_> = run.err.lines().collect();
            let message = lines.pop().unwrap();
            // No terminal: plain lines, if it took long enough for any
            let progress = |line: &&str| {
                let (verb, percent) = line.split_once(": ").unwrap_or_default();
                matches!(verb, "checking" | "writing") && percent.ends_with(" %")
            };
            assert!(lines.iter().all(progress), "{}", run.err);
            assert!(message.starts_with("error: interrupted"), "{}", run.err);
        }
        place.run(WORDS).code(0);
        assert!(
            place.tree() == expected,
            "{signal}: not what an uninterrupted run writes"
        );
    }
}

#[test]
fn a_stopped_job_that_changes_leaves_nothing_of_the_first() {
    let place = Place::new();
    place.write("long.csv", long_list(DEVICE_COUNT));
    stop(&place, "-INT").code(130);
    place.write("long.csv", long_list(2));
    place.run(WORDS).code(0);
    assert_eq!(place.names("out").len(), 3);
    assert_eq!(place.manifest("out").len(), 2);
    assert!(!place.path(".out.partial").exists());
}

#[test]
fn a_terminal_that_closes_ends_no_job_that_was_told_to_outlive_it() {
    let place = Place::new();
    place.write("long.csv", long_list(DEVICE_COUNT));
    // What nohup does, without its file for the output
    let script = format!("trap '' HUP; exec \"$0\" {WORDS}");
    let mut shell = Command::new("sh");
    shell.args(["-c", &script, env!("CARGO_BIN_EXE_dmboot")]);
    shell.current_dir(place.0.path()).stdin(Stdio::null());
    let child = shell.stdout(Stdio::piped()).stderr(Stdio::piped());
    signalled(&place, child.spawn().unwrap(), "-HUP").code(0);
    assert_eq!(place.names("out").len() as u64, DEVICE_COUNT + 1);
}
