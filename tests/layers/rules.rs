//! Who may know whom.

use super::paths::{Edge, Modules};

/// From the bottom up. A module may name those below it; of its own layer only itself, except at
/// the very bottom.
const LAYERS: [&[&str]; 9] = [
    &["bytes", "dissect", "finding", "secret"],
    &["wire"],
    &["document"],
    &["security"],
    &["card", "client", "deliver"],
    &["factory", "vectors"],
    &["manual"],
    &["cli"],
    &["main"],
];

/// Modules of which each child stands alone: it may not name the others, nor the parent itself.
const INDEPENDENT_CHILDREN: [&str; 1] = ["wire"];

/// Modules that stand alone among their siblings, which may name them.
const INDEPENDENT: [&str; 1] = ["document::cp"];

fn layer(module: &str) -> Option<usize> {
    LAYERS.iter().position(|layer| layer.contains(&module))
}

/// The name of the root's child that a module belongs to, if that has no layer.
pub fn unknown_layer(module: &[String]) -> Option<&str> {
    let name = module.first()?;
    layer(name).is_none().then_some(name)
}

/// The module that stands alone and that `module` is or belongs to.
fn independent(module: &[String]) -> Option<String> {
    let own = module.get(..2)?.join("::");
    let stands_alone =
        INDEPENDENT.contains(&own.as_str()) || INDEPENDENT_CHILDREN.contains(&module[0].as_str());
    stands_alone.then_some(own)
}

/// Why a path may not be there.
pub fn refusal(edge: &Edge, modules: &Modules) -> Option<String> {
    // The crate's root knows all
    let from = edge.from.first()?;
    let path = format!("crate::{}", edge.to.join("::"));
    let Some(to) = edge.to.first().filter(|_| modules.has(&edge.to[..1])) else {
        return Some(format!(
            "{path} is of the crate's root, which stands above {from}: name the module it is from"
        ));
    };
    if from == to {
        let own = independent(&edge.from)?;
        let alone = edge.to.get(..2).is_some_and(|to| to.join("::") == own);
        return (!alone).then(|| format!("{own} may not know {path}: it stands alone in {from}"));
    }
    match (layer(from), layer(to)) {
        (Some(0), Some(0)) => None,
        (Some(lower), Some(upper)) if lower < upper => {
            Some(format!("{from} may not know {path}, which is above it"))
        }
        (Some(one), Some(other)) if one == other => {
            Some(format!("{from} may not know {path}, which is beside it"))
        }
        (Some(_), Some(_)) => None,
        // Said of the file itself
        (None, _) => None,
        (_, None) => Some(format!("{path} is in no layer")),
    }
}
