-- What a run of contract tests found of one subject of one build. A stand-in's row is one of its own,
-- so that it never takes the place of what the build itself has shown.
CREATE TABLE verification (
  participant TEXT NOT NULL,
  build       TEXT NOT NULL,
  environment TEXT NOT NULL,
  subject     TEXT NOT NULL,
  digest      TEXT NOT NULL,
  evidence    TEXT NOT NULL CHECK (evidence IN ('real', 'reference', 'mock')),
  kind        TEXT NOT NULL CHECK (kind IN ('request', 'streaming', 'event')),
  module      TEXT NOT NULL,
  semver      TEXT NOT NULL,
  verdict     TEXT NOT NULL,
  -- JSON: the verdict of each law, and the laws that were not allowed.
  laws        TEXT NOT NULL,
  untried     TEXT NOT NULL,
  seed        INTEGER NOT NULL,
  run_id      TEXT NOT NULL,
  tested_at   TEXT NOT NULL,
  runner      TEXT NOT NULL,
  law_set     TEXT NOT NULL,
  PRIMARY KEY (participant, build, environment, subject, digest, evidence)
) STRICT, WITHOUT ROWID;
CREATE INDEX verification_by_module ON verification (module);
CREATE INDEX verification_by_age ON verification (tested_at);

-- Runs whose rows are written, with the digest of what was handed in.
CREATE TABLE verification_run (
  run_id      TEXT PRIMARY KEY,
  content     TEXT NOT NULL,
  recorded_at TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX verification_run_by_age ON verification_run (recorded_at);
