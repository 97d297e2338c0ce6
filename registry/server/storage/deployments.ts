import type Database from "better-sqlite3";
import type { DeployedRelease, PackageUser } from "../../core/deployment/deployment.ts";
import { limits } from "../../core/limits.ts";
import type { DeploymentStore } from "../ports.ts";
import { type DeploymentRow, deploymentOf, type UseRow, useRowOf } from "./deployment-row.ts";

/** Who runs what, where. */
export function prepareDeployments(db: Database.Database): DeploymentStore {
  const all = db.prepare<[], DeploymentRow>(`SELECT * FROM deployment ORDER BY ${byName}`);
  const ofEnvironment = db.prepare<[string], DeploymentRow>(
    `SELECT * FROM deployment WHERE environment = ? ORDER BY ${byName}`,
  );
  const packages = db
    .prepare<[string], string>(
      "SELECT value FROM claim WHERE kind = 'package' AND module = ? ORDER BY value",
    )
    .pluck();
  const deployed = db.prepare<[{ module: string }], DeployedRelease>(deployedSql);
  const users = db.prepare<[string], PackageUser>(
    `SELECT environment, participant, role, nullif(semver, '') AS semver, source, max(last_seen) AS lastSeen
     FROM deployment WHERE proto_package = ? AND evidence = 'real'
     GROUP BY environment, participant, role, semver, source ORDER BY environment, participant, role`,
  );
  const end = db.prepare(
    "DELETE FROM deployment WHERE environment = ? AND participant = ? AND build = coalesce(?, build)",
  );
  return {
    protoPackages: (module) => packages.all(module),
    recordDeployment: prepareRecord(db),
    observe: prepareObserve(db),
    endDeployment: ({ environment, participant, build }) =>
      end.run(environment, participant, build).changes,
    deployments: (environment) =>
      (environment === null ? all.all() : ofEnvironment.all(environment)).map(deploymentOf),
    deployed: (module) => deployed.all({ module }),
    usersOf: (protoPackage) => users.all(protoPackage),
  };
}

const byName = "environment, participant, build, role, module, proto_package, subject";

/** What a release was linked with travels in its messages, so whoever runs it runs that too. */
const deployedSql = `
  SELECT r.semver, r.digest, d.environment, d.participant, d.source, max(d.last_seen) AS lastSeen
  FROM (
    SELECT semver AS used, * FROM deployment WHERE module = @module
    UNION ALL
    SELECT l.semver AS used, d.* FROM release_dependency l
    JOIN release r ON r.id = l.release_id
    JOIN deployment d ON d.module = r.module AND d.semver = r.semver
    WHERE l.module = @module
  ) d JOIN release r ON r.module = @module AND r.semver = d.used
  WHERE d.evidence = 'real'
  GROUP BY r.id, d.environment, d.participant, d.source
  ORDER BY r.id DESC, d.environment, d.participant, d.source`;

/** A row that is there keeps when it was first seen. */
const upsertSql = `
  INSERT INTO deployment (environment, participant, build, role, module, proto_package, subject, semver,
    digest, source, evidence, instances, first_seen, last_seen)
  VALUES (@environment, @participant, @build, @role, @module, @protoPackage, @subject, @semver,
    @digest, @source, @evidence, @instances, @at, @at)
  ON CONFLICT DO UPDATE SET instances = excluded.instances, last_seen = excluded.last_seen,
    missed_since = NULL, missed = 0`;

type Upsert = [UseRow & { at: string }];

function prepareRecord(db: Database.Database): DeploymentStore["recordDeployment"] {
  const upsert = db.prepare<Upsert>(upsertSql);
  const others = db
    .prepare<[string, string, string], string>(
      `SELECT DISTINCT build FROM deployment WHERE source = 'recorded' AND environment = ?
       AND participant = ? AND build <> ? ORDER BY build`,
    )
    .pluck();
  const end = db.prepare(
    `DELETE FROM deployment WHERE source = 'recorded' AND environment = ? AND participant = ? AND build <> ?`,
  );
  return db.transaction<DeploymentStore["recordDeployment"]>((record) => {
    const { environment, participant, build, uses, at } = record;
    const ended = record.replace ? others.all(environment, participant, build) : [];
    if (ended.length > 0) end.run(environment, participant, build);
    for (const use of uses) upsert.run({ ...useRowOf(use), at });
    return { ended };
  }).immediate;
}

function prepareObserve(db: Database.Database): DeploymentStore["observe"] {
  const upsert = db.prepare<Upsert>(upsertSql);
  const count = db
    .prepare<[string], number>(
      "SELECT count(*) FROM deployment WHERE source = 'observed' AND environment = ?",
    )
    .pluck();
  const isThere = db
    .prepare<[UseRow], number>(
      `SELECT 1 FROM deployment WHERE environment = @environment AND source = @source
       AND participant = @participant AND build = @build AND role = @role AND module = @module
       AND proto_package = @protoPackage AND subject = @subject AND semver = @semver
       AND digest = @digest AND evidence = @evidence`,
    )
    .pluck();
  // Every round has a time of its own, so what it saw is known by that.
  const miss = db.prepare(
    `UPDATE deployment SET missed = missed + 1, missed_since = coalesce(missed_since, @at)
     WHERE source = 'observed' AND environment = @environment AND role = @role AND last_seen <> @at`,
  );
  // On what nobody has bound, nothing depends; and once it is bound, it is seen under its package.
  const forget = db.prepare(
    `DELETE FROM deployment WHERE source = 'observed' AND environment = @environment AND role = @role
     AND (missed >= @rounds AND missed_since <= @before OR missed > 0 AND proto_package = '')`,
  );
  return db.transaction<DeploymentStore["observe"]>((round) => {
    const { environment, at, forgetAfter } = round;
    let room = limits.observedUsesPerEnvironment - (count.get(environment) ?? 0);
    let refused = 0;
    for (const use of round.uses) {
      const row = useRowOf(use);
      const isNew = isThere.get(row) === undefined;
      if (isNew && room <= 0) refused++;
      else upsert.run({ ...row, at });
      if (isNew) room--;
    }
    const before = new Date(Date.parse(at) - forgetAfter.ms).toISOString();
    for (const role of round.roles) {
      miss.run({ environment, role, at });
      forget.run({ environment, role, rounds: forgetAfter.rounds, before });
    }
    return { refused };
  }).immediate;
}
