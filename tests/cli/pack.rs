//! What `build --pack` writes and `unpack` reads.

use super::*;
use dmboot::factory::pack::Pack;
use std::fs;

/// Keys and PDUs of a pack, in order.
fn records(place: &Place, name: &str) -> Vec<(String, Vec<u8>)> {
    let mut pack = Pack::open(&place.path(name)).unwrap();
    let mut records = Vec::new();
    while let Some(record) = pack.next().unwrap() {
        records.push((record.key, record.pdu.expose().to_vec()));
    }
    records
}

#[test]
fn a_pack_holds_what_the_folder_holds_in_the_order_of_the_list() {
    let place = Place::new();
    // Several rounds through all threads, and one that is not full
    place.write("devices.csv", long_list(3_300));
    let options = "--devices devices.csv --sec userpin";
    place.build(&format!("{options} --out out")).code(0);
    let run = place
        .build(&format!("{options} --pack devices.pack"))
        .code(0);
    assert_eq!(
        run.text(),
        "built 3300 devices, signed by USERPIN, into devices.pack\n"
    );
    let keys: Vec<String> = place
        .text("devices.csv")
        .lines()
        .skip(1)
        .map(|line| line.split(',').next().unwrap().to_owned())
        .collect();
    let records = records(&place, "devices.pack");
    let packed: Vec<&String> = records.iter().map(|(key, _)| key).collect();
    assert_eq!(packed, keys.iter().collect::<Vec<_>>());
    for (key, pdu) in &records {
        assert_eq!(*pdu, place.read(&format!("out/{key}.wsp")), "{key}");
    }
    let key = &keys[2_000];
    let run = place
        .run(&format!("unpack devices.pack --device {key}"))
        .code(0);
    assert_eq!(run.out, place.read(&format!("out/{key}.wsp")));
    place
        .run(&format!("unpack devices.pack --device {key} -o one.wsp"))
        .code(0);
    assert_eq!(place.read("one.wsp"), run.out);
    place
        .run("unpack devices.pack --device 1")
        .code(2)
        .says("no device has the key");
}

#[test]
fn json_lists_and_dm_messages() {
    let place = Place::with_devices();
    let mut lines = String::new();
    let columns: Vec<&str> = DEVICES.lines().next().unwrap().split(',').collect();
    for row in DEVICES.lines().skip(1) {
        let members: Vec<String> = columns
            .iter()
            .zip(row.split(','))
            .map(|(name, cell)| format!("{name:?}:{cell:?}"))
            .collect();
        lines += &format!("{{{}}}\n", members.join(","));
    }
    place.write("devices.jsonl", lines);
    for options in ["--sec netwpin", "--form dm --sec usernetwpin --tnds opaque"] {
        place
            .build(&format!(
                "--devices devices.csv {options} --out out --force"
            ))
            .code(0);
        for list in ["devices.csv", "devices.jsonl"] {
            place
                .build(&format!(
                    "--devices {list} {options} --pack devices.pack --force"
                ))
                .code(0);
            for (key, pdu) in records(&place, "devices.pack") {
                assert_eq!(
                    pdu,
                    place.read(&format!("out/{key}.wsp")),
                    "{options} {list}"
                );
            }
        }
    }
}

#[test]
fn what_repeats_is_found_however_far_apart() {
    let place = Place::new();
    let list = long_list(2_000);
    let second = list.lines().nth(2).unwrap();
    place.write("devices.csv", format!("{list}{second}\n"));
    let before = place.tree();
    let options = "--devices devices.csv --sec userpin --pack devices.pack";
    place
        .build(options)
        .code(3)
        .says("devices.csv:2002")
        .says("stands in line 3 already");
    assert_eq!(place.tree(), before);

    let equal = list.replace("c000001999", "c000000007");
    place.write("devices.csv", equal);
    let run = place
        .build(options)
        .code(0)
        .says("warning[list-equal-secret]");
    assert!(
        run.err.contains("devices.csv:2001: column client_secret") && run.err.contains("line 9"),
        "{}",
        run.err
    );
}

#[test]
fn bad_rows_leave_no_pack_unless_they_may_be_skipped() {
    let place = Place::new();
    let list = long_list(1_200);
    let seventh = list.lines().nth(700).unwrap();
    let bad = seventh.replace(",,", ",no nonce,");
    place.write("devices.csv", list.replace(seventh, &bad));
    let before = place.tree();
    let options = "--devices devices.csv --sec userpin --pack devices.pack";
    place
        .build(options)
        .code(3)
        .says("devices.csv:701: column client_nonce")
        .one_message();
    assert_eq!(place.tree(), before);
    place
        .build(&format!("{options} --keep-going"))
        .code(7)
        .says("devices.csv:701");
    let records = records(&place, "devices.pack");
    assert_eq!(records.len(), 1_199);
    let skipped = seventh.split(',').next().unwrap();
    assert!(records.iter().all(|(key, _)| key != skipped));
}

#[test]
fn a_message_too_long_for_phones_is_told() {
    let place = Place::new();
    let long = long_list(3).replacen("c000000001", &"c".repeat(2_000), 1);
    place.write("devices.csv", long_list(3));
    let options = "--devices devices.csv --sec userpin --pack";
    let short = place.build(&format!("{options} short.pack")).code(0);
    assert!(!short.err.contains("lint-segments"), "{}", short.err);
    // The first of its shape is looked at
    let mut lines = long.lines();
    let (columns, row) = (lines.next().unwrap(), lines.nth(1).unwrap());
    place.write("devices.csv", format!("{columns}\n{row}\n"));
    place
        .build(&format!("{options} long.pack"))
        .code(0)
        .says("lint-segments")
        .says("devices.csv:2");
}

#[test]
fn packs_are_not_overwritten_unasked() {
    let place = Place::with_devices();
    place.write("devices.pack", "precious");
    let options = "--devices devices.csv --sec userpin --pack devices.pack";
    place.build(options).code(5).says("--force").one_message();
    assert_eq!(place.text("devices.pack"), "precious");
    place.build(&format!("{options} --force")).code(0);
    assert_eq!(records(&place, "devices.pack").len(), 2);
}

#[test]
fn secrets_that_a_job_makes_have_no_place_in_a_pack() {
    let place = Place::with_devices();
    let options = "--devices devices.csv --pack devices.pack";
    place
        .build(&format!("{options} --sec userpinmac"))
        .code(2)
        .says("--secrets-out")
        .one_message();
    assert!(!place.path("devices.pack").exists());
}

#[test]
fn damaged_packs_are_refused_with_the_offset() {
    let place = Place::with_devices();
    place
        .build("--devices devices.csv --sec userpin --pack devices.pack")
        .code(0);
    let pack = place.read("devices.pack");
    let unpack = format!("unpack damaged.pack --device {B}");
    let second = {
        let mut reader = Pack::new(pack.as_slice()).unwrap();
        let first = reader.next().unwrap().unwrap();
        14 + 12 + first.key.len() + first.pdu.expose().len()
    };
    let end = pack.len() - 16;
    for length in [second + 1, second + 10, end - 1] {
        place.write("damaged.pack", &pack[..length]);
        let run = place.run(&unpack).code(3).says("error[pack-record]");
        run.says(&format!("offset {second}"));
    }
    // Whatever octet of the record is another: lengths, key, PDU, sum
    for at in (second..second + 24).chain((second + 24..end).step_by(50)) {
        let mut other = pack.clone();
        other[at] ^= 0x10;
        place.write("damaged.pack", other);
        let run = place.run(&unpack);
        assert!(run.code == 3 && run.out.is_empty(), "offset {at}");
        assert!(run.err.contains(&format!("offset {second}")), "{}", run.err);
    }
    // Cut off between two records, and what follows the last one
    let unpack_other = "unpack damaged.pack --device 1";
    let mut longer = pack.clone();
    longer.push(0);
    let mut counted = pack.clone();
    counted[end + 11] = 1;
    for (damaged, at) in [
        (&pack[..second], second),
        (&pack[..end], end),
        (&pack[..pack.len() - 1], end),
        (&longer, end),
        (&counted, end),
    ] {
        place.write("damaged.pack", damaged);
        let run = place.run(unpack_other).code(3).says("error[pack-end]");
        run.says(&format!("offset {at}"));
    }
    place.write("damaged.pack", &pack[1..]);
    place.run(&unpack).code(3).says("this is no pack");
}

#[test]
fn a_pack_goes_over_no_input_and_nothing_but_files() {
    let place = Place::with_devices();
    let list = place.read("devices.csv");
    let options = "--devices devices.csv --sec userpin --force";
    place
        .build(&format!("{options} --pack ./devices.csv"))
        .code(2)
        .says("--pack is devices.csv, which this job reads");
    assert_eq!(place.read("devices.csv"), list);
    fs::create_dir(place.path("folder")).unwrap();
    place
        .build(&format!("{options} --pack folder"))
        .code(2)
        .says("no regular file");
}

#[test]
fn what_a_killed_job_left_of_a_pack_goes_with_the_next() {
    let place = Place::with_devices();
    place.write(".p.pack.4000001.partial", "left behind");
    place.write(".p.pack.4000002.partial", "being written");
    place.write(".other.pack.4000003.partial", "of another");
    let busy = fs::File::open(place.path(".p.pack.4000002.partial")).unwrap();
    busy.lock().unwrap();
    place
        .build("--devices devices.csv --sec userpin --pack p.pack")
        .code(0);
    assert!(!place.path(".p.pack.4000001.partial").exists());
    assert!(place.path(".p.pack.4000002.partial").exists());
    assert!(place.path(".other.pack.4000003.partial").exists());
}

#[test]
fn a_pack_can_be_read_by_its_description() {
    let place = Place::with_devices();
    place
        .build("--devices devices.csv --sec userpin --pack devices.pack")
        .code(0);
    // As README.md has it, with a CRC-32 that is not ours
    let script = "\
import sys, zlib
data = open('devices.pack', 'rb').read()
number = lambda at, size=4: int.from_bytes(data[at:at + size], 'big')
assert data[:14] == b'dmboot-pack 2\\n'
at, count = 14, 0
while number(at):
    start, fields = at, []
    for _ in range(2):
        fields.append(data[at + 4:at + 4 + number(at)])
        at += 4 + number(at)
    assert zlib.crc32(data[start:at]) == number(at)
    at += 4
    count += 1
    print(fields[0].decode(), fields[1].hex())
assert number(at + 4, 8) == count and zlib.crc32(data[at:at + 12]) == number(at + 12)
assert at + 16 == len(data)
";
    let read = judge("python3", &["-c", script], place.0.path());
    let expected: Vec<String> = records(&place, "devices.pack")
        .iter()
        .map(|(key, pdu)| {
            let hex: String = pdu.iter().map(|octet| format!("{octet:02x}")).collect();
            format!("{key} {hex}\n")
        })
        .collect();
    assert_eq!(read, expected.concat());
}
