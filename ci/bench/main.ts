/**
 * Measures what DESIGN, "How good", sets bars for. It prints, and judges nothing: figures of a
 * machine that others use too are no test.
 */
import { parseArgs } from "node:util";
import { type BenchRow, meetsBar, tableOf } from "./bench-row.ts";
import { benchCache } from "./cache.ts";
import { benchHistory } from "./history.ts";
import { benchHttp } from "./http.ts";
import { benchNats } from "./nats.ts";
import { benchRegistry } from "./registry.ts";
import { benchStartUp } from "./start-up.ts";
import { benchFrames } from "./stubs/frames.ts";
import { benchPublishing } from "./stubs/publishing.ts";
import { benchRequests } from "./stubs/requests.ts";
import { benchValidation } from "./validation.ts";

const usage = `usage: npm run bench -- [--quick] [--only NAME]… [--format text|json]

  --quick   fewer and shorter rounds
  --only    http, nats, calls, events, frames, cache, validation, start-up,
            registry or contracts
`;

const benches: Readonly<Record<string, (isQuick: boolean) => Promise<BenchRow[]>>> = {
  http: (isQuick) => benchHttp(isQuick ? quick : full),
  nats: (isQuick) => benchNats(isQuick ? quick : full),
  calls: (isQuick) => benchRequests(isQuick ? quick : full),
  events: (isQuick) => benchPublishing(isQuick ? quick : full),
  frames: (isQuick) => benchFrames(isQuick ? quick : full),
  cache: (isQuick) => benchCache(isQuick ? quick : full, isQuick ? 20_000 : 200_000),
  validation: (isQuick) => benchValidation(isQuick ? quick : full),
  "start-up": (isQuick) => benchStartUp(isQuick ? 1 : 3),
  registry: (isQuick) => benchRegistry(isQuick ? 2 : 5),
  contracts: (isQuick) => benchHistory(isQuick ? 10_000 : 100_000),
};
const quick = { rounds: 3, seconds: 0.25 };
const full = { rounds: 7, seconds: 1 };

const chosen = choose();
if (chosen === null) {
  process.stderr.write(usage);
  process.exitCode = 2;
} else {
  const rows: BenchRow[] = [];
  for (const name of chosen.names) {
    process.stderr.write(`measuring ${name} …\n`);
    rows.push(...((await benches[name]?.(chosen.isQuick)) ?? []));
  }
  const results = rows.map((row) => ({ ...row, meetsBar: meetsBar(row) }));
  const json = JSON.stringify({ formatVersion: 1, rows: results }, null, 2);
  process.stdout.write(`${chosen.format === "json" ? json : tableOf(rows)}\n`);
}

/** What the command line asks for, or null when it cannot be understood. */
function choose() {
  try {
    const { values } = parseArgs({
      options: {
        quick: { type: "boolean", default: false },
        only: { type: "string", multiple: true },
        format: { type: "string", default: "text" },
      },
    });
    const names = values.only ?? Object.keys(benches);
    const isKnown = names.every((name) => Object.hasOwn(benches, name));
    if (!isKnown || !["text", "json"].includes(values.format)) return null;
    return { names, isQuick: values.quick, format: values.format };
  } catch {
    return null;
  }
}
