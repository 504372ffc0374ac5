//! Speed-ups with their intervals, as dots with whiskers.
