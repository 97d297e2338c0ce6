/** What a cache counts, from its beginning. */
export interface CacheCounts {
  /** Calls whose reply was in this process. */
  hits: number;
  /** Calls whose reply was in the remote cache. */
  remoteHits: number;
  /** Calls that a service had to answer. */
  misses: number;
  /** Calls that waited for the reply to an equal one, instead of sending a request of their own. */
  joined: number;
  /**
   * Calls that did not look: they wanted the headers of the reply, or the events that make it stale
   * cannot be heard.
   */
  uncached: number;
  /** Replies that were dropped because an event came, or may have been missed. */
  invalidated: number;
  /** Failures of the remote cache, and answers that did not come in time. */
  remoteErrors: number;
}

export function noCounts(): CacheCounts {
  return {
    ...{ hits: 0, remoteHits: 0, misses: 0, joined: 0, uncached: 0 },
    ...{ invalidated: 0, remoteErrors: 0 },
  };
}
