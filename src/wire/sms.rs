//! How much a short message carries (3GPP TS 23.040 §9.2.3.24).

/// Octets of user data in one short message of 8-bit data.
const USER_DATA: usize = 140;
/// Octets of the user data header with two 16-bit ports, its length octet included.
pub const PORTS: usize = 7;
/// The same with the 8-bit reference of a concatenated message.
pub const PORTS_AND_REFERENCE: usize = 12;

/// Octets that each short message of a series carries.
pub const SERIES_OCTETS: usize = USER_DATA - PORTS_AND_REFERENCE;

/// How many short messages a PDU of so many octets takes. No series has more than 255; the number
/// goes on all the same.
#[must_use]
pub fn segments(pdu_octets: usize) -> usize {
    if pdu_octets <= USER_DATA - PORTS {
        return 1;
    }
    pdu_octets.div_ceil(SERIES_OCTETS)
}

#[cfg(test)]
mod tests {
    use super::segments;

    #[test]
    fn a_series_has_less_room_in_each() {
        let counts = [0, 133, 134, 256, 257, 255 * 128, 255 * 128 + 1].map(segments);
        assert_eq!(counts, [1, 1, 2, 2, 3, 255, 256]);
    }
}
