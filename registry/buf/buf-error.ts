/** buf could not do its work: it is missing, or it failed in a way that its input does not explain. */
export class BufError extends Error {
  override readonly name = "BufError";
}

/** buf was stopped, because its input made it work for too long or print too much. */
export class BufStopped extends Error {
  override readonly name = "BufStopped";
}
