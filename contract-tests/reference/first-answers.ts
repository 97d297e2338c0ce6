import { CharterError } from "@charter-nats/runtime";

/** The answers to requests with an idempotency key, so that a retry has no second effect. */
export interface FirstAnswers<T> {
  /**
   * The first answer to the key, or the one that `make` gives now. What it throws is not remembered:
   * the retry of a refusal is tried again. Throws `already_exists` for a key that came with another
   * body.
   */
  answer(key: string, body: string, make: () => T): T;
}

/** Older answers are forgotten first. */
const mostAnswers = 10_000;

export function createFirstAnswers<T>(): FirstAnswers<T> {
  const answers = new Map<string, { readonly body: string; readonly answer: T }>();
  return {
    answer(key, body, make) {
      const first = answers.get(key);
      if (first !== undefined && first.body === body) return first.answer;
      if (first !== undefined) {
        throw new CharterError(
          "already_exists",
          "the idempotency key belongs to another request; a new request needs a new key",
        );
      }
      const answer = make();
      answers.set(key, { body, answer });
      const [oldest] = answers.keys();
      if (answers.size > mostAnswers && oldest !== undefined) answers.delete(oldest);
      return answer;
    },
  };
}
