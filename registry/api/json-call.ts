import type { Static, TSchema } from "typebox";

/** One call of the API whose answer has a schema. Rejects with UnreachableError or ProblemError. */
export type JsonCall = <T extends TSchema>(
  schema: T,
  method: string,
  path: string,
  body?: unknown,
) => Promise<Static<T>>;
