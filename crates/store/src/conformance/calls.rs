//! Many calls: at once, or one page after the other.

use std::future::poll_fn;
use std::pin::Pin;
use std::task::Poll;

use crate::{Error, Order, Page, Scan, Verb};

/// All verbs at once, as by many callers. Gives their results in the order of the verbs.
pub(super) async fn together<'a, T>(verbs: impl IntoIterator<Item = Verb<'a, T>>) -> Vec<Result<T, Error>> {
    let mut pending: Vec<Verb<'a, T>> = verbs.into_iter().collect();
    let mut done: Vec<Option<Result<T, Error>>> = pending.iter().map(|_| None).collect();
    poll_fn(|cx| {
        for (verb, slot) in pending.iter_mut().zip(&mut done) {
            if slot.is_none()
                && let Poll::Ready(result) = Pin::as_mut(verb).poll(cx)
            {
                *slot = Some(result);
            }
        }
        if done.iter().all(Option::is_some) { Poll::Ready(()) } else { Poll::Pending }
    })
    .await;
    done.into_iter().flatten().collect()
}

/// The items of all pages of a list, walked by its cursor.
pub(super) async fn walk<'a, T, K: Clone>(
    order: Order,
    limit: usize,
    mut list: impl FnMut(Page<K>) -> Verb<'a, Scan<T, K>>,
) -> Vec<T> {
    let (mut items, mut after) = (Vec::new(), None);
    loop {
        let scan = list(Page { limit, after, order }).await.expect("a read");
        items.extend(scan.items);
        after = scan.resume;
        if after.is_none() {
            return items;
        }
    }
}
