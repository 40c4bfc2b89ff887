//! Progress on standard error, for work that takes over a second.

use crate::factory::batch::{Stage, Watch};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
use std::io::{IsTerminal, Write};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

/// Nothing is shown before.
const PATIENCE: Duration = Duration::from_secs(1);
/// Plain lines come so far apart.
const INTERVAL: Duration = Duration::from_secs(5);

/// Shows progress and knows when the user wants to stop.
#[derive(Debug)]
pub struct Progress {
    stop: Arc<AtomicBool>,
    total: u64,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    started: Instant,
    last_line: Instant,
    stage: Option<Stage>,
    bar: Option<ProgressBar>,
}

impl Progress {
    /// Starts to watch over a list of so many octets.
    ///
    /// # Errors
    /// When signals cannot be caught.
    pub fn start(total: u64) -> std::io::Result<Self> {
        let stop = Arc::new(AtomicBool::new(false));
        for signal in [SIGINT, SIGTERM] {
            // A second signal ends the program at once
            signal_hook::flag::register_conditional_shutdown(signal, 130, stop.clone())?;
            signal_hook::flag::register(signal, stop.clone())?;
        }
        // A terminal that closes sends it more than once, so the second ends nothing
        if !ignored(SIGHUP) {
            signal_hook::flag::register(SIGHUP, stop.clone())?;
        }
        let now = Instant::now();
        let state = State {
            started: now,
            last_line: now,
            stage: None,
            bar: None,
        };
        Ok(Self {
            stop,
            total,
            state: Mutex::new(state),
        })
    }
}

/// Whether the program was started with this signal ignored, as `nohup` does: it stays so. Where
/// the system does not say, it is left alone too.
fn ignored(signal: i32) -> bool {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    // proc(5): hexadecimal, bit 0 is signal 1
    let mask = mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok());
    mask.is_none_or(|mask| mask >> (signal - 1) & 1 == 1)
}

impl Watch for Progress {
    fn progress(&self, stage: Stage, octets: u64) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let now = Instant::now();
        if now - state.started < PATIENCE {
            return;
        }
        let verb = match stage {
            Stage::Checking => "checking",
            Stage::Writing => "writing",
        };
        if std::io::stderr().is_terminal() {
            let bar = state.bar.get_or_insert_with(|| {
                let target = ProgressDrawTarget::stderr();
                let style =
                    ProgressStyle::with_template("{msg:9} [{bar:40}] {percent:>3} %  {eta}");
                let bar = ProgressBar::with_draw_target(Some(self.total), target);
                bar.with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
            });
            bar.set_message(verb);
            bar.set_position(octets);
        } else if now - state.last_line >= INTERVAL || state.stage != Some(stage) {
            state.last_line = now;
            let percent = octets * 100 / self.total.max(1);
            let _ = writeln!(std::io::stderr(), "{verb}: {percent} %");
        }
        state.stage = Some(stage);
    }

    fn stopped(&self) -> bool {
        self.stop.load(Ordering::Relaxed)
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        let state = self.state.get_mut().unwrap_or_else(PoisonError::into_inner);
        if let Some(bar) = state.bar.take() {
            bar.finish_and_clear();
        }
    }
}
