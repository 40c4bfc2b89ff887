//! Applying: from a message that arrived to accounts in the tree, or to a refusal that says why.
//!
//! [`receive`] does all of it in the order that is safe: the PIN is counted before it is compared, and
//! cleared as soon as it was right; the MAC is compared before the document is read, the policy judges what the document brings before
//! anything is done, and all that is done is one transaction. [`undo`] takes the last application
//! back, [`forget_card`] what came from a card.
//!
//! # What holds
//! - A client sends no Status for a bootstrap message (OMA DM Bootstrap 1.2 §5.4).
//! - Nothing is overwritten (WAP-185 §5.2): a server that has an account keeps it, unless the policy
//!   says otherwise. For servers that the card speaks for, nothing else counts (WAP-184 §7.1.1); what
//!   comes from the card is appended beside accounts of other origins, and goes before them. It takes
//!   no node over that is not the card's: that would go with the card.
//! - What a provisioning document brings gives Get, Replace and Delete to the servers of its accounts,
//!   and to nobody when there is none: an ACL that names [`NOBODY`] stands for that, since an empty
//!   one would let those above in. A server whose account cannot be applied gets nothing.
//! - Every provisioning document makes a configuration context, one without PROVURL a new one
//!   (WAP-184 §5.1).
//! - A message is known by the SHA-256 of its body. One that is in place changes nothing; one that was
//!   undone or replaced is refused for the time that the policy says.

mod accounts;
mod arrive;
mod card;
mod fit;
mod needless;
mod outcome;
mod place;
mod proxy;
mod summary;
#[cfg(test)]
mod tests;
mod versions;

pub use accounts::{Account, accounts};
pub use arrive::{Agreed, Arrival, Ask, Settings, receive, undo};
pub use card::{Forgotten, forget_card};
pub use outcome::{Outcome, Refusal, Reuse};
pub use summary::{AccessPoint, Change, Difference, Summary, SummaryAccount, differences};

/// Who stands in an ACL that gives nobody rights. No server has such an identifier.
pub const NOBODY: &str = "local/nobody";
