//! The paths in a source file, resolved to modules of the crate.
//!
//! It works on tokens, so comments and strings are out of the way and what stands in macros is
//! seen. It resolves no imported names; therefore the rules refuse importing what would open a way
//! around them: the crate's root from anywhere, a parent from a module that stands alone in it.

use proc_macro2::{Delimiter, Group, TokenStream, TokenTree};
use std::collections::BTreeSet;

/// The crate's own name, as `main.rs` says it.
const CRATE: &str = "dmboot";

/// A path in `from` that names something in (or is) `to`.
#[derive(Debug, PartialEq, Eq)]
pub struct Edge {
    /// The module that it stands in.
    pub from: Vec<String>,
    /// The path, from the crate's root.
    pub to: Vec<String>,
    /// The line, from 1.
    pub line: usize,
}

/// All modules of the crate, inline ones too.
pub struct Modules(BTreeSet<Vec<String>>);

impl Modules {
    pub fn new(files: impl Iterator<Item = Vec<String>>) -> Self {
        Self(files.collect())
    }

    pub fn has(&self, path: &[String]) -> bool {
        self.0.contains(path)
    }

    /// Adds the `mod name { … }` of a file. Unreadable text adds nothing; [`edges`] says so.
    pub fn add_inline(&mut self, module: &[String], text: &str) {
        if let Ok(tokens) = text.parse() {
            self.add(module, tokens);
        }
    }

    fn add(&mut self, module: &[String], tokens: TokenStream) {
        let tokens: Vec<_> = tokens.into_iter().collect();
        for (i, token) in tokens.iter().enumerate() {
            if let TokenTree::Group(group) = token {
                let module = inline_module(module, &tokens[..i], group);
                self.0.insert(module.clone());
                self.add(&module, group.stream());
            }
        }
    }
}

/// The paths in the source `text` of `module`.
///
/// # Errors
/// When the text has no tokens of Rust, or hides paths from this search.
pub fn edges(module: &[String], text: &str, modules: &Modules) -> Result<Vec<Edge>, String> {
    let tokens: TokenStream = text.parse().map_err(|error| format!("{error}"))?;
    let mut search = Search {
        modules,
        found: Vec::new(),
        hidden: None,
    };
    search.walk(module, tokens, false);
    match search.hidden {
        Some(reason) => Err(reason),
        None => Ok(search.found),
    }
}

/// The module of what stands in `group`: another one if `mod name` stands before it.
fn inline_module(module: &[String], before: &[TokenTree], group: &Group) -> Vec<String> {
    let mut module = module.to_vec();
    if let [.., keyword, TokenTree::Ident(name)] = before
        && is(keyword, "mod")
        && group.delimiter() == Delimiter::Brace
    {
        module.push(name.to_string());
    }
    module
}

fn is(token: &TokenTree, text: &str) -> bool {
    match token {
        TokenTree::Ident(ident) => ident == text,
        TokenTree::Punct(punct) => text.len() == 1 && text.starts_with(punct.as_char()),
        _ => false,
    }
}

fn is_at(tokens: &[TokenTree], i: usize, text: &str) -> bool {
    tokens.get(i).is_some_and(|token| is(token, text))
}

fn colons_at(tokens: &[TokenTree], i: usize) -> bool {
    is_at(tokens, i, ":") && is_at(tokens, i + 1, ":")
}

struct Search<'m> {
    modules: &'m Modules,
    found: Vec<Edge>,
    hidden: Option<String>,
}

impl Search<'_> {
    fn walk(&mut self, module: &[String], tokens: TokenStream, in_attribute: bool) {
        let tokens: Vec<_> = tokens.into_iter().collect();
        let mut i = 0;
        while i < tokens.len() {
            let line = tokens[i].span().start().line;
            match &tokens[i] {
                TokenTree::Ident(ident) if ident == "use" => {
                    let end = (i..tokens.len())
                        .find(|&end| is_at(&tokens, end, ";"))
                        .unwrap_or(tokens.len());
                    self.use_tree(module, &[], &tokens[i + 1..end]);
                    i = end;
                }
                TokenTree::Ident(ident) if ident == "pub" => {
                    if let Some(TokenTree::Group(group)) = tokens.get(i + 1) {
                        i += usize::from(is_visibility(group));
                    }
                }
                TokenTree::Ident(ident)
                    if ident == "extern"
                        && is_at(&tokens, i + 1, "crate")
                        && is_at(&tokens, i + 2, "self") =>
                {
                    self.hide(line, "extern crate self");
                }
                TokenTree::Ident(ident) if ident == "include" && is_at(&tokens, i + 1, "!") => {
                    self.hide(line, "include!");
                }
                TokenTree::Ident(ident) => {
                    // The rest of a path whose start is not ours
                    let continued = i >= 2 && colons_at(&tokens, i - 2);
                    let ours = !continued || ident == CRATE || ident == "crate";
                    let mut path = vec![ident.to_string()];
                    while colons_at(&tokens, i + 1)
                        && let Some(TokenTree::Ident(next)) = tokens.get(i + 3)
                    {
                        path.push(next.to_string());
                        i += 3;
                    }
                    if ours && path.len() > 1 {
                        self.path(module, &path, line);
                    }
                }
                TokenTree::Group(group) => {
                    let attribute = in_attribute
                        || group.delimiter() == Delimiter::Bracket
                            && (i >= 1 && is_at(&tokens, i - 1, "#")
                                || i >= 2
                                    && is_at(&tokens, i - 2, "#")
                                    && is_at(&tokens, i - 1, "!"));
                    let stream = group.stream();
                    let mut inner = stream.clone().into_iter();
                    let first = inner.next();
                    let named = |name: &str| first.as_ref().is_some_and(|token| is(token, name));
                    if attribute && named("path") {
                        self.hide(line, "#[path]");
                    }
                    // Documentation may point anywhere
                    if !(attribute && named("doc")) {
                        let module = inline_module(module, &tokens[..i], group);
                        self.walk(&module, stream, attribute);
                    }
                }
                // serde takes paths in strings
                TokenTree::Literal(literal) if in_attribute => {
                    let text = literal.to_string();
                    if let Ok(tokens) = text.trim_matches('"').parse() {
                        self.walk(module, tokens, false);
                    }
                }
                _ => {}
            }
            i += 1;
        }
    }

    fn hide(&mut self, line: usize, what: &str) {
        let reason = format!("line {line}: {what} hides paths from this test");
        self.hidden.get_or_insert(reason);
    }

    /// One tree of a use, or several with commas between them.
    fn use_tree(&mut self, module: &[String], prefix: &[String], tokens: &[TokenTree]) {
        for tree in tokens.split(|token| is(token, ",")) {
            let mut path = prefix.to_vec();
            let mut line = 0;
            for token in tree {
                line = token.span().start().line;
                match token {
                    // A new name does not matter
                    TokenTree::Ident(ident) if ident == "as" => break,
                    TokenTree::Ident(ident) if ident == "self" && !path.is_empty() => {}
                    TokenTree::Ident(ident) => path.push(ident.to_string()),
                    TokenTree::Group(group) => {
                        let tokens: Vec<_> = group.stream().into_iter().collect();
                        self.use_tree(module, &path, &tokens);
                        path.clear();
                    }
                    // `*` is all of the prefix
                    _ => {}
                }
            }
            if !path.is_empty() {
                self.path(module, &path, line);
            }
        }
    }

    /// Resolves a path; those to other crates and to imported names are none of ours.
    fn path(&mut self, module: &[String], path: &[String], line: usize) {
        let mut to = match path[0].as_str() {
            "crate" | CRATE => Vec::new(),
            "self" => module.to_vec(),
            "super" => match module.split_last() {
                Some((_, parent)) => parent.to_vec(),
                None => return self.hide(line, "super of the crate's root"),
            },
            name => {
                let child = [module, &[name.to_owned()]].concat();
                if !self.modules.has(&child) {
                    return;
                }
                child
            }
        };
        for name in &path[1..] {
            if name == "super" {
                if to.pop().is_none() {
                    return self.hide(line, "super of the crate's root");
                }
            } else {
                to.push(name.clone());
            }
        }
        let from = module.to_vec();
        self.found.push(Edge { from, to, line });
    }
}

/// `pub(crate)`, `pub(in path)`: who sees it, not what it knows.
fn is_visibility(group: &Group) -> bool {
    let tokens: Vec<_> = group.stream().into_iter().collect();
    group.delimiter() == Delimiter::Parenthesis
        && match tokens.as_slice() {
            [only] => ["crate", "self", "super"].iter().any(|word| is(only, word)),
            [first, ..] => is(first, "in"),
            [] => false,
        }
}
