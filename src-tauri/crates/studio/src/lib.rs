//! The application: queries, actions, jobs, events, problems, wire types
