import { CommandFailure } from "./command-failure.ts";
import type { SettingsFiles } from "./settings-files.ts";

/** One setting and who set it. */
export interface Setting {
  readonly value: string;
  /** `--url`, `CHARTER_URL`, the path of a file, or `the default`. */
  readonly from: string;
}

export interface Settings {
  /** The registry's HTTP API. */
  readonly url: Setting;
  /** The write token, or null. */
  readonly token: Setting | null;
  /** One or several NATS servers, with commas between. */
  readonly nats: Setting;
}

/** The flags that every command has for its connections. */
export interface ConnectionFlags {
  readonly url?: string;
  readonly token?: string;
  readonly nats?: string;
}

/**
 * Chooses each setting: flag, then environment, then charter.yaml, then what a registry started
 * from this clone says of itself, then the default.
 */
export function chooseSettings(
  flags: ConnectionFlags,
  env: NodeJS.ProcessEnv,
  files: SettingsFiles,
): Settings {
  const url = first(
    [flags.url, "--url"],
    [env.CHARTER_URL, "CHARTER_URL"],
    [files.charterYaml?.url, files.charterYaml?.path],
    [files.runJson?.http, files.runJson?.path],
    ["http://127.0.0.1:4280", "the default"],
  );
  const nats = first(
    [flags.nats, "--nats"],
    [env.NATS_URL, "NATS_URL"],
    [files.charterYaml?.nats, files.charterYaml?.path],
    [files.runJson?.nats, files.runJson?.path],
    ["nats://127.0.0.1:4222", "the default"],
  );
  return {
    url: checkedUrl(url),
    nats,
    token: optional([flags.token, "--token"], [env.CHARTER_TOKEN, "CHARTER_TOKEN"]),
  };
}

type Candidate = readonly [value: string | undefined, from: string | undefined];

/** The first that is set; an empty environment variable is not. */
function optional(...candidates: readonly Candidate[]): Setting | null {
  for (const [value, from] of candidates) {
    if (value !== undefined && value !== "") return { value, from: from ?? "" };
  }
  return null;
}

function first(...candidates: readonly [...Candidate[], readonly [string, string]]): Setting {
  const fallback = candidates[candidates.length - 1] as readonly [string, string];
  return optional(...candidates) ?? { value: fallback[0], from: fallback[1] };
}

function checkedUrl(setting: Setting): Setting {
  const protocol = URL.canParse(setting.value) ? new URL(setting.value).protocol : "";
  if (protocol === "http:" || protocol === "https:") return setting;
  throw new CommandFailure(
    "usage",
    `The registry's address must be a URL such as http://127.0.0.1:4280; ${setting.from} gives "${setting.value}".`,
  );
}
