import type { BindingResult, LawResult, ModuleResult, RunReport } from "../report.ts";

/** Bytes that a failure keeps; what has as many may be cut off. */
const mostHex = 2 * 2048;

/** The command line that tries a failed case again, or null for one that only the whole run finds. */
export function replayCommand(
  { seed, environmentClass }: Pick<RunReport, "seed" | "environmentClass">,
  { module, semver }: Pick<ModuleResult, "module" | "semver">,
  { kind, element }: Pick<BindingResult, "kind" | "element">,
  { law, failure }: Pick<LawResult, "law" | "failure">,
): string | null {
  if (failure === null) return null;
  const { replay, hex } = failure;
  if (replay?.exact && hex.length >= mostHex) return null;
  const words = ["charter contract replay", `${module}@${semver}`, "--law", law];
  words.push(kind === "event" ? "--event" : "--rpc", element, "--seed", String(seed));
  if (replay?.exact) words.push("--hex", hex);
  else if (replay !== null) words.push("--path", replay.path);
  if (environmentClass !== "ephemeral") words.push("--environment-class", environmentClass);
  return words.join(" ");
}
