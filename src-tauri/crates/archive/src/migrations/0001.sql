-- Format 1. Times are milliseconds since 1970 UTC, days are yyyymmdd, ids 16 and digests 32 bytes.

-- Media by digest. The file is written before the row: a row without a file is a fault to report.
CREATE TABLE object (
  digest     BLOB PRIMARY KEY CHECK (length(digest) = 32),
  bytes      INTEGER NOT NULL CHECK (bytes >= 0),
  checked_ms INTEGER,                                         -- last audit; null: never
  fault      TEXT CHECK (fault IN ('missing', 'damaged'))     -- what the last audit found
) STRICT, WITHOUT ROWID;
CREATE INDEX object_checked ON object (checked_ms);

CREATE TABLE item (
  row             INTEGER PRIMARY KEY,   -- grows with time of adding; the key of the search index
  id              BLOB NOT NULL UNIQUE CHECK (length(id) = 16),
  kind            TEXT NOT NULL,
  status          TEXT NOT NULL,
  title           TEXT NOT NULL,
  body            TEXT NOT NULL,
  place_code      TEXT,
  place_label     TEXT,
  day             INTEGER,
  duration_ms     INTEGER,
  integrated_lufs REAL,
  true_peak_dbtp  REAL,
  created_ms      INTEGER NOT NULL,
  updated_ms      INTEGER NOT NULL
) STRICT;
CREATE INDEX item_kind_status ON item (kind, status);
CREATE INDEX item_day ON item (day);
CREATE INDEX item_updated ON item (updated_ms);

CREATE TABLE tag (
  item     INTEGER NOT NULL REFERENCES item (row),
  position INTEGER NOT NULL,
  tag      TEXT NOT NULL,
  PRIMARY KEY (item, position)
) STRICT, WITHOUT ROWID;
CREATE INDEX tag_name ON tag (tag);

CREATE TABLE person (
  item     INTEGER NOT NULL REFERENCES item (row),
  position INTEGER NOT NULL,
  name     TEXT NOT NULL,
  role     TEXT NOT NULL,
  PRIMARY KEY (item, position)
) STRICT, WITHOUT ROWID;
CREATE INDEX person_name ON person (name);

CREATE TABLE version (
  row     INTEGER PRIMARY KEY,
  item    INTEGER NOT NULL REFERENCES item (row),
  number  INTEGER NOT NULL CHECK (number >= 1),
  made_ms INTEGER NOT NULL,
  note    TEXT NOT NULL,
  UNIQUE (item, number)
) STRICT;

CREATE TABLE version_file (
  version    INTEGER NOT NULL REFERENCES version (row),
  position   INTEGER NOT NULL,
  digest     BLOB NOT NULL REFERENCES object (digest),
  name       TEXT NOT NULL,
  media_type TEXT NOT NULL,
  role       TEXT NOT NULL,
  PRIMARY KEY (version, position)
) STRICT, WITHOUT ROWID;
CREATE INDEX version_file_digest ON version_file (digest);

-- Metadata as it was until until_ms, in the JSON form of file.rs.
CREATE TABLE history (
  row      INTEGER PRIMARY KEY,
  item     INTEGER NOT NULL REFERENCES item (row),
  until_ms INTEGER NOT NULL,
  metadata TEXT NOT NULL
) STRICT;
CREATE INDEX history_item ON history (item);

-- Words as folded in fold.rs (no marks, no case), and with marks for ranking. The texts themselves
-- stay in item: nothing is stored twice. facets holds words for kind, status and month.
CREATE VIRTUAL TABLE search USING fts5 (
  title, rest, body, title_marked, text_marked, facets,
  content = '', contentless_delete = 1, prefix = '2 3',
  tokenize = "unicode61 remove_diacritics 0"
);

CREATE TABLE document (
  id         BLOB PRIMARY KEY CHECK (length(id) = 16),
  kind       TEXT NOT NULL,
  title      TEXT NOT NULL,
  created_ms INTEGER NOT NULL,
  updated_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE state (
  namespace TEXT NOT NULL,
  key       TEXT NOT NULL,
  value     TEXT NOT NULL,
  PRIMARY KEY (namespace, key)
) STRICT, WITHOUT ROWID;

CREATE TABLE package (
  id         BLOB PRIMARY KEY CHECK (length(id) = 16),
  digest     BLOB NOT NULL UNIQUE CHECK (length(digest) = 32),
  path       TEXT NOT NULL,
  bytes      INTEGER NOT NULL,
  created_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE package_item (
  package  BLOB NOT NULL REFERENCES package (id),
  position INTEGER NOT NULL,
  item     BLOB NOT NULL,
  PRIMARY KEY (package, position)
) STRICT, WITHOUT ROWID;
CREATE INDEX package_item_item ON package_item (item);

-- Receipts are evidence: added, never changed.
CREATE TABLE receipt (
  row            INTEGER PRIMARY KEY,
  package_digest BLOB NOT NULL CHECK (length(package_digest) = 32),
  received_ms    INTEGER NOT NULL,
  content        TEXT NOT NULL,
  UNIQUE (package_digest, content)
) STRICT;

CREATE TABLE receipt_item (
  receipt  INTEGER NOT NULL REFERENCES receipt (row),
  position INTEGER NOT NULL,
  item     BLOB NOT NULL,
  PRIMARY KEY (receipt, position)
) STRICT, WITHOUT ROWID;
CREATE INDEX receipt_item_item ON receipt_item (item);
