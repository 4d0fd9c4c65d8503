//! The store on disk: index, media by digest, edit logs
