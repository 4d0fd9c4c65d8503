//! Programme model and edits, decode, mix, process, loudness, encode
