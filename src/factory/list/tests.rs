//! Tests of whole lists; one fault per file is in `tests/vectors/malformed/list`.

use super::*;
use proptest::prelude::*;
use std::io;

/// Rows of a list: per row its number, its line, and its cells.
type Rows = Vec<(usize, u64, Vec<(String, Option<String>)>)>;

fn rows(list: &[u8]) -> Rows {
    read(list, None).expect("a sound list").0
}

fn read<R: Read>(list: R, format: Option<Format>) -> Result<(Rows, Vec<&'static str>), ListError> {
    let mut reader = ListReader::new(list, format)?;
    let mut rows = Vec::new();
    for row in reader.by_ref() {
        let row = row?;
        let cells = row.cells().map(|(name, cell)| {
            assert_eq!(row.cell(&name.to_ascii_uppercase()), Some(cell));
            (name.to_owned(), cell.text().map(str::to_owned))
        });
        rows.push((row.number, row.line, cells.collect()));
    }
    Ok((
        rows,
        reader.noted().iter().map(|fault| fault.rule().id).collect(),
    ))
}

fn cells(pairs: &[(&str, Option<&str>)]) -> Vec<(String, Option<String>)> {
    pairs
        .iter()
        .map(|&(name, text)| (name.to_owned(), text.map(str::to_owned)))
        .collect()
}

/// A source that yields one octet at a time.
struct Drip<'a>(&'a [u8]);

impl Read for Drip<'_> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let length = into.len().min(self.0.len()).min(1);
        into[..length].copy_from_slice(&self.0[..length]);
        self.0 = &self.0[length..];
        Ok(length)
    }
}

#[test]
fn quotes_separators_and_line_ends() {
    let list = "a,b\r\n1,\"x,\"\"y\"\"\"\r\n\r\n\"2\",\r\n3,é";
    let expected = vec![
        (1, 2, cells(&[("a", Some("1")), ("b", Some("x,\"y\""))])),
        (2, 4, cells(&[("a", Some("2")), ("b", None)])),
        (3, 5, cells(&[("a", Some("3")), ("b", Some("é"))])),
    ];
    assert_eq!(rows(list.as_bytes()), expected);
    assert_eq!(read(Drip(list.as_bytes()), None).unwrap().0, expected);
    // The other separators and line ends: the same rows
    let other = "a\tb\r1\t\"x,\"\"y\"\"\"\r\r\"2\"\t\r3\té";
    assert_eq!(
        read(other.as_bytes(), None).unwrap(),
        (expected.clone(), vec!["list-cr-line-ends"])
    );
    let other = "a;b\n1;\"x,\"\"y\"\"\"\n\n\"2\";\n3;é\n";
    assert_eq!(
        read(other.as_bytes(), None).unwrap(),
        (expected.clone(), vec!["list-semicolon"])
    );
    for big in [false, true] {
        let units = "\u{FEFF}".encode_utf16().chain(list.encode_utf16());
        let octets: Vec<u8> = units
            .flat_map(|unit| {
                if big {
                    unit.to_be_bytes()
                } else {
                    unit.to_le_bytes()
                }
            })
            .collect();
        let read = read(Drip(&octets), None).unwrap();
        assert_eq!(read, (expected.clone(), vec!["list-utf-16"]));
    }
}

#[test]
fn json_lines() {
    let list = br#"{"imsi": "001", "pin": ""}

{"imsi": "002", "pin": null}
{"pin": "\"\u00e9", "imsi": "003"}
{}
"#;
    let (rows, noted) = read(&list[..], None).unwrap();
    assert_eq!(
        rows,
        [
            (1, 1, cells(&[("imsi", Some("001")), ("pin", Some(""))])),
            (2, 3, cells(&[("imsi", Some("002")), ("pin", None)])),
            (3, 4, cells(&[("pin", Some("\"é")), ("imsi", Some("003"))])),
        ]
    );
    assert_eq!(noted, ["list-empty-row"]);
}

#[test]
fn given_and_not_given_and_absent() {
    let mut list = ListReader::new(&b"imsi,pin\n1,\"\"\n"[..], None).unwrap();
    assert_eq!(list.format(), Format::Csv);
    assert_eq!(
        list.columns().map(|names| names.concat()),
        Some("imsipin".to_owned())
    );
    let row = list.next().unwrap().unwrap();
    assert_eq!(row.cell("PIN").map(Cell::text), Some(None));
    assert_eq!(row.cell("key"), None, "CSV knows its columns");
    let mut list = ListReader::new(&b"{\"imsi\": \"1\"}"[..], None).unwrap();
    assert_eq!((list.format(), list.columns()), (Format::JsonLines, None));
    let row = list.next().unwrap().unwrap();
    assert_eq!(
        row.cell("pin").map(Cell::text),
        Some(None),
        "JSON Lines may name it elsewhere"
    );
}

#[test]
fn a_row_whose_cells_come_to_nothing_is_none() {
    let formula = "\"=\"\"\"\"\"";
    let list = format!("a,b\n1,2\n  , \u{A0}\n{formula},\n,\n3,\n");
    let (rows, noted) = read(list.as_bytes(), None).unwrap();
    let numbers: Vec<_> = rows
        .iter()
        .map(|(number, line, _)| (*number, *line))
        .collect();
    assert_eq!(numbers, [(1, 2), (2, 6)]);
    assert_eq!(noted, ["list-empty-row", "list-formula-text"]);
}

#[test]
fn a_faulty_row_does_not_end_the_list() {
    let list = b"a,b\n1\n2,x\n\xFF,y\n3,\"z\"z\n4,w\n";
    let mut reader = ListReader::new(&list[..], None).unwrap();
    let found: Vec<_> = reader
        .by_ref()
        .map(|row| {
            row.map(|row| (row.number, row.line))
                .map_err(|error| error.rule())
        })
        .collect();
    assert_eq!(
        found,
        [
            Err("list-too-few-cells"),
            Ok((2, 3)),
            Err("list-not-utf-8"),
            Err("list-stray-quote"),
            Ok((5, 6)),
        ]
    );
    assert_eq!(reader.position(), list.len() as u64);
}

#[test]
fn places_count_characters() {
    let list = "name,pin,imsi\n\"Zü\nrich\",é,2.28E+14\n".as_bytes();
    let error = ListReader::new(list, None)
        .unwrap()
        .next()
        .unwrap()
        .unwrap_err();
    assert_eq!(
        error.to_string(),
        "error[list-scientific-notation] at line 3, column 9: found `2.28E+14` in column `imsi`, \
         expected all digits; the digits are lost: go back to the source, format the column as \
         text, then import and export again; or delete the column if no document needs it"
    );
}

#[test]
fn limits() {
    let long = [b"a\n", &vec![b'x'; ROW_MAX + 1][..]].concat();
    let rules = |list: &[u8], format| -> Vec<_> {
        let list = ListReader::new(list, Some(format)).unwrap();
        list.filter_map(Result::err)
            .map(|error| error.rule())
            .collect()
    };
    assert_eq!(rules(&long, Format::Csv), ["list-row-too-long"]);
    let quoted = [b"a\n\"", &vec![b'x'; ROW_MAX + 1][..]].concat();
    assert_eq!(rules(&quoted, Format::Csv), ["list-unterminated-quote"]);
    let json = [b"{\"a\": \"", &vec![b'x'; ROW_MAX][..], b"\"}"].concat();
    assert_eq!(rules(&json, Format::JsonLines), ["list-row-too-long"]);
    let json = [b"{\"a\": \"", &vec![b'x'; CELL_MAX + 1][..], b"\"}"].concat();
    assert_eq!(rules(&json, Format::JsonLines), ["list-cell-too-long"]);
    let names: Vec<_> = (0..=COLUMNS_MAX)
        .map(|index| format!("\"c{index}\": null"))
        .collect();
    let json = format!("{{{}}}", names.join(","));
    assert_eq!(
        rules(json.as_bytes(), Format::JsonLines),
        ["list-too-many-columns"]
    );
    let separators = [b"a\n", &vec![b','; 5000][..], b"\n1\n"].concat();
    assert_eq!(
        rules(&separators, Format::Csv),
        [] as [&str; 0],
        "a row of nothing is skipped"
    );
}

#[test]
fn a_source_that_fails_ends_the_list() {
    struct Broken;
    impl Read for Broken {
        fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
            Err(io::Error::other("pulled"))
        }
    }
    let head: String = std::iter::once("a\n")
        .chain(std::iter::repeat_n("1\n", 4096))
        .collect();
    let mut list = ListReader::new(head.as_bytes().chain(Broken), None).unwrap();
    let error = list.by_ref().find_map(Result::err).unwrap();
    assert_eq!(
        error.to_string(),
        "the list cannot be read beyond line 4098: pulled"
    );
    assert_eq!(error.rule(), "list-read");
    assert!(list.next().is_none());
}

#[test]
fn nothing_shows_a_cell() {
    let list = "imsi,key\n1,geheim\n2,gehe\u{0}im\n3,\"geheim\"x\n4,geheim,geheim\n5,geheim \n";
    let mut reader = ListReader::new(list.as_bytes(), None).unwrap();
    let mut shown = String::new();
    for row in reader.by_ref() {
        shown.push_str(&format!("{row:?}"));
        match row {
            Ok(row) => shown.push_str(&format!("{:?}", row.cells().collect::<Vec<_>>())),
            Err(error) => shown.push_str(&error.to_string()),
        }
    }
    shown.push_str(&format!("{reader:?} {:?}", reader.noted()));
    assert!(shown.contains("list-control-character") && shown.contains("BlanksRemoved"));
    assert!(!shown.contains("gehe"), "{shown}");
}

#[test]
fn a_list_larger_than_its_buffers() {
    let mut list = String::from("imsi;name\n");
    for index in 0..20_000 {
        list.push_str(&format!("{index:015};Gerät {index}\n"));
    }
    let utf16: Vec<u8> = list.encode_utf16().flat_map(u16::to_le_bytes).collect();
    for octets in [list.as_bytes(), &utf16] {
        let mut reader = ListReader::new(octets, None).unwrap();
        for (index, row) in reader.by_ref().enumerate() {
            let row = row.unwrap();
            assert_eq!((row.number, row.line), (index + 1, index as u64 + 2));
            let imsi = row.cell("imsi").and_then(Cell::text);
            assert_eq!(imsi, Some(format!("{index:015}").as_str()));
        }
        assert_eq!(
            (reader.rows, reader.position()),
            (20_000, octets.len() as u64)
        );
    }
}

#[test]
fn formats_by_extension() {
    let of = |path: &str| Format::of(Path::new(path));
    assert_eq!(
        (of("a.CSV"), of("a.tsv")),
        (Some(Format::Csv), Some(Format::Csv))
    );
    assert_eq!(
        (of("a.jsonl"), of("a.ndjson")),
        (Some(Format::JsonLines), Some(Format::JsonLines))
    );
    assert_eq!((of("a.json"), of("list")), (None, None));
}

/// A cell that no rule for spreadsheet damage touches, between letters that are no digits.
fn text() -> impl Strategy<Value = String> {
    "x[ -~é\u{10348}\n]{0,12}x"
}

/// The same with plain rows taken many at a time, and everything as text, up to the error that ends
/// the list.
fn in_blocks<R: Read>(list: R, blocks: bool, plain: &mut usize) -> Vec<String> {
    let mut reader = match ListReader::new(list, Some(Format::Csv)) {
        Ok(reader) => reader,
        Err(error) => return vec![error.to_string()],
    };
    let mut all = Vec::new();
    loop {
        if let Some(rows) = blocks.then(|| reader.plain(3)).flatten() {
            *plain += rows.count();
            assert_eq!(rows.rows().count(), rows.count());
            for row in rows.rows() {
                let cells: Vec<_> = row.cells().collect();
                all.push(format!("{} {} {cells:?}", row.number, row.line));
            }
        }
        all.push(match reader.next() {
            None => break,
            Some(Err(error)) => error.to_string(),
            Some(Ok(row)) => {
                let cells: Vec<_> = row.cells().map(|(_, cell)| cell.text()).collect();
                format!("{} {} {cells:?}", row.number, row.line)
            }
        });
    }
    all.push(reader.position().to_string());
    let noted = reader.noted().iter();
    all.extend(noted.map(|fault| fault.finding().sentence()));
    all
}

#[test]
fn plain_rows_are_found() {
    let list = "pin,imei\r\n1234,49\r\n12.5,a@b\n,x\n \"q\",1\n1,2\n228011.0,3\n,\n4,5\n6,7";
    let mut plain = 0;
    let all = in_blocks(list.as_bytes(), true, &mut plain);
    assert_eq!(all, in_blocks(list.as_bytes(), false, &mut 0));
    // Not: the quote, the damaged number, the row without a value and the one read after it, the row
    // that has no line end
    assert_eq!(plain, 4);
}

proptest! {
    /// Taken many at a time, plain rows are the rows that are read one by one.
    #[test]
    fn plain_rows_are_the_same_rows(
        list in "(a,b|a;b|a\tb)(\r\n|\n)([a-c0E+.#']{0,7}[,;\"' \t]?[a-c0.=é]{0,3}[,;\n\r]{0,2}[\r\n]?){0,30}",
        long in 0_usize..3,
    ) {
        // Rows across the blocks in which the list is read
        let list = list + &"12345678,abcdefgh\r\n".repeat(long * 5000) + "1,2\n 3,4\n5,6";
        let rows = in_blocks(list.as_bytes(), false, &mut 0);
        prop_assert_eq!(&in_blocks(list.as_bytes(), true, &mut 0), &rows);
        if list.len() < 4096 {
            prop_assert_eq!(&in_blocks(Drip(list.as_bytes()), true, &mut 0), &rows);
        }
    }

    #[test]
    fn nothing_panics(octets in proptest::collection::vec(any::<u8>(), 0..512), json: bool) {
        let format = if json { Format::JsonLines } else { Format::Csv };
        for format in [Some(format), None] {
            if let Ok(list) = ListReader::new(&octets[..], format) {
                prop_assert!(list.count() <= 512);
            }
        }
    }

    #[test]
    fn nothing_panics_near_csv(list in "[a-c,;\"'=\t\r\n \u{A0}#.E+0-9]{0,200}") {
        if let Ok(list) = ListReader::new(list.as_bytes(), Some(Format::Csv)) {
            prop_assert!(list.count() <= 200);
        }
    }

    #[test]
    fn what_the_csv_crate_writes_is_read(
        table in proptest::collection::vec(proptest::collection::vec(text(), 3), 1..8),
        separator in proptest::sample::select(b",;\t".to_vec()),
    ) {
        let mut writer = ::csv::WriterBuilder::new().delimiter(separator).from_writer(Vec::new());
        writer.write_record(["a", "b", "c"]).unwrap();
        table.iter().for_each(|row| writer.write_record(row).unwrap());
        let octets = writer.into_inner().unwrap();
        let read: Vec<Vec<_>> = rows(&octets)
            .into_iter()
            .map(|(_, _, cells)| cells.into_iter().filter_map(|(_, text)| text).collect())
            .collect();
        prop_assert_eq!(read, table);
    }

    #[test]
    fn what_serde_json_writes_is_read(
        table in proptest::collection::vec(proptest::collection::vec(text(), 3), 1..8),
    ) {
        let mut list = Vec::new();
        for row in &table {
            let object = serde_json::json!({"a": row[0], "b": row[1], "c": row[2]});
            list.extend_from_slice(format!("{object}\n").as_bytes());
        }
        let read: Vec<Vec<_>> = rows(&list)
            .into_iter()
            .map(|(_, _, cells)| cells.into_iter().filter_map(|(_, text)| text).collect())
            .collect();
        prop_assert_eq!(read, table);
    }
}
