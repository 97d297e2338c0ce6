import type { ConsumerConfig, StreamConfig } from "@nats-io/jetstream";

export type Action = "create" | "change" | "unchanged" | "conflict";

/** One setting, in words. `from` is null where there is nothing yet. */
export interface Change {
  readonly setting: string;
  readonly from: string | null;
  readonly to: string;
}

interface Planned {
  readonly name: string;
  readonly action: Action;
  readonly changes: readonly Change[];
  /** Why it cannot be done, and what to do. */
  readonly conflicts: readonly string[];
  /** What stays as it is, though the contracts do not ask for it. */
  readonly notes: readonly string[];
}

export interface PlannedStream extends Planned {
  /** What the server is given. */
  readonly config: Partial<StreamConfig> & { readonly name: string };
}

export interface PlannedConsumer extends Planned {
  readonly stream: string;
  readonly config: Partial<ConsumerConfig>;
}

export interface Plan {
  readonly streams: readonly PlannedStream[];
  readonly consumers: readonly PlannedConsumer[];
}

/** How a setting of the server's configuration is told to people. */
export interface Wording<Config> {
  readonly key: keyof Config;
  readonly setting: string;
  readonly show: (value: unknown) => string;
  /** Whether it is told of what is made anew too. */
  readonly always?: boolean;
}

/** What is to be changed, or made. Two values that read the same are the same. */
export function changesBetween<Config extends object>(
  wordings: readonly Wording<Config>[],
  current: Config | null,
  wanted: Partial<Config>,
): readonly Change[] {
  return wordings.flatMap(({ key, setting, show, always = false }): Change[] => {
    const to = show(wanted[key]);
    if (current === null) return always ? [{ setting, from: null, to }] : [];
    const from = show(current[key]);
    return from === to ? [] : [{ setting, from, to }];
  });
}

export function actionOf(
  exists: boolean,
  changes: readonly Change[],
  conflicts: readonly string[],
): Action {
  if (conflicts.length > 0) return "conflict";
  if (!exists) return "create";
  return changes.length > 0 ? "change" : "unchanged";
}

/** Zero and less, and nothing at all, stand for no limit. */
export const showLimit = (unit: string, factor: number) => (value: unknown) =>
  typeof value === "number" && value > 0 ? `${value / factor} ${unit}` : "no limit";

export const showText = (value: unknown) => String(value ?? "none");

export const showSwitch = (value: unknown) => (value === true ? "on" : "off");
