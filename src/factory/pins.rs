//! Whether all devices of a list have one PIN.

use super::job::Job;
use crate::document::lint;
use crate::document::profile::{ParameterId, Values};
use crate::finding::Finding;
use crate::secret::Secret;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, Ordering};

/// Fewer devices may have one PIN by chance, or belong together.
const LIST: usize = 3;

/// Watches the PINs that a list gives. Two that are equal are to be expected, since PINs are short;
/// only when there is no other have all devices one key.
#[derive(Debug)]
pub(super) struct Pins {
    /// The parameter, when messages are signed by it.
    id: Option<ParameterId>,
    first: OnceLock<Secret>,
    differ: AtomicBool,
}

impl Pins {
    pub fn new(job: &Job<'_>) -> Self {
        let pin = job.profile.parameter("pin");
        Self {
            id: pin.filter(|_| lint::by_pin(job.sec)),
            first: OnceLock::new(),
            differ: AtomicBool::new(false),
        }
    }

    /// Takes what one more device has. In a list with more than one PIN this costs next to nothing.
    pub fn see(&self, values: &Values) {
        let Some(id) = self.id else { return };
        if self.differ.load(Ordering::Relaxed) {
            return;
        }
        // Of what the profile gives, the linter speaks
        let given = values.get(id).filter(|_| values.is_given(id));
        let pin = given.unwrap_or_default();
        let first = self.first.get_or_init(|| pin.into());
        if first.expose() != pin.as_bytes() {
            self.differ.store(true, Ordering::Relaxed);
        }
    }

    /// What is said of so many devices.
    pub fn finding(&self, devices: usize) -> Option<Finding> {
        let given = |first: &Secret| !first.expose().is_empty();
        let same = self.first.get().is_some_and(given) && !self.differ.load(Ordering::Relaxed);
        let found = || format!("the same PIN for all {devices} devices");
        (devices >= LIST && same).then(|| lint::shared_pin(found()))
    }
}
