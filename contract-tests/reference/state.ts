import { StateServiceContract, type UpdateStateResponse } from "@bodybroker/state/v1";
import {
  type Connection,
  type RunningService,
  type ServeOptions,
  serve,
} from "@charter-nats/runtime";
import { createStateStore } from "./state-store.ts";

/** Answers that are remembered for retries; older ones are forgotten first. */
const rememberedAnswers = 10_000;

/** Serves state as its contract describes it, with records in memory that end with the process. */
export function startReference(
  nc: Connection,
  options: Pick<ServeOptions, "onError"> = {},
): Promise<RunningService> {
  const store = createStateStore();
  const answers = new Map<string, Pick<UpdateStateResponse, "newVersion" | "updatedAt">>();
  return serve(
    nc,
    StateServiceContract,
    {
      updateState(request) {
        const retry = request.meta?.idempotencyKey ?? "";
        const known = answers.get(retry);
        if (known !== undefined) return known;
        const answer = store.write(request);
        if (retry !== "") answers.set(retry, answer);
        const [oldest] = answers.keys();
        if (answers.size > rememberedAnswers && oldest !== undefined) answers.delete(oldest);
        return answer;
      },
      getState(request) {
        if (request.key === undefined) throw new TypeError("a validated request has a key");
        return store.read(request.key);
      },
    },
    { ...options, evidence: "reference" },
  );
}
