//! SHA-1 of several devices at once, in the lanes of vectors: does it gain over the CPU's own
//! instructions?

pub fn measure() {}
