-- What the gate refuses and how subjects are named. The newest version holds; without one, the
-- built-in policy does.
CREATE TABLE policy (
  version INTEGER PRIMARY KEY,
  set_at  TEXT NOT NULL,
  reason  TEXT NOT NULL,
  policy  TEXT NOT NULL
) STRICT;
