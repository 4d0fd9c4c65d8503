//! The sandbox of the provincial system, with scripted faults
