-- What one build of a consumer uses of one subject, as its own tests have shown. All rows of a build
-- come and go together, and have one time.
CREATE TABLE usage (
  participant TEXT NOT NULL,
  build       TEXT NOT NULL,
  module      TEXT NOT NULL,
  subject     TEXT NOT NULL,
  -- The release that its stubs are of.
  semver      TEXT NOT NULL,
  kind        TEXT NOT NULL CHECK (kind IN ('request', 'streaming', 'event')),
  -- JSON: a message and fields of it; what is sent is NULL for events.
  reads       TEXT NOT NULL,
  sends       TEXT,
  recorded_at TEXT NOT NULL,
  PRIMARY KEY (participant, build, module, subject)
) STRICT, WITHOUT ROWID;
CREATE INDEX usage_by_module ON usage (module);
CREATE INDEX usage_by_age ON usage (recorded_at);
