//! A set in order that costs each member eight bytes and no allocation: a treap whose links are in the members. Every
//! step is logarithmic, wherever in the order it is; the balance comes from the handles, which look random.

use std::marker::PhantomData;

use super::slab::{Handle, Slab};

/// Where a member is in a tree.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Links {
    before: Option<Handle>,
    after: Option<Handle>,
}

/// What can be in a tree of the order `By`. While it is, its key must not change.
pub(super) trait Sorted<By>: Default {
    type Key: Ord;

    fn key(&self) -> Self::Key;
    fn links(&self) -> Links;
    fn links_mut(&mut self) -> &mut Links;
}

/// Some things of a slab in the order `By`; of the same key, the one with the lower handle first.
#[derive(Debug)]
pub(super) struct Tree<By> {
    root: Option<Handle>,
    by: PhantomData<By>,
}

impl<By> Clone for Tree<By> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<By> Copy for Tree<By> {}

impl<By> Default for Tree<By> {
    fn default() -> Self {
        Self { root: None, by: PhantomData }
    }
}

impl<By> Tree<By> {
    /// `new` must be in the slab, and not in the tree.
    pub(super) fn insert<T: Sorted<By>>(&mut self, things: &mut Slab<T>, new: Handle) {
        self.root = Some(Walk::<By, T>::towards(things, new).insert(self.root));
    }

    /// `gone` must have the key that it was inserted with.
    pub(super) fn remove<T: Sorted<By>>(&mut self, things: &mut Slab<T>, gone: Handle) {
        self.root = Walk::<By, T>::towards(things, gone).remove(self.root);
    }

    pub(super) fn first<T: Sorted<By>>(self, things: &Slab<T>) -> Option<Handle> {
        let mut first = self.root?;
        while let Some(before) = links(things, first).before {
            first = before;
        }
        Some(first)
    }

    pub(super) fn iter<T: Sorted<By>>(self, things: &Slab<T>) -> impl Iterator<Item = Handle> {
        let mut path = Vec::new();
        let mut down = self.root;
        std::iter::from_fn(move || {
            while let Some(at) = down {
                path.push(at);
                down = links(things, at).before;
            }
            let at = path.pop()?;
            down = links(things, at).after;
            Some(at)
        })
    }
}

fn links<By, T: Sorted<By>>(things: &Slab<T>, at: Handle) -> Links {
    things.get(at).map(T::links).unwrap_or_default()
}

/// The way through a tree to where one thing is or belongs. Each step answers what is then at the top of the part that
/// it was given.
struct Walk<'a, By, T: Sorted<By>> {
    things: &'a mut Slab<T>,
    goal: Handle,
    key: T::Key,
}

impl<'a, By, T: Sorted<By>> Walk<'a, By, T> {
    fn towards(things: &'a mut Slab<T>, goal: Handle) -> Self {
        let key = things.get(goal).map_or_else(|| T::default().key(), T::key);
        Self { things, goal, key }
    }

    fn is_before(&self, at: Handle) -> bool {
        self.things.get(at).is_some_and(|thing| (&self.key, self.goal) < (&thing.key(), at))
    }

    fn links(&self, at: Handle) -> Links {
        links(self.things, at)
    }

    fn link(&mut self, at: Handle, links: Links) -> Handle {
        if let Some(thing) = self.things.get_mut(at) {
            *thing.links_mut() = links;
        }
        at
    }

    fn insert(&mut self, top: Option<Handle>) -> Handle {
        let Some(top) = top else {
            return self.link(self.goal, Links::default());
        };
        if self.goal.scrambled() > top.scrambled() {
            let (before, after) = self.split(Some(top));
            return self.link(self.goal, Links { before, after });
        }
        let links = self.links(top);
        let changed = if self.is_before(top) {
            Links { before: Some(self.insert(links.before)), ..links }
        } else {
            Links { after: Some(self.insert(links.after)), ..links }
        };
        self.link(top, changed)
    }

    /// What comes before the goal, and what comes after it.
    fn split(&mut self, top: Option<Handle>) -> (Option<Handle>, Option<Handle>) {
        let Some(top) = top else {
            return (None, None);
        };
        let links = self.links(top);
        if self.is_before(top) {
            let (before, rest) = self.split(links.before);
            (before, Some(self.link(top, Links { before: rest, ..links })))
        } else {
            let (rest, after) = self.split(links.after);
            (Some(self.link(top, Links { after: rest, ..links })), after)
        }
    }

    fn remove(&mut self, top: Option<Handle>) -> Option<Handle> {
        let top = top?;
        let links = self.links(top);
        if top == self.goal {
            return self.join(links.before, links.after);
        }
        let changed = if self.is_before(top) {
            Links { before: self.remove(links.before), ..links }
        } else {
            Links { after: self.remove(links.after), ..links }
        };
        Some(if changed == links { top } else { self.link(top, changed) })
    }

    /// One part of two, of which all of the first comes before all of the second.
    fn join(&mut self, first: Option<Handle>, second: Option<Handle>) -> Option<Handle> {
        let (Some(before), Some(after)) = (first, second) else {
            return first.or(second);
        };
        Some(if before.scrambled() > after.scrambled() {
            let links = self.links(before);
            let rest = self.join(links.after, second);
            self.link(before, Links { after: rest, ..links })
        } else {
            let links = self.links(after);
            let rest = self.join(first, links.before);
            self.link(after, Links { before: rest, ..links })
        })
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    struct ByNumber;

    #[derive(Debug, Default)]
    struct Thing {
        number: u8,
        links: Links,
    }

    impl Sorted<ByNumber> for Thing {
        type Key = u8;

        fn key(&self) -> u8 {
            self.number
        }

        fn links(&self) -> Links {
            self.links
        }

        fn links_mut(&mut self) -> &mut Links {
            &mut self.links
        }
    }

    /// Steps on the longest way down.
    fn depth(things: &Slab<Thing>, top: Option<Handle>) -> usize {
        top.map_or(0, |top| {
            let Links { before, after } = links::<ByNumber, _>(things, top);
            1 + depth(things, before).max(depth(things, after))
        })
    }

    proptest! {
        #[test]
        fn it_keeps_the_order_that_a_standard_set_keeps(
            steps in prop::collection::vec((any::<u8>(), any::<prop::sample::Index>(), any::<bool>()), 0..400),
        ) {
            let (mut things, mut tree) = (Slab::default(), Tree::<ByNumber>::default());
            let mut expected = BTreeSet::new();
            for (number, which, grow) in steps {
                if grow || expected.is_empty() {
                    let new = things.add(Thing { number, links: Links::default() }).unwrap();
                    tree.insert(&mut things, new);
                    expected.insert((number, new));
                } else {
                    let gone = *expected.iter().nth(which.index(expected.len())).unwrap();
                    tree.remove(&mut things, gone.1);
                    things.remove(gone.1);
                    expected.remove(&gone);
                }
                let order: Vec<_> = expected.iter().map(|(_, handle)| *handle).collect();
                prop_assert_eq!(tree.iter(&things).collect::<Vec<_>>(), order);
                prop_assert_eq!(tree.first(&things), expected.first().map(|(_, handle)| *handle));
            }
        }
    }

    #[test]
    fn what_comes_in_order_makes_no_long_way_down() {
        let (mut things, mut tree) = (Slab::default(), Tree::<ByNumber>::default());
        for at in 0..65_536_u32 {
            let new = things.add(Thing { number: (at >> 8) as u8, links: Links::default() }).unwrap();
            tree.insert(&mut things, new);
        }
        // A balanced tree has 16 steps; one that is random, three times as many.
        assert!(depth(&things, tree.root) < 50, "{}", depth(&things, tree.root));
    }
}
