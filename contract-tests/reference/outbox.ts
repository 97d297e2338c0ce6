import type { RunningService } from "@charter-nats/runtime";

/** Publishes one thing after the other, so that events keep the order of what they tell. */
export interface Outbox {
  add(publish: () => Promise<unknown>): void;
  /** Resolves when all that was added is published, or given up. */
  stop(): Promise<void>;
}

/** How long an event is tried, in milliseconds: those behind it wait. */
export const publishMs = 2000;
/** Events wait here while their stream is away; more are lost, and told. */
const mostWaiting = 10_000;

/** @param onError hears of events that could not be published */
export function createOutbox(onError: (error: unknown) => void): Outbox {
  let waiting = 0;
  let last: Promise<unknown> = Promise.resolve();
  return {
    add(publish) {
      if (waiting >= mostWaiting) {
        onError(new Error(`${mostWaiting} events wait for their stream; one more is lost`));
        return;
      }
      waiting += 1;
      last = last
        .then(publish)
        .catch(onError)
        .finally(() => {
          waiting -= 1;
        });
    },
    async stop() {
      await last;
    },
  };
}

/** A service that ends when its events are published, too. */
export function withOutbox(service: RunningService, outbox: Outbox): RunningService {
  return {
    ...service,
    async stop() {
      await service.stop();
      await outbox.stop();
    },
  };
}

/** What hears of failures when the application does not. */
export function printError(error: unknown, where: string): void {
  process.stderr.write(`${where}: ${error instanceof Error ? error.message : String(error)}\n`);
}
