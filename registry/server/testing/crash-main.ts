/**
 * The server's entry for a test of crashes: it kills itself, as a power cut would, at the point that
 * CRASH_AT names.
 */
import { pino } from "pino";
import { readConfig } from "../config.ts";
import { type Edges, startRegistry } from "../wire.ts";

const crash = (): never => {
  process.kill(process.pid, "SIGKILL");
  throw new Error("the process outlived SIGKILL");
};

const points: Record<string, (edges: Edges) => Edges> = {
  "while a check is judged": ({ store, ...edges }) => ({
    ...edges,
    store: { ...store, pastReleases: crash },
  }),

  "after a check's report is saved, before it is answered": ({ store, ...edges }) => ({
    ...edges,
    store: {
      ...store,
      saveReport(report) {
        store.saveReport(report);
        crash();
      },
    },
  }),

  "before commit": ({ store, ...edges }) => ({ ...edges, store: { ...store, commit: crash } }),

  "after commit, before it is answered or announced": ({ store, ...edges }) => ({
    ...edges,
    store: {
      ...store,
      commit(plan) {
        store.commit(plan);
        return crash();
      },
    },
  }),

  "after a package is published, before it is noted": ({ packages, ...edges }) => ({
    ...edges,
    packages: packages && {
      ...packages,
      async publish(pkg) {
        await packages.publish(pkg);
        return crash();
      },
    },
  }),

  "between two publications": ({ store, ...edges }) => ({
    ...edges,
    store: {
      ...store,
      notePublication(releaseId, outcome) {
        store.notePublication(releaseId, outcome);
        crash();
      },
    },
  }),

  "after an event is sent, before it is noted": ({ announcer, ...edges }) => ({
    ...edges,
    announcer: announcer && {
      async announce(event) {
        await announcer.announce(event);
        crash();
      },
    },
  }),
};

const intercept = points[process.env.CRASH_AT ?? ""];
if (intercept === undefined) throw new Error(`CRASH_AT is "${process.env.CRASH_AT}"`);
const logger = pino({ level: "fatal" }, pino.destination({ dest: 2, sync: true }));
const registry = await startRegistry(readConfig(process.env), logger, intercept);
process.stdout.write(`${JSON.stringify({ ready: true, http: registry.url })}\n`);
