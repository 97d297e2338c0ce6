/** How a stream is read. */
export interface StreamPlan {
  /** How long the first message is waited for, in milliseconds. */
  readonly firstFrameMs: number;
  /** How long each following one is waited for, in milliseconds. */
  readonly idleMs: number;
  /** Then the next frame is the last that is read, in milliseconds since the request. */
  readonly longestMs: number;
  /** Then it is cut off. */
  readonly mostFrames: number;
  /** How long the subject is watched after which kind of end, in milliseconds, or null for none. */
  readonly grace: { readonly after: "eos" | "error"; readonly ms: number } | null;
  /**
   * Credit is given before it is needed, or the service is first left without any for so long, in
   * milliseconds, to see whether it waits.
   */
  readonly holdMs: number | null;
  /** After how many frames it is cancelled, or null. */
  readonly cancel: CancelPlan | null;
}

export interface CancelPlan {
  readonly afterFrames: number;
  /** More frames than these after it are too many; that much credit is given. */
  readonly mostFurther: number;
  /** It has stopped when nothing came for that long, in milliseconds. */
  readonly quietMs: number;
}

/** How many frames a service may send before it has heard from the reader: WIRE. */
export const initialWindow = 32;

/** Frames that are read of one stream: enough to see what it does, and cheap even where it never ends. */
export const mostFrames = 256;
/** Payload of one stream that is read. */
export const mostBytes = 8 * 1024 * 1024;
