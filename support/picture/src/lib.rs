//! Pictures of what was measured, as SVG: a [`race`] of several versions that replays in a loop, a
//! chart of [`speed_ups`] with their intervals, and [`curves`] of speed-ups along the values of a flag.
//!
//! No picture needs a script, and each is complete without its animation. [`svg`] writes the
//! elements, and [`axis`] says where on a picture a number belongs.

pub mod axis;
pub mod curves;
pub mod race;
pub mod speed_ups;
pub mod svg;
