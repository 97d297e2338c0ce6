import type Database from "better-sqlite3";
import type { Store } from "../ports.ts";
import { prepareCommit } from "./commit.ts";
import { prepareDelivery } from "./delivery.ts";
import { prepareDeployments } from "./deployments.ts";
import { prepareHeads } from "./heads.ts";
import { prepareLedger } from "./ledger.ts";
import { preparePolicies } from "./policies.ts";
import { prepareReleases } from "./releases.ts";
import { prepareReports } from "./reports.ts";
import { prepareRetirements } from "./retirements.ts";
import { prepareUsages } from "./usages.ts";
import { prepareVerifications } from "./verifications.ts";

/** The registry's storage on SQLite. Statements are prepared once. */
export function createStore(db: Database.Database): Store {
  return {
    ...prepareHeads(db),
    ...prepareReleases(db),
    ...prepareLedger(db),
    ...preparePolicies(db),
    ...prepareReports(db),
    ...prepareRetirements(db),
    ...prepareDelivery(db),
    ...prepareDeployments(db),
    ...prepareUsages(db),
    ...prepareVerifications(db),
    commit: prepareCommit(db).immediate,
  };
}
