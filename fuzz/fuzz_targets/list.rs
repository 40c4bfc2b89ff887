//! Device lists: no input makes a reader panic, go round in circles or keep more than its caps; and
//! what was read, written as plain CSV, reads as the same.
#![no_main]

use dmboot::factory::list::{CELL_MAX, COLUMNS_MAX, Format, ListError, ListReader};
use libfuzzer_sys::fuzz_target;

/// The cells of a row, in the order of the list: column, and text unless it is not given.
type Cells = Vec<(String, Option<String>)>;

fuzz_target!(|input: &[u8]| {
    for format in [None, Some(Format::Csv), Some(Format::JsonLines)] {
        let Some((columns, rows, whole)) = read(input, format) else {
            continue;
        };
        let (Some(columns), true) = (columns, whole) else {
            continue;
        };
        let quoted = |text: &str| format!("\"{}\"", text.replace('"', "\"\""));
        let line = |cells: Vec<String>| cells.join(",") + "\n";
        let mut csv = line(columns.iter().map(|name| quoted(name)).collect());
        for row in &rows {
            let cells = row.iter().map(|(_, text)| text.as_deref().unwrap_or_default());
            csv += &line(cells.map(quoted).collect());
        }
        if let Some((_, again, true)) = read(csv.as_bytes(), Some(Format::Csv)) {
            assert_eq!(again, rows);
        }
    }
});

/// Columns, rows, and whether no row was refused; `None` for what is no list.
#[allow(clippy::type_complexity)]
fn read(
    input: &[u8],
    format: Option<Format>,
) -> Option<(Option<Vec<String>>, Vec<Cells>, bool)> {
    let mut list = match ListReader::new(input, format) {
        Ok(list) => list,
        Err(error) => {
            told(&error);
            return None;
        }
    };
    let names = |names: &[Box<str>]| names.iter().map(ToString::to_string).collect();
    let columns: Option<Vec<String>> = list.columns().map(names);
    let (mut rows, mut whole) = (Vec::new(), true);
    // Every row takes an octet at least
    for result in list.by_ref().take(input.len() + 2) {
        match result {
            Ok(row) => {
                assert!(row.cells().len() <= COLUMNS_MAX);
                let cell = |(name, cell): (&str, dmboot::factory::list::Cell<'_>)| {
                    assert!(cell.text().is_none_or(|text| text.len() <= CELL_MAX));
                    (name.to_owned(), cell.text().map(str::to_owned))
                };
                rows.push(row.cells().map(cell).collect());
            }
            Err(error) => {
                told(&error);
                whole = false;
            }
        }
    }
    assert!(list.next().is_none(), "it ends");
    assert!(list.noted().iter().all(|fault| !fault.to_string().is_empty()));
    Some((columns, rows, whole))
}

fn told(error: &ListError) {
    assert!(!error.rule().is_empty() && !error.to_string().is_empty());
}
