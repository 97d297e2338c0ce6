/** Why the set-up cannot go on; the message says what to do, so no stack is shown for it. */
export class SetupFailure extends Error {
  /** @override */
  name = "SetupFailure";
}
