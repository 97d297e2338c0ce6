/** One of the five things that `up` shows to be true, with how often it saw it. */
export interface Proof {
  readonly name: string;
  readonly count: number;
  readonly ok: boolean;
  /** What was counted, or why it failed. */
  readonly detail: string;
}

/** What a proof may talk to. */
export interface Estate {
  /** The clone. */
  readonly root: string;
  readonly http: string;
  readonly npm: string;
  readonly nats: string;
  /** Ends what a proof runs. */
  readonly signal?: AbortSignal;
}

/**
 * Runs a proof; one that throws has failed, and says why. The whole reason goes to `screen`. Rejects
 * when it was asked to stop, because what failed then shows nothing.
 */
export async function prove(
  name: string,
  work: () => Promise<{ count: number; ok: boolean; detail: string }>,
  screen: NodeJS.WritableStream,
  stop: AbortSignal,
): Promise<Proof> {
  try {
    return { name, ...(await work()) };
  } catch (error) {
    stop.throwIfAborted();
    const reason = error instanceof Error ? error.message : String(error);
    screen.write(`\n${reason}\n`);
    return { name, count: 0, ok: false, detail: firstLine(reason) };
  }
}

function firstLine(text: string): string {
  return text.split("\n").find((line) => line.trim() !== "") ?? "";
}
