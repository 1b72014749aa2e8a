//! Requests side by side: a server far away answers many in the time of one.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

/// Requests at once.
const AT_ONCE: usize = 16;

/// `f` of each of `items`, in their order, some at the same time.
pub(crate) fn side_by_side<T: Sync, R: Send>(items: &[T], f: impl Fn(&T) -> R + Sync) -> Vec<R> {
    let next = AtomicUsize::new(0);
    let results: Vec<Mutex<Option<R>>> = items.iter().map(|_| Mutex::new(None)).collect();
    let work = || {
        while let Some((item, place)) = {
            let idx = next.fetch_add(1, Ordering::SeqCst);
            items.get(idx).zip(results.get(idx))
        } {
            let result = f(item);
            *place.lock().unwrap_or_else(PoisonError::into_inner) = Some(result);
        }
    };
    std::thread::scope(|scope| {
        for _ in 1..AT_ONCE.min(items.len()) {
            scope.spawn(work);
        }
        work();
    });
    let taken = results.into_iter().map(Mutex::into_inner);
    taken.filter_map(|result| result.unwrap_or_else(PoisonError::into_inner)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_are_in_the_order_of_the_items() {
        for n in [0, 1, 5, 100] {
            let items: Vec<usize> = (0..n).collect();
            let expected: Vec<usize> = items.iter().map(|item| item * item).collect();
            assert_eq!(side_by_side(&items, |item| item * item), expected);
        }
    }
}
