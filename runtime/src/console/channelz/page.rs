//! Lists that are asked for a page at a time.

use tonic::Status;

/// The page size of who does not say one.
const REASONABLE: usize = 100;

/// What is asked of a list.
#[derive(Clone, Copy, Debug)]
pub(super) struct Page {
    /// The first number that is wanted.
    start: u64,
    most: usize,
}

impl Page {
    /// # Errors
    ///
    /// One of them is negative.
    pub(super) fn new(start: i64, max_results: i64) -> Result<Self, Status> {
        let negative =
            |what: &str| Status::invalid_argument(format!("{what} must not be negative"));
        let start = u64::try_from(start).map_err(|_| negative("the first id"))?;
        let most = usize::try_from(max_results).map_err(|_| negative("max_results"))?;
        Ok(Self {
            start,
            most: if most == 0 { REASONABLE } else { most },
        })
    }

    /// The page of a list that is in order of its numbers, and whether it is the
    /// last.
    pub(super) fn of<T>(self, all: Vec<T>, id: impl Fn(&T) -> u64) -> (Vec<T>, bool) {
        let mut rest = all.into_iter().filter(|it| id(it) >= self.start);
        let page = rest.by_ref().take(self.most).collect();
        (page, rest.next().is_none())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_follow_each_other_to_the_end() {
        let all: Vec<u64> = vec![2, 3, 5, 7, 11];
        let page = |start, most| Page::new(start, most).unwrap().of(all.clone(), |it| *it);
        assert_eq!(page(0, 2), (vec![2, 3], false));
        assert_eq!(page(4, 2), (vec![5, 7], false));
        assert_eq!(page(8, 2), (vec![11], true));
        assert_eq!(page(12, 2), (vec![], true));
        assert_eq!(page(0, 0), (all.clone(), true));
        assert_eq!(page(0, 5), (all.clone(), true));
    }

    #[test]
    fn what_is_negative_is_refused() {
        for (start, most) in [(-1, 0), (0, -1)] {
            let refused = Page::new(start, most).unwrap_err();
            assert_eq!(refused.code(), tonic::Code::InvalidArgument);
        }
    }
}
