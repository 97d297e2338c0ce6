import type { Argument, Option } from "commander";
import type { RegistryClient } from "../api/client.ts";
import type { Exit } from "./exit-code.ts";
import type { Style } from "./render/style.ts";
import type { Settings } from "./settings.ts";

/** What a command did, in the forms that it can be shown in. */
export interface Outcome {
  readonly exit: Exit;
  /** The machine's form. It is printed with a `formatVersion`. */
  readonly json: object;
  text(style: Style): string;
  /** What goes on after the result is printed, such as a mock that serves until it is stopped. */
  afterwards?(): Promise<void>;
}

/** What a command may use of the world. */
export interface Context {
  readonly cwd: string;
  readonly env: NodeJS.ProcessEnv;
  /** Takes the user's Ctrl-C over. The signal fires when the user wants the command to end. */
  interrupted(): AbortSignal;
  /** Flags, environment and files, read when first asked for: `explain` needs none of them. */
  settings(): Promise<Settings>;
  registry(): Promise<RegistryClient>;
  /** One line on stderr, on a terminal only. */
  progress(line: string): void;
  /** As `progress`, and in the log of a CI job, for what takes longer than anybody waits in silence. */
  liveProgress(line: string): void;
  /** One line on stderr, always. */
  warn(line: string): void;
}

/** One command: its words, its flags, and what it does. */
export interface CommandDefinition<Flags> {
  /** The noun and the verb: `module check`. */
  readonly name: string;
  readonly summary: string;
  /** What the help says below the summary. */
  readonly details?: string;
  readonly arguments?: readonly Argument[];
  readonly options?: readonly Option[];
  /** Whole command lines. */
  readonly examples: readonly string[];
  run(context: Context, args: readonly string[], flags: Flags): Promise<Outcome>;
}

/** The flags of a command that has none of its own. */
export type NoFlags = Record<never, never>;

/** For an option that may be given several times. */
export function collect(value: string, before: readonly string[] | undefined): readonly string[] {
  return [...(before ?? []), value];
}
