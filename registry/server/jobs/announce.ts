import type { Announcer, Store } from "../ports.ts";

/**
 * Sends what was announced and not sent yet, oldest first. A crash between sending and noting
 * sends an announcement twice; its content says which release it is about. An abort leaves the rest
 * for the next run.
 */
export async function sendAnnouncements(
  store: Pick<Store, "outbox" | "markSent">,
  announcer: Announcer,
  signal: AbortSignal,
): Promise<void> {
  for (let rows = store.outbox(); rows.length > 0; rows = store.outbox()) {
    for (const row of rows) {
      if (signal.aborted) return;
      await announcer.announce(row.event);
      store.markSent(row.id);
    }
  }
}
