//! Who acts on the tree.

use crate::document::dm::acl::is_id;
use std::fmt;

pub use crate::document::dm::acl::APPLICATION;

/// Who gives a command. `*` in an ACL stands for every server and every application.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Actor(Kind);

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Kind {
    Client,
    Named(String),
}

/// A name that nobody can act under.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ActorError {
    /// It cannot stand in an ACL.
    #[error("an identifier has printable characters but = & * + and white space")]
    Characters,
    /// It is of an application.
    #[error("identifiers that begin with {APPLICATION} are those of applications, not of servers")]
    Application,
}

impl Actor {
    /// The client itself. Neither ACLs nor access types bind it; formats, occurrences and the
    /// order of the tree do.
    pub const CLIENT: Self = Self(Kind::Client);

    /// A DM server, by the identifier that it proved to have.
    ///
    /// # Errors
    /// [`ActorError`]
    pub fn server(id: &str) -> Result<Self, ActorError> {
        match id {
            _ if !is_id(id) => Err(ActorError::Characters),
            _ if id.starts_with(APPLICATION) => Err(ActorError::Application),
            _ => Ok(Self(Kind::Named(id.to_owned()))),
        }
    }

    /// An application on the device. ACLs name it `local/` and its name, so that no server can take
    /// its place.
    ///
    /// # Errors
    /// [`ActorError::Characters`]
    pub fn application(name: &str) -> Result<Self, ActorError> {
        match is_id(name) {
            true => Ok(Self(Kind::Named(format!("{APPLICATION}{name}")))),
            false => Err(ActorError::Characters),
        }
    }

    /// What an ACL calls it. The client has no name there.
    #[must_use]
    pub fn acl_id(&self) -> Option<&str> {
        match &self.0 {
            Kind::Client => None,
            Kind::Named(id) => Some(id),
        }
    }

    /// True for the client itself.
    #[must_use]
    pub fn is_client(&self) -> bool {
        self.acl_id().is_none()
    }
}

impl fmt::Display for Actor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.acl_id().unwrap_or("the client"))
    }
}

/// The form of a time: digits, and what stands between them.
const FORM: &[u8; 16] = b"########T######Z";

/// A time of change, `20260131T235959Z` (OMA DM Tree and Description 1.2 §7.7.6).
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TStamp([u8; 16]);

impl TStamp {
    /// The time, in seconds since 1970-01-01 00:00:00 UTC. Years after 9999 are not written: they
    /// become the last second of that year.
    #[must_use]
    pub fn from_unix(seconds: u64) -> Self {
        const LAST: u64 = 253_402_300_799;
        let seconds = seconds.min(LAST);
        let (days, of_day) = (seconds / 86_400, seconds % 86_400);
        // Years that begin in March, so that the leap day is their last; eras of 400 years
        let shifted = days + 719_468;
        let (era, day) = (shifted / 146_097, shifted % 146_097);
        let year = (day - day / 1_460 + day / 36_524 - day / 146_096) / 365;
        let of_year = day - (365 * year + year / 4 - year / 100);
        let month = (5 * of_year + 2) / 153;
        let day = of_year - (153 * month + 2) / 5 + 1;
        let (month, next) = match month {
            0..=9 => (month + 3, 0),
            _ => (month - 9, 1),
        };
        let year = era * 400 + year + next;
        let (hour, minute, second) = (of_day / 3_600, of_day / 60 % 60, of_day % 60);
        let mut text = *FORM;
        let numbers = [
            (year, 0..4),
            (month, 4..6),
            (day, 6..8),
            (hour, 9..11),
            (minute, 11..13),
            (second, 13..15),
        ];
        for (mut number, place) in numbers {
            for digit in text[place].iter_mut().rev() {
                *digit = b'0' + (number % 10) as u8;
                number /= 10;
            }
        }
        Self(text)
    }

    /// Reads one; `None` for what has another form.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let octets: [u8; 16] = text.as_bytes().try_into().ok()?;
        let mut pairs = octets.iter().zip(FORM);
        let fits = pairs.all(|(octet, form)| match form {
            b'#' => octet.is_ascii_digit(),
            form => octet == form,
        });
        fits.then_some(Self(octets))
    }

    /// The seconds since 1970-01-01 00:00:00 UTC; 0 for a time before. What is no day of the
    /// calendar counts as one that is as many days from its month's beginning.
    #[must_use]
    pub fn unix(&self) -> u64 {
        let number = |at: usize, length: usize| -> u64 {
            let digits = self.as_str().get(at..at + length).unwrap_or_default();
            digits.parse().unwrap_or(0)
        };
        let (year, month, day) = (number(0, 4), number(4, 2).clamp(1, 12), number(6, 2).max(1));
        // Years that begin in March, as above
        let (year, month) = match month {
            1 | 2 => (year.saturating_sub(1), month + 9),
            _ => (year, month - 3),
        };
        let (era, of_era) = (year / 400, year % 400);
        let of_year = (153 * month + 2) / 5 + day - 1;
        let days = era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year;
        let of_day = number(9, 2) * 3_600 + number(11, 2) * 60 + number(13, 2);
        (days * 86_400 + of_day).saturating_sub(719_468 * 86_400)
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or_default()
    }
}

impl fmt::Display for TStamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Debug for TStamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "TStamp({self})")
    }
}

/// Who gives a command, and when. The tree has no clock of its own.
#[derive(Debug, Clone, Copy)]
pub struct By<'a> {
    /// Who.
    pub actor: &'a Actor,
    /// When.
    pub now: &'a TStamp,
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

    use super::*;

    #[test]
    fn no_server_is_an_application() {
        let server = Actor::server("mgmt.example").unwrap();
        assert_eq!(server.acl_id(), Some("mgmt.example"));
        let application = Actor::application("updater").unwrap();
        assert_eq!(application.acl_id(), Some("local/updater"));
        assert_eq!(Actor::server("local/updater"), Err(ActorError::Application));
        for bad in ["", "*", "a b", "a+b"] {
            assert_eq!(Actor::server(bad), Err(ActorError::Characters), "{bad}");
            assert_eq!(
                Actor::application(bad),
                Err(ActorError::Characters),
                "{bad}"
            );
        }
        assert!(Actor::CLIENT.is_client() && !application.is_client());
    }

    #[test]
    fn times_are_those_of_the_calendar() {
        // From `date -u -d @N +%Y%m%dT%H%M%SZ`
        for (seconds, text) in [
            (0, "19700101T000000Z"),
            (951_782_399, "20000228T235959Z"),
            (951_782_400, "20000229T000000Z"),
            (994_869_497, "20010711T163817Z"),
            (4_107_542_399, "21000228T235959Z"),
            (4_107_542_400, "21000301T000000Z"),
            (253_402_300_799, "99991231T235959Z"),
            (u64::MAX, "99991231T235959Z"),
        ] {
            let stamp = TStamp::from_unix(seconds);
            assert_eq!(stamp.as_str(), text);
            assert_eq!(stamp.unix(), seconds.min(253_402_300_799));
            assert_eq!(TStamp::parse(text), Some(stamp));
        }
        for text in ["00000000T000000Z", "19691231T235959Z"] {
            assert_eq!(
                TStamp::parse(text).map(|stamp| stamp.unix()),
                Some(0),
                "{text}"
            );
        }
        for text in ["", "2001-07-11", "20010711T163817", "20010711 163817Z"] {
            assert_eq!(TStamp::parse(text), None, "{text}");
        }
    }
}
