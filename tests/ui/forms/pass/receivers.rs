//! `self` in every form, on an inherent impl and on a single method.
#![deny(warnings, clippy::pedantic)]
#![allow(dead_code, missing_docs)]

use std::pin::Pin;
use std::sync::Arc;

use tonic::Status;
use tonic_scope::scoped;

#[derive(Clone)]
struct Counter<T>(T);

#[scoped(timeout = "1s")]
impl<T: Clone + Send + Sync> Counter<T> {
    pub(crate) async fn by_ref(&self) -> Result<T, Status> {
        Ok(self.0.clone())
    }

    async fn by_mut(&mut self, t: T) -> Result<&mut Self, Status> {
        self.0 = t;
        Ok(self)
    }

    async fn by_value(mut self, t: T) -> Result<Self, Status> {
        self.0 = t;
        Ok(self)
    }

    async fn by_arc(self: Arc<Self>) -> Result<T, Status> {
        Ok(self.0.clone())
    }

    async fn by_pin(self: Pin<&mut Self>) -> Result<T, Status> {
        Ok(self.0.clone())
    }

    async fn none(t: T) -> Result<Self, Status> {
        Ok(Self(t))
    }

    /// Left alone.
    #[must_use]
    const fn plain(&self) -> &T {
        &self.0
    }
}

impl<T: Clone + Send + Sync> Counter<T> {
    #[scoped]
    async fn single(&self) -> Result<T, Status> {
        tokio::task::yield_now().await;
        Ok(self.0.clone())
    }
}

fn is_send<T: Send>(t: T) -> T {
    t
}

#[tokio::main]
async fn main() {
    let mut counter = Counter::none(1).await.unwrap();
    counter.by_mut(2).await.unwrap().by_mut(3).await.unwrap();
    assert_eq!(is_send(counter.by_ref()).await.unwrap(), 3);
    assert_eq!(is_send(counter.single()).await.unwrap(), 3);
    assert_eq!(Pin::new(&mut counter).by_pin().await.unwrap(), 3);
    assert_eq!(*counter.plain(), 3);
    let counter = counter.by_value(4).await.unwrap();
    assert_eq!(Arc::new(counter).by_arc().await.unwrap(), 4);
}
