//! A gate that a test holds shut until the moment it wants something to go on.

use tokio::sync::watch;

/// Shut at first; once opened it stays open. Clones are the same gate.
#[derive(Debug, Clone)]
pub struct Gate {
    open: watch::Sender<bool>,
}

impl Gate {
    /// A gate that is shut.
    pub fn shut() -> Self {
        Self { open: watch::Sender::new(false) }
    }

    /// Lets everybody pass who waits, and everybody who comes later.
    pub fn open(&self) {
        self.open.send_replace(true);
    }

    /// Waits until the gate is open.
    pub async fn pass(&self) {
        let mut seen = self.open.subscribe();
        seen.wait_for(|open| *open).await.expect("the sender lives in self, so the channel is not closed");
    }
}

#[cfg(test)]
mod tests {
    use super::Gate;

    #[tokio::test]
    async fn those_who_wait_and_those_who_come_later_pass() {
        let gate = Gate::shut();
        let waiting = tokio::spawn({
            let gate = gate.clone();
            async move { gate.pass().await }
        });
        assert!(!waiting.is_finished());
        gate.open();
        waiting.await.expect("the task ends once the gate is open");
        gate.pass().await;
    }
}
