import { InvalidArgumentError, Option } from "commander";
import {
  type EnvironmentClass,
  environmentClasses,
} from "../../../contract-tests/runner/safety.ts";
import { collect } from "../command.ts";
import { CommandFailure } from "../command-failure.ts";
import type { Setting } from "../settings.ts";

/** What a run and a replay may do, and for how long. */
export interface BoundFlags {
  readonly environmentClass?: EnvironmentClass;
  /** Milliseconds. */
  readonly budget?: number;
}

export interface TestFlags extends BoundFlags {
  readonly file?: readonly string[];
  readonly law?: readonly string[];
  readonly seed?: number;
  readonly samples?: number;
  readonly trace?: boolean;
  readonly inconclusive: "fail" | "pass";
}

export const maxSeed = 2 ** 31 - 1;
/** Ten thousand calls take a service of 10 ms two minutes; more find nothing new. */
const maxSamples = 10_000;
/** A run that takes longer than a day is a watch, and this is none. */
const longestBudgetMs = 24 * 3600 * 1000;

export const testOptions: readonly Option[] = [
  new Option("--law <id>", "only this law; may be given several times (default: all)").argParser(
    collect,
  ),
  new Option("--seed <number>", "repeat a run's random choices (default: a new seed)").argParser(
    integer(0, maxSeed),
  ),
  new Option("--samples <number>", "random messages for each law that takes them").argParser(
    integer(1, maxSamples),
  ),
  ...boundOptions(),
  new Option("--trace", "show what went to and fro in each smallest case, with times"),
  new Option(
    "--inconclusive <verdict>",
    "what too little evidence is: fail ends with 3, pass with 0 when at least one binding passed",
  )
    .choices(["fail", "pass"])
    .default("fail"),
];

export function boundOptions(): readonly Option[] {
  return [
    new Option(
      "--environment-class <class>",
      "what may be done: production is only looked at and asked what has no side effects, staging also takes idempotent calls, ephemeral everything (default: ephemeral for a NATS server on this machine, else production)",
    ).choices(environmentClasses),
    new Option(
      "--budget <duration>",
      "how long it may take, such as 90s or 10m; what was not reached is inconclusive (default: 10m)",
    ).argParser(duration),
  ];
}

/** What may be done, and what to tell about it where nobody said so. */
export interface ChosenClass {
  readonly environmentClass: EnvironmentClass;
  readonly note: string | null;
}

/** Without the flag, only a server on this machine is taken for one that may be written to. */
export function chooseClass(asked: EnvironmentClass | undefined, nats: Setting): ChosenClass {
  if (asked !== undefined) return { environmentClass: asked, note: null };
  if (nats.value.split(",").every(isLoopback)) return { environmentClass: "ephemeral", note: null };
  return {
    environmentClass: "production",
    note: `NATS at ${withoutCredentials(nats.value)} is not on this machine, so it is taken for production: only rpcs with idempotency_level = NO_SIDE_EFFECTS are called, and no event is published. --environment-class staging or ephemeral allows more.`,
  };
}

function isLoopback(server: string): boolean {
  const host = server
    .trim()
    .replace(/^[a-z+]+:\/\//i, "")
    .replace(/^[^@/]*@/, "");
  return /^(localhost|127(\.\d{1,3}){3}|\[::1\]|::1)(:\d+)?\/?$/i.test(host);
}

function withoutCredentials(servers: string): string {
  return servers.replace(/\/\/[^@/,]*@/g, "//");
}

/** @throws CommandFailure usage for an id that no law has */
export function checkLaws(
  wanted: readonly string[] | undefined,
  laws: readonly { readonly id: string }[],
): void {
  const ids = laws.map((law) => law.id);
  const unknown = wanted?.find((id) => !ids.includes(id));
  if (unknown === undefined) return;
  throw new CommandFailure(
    "usage",
    `There is no law "${unknown}". The laws are ${ids.join(", ")}.`,
  );
}

/** Reads a whole number within bounds. */
export function integer(min: number, max: number) {
  return (text: string): number => {
    const value = Number(text);
    if (/^\d+$/.test(text) && value >= min && value <= max) return value;
    throw new InvalidArgumentError(`It must be a whole number from ${min} to ${max}.`);
  };
}

const units: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };

/** Reads `90s` as milliseconds. */
export function duration(text: string): number {
  const [, number = "", unit = ""] = /^(\d{1,9})(ms|s|m|h)$/.exec(text) ?? [];
  const ms = Number(number) * (units[unit] ?? 0);
  if (ms > 0 && ms <= longestBudgetMs) return ms;
  throw new InvalidArgumentError("It must be a duration up to 24h, such as 500ms, 90s or 10m.");
}
