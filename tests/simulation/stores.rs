//! What a tree says, and a store that remembers each state that it was in.

use dmboot::client::tree::{
    AuditLine, Changes, ContextRecord, LastApplied, MemStore, Node, NodePath, Nodes, Provenance,
    Replay, StoreError, TreeStore,
};
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;
use std::sync::Arc;

/// All that a tree says.
#[derive(Debug, Clone, PartialEq)]
pub struct Everything {
    pub content: Content,
    pub replays: BTreeMap<[u8; 32], Replay>,
    pub tries: BTreeMap<[u8; 32], u8>,
    pub last: Option<LastApplied>,
    pub audit: Vec<AuditLine>,
}

/// What no refusal changes.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Content {
    pub nodes: BTreeMap<NodePath, Arc<Node>>,
    pub provenance: BTreeMap<NodePath, Provenance>,
    pub contexts: BTreeMap<[u8; 32], ContextRecord>,
}

impl Content {
    /// ServerID of an account.
    pub fn server(&self, account: &NodePath) -> Option<String> {
        let mut below = self
            .nodes
            .range(account..)
            .map_while(|(path, node)| account.holds(path).then_some((path, node)));
        let id = below
            .find(|(path, _)| path.name() == "ServerID" && path.parent().as_ref() == Some(account));
        id.and_then(|(_, node)| node.value.expose_text().map(str::to_owned))
    }
}

impl Everything {
    /// `known` are the messages to ask for.
    pub fn of(store: &impl TreeStore, known: &[[u8; 32]]) -> Result<Self, StoreError> {
        let mut content = Content {
            provenance: store.provenance()?,
            contexts: store.contexts()?,
            ..Content::default()
        };
        for path in store.subtree(&NodePath::ROOT)? {
            let node = store.node(&path)?.expect("what is listed is there");
            content.nodes.insert(path, node);
        }
        let mut replays = BTreeMap::new();
        let mut tries = BTreeMap::new();
        for body in known {
            replays.extend(store.replay(body)?.map(|replay| (*body, replay)));
            tries.insert(*body, store.tries(body)?);
        }
        Ok(Self {
            content,
            replays,
            tries,
            last: store.last_applied()?,
            audit: store.audit()?,
        })
    }
}

/// A store in memory that remembers each state after a commit, and may find no room for one.
#[derive(Debug, Clone)]
pub struct Remembering(pub Rc<RefCell<Remembered>>);

#[derive(Debug, Default)]
pub struct Remembered {
    pub now: MemStore,
    /// After each commit.
    pub states: Vec<MemStore>,
    /// The commit that fails, by its number.
    pub full: Option<usize>,
}

impl Remembering {
    pub fn new(first: MemStore) -> Self {
        let now = Remembered {
            now: first,
            ..Remembered::default()
        };
        Self(Rc::new(RefCell::new(now)))
    }

    /// Goes to a state, with no memories.
    pub fn set(&self, state: MemStore, full: Option<usize>) {
        *self.0.borrow_mut() = Remembered {
            now: state,
            states: Vec::new(),
            full,
        };
    }
}

impl Nodes for Remembering {
    fn node(&self, path: &NodePath) -> Result<Option<Arc<Node>>, StoreError> {
        self.0.borrow().now.node(path)
    }
    fn children(&self, path: &NodePath) -> Result<Vec<NodePath>, StoreError> {
        self.0.borrow().now.children(path)
    }
    fn subtree(&self, path: &NodePath) -> Result<Vec<NodePath>, StoreError> {
        self.0.borrow().now.subtree(path)
    }
}

impl TreeStore for Remembering {
    fn description(&self) -> Result<String, StoreError> {
        self.0.borrow().now.description()
    }
    fn provenance(&self) -> Result<BTreeMap<NodePath, Provenance>, StoreError> {
        self.0.borrow().now.provenance()
    }
    fn replay(&self, body: &[u8; 32]) -> Result<Option<Replay>, StoreError> {
        self.0.borrow().now.replay(body)
    }
    fn tries(&self, body: &[u8; 32]) -> Result<u8, StoreError> {
        self.0.borrow().now.tries(body)
    }
    fn tried(&self) -> Result<usize, StoreError> {
        self.0.borrow().now.tried()
    }
    fn contexts(&self) -> Result<BTreeMap<[u8; 32], ContextRecord>, StoreError> {
        self.0.borrow().now.contexts()
    }
    fn last_applied(&self) -> Result<Option<LastApplied>, StoreError> {
        self.0.borrow().now.last_applied()
    }
    fn audit(&self) -> Result<Vec<AuditLine>, StoreError> {
        self.0.borrow().now.audit()
    }
    fn whole(&self) -> Result<Changes, StoreError> {
        self.0.borrow().now.whole()
    }
    fn commit(&mut self, changes: &Changes) -> Result<(), StoreError> {
        let mut kept = self.0.borrow_mut();
        if kept.full == Some(kept.states.len()) {
            return Err(StoreError::Full);
        }
        kept.now.commit(changes)?;
        let state = kept.now.clone();
        kept.states.push(state);
        Ok(())
    }
}
