import { catalogue } from "../catalogue/catalogue.ts";
import { allFaults } from "./all-faults.ts";
import { faultTable, type TriedFault, whatOf } from "./fault-table.ts";
import { tryRow } from "./try-fault.ts";

// Prints the fault table of the laws, or of those whose ids are given. It needs a nats-server.
const wanted = process.argv.slice(2);
const known = [...catalogue.keys()];
const unknown = wanted.filter((id) => !known.includes(id));
if (unknown.length > 0) {
  process.stderr.write(
    `There is no law ${unknown.join(", ")}; the laws are ${known.join(", ")}.\n`,
  );
  process.exit(2);
}
const tried: TriedFault[] = [];
for (const row of allFaults) {
  if (wanted.length > 0 && !wanted.includes(row.law)) continue;
  process.stderr.write(`${row.law}  ${whatOf(row)} …\n`);
  tried.push({ row, correct: await tryRow(row, false), faulty: await tryRow(row, true) });
}
const { text, isRight } = faultTable(
  tried,
  known.filter((id) => wanted.length === 0 || wanted.includes(id)),
);
process.stdout.write(text);
process.exitCode = isRight ? 0 : 100;
