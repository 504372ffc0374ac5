//! Why nothing is shown, where it matters to the exit status.

use workspace::prepared::PreparedError;

use crate::find::selection::Unknown;

/// The user has named something in a way that makes no sense.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub(crate) struct Misnamed(pub(crate) String);

/// Ctrl-C came so soon that there is nothing to show.
#[derive(Debug, thiserror::Error)]
#[error("interrupted before a round was complete")]
pub(crate) struct TooSoon;

/// Whether the error lies in what the user has typed.
pub(crate) fn is_usage(error: &anyhow::Error) -> bool {
    error.is::<Unknown>()
        || error.is::<Misnamed>()
        || matches!(error.downcast_ref::<PreparedError>(), Some(PreparedError::Refused { .. }))
}
