import { StateServiceContract, type UpdateStateResponse } from "@bodybroker/state/v1";
import {
  type Connection,
  type RunningService,
  type ServeOptions,
  serve,
} from "@charter-nats/runtime";
import { createOutbox, printError, withOutbox } from "./outbox.ts";
import { publishWritten } from "./state-events.ts";
import { createStateStore } from "./state-store.ts";

/** Answers that are remembered for retries; older ones are forgotten first. */
const rememberedAnswers = 10_000;

/**
 * Serves state as its contract describes it, with records in memory that end with the process, and
 * publishes the event of each write into its stream.
 */
export async function startReference(
  nc: Connection,
  { onError = printError }: Pick<ServeOptions, "onError"> = {},
): Promise<RunningService> {
  const store = createStateStore();
  const outbox = createOutbox((error) => onError(error, "the events of records"));
  const answers = new Map<string, Pick<UpdateStateResponse, "newVersion" | "updatedAt">>();
  const service = await serve(
    nc,
    StateServiceContract,
    {
      updateState(request) {
        const retry = request.meta?.idempotencyKey ?? "";
        const known = answers.get(retry);
        if (known !== undefined) return known;
        const { isNew, ...answer } = store.write(request);
        outbox.add(() => publishWritten(nc, request.operation, { ...answer, isNew }));
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
    { onError, evidence: "reference" },
  );
  return withOutbox(service, outbox);
}
