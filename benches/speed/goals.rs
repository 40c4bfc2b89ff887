//! What is to be reached, and what was.

use serde_json::{Value, json};
use std::path::Path;

/// Which way is good.
#[derive(Clone, Copy)]
pub enum Better {
    /// The value is how many times faster we are.
    Higher,
    /// The value is a cost.
    Lower,
}

/// One goal: below the gate something is broken, the target is what the design should reach.
pub struct Goal {
    pub name: &'static str,
    better: Better,
    gate: f64,
    target: f64,
}

const fn higher(name: &'static str, gate: f64, target: f64) -> Goal {
    Goal {
        name,
        better: Better::Higher,
        gate,
        target,
    }
}

const fn lower(name: &'static str, gate: f64, target: f64) -> Goal {
    Goal {
        name,
        better: Better::Lower,
        gate,
        target,
    }
}

/// All goals in the order in which they are printed.
pub const GOALS: [Goal; 30] = [
    higher("xml-to-wbxml-cp", 8.0, 15.0),
    higher("xml-to-wbxml-dm", 3.0, 5.0),
    higher("build-vs-c-typical", 200.0, 300.0),
    higher("build-vs-c-small", 80.0, 120.0),
    higher("build-vs-c-dm", 9.0, 16.0),
    lower("build-vs-hmac-typical", 1.5, 1.15),
    lower("build-vs-hmac-small", 1.6, 1.2),
    lower("build-vs-hmac-dm", 1.35, 1.1),
    higher("general-vs-c", 15.0, 30.0),
    higher("verify-vs-c-typical", 30.0, 60.0),
    higher("verify-vs-c-small", 20.0, 38.0),
    lower("verify-vs-hmac-typical", 4.5, 2.5),
    higher("verify-owned-vs-c", 9.0, 18.0),
    higher("verify-dm-vs-c", 3.5, 6.0),
    lower("alloc-build", 0.0, 0.0),
    lower("alloc-verify", 0.0, 0.0),
    lower("size-compact-typical", 1.0, 0.92),
    lower("size-compact-small", 1.0, 0.86),
    lower("batch-1m-vs-write", 2.2, 1.2),
    lower("batch-memory", 1.1, 1.1),
    lower("cli-one-shot", 1.5, 1.0),
    lower("apply-syncs", 2.0, 1.0),
    lower("apply-vs-fdatasync", 5.0, 2.0),
    lower("apply-vs-sqlite", 1.5, 1.0),
    higher("verify-map", 1.0, 2.0),
    // Of a tree of 100,000 nodes
    lower("tree-get-us", 50.0, 10.0),
    lower("tree-list-us-per-child", 5.0, 1.0),
    lower("tree-acl-us", 50.0, 10.0),
    lower("tree-open-ms", 500.0, 100.0),
    lower("tree-octets-per-node", 400.0, 200.0),
];

impl Goal {
    fn reaches(&self, value: f64, bound: f64) -> bool {
        match self.better {
            Better::Higher => value >= bound,
            Better::Lower => value <= bound,
        }
    }
}

/// The values of all goals.
#[derive(Default)]
pub struct Results(Vec<(&'static str, f64)>);

impl Results {
    /// Notes the value of a goal.
    pub fn add(&mut self, name: &'static str, value: f64) {
        assert!(
            GOALS.iter().any(|goal| goal.name == name),
            "{name} is a goal"
        );
        self.0.push((name, value));
    }

    /// Prints every goal and writes them all as JSON.
    pub fn report(&self, path: &Path) {
        println!(
            "\n{:<24} {:>9} {:>9} {:>10}  met",
            "goal", "gate", "target", "value"
        );
        let mut goals = Vec::new();
        let mut missed = Vec::new();
        for goal in &GOALS {
            let Some(&(_, value)) = self.0.iter().find(|(name, _)| *name == goal.name) else {
                println!("{:<24} was not measured", goal.name);
                missed.push(goal.name);
                continue;
            };
            let met = goal.reaches(value, goal.target);
            let word = match (met, goal.reaches(value, goal.gate)) {
                (true, _) => "yes",
                (false, true) => "no, within the gate",
                (false, false) => "NO, NOT EVEN THE GATE",
            };
            let (sign, bounds) = match goal.better {
                Better::Higher => ("≥", [goal.gate, goal.target]),
                Better::Lower => ("≤", [goal.gate, goal.target]),
            };
            let [gate, target] = bounds.map(|bound| format!("{sign} {bound}"));
            println!(
                "{:<24} {gate:>9} {target:>9} {value:>10.3}  {word}",
                goal.name
            );
            if !met {
                missed.push(goal.name);
            }
            goals.push(json!({
                "name": goal.name,
                "value": (value * 1e4).round() / 1e4,
                "gate": goal.gate,
                "target": goal.target,
                "met": met,
            }));
        }
        let count = goals.len();
        let text: Value = json!({ "goals": goals });
        super::documents::write(path, &format!("{text:#}\n"));
        match missed.as_slice() {
            [] => println!("\nAll {count} targets are met."),
            missed => println!("\nTargets missed: {}.", missed.join(", ")),
        }
        println!("Results: {}", path.display());
    }
}

/// The middle one.
pub fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}
