-- What a build of a participant uses in an environment: recorded, or seen there. An empty text
-- stands for what nobody told, because a primary key takes no NULL.
CREATE TABLE deployment (
  environment   TEXT NOT NULL,
  participant   TEXT NOT NULL,
  build         TEXT NOT NULL,
  role          TEXT NOT NULL CHECK (role IN ('serves', 'calls', 'publishes', 'subscribes')),
  module        TEXT NOT NULL,
  proto_package TEXT NOT NULL,
  subject       TEXT NOT NULL,
  semver        TEXT NOT NULL,
  digest        TEXT NOT NULL,
  source        TEXT NOT NULL CHECK (source IN ('recorded', 'observed')),
  evidence      TEXT NOT NULL CHECK (evidence IN ('real', 'reference', 'mock')),
  instances     INTEGER NOT NULL,
  first_seen    TEXT NOT NULL,
  last_seen     TEXT NOT NULL,
  -- The first of the rounds in a row that did not see it, and how many they are.
  missed_since  TEXT,
  missed        INTEGER NOT NULL DEFAULT 0,
  PRIMARY KEY (environment, source, participant, build, role, module, proto_package, subject, semver, digest, evidence)
) STRICT, WITHOUT ROWID;
CREATE INDEX deployment_by_module ON deployment (module, semver);
CREATE INDEX deployment_by_package ON deployment (proto_package);
