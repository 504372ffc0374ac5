//! Sockets, timers and calls that block, alike on three runtimes.
//!
//! The async cells of a row drive the same client or server, so that a comparison of the cells
//! compares runtimes and nothing else. That client or server asks for a [`Runtime`], and each cell
//! hands it its own. How tasks are spawned and bounded is no part of this: it stands in the cells.

#[cfg(feature = "async-std")]
mod async_std;
mod runtime;
#[cfg(feature = "smol")]
mod smol;
#[cfg(feature = "tokio")]
mod tokio;

pub use runtime::Runtime;

#[cfg(feature = "async-std")]
pub use self::async_std::AsyncStd;
#[cfg(feature = "smol")]
pub use self::smol::Smol;
#[cfg(feature = "tokio")]
pub use self::tokio::Tokio;
