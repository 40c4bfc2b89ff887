//! How far one name is from another.

/// How many characters have to be added, removed or replaced (Levenshtein).
pub(crate) fn edits(from: &str, to: &str) -> usize {
    // Names are short; what is not is no slip of one
    if from.len() > 64 || to.len() > 64 {
        return usize::MAX - 1;
    }
    let to: Vec<char> = to.chars().collect();
    let mut row: Vec<usize> = (0..=to.len()).collect();
    for (number, character) in from.chars().enumerate() {
        let mut diagonal = std::mem::replace(&mut row[0], number + 1);
        for column in 0..to.len() {
            let replaced = diagonal + usize::from(to[column] != character);
            diagonal = row[column + 1];
            row[column + 1] = replaced.min(diagonal + 1).min(row[column] + 1);
        }
    }
    row[to.len()]
}
