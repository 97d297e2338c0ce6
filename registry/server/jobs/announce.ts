import type { Announcer, Store } from "../ports.ts";

/**
 * Sends what was announced and not sent yet, oldest first. A crash between sending and noting
 * sends an announcement twice; its content says which release it is about.
 */
export async function sendAnnouncements(store: Store, announcer: Announcer): Promise<void> {
  for (let rows = store.outbox(); rows.length > 0; rows = store.outbox()) {
    for (const row of rows) {
      await announcer.announce(row.event);
      store.markSent(row.id);
    }
  }
}
