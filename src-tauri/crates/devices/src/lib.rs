//! Microphones and speakers behind audio's ports
