use std::{collections::HashMap, sync::Arc};

use crate::lifecycle::Lifecycle;

/// Where a scope of a list is in the tree.
#[derive(Clone, Copy)]
pub(super) struct Place {
    /// Its own index in the list.
    pub(super) index: usize,
    pub(super) depth: usize,
    /// The index of its parent.
    pub(super) parent: Option<usize>,
}

/// The order of a snapshot: parents before children, which keep that of the list.
pub(super) fn inwards(scopes: &[(u64, Arc<Lifecycle>)]) -> Vec<Place> {
    let places: HashMap<_, _> = (scopes.iter().enumerate())
        .map(|(index, (_, scope))| (Arc::as_ptr(scope), index))
        .collect();
    let parent_of = |scope: &Lifecycle| places.get(&Arc::as_ptr(scope.enclosing()?)).copied();
    // The first one last, for it is taken first.
    let mut children: HashMap<Option<usize>, Vec<usize>> = HashMap::new();
    for (index, (_, scope)) in scopes.iter().enumerate().rev() {
        children.entry(parent_of(scope)).or_default().push(index);
    }
    let mut order = Vec::with_capacity(scopes.len());
    let mut next = Vec::new();
    let mut around: Option<Place> = None;
    loop {
        let parent = around.map(|place| place.index);
        let depth = around.map_or(0, |place| place.depth + 1);
        let within = children.remove(&parent).into_iter().flatten();
        next.extend(within.map(|index| Place {
            index,
            depth,
            parent,
        }));
        let Some(place) = next.pop() else {
            return order;
        };
        order.push(place);
        around = Some(place);
    }
}
