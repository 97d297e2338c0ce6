-- Content is stored once, by its digest.
CREATE TABLE blob (
  digest  TEXT PRIMARY KEY,
  content TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- A release never changes and is never deleted.
CREATE TABLE release (
  id            INTEGER PRIMARY KEY AUTOINCREMENT,
  module        TEXT NOT NULL,
  semver        TEXT NOT NULL,
  digest        TEXT NOT NULL,
  meaning       TEXT NOT NULL,
  registered_at TEXT NOT NULL,
  UNIQUE (module, semver)
) STRICT;

-- The linked descriptors of a release with all that it imports, zstd.
CREATE TABLE release_image (
  release_id INTEGER PRIMARY KEY REFERENCES release (id),
  image      BLOB NOT NULL
) STRICT;

CREATE TABLE release_file (
  release_id INTEGER NOT NULL REFERENCES release (id),
  path       TEXT NOT NULL,
  blob       TEXT NOT NULL REFERENCES blob (digest),
  PRIMARY KEY (release_id, path)
) STRICT, WITHOUT ROWID;

-- The exact releases that a release was linked with.
CREATE TABLE release_dependency (
  release_id INTEGER NOT NULL REFERENCES release (id),
  module     TEXT NOT NULL,
  semver     TEXT NOT NULL,
  PRIMARY KEY (release_id, module)
) STRICT, WITHOUT ROWID;

CREATE TABLE release_import (
  release_id INTEGER NOT NULL REFERENCES release (id),
  path       TEXT NOT NULL,
  PRIMARY KEY (release_id, path)
) STRICT, WITHOUT ROWID;
CREATE INDEX release_import_by_path ON release_import (path);

-- A movable name for a release; `main` is head.
CREATE TABLE label (
  module     TEXT NOT NULL,
  name       TEXT NOT NULL,
  release_id INTEGER NOT NULL REFERENCES release (id),
  PRIMARY KEY (module, name)
) STRICT, WITHOUT ROWID;
CREATE INDEX label_by_release ON label (release_id);

CREATE TABLE binding (
  release_id      INTEGER NOT NULL REFERENCES release (id),
  position        INTEGER NOT NULL,
  pattern         TEXT NOT NULL,
  rpc             TEXT,
  subject_version INTEGER NOT NULL,
  digest          TEXT NOT NULL,
  binding         TEXT NOT NULL,
  PRIMARY KEY (release_id, position)
) STRICT, WITHOUT ROWID;
CREATE INDEX binding_by_rpc ON binding (rpc);

-- Every type that a binding's messages consist of, prepared so that "which subjects does this
-- message reach" is a look-up.
CREATE TABLE binding_type (
  release_id INTEGER NOT NULL,
  position   INTEGER NOT NULL,
  type       TEXT NOT NULL,
  PRIMARY KEY (release_id, position, type),
  FOREIGN KEY (release_id, position) REFERENCES binding (release_id, position)
) STRICT, WITHOUT ROWID;
CREATE INDEX binding_type_by_type ON binding_type (type);

CREATE TABLE subject_version (
  pattern    TEXT NOT NULL,
  version    INTEGER NOT NULL,
  digest     TEXT NOT NULL,
  release_id INTEGER NOT NULL REFERENCES release (id),
  PRIMARY KEY (pattern, version)
) STRICT, WITHOUT ROWID;

-- What belongs to one module, for ever.
CREATE TABLE claim (
  kind   TEXT NOT NULL,
  value  TEXT NOT NULL,
  module TEXT NOT NULL,
  PRIMARY KEY (kind, value)
) STRICT, WITHOUT ROWID;

CREATE TABLE publication (
  release_id INTEGER PRIMARY KEY REFERENCES release (id),
  name       TEXT NOT NULL,
  state      TEXT NOT NULL CHECK (state IN ('pending', 'published', 'failed')),
  integrity  TEXT,
  registry   TEXT,
  error      TEXT
) STRICT;
CREATE INDEX publication_open ON publication (release_id) WHERE state <> 'published';

CREATE TABLE outbox (
  id    INTEGER PRIMARY KEY AUTOINCREMENT,
  event TEXT NOT NULL
) STRICT;

CREATE TABLE report (
  id         TEXT PRIMARY KEY,
  created_at TEXT NOT NULL,
  report     TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX report_by_age ON report (created_at);
