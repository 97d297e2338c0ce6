import type Database from "better-sqlite3";
import { limits } from "../../core/limits.ts";
import { builtInPolicy, type Policy, type PolicyVersion } from "../../core/policy/policy.ts";
import type { PolicyStore } from "../ports.ts";

interface PolicyRow {
  version: number;
  set_at: string;
  reason: string;
  policy: string;
}

/** The versions of the policy. None is ever changed or deleted. */
export function preparePolicies(db: Database.Database): PolicyStore {
  const columns = "version, set_at, reason, policy";
  const newest = db.prepare<[], PolicyRow>(
    `SELECT ${columns} FROM policy ORDER BY version DESC LIMIT 1`,
  );
  const one = db.prepare<[number], PolicyRow>(`SELECT ${columns} FROM policy WHERE version = ?`);
  const history = db.prepare<[number], Omit<PolicyRow, "policy">>(
    "SELECT version, set_at, reason FROM policy ORDER BY version DESC LIMIT ?",
  );
  const insert = db.prepare(
    "INSERT INTO policy (version, set_at, reason, policy) VALUES (?, ?, ?, ?)",
  );
  const policy = () => versionOf(newest.get()) ?? builtInPolicy;
  const set = db.transaction<PolicyStore["setPolicy"]>((next) => {
    if (policy().version !== next.expectedVersion) return "policy moved";
    const text = JSON.stringify(next.policy);
    insert.run(next.expectedVersion + 1, next.setAt, next.reason, text);
    return "set";
  });
  return {
    policy,
    policyAt: (version) => (version === 0 ? builtInPolicy : versionOf(one.get(version))),
    policies() {
      const rows = history.all(limits.pageSize);
      const { version, setAt, reason } = builtInPolicy;
      return [
        ...rows.map((row) => ({ version: row.version, setAt: row.set_at, reason: row.reason })),
        { version, setAt, reason },
      ];
    },
    setPolicy: set.immediate,
  };
}

/** Written by `setPolicy` from a Policy, so it is one. */
function versionOf(row: PolicyRow | undefined): PolicyVersion | null {
  if (row === undefined) return null;
  const { version, set_at: setAt, reason, policy } = row;
  return { version, setAt, reason, policy: JSON.parse(policy) as Policy };
}
