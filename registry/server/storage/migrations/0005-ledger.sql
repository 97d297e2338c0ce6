-- Every number that a field or an enum value ever had, and the release that used it so first.
CREATE TABLE number_use (
  type       TEXT NOT NULL,
  number     INTEGER NOT NULL,
  name       TEXT NOT NULL,
  shape      TEXT NOT NULL,
  release_id INTEGER NOT NULL REFERENCES release (id),
  PRIMARY KEY (type, number, name, shape)
) STRICT, WITHOUT ROWID;

-- Whether the numbers of a release are in the ledger; those of older releases are filled in at start.
ALTER TABLE release ADD COLUMN in_ledger INTEGER NOT NULL DEFAULT 0;

-- What generated a release's stub package. Another generator over the same revision is a patch.
ALTER TABLE release ADD COLUMN generator TEXT NOT NULL DEFAULT '';

-- A proto package that will go, and the day from which it may.
CREATE TABLE retirement (
  package      TEXT PRIMARY KEY,
  module       TEXT NOT NULL,
  sunset       TEXT NOT NULL,
  reason       TEXT NOT NULL,
  announced_at TEXT NOT NULL
) STRICT, WITHOUT ROWID;
