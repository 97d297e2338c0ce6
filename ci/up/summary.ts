import { styleText } from "node:util";
import type { Proof } from "./proof.ts";
import type { RunFile } from "./run-file.ts";

/** What `up` says at its end. */
export function summary(run: RunFile, stream: NodeJS.WritableStream): string {
  const paint = (format: "green" | "red" | "bold" | "dim", text: string) =>
    styleText(format, text, { stream });
  const proofs = run.proofs.map((proof) => proofLine(proof, paint));
  const good = run.proofs.every((proof) => proof.ok);
  return [
    "",
    paint("bold", good ? "Charter is up." : "Charter is not up: a proof failed."),
    "",
    `  registry  ${run.http}`,
    `  npm       ${run.npm}`,
    `  NATS      ${run.nats}`,
    "",
    ...proofs,
    "",
    paint("bold", "Try"),
    "  npx charter subject resolve ai.world.state.update.v1.world-42",
    "  npx charter module check",
    "  npx charter contract test bodybroker/npc",
    "  npx charter service list",
    "",
  ].join("\n");
}

function proofLine(
  proof: Proof,
  paint: (format: "green" | "red" | "dim", text: string) => string,
): string {
  const mark = proof.ok ? paint("green", "✓") : paint("red", "✗");
  const count = String(proof.count).padStart(4);
  return `  ${mark} ${proof.name.padEnd(18)}${count}  ${paint("dim", proof.detail)}`;
}
