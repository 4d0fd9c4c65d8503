//! Sends packages: queue, resume, retry, transports
