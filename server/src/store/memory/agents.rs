//! Browsers in their own words: a million sessions use a few hundred of them.

use std::{collections::HashMap, sync::Arc};

/// Different ones that are shared, at most. Far above what browsers say; beyond are only clients that make them up.
const SHARED: usize = 4096;

/// One pointer wide, where a shared text is two.
pub(super) type Agent = Arc<Arc<str>>;

/// Makes one of equal ones. Whoever has one keeps it; here it is forgotten with all others once there are too many.
#[derive(Debug, Default)]
pub(super) struct Agents(HashMap<Arc<str>, Agent>);

impl Agents {
    pub(super) fn share(&mut self, text: Arc<str>) -> Agent {
        if let Some(known) = self.0.get(&text) {
            return known.clone();
        }
        if self.0.len() >= SHARED {
            // In use or not: those in use come back as they are seen again.
            self.0.clear();
        }
        let agent = Arc::new(text.clone());
        self.0.insert(text, agent.clone());
        agent
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_ones_are_one() {
        let mut agents = Agents::default();
        let [one, same, other] = ["a", "a", "b"].map(|text| agents.share(Arc::from(text)));
        assert!(Arc::ptr_eq(&one, &same));
        assert_ne!(one, other);
    }

    #[test]
    fn made_up_ones_without_end_are_not_kept() {
        let mut agents = Agents::default();
        let first = agents.share(Arc::from("0"));
        for number in 0..3 * SHARED {
            agents.share(Arc::from(number.to_string()));
            assert!(agents.0.len() <= SHARED);
        }
        assert_eq!(Arc::strong_count(&first), 1);
    }
}
