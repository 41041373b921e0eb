use slab::Slab;

use super::bond::Bond;

/// The bonds of a scope, by keys that stay.
///
/// It differs from a slab in where the first one is: in the scope itself. Most
/// scopes have one bond at a time, or none, and allocate nothing for it.
#[derive(Default)]
pub(super) struct Bonds {
    /// Key 0.
    first: Option<Bond>,
    /// From key 1 on. Boxed because a scope is counted in bytes.
    others: Option<Box<Slab<Bond>>>,
}

impl Bonds {
    pub(super) fn insert(&mut self, bond: Bond) -> usize {
        if self.first.is_none() {
            self.first = Some(bond);
            return 0;
        }
        self.others.get_or_insert_default().insert(bond) + 1
    }

    pub(super) fn try_remove(&mut self, key: usize) -> Option<Bond> {
        match key.checked_sub(1) {
            None => self.first.take(),
            Some(key) => self.others.as_mut()?.try_remove(key),
        }
    }

    pub(super) fn get(&self, key: usize) -> Option<&Bond> {
        match key.checked_sub(1) {
            None => self.first.as_ref(),
            Some(key) => self.others.as_ref()?.get(key),
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.first.is_none() && self.others.as_ref().is_none_or(|others| others.is_empty())
    }

    /// One more than any key.
    pub(super) fn capacity(&self) -> usize {
        1 + self.others.as_ref().map_or(0, |others| others.capacity())
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &Bond> {
        let others = self.others.iter().flat_map(|others| others.iter());
        self.first.iter().chain(others.map(|(_, bond)| bond))
    }
}
