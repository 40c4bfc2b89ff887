#![doc = include_str!("../rules.md")]

use crate::factory::list::Kind;
use crate::finding::{Rule, Severity};

/// What the manual says of one rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Section {
    /// The rule's id.
    pub id: &'static str,
    /// How bad a breach is. What a reader refuses is an error.
    pub severity: Severity,
    /// One sentence: what the rule asks for.
    pub summary: &'static str,
    /// Standard and section the rule comes from, or the receivers that make it matter.
    pub clause: &'static str,
    /// The explanation, in Markdown: paragraphs, and fenced blocks of code.
    pub text: &'static str,
}

/// Rules whose ids begin with the same word.
#[derive(Debug, Clone, Copy)]
pub struct Family {
    /// What the ids begin with.
    pub name: &'static str,
    /// Its chapter.
    chapter: &'static str,
}

/// Makes a chapter and a [`Family`] of each file.
macro_rules! families {
    ($($module:ident $name:literal)*) => {
        $(#[doc = include_str!(concat!($name, ".md"))] pub mod $module {})*

        /// All families, by name.
        pub static FAMILIES: &[Family] = &[$(Family {
            name: $name,
            chapter: include_str!(concat!($name, ".md")),
        }),*];
    };
}

families! {
    apply "apply"
    build "build"
    capture "capture"
    cp "cp"
    derive "derive"
    dm "dm"
    dm_map "dm-map"
    inspect "inspect"
    lint "lint"
    list "list"
    notification "notification"
    pack "pack"
    pin "pin"
    policy "policy"
    profile "profile"
    receiver "receiver"
    redact "redact"
    tnds "tnds"
    tree "tree"
    value "value"
    verify "verify"
    wbxml "wbxml"
    wsp "wsp"
    xml "xml"
}

impl Family {
    /// What its rules are about, one sentence.
    #[must_use]
    pub fn about(&self) -> &'static str {
        self.chapter.lines().next().unwrap_or_default()
    }

    /// Its sections, in the order of the manual.
    pub fn sections(&self) -> impl Iterator<Item = Section> {
        self.chapter
            .split("\n## ")
            .skip(1)
            .filter_map(Section::parse)
    }
}

impl Section {
    /// A heading, `**severity**: summary *(clause)*`, and the explanation.
    fn parse(section: &'static str) -> Option<Self> {
        let (id, rest) = section.split_once('\n')?;
        let (line, text) = rest.trim_start().split_once('\n')?;
        let (severity, rest) = line.strip_prefix("**")?.split_once("**: ")?;
        let (summary, clause) = rest.strip_suffix(")*")?.rsplit_once(" *(")?;
        let severity = [Severity::Note, Severity::Warning, Severity::Error]
            .into_iter()
            .find(|known| known.to_string() == severity)?;
        Some(Self {
            id,
            severity,
            summary,
            clause,
            text: text.trim(),
        })
    }
}

/// What the manual says of a rule.
#[must_use]
pub fn find(id: &str) -> Option<Section> {
    FAMILIES
        .iter()
        .filter(|family| id.starts_with(family.name))
        .flat_map(Family::sections)
        .find(|section| section.id == id)
}

/// Every rule that findings refer to. Errors have ids too, which only the manual lists.
pub fn of_findings() -> impl Iterator<Item = &'static Rule> {
    let lists = [
        crate::document::cp::rules::ALL,
        crate::document::dm::map::rules::ALL,
        crate::document::dm::notification::RULES,
        crate::document::dm::rules::ALL,
        crate::document::lint::ALL,
        crate::document::received::rules::ALL,
        crate::factory::list::damage::RULES,
        crate::wire::wbxml::rules::ALL.as_slice(),
        crate::wire::wsp::RULES,
    ];
    let kinds = Kind::ALL.iter().map(|kind| kind.rule());
    lists.into_iter().flatten().copied().chain(kinds)
}
