//! One stream of what happens, for any number of listeners.

use tokio::sync::broadcast;

use crate::wire::Event;

/// Enough for a window that sleeps for a while; whoever falls further behind asks for the state anew.
const BACKLOG: usize = 1_024;

/// The stream. Sending never waits and never fails: nobody may be listening.
#[derive(Clone)]
pub struct Events(broadcast::Sender<Event>);

impl Default for Events {
    fn default() -> Self {
        Self(broadcast::channel(BACKLOG).0)
    }
}

impl Events {
    /// Tells all listeners.
    pub fn tell(&self, event: Event) {
        if self.0.receiver_count() > 0 {
            // The only failure is that the last listener left in between.
            self.0.send(event).ok();
        }
    }

    /// Listens from now on.
    #[must_use]
    pub fn listen(&self) -> broadcast::Receiver<Event> {
        self.0.subscribe()
    }
}
