import { replayCommand } from "../../runner/replay/replay-command.ts";
import {
  type BindingResult,
  exitCodeOf,
  type LawResult,
  type ModuleResult,
  type RunReport,
  type Tried,
  type Verdict,
} from "../../runner/report.ts";
import { renderFailure } from "./render-failure.ts";
import { type Look, painter, plainText, type Render } from "./render-style.ts";

/** What takes longer is named as slow, in milliseconds. */
const slowMs = 1000;
const mostSlow = 3;

/** Where a law was tried; one of the whole account has no such place. */
interface TriedAt {
  readonly report: RunReport;
  readonly module: ModuleResult;
  readonly binding: BindingResult;
}

/** A report as text: a line for each binding, and what was found wrong beneath it. */
export function renderReport(report: RunReport, options: Render): string {
  const paint = painter(options.color);
  const lines: string[] = [];
  for (const module of report.modules) {
    if (module.bindings.length === 0) continue;
    lines.push(paint(`${module.module} ${module.semver}`, "bold"));
    for (const binding of module.bindings) {
      lines.push(...bindingLines(binding, { report, module, binding }, options));
    }
  }
  const account = report.account.filter(isNotable);
  if (account.length > 0) {
    lines.push(paint("the whole account", "bold"));
    for (const law of account) lines.push(...lawLines(law, null, options));
  }
  lines.push("", ...totalLines(report, options));
  return `${lines.join("\n")}\n`;
}

const words: Readonly<Record<Verdict, readonly [word: string, color: Look]>> = {
  pass: ["pass", "green"],
  fail: ["FAIL", "red"],
  flaky: ["FLAKY", "red"],
  "known-failing": ["known", "yellow"],
  "stale-known-failing": ["STALE", "red"],
  inconclusive: ["open", "yellow"],
  "schema-bug": ["SCHEMA BUG", "red"],
  skipped: ["skipped", "dim"],
};

function isNotable({ verdict }: LawResult): boolean {
  return verdict !== "pass" && verdict !== "skipped";
}

function bindingLines(binding: BindingResult, at: TriedAt, options: Render): string[] {
  const paint = painter(options.color);
  const [word, color] = words[binding.verdict];
  const counts = binding.laws.map((law) => `${law.law} ${lawCount(law)}`).join("  ");
  const head = `  ${paint(word, color)}  ${binding.pattern}  ${paint(`${whoAnswers(binding)}  ${counts}`, "dim")}`;
  const notable = binding.laws.filter(isNotable);
  const [only] = notable;
  // What holds for every law is said once.
  const same = notable.length > 1 && notable.every((law) => law.reason === only?.reason);
  return same && only?.reason
    ? [head, `        ${plainText(only.reason)}`]
    : [head, ...notable.flatMap((law) => lawLines(law, at, options))];
}

function whoAnswers({ kind, evidence, instances, laws }: BindingResult): string {
  if (laws.length === 0) return "no law of this run speaks of it";
  if (evidence === null) return "nothing live";
  // Nobody says of events which instances publish them.
  if (kind === "event") return evidence;
  return `${evidence}, ${instances} ${instances === 1 ? "instance" : "instances"}`;
}

function lawCount(law: LawResult): string {
  if (law.verdict === "pass") return String(law.samples);
  if (law.verdict === "skipped") return "–";
  return words[law.verdict][0];
}

function lawLines(law: LawResult, at: TriedAt | null, options: Render): string[] {
  const [word, color] = words[law.verdict];
  const isPlain = law.verdict === "fail" || law.verdict === "inconclusive";
  const title = `      ${painter(options.color)(law.law, color)} ${law.title}${isPlain ? "" : ` (${word})`}`;
  const reason = law.reason === null ? [] : [plainText(law.reason)];
  const replay = at === null ? null : replayCommand(at.report, at.module, at.binding, law);
  const by = at === null ? options : { ...options, module: at.module.module };
  const failure = law.failure === null ? [] : renderFailure(law.failure, replay, by);
  return [title, ...[...reason, ...failure].map((line) => `        ${line}`)];
}

function totalLines(report: RunReport, options: Render): string[] {
  const paint = painter(options.color);
  const { totals, seed, runId, durationMs, environmentClass, notes = [] } = report;
  const { real, reference, mock } = totals.evidence;
  const parts = Object.entries(words).flatMap(([verdict, [, color]]) => {
    const count = totals.verdicts[verdict as Verdict];
    return count === 0 ? [] : [paint(`${count} ${verdict}`, color)];
  });
  return [
    `Tried: ${coverageLine(totals.coverage)}`,
    `Evidence of what passed: ${real} real, ${reference} reference, ${mock} mock`,
    `${totals.bindings} bindings: ${parts.join(", ") || "none"}`,
    exitLine(report, options),
    ...notes.map((note) => paint(plainText(note), "yellow")),
    ...slowestLine(report).map((line) => paint(line, "dim")),
    paint(
      `${totals.calls} calls in ${seconds(durationMs)}, ${environmentClass} environment, seed ${seed}, run ${runId}`,
      "dim",
    ),
  ];
}

/** Where the time of a run went, when anybody had to wait for it. */
function slowestLine({ modules, account }: RunReport): string[] {
  const ofBindings = modules.flatMap(({ bindings }) =>
    bindings.flatMap(({ pattern, laws }) =>
      laws.map(({ law, durationMs }) => ({ name: `${law} on ${pattern}`, durationMs })),
    ),
  );
  const slow = [...ofBindings, ...account.map(({ law, durationMs }) => ({ name: law, durationMs }))]
    .filter(({ durationMs }) => durationMs > slowMs)
    .toSorted((a, b) => b.durationMs - a.durationMs)
    .slice(0, mostSlow)
    .map(({ name, durationMs }) => `${name} ${seconds(durationMs)}`);
  return slow.length === 0 ? [] : [`Slowest: ${slow.join(", ")}`];
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}

function coverageLine({ subjects, rules, fields, versions }: RunReport["totals"]["coverage"]) {
  const of = ({ tried, declared }: Tried) => `${tried}/${declared}`;
  return `${of(subjects)} subjects, ${of(fields)} fields, ${of(rules)} rules broken on purpose, ${versions.length} ${versions.length === 1 ? "release" : "releases"}`;
}

function exitLine(report: RunReport, { inconclusive }: Render): string {
  const { verdicts, bindings } = report.totals;
  switch (exitCodeOf(report, inconclusive)) {
    case 100:
      return "Exit 100: a contract is broken; the smallest case of each is above";
    case 3:
      return "Exit 3: not enough evidence to say that the contracts are kept; each reason is above";
    case 0: {
      const settled = verdicts.pass + verdicts["known-failing"] + verdicts.skipped;
      return settled === bindings
        ? "Exit 0: every binding has evidence that its contract is kept, or is known to fail"
        : "Exit 0: nothing is broken; --inconclusive pass accepts what has too little evidence";
    }
  }
}
