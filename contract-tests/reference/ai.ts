import {
  ChatRole,
  InferenceFinishedContract,
  InferenceServiceContract,
  type InferRequest,
  type StreamInferRequest,
} from "@bodybroker/ai/v1";
import { durationFromMs, timestampNow } from "@bufbuild/protobuf/wkt";
import {
  type Connection,
  publish,
  type RunningService,
  type ServeOptions,
  serve,
} from "@charter-nats/runtime";
import { type Output, write } from "./ai-model.ts";

/**
 * Serves inference as its contract describes it, with a rule in a model's place: whole, or token by
 * token, as far as the caller gives credit and does not cancel. Whatever is finished is announced.
 */
export function startReference(
  nc: Connection,
  options: Pick<ServeOptions, "onError"> = {},
): Promise<RunningService> {
  const announce = (request: Asked, { finishReason, usage }: Output, startedAt: number) =>
    publish(nc, InferenceFinishedContract, {
      requestId: request.meta?.requestId ?? "",
      modelId: request.modelId,
      finishReason,
      usage,
      latency: durationFromMs(Math.round(performance.now() - startedAt)),
      occurredAt: timestampNow(),
    });
  return serve(
    nc,
    InferenceServiceContract,
    {
      async infer(request) {
        const startedAt = performance.now();
        const written = writeFor(request);
        await announce(request, written, startedAt);
        const { finishReason, usage } = written;
        return { output: outputOf(request, written.tokens.join("")), finishReason, usage };
      },
      async *streamInfer(request) {
        const startedAt = performance.now();
        const written = writeFor(request);
        for (const [index, delta] of written.tokens.entries()) yield { index, delta };
        const { tokens, finishReason, usage } = written;
        yield { index: tokens.length, end: { finishReason, usage } };
        await announce(request, written, startedAt);
      },
    },
    { ...options, evidence: "reference" },
  );
}

type Asked = InferRequest | StreamInferRequest;

function writeFor({ modelId, input }: Asked): Output {
  if (input === undefined) throw new TypeError("a validated request has an input");
  return write(modelId, input);
}

/** In the form of the input. */
function outputOf({ input }: InferRequest, text: string) {
  if (input?.content.case === "prompt") return { case: "text", value: text } as const;
  const messages = [{ role: ChatRole.ASSISTANT, content: text }];
  return { case: "conversation", value: { messages } } as const;
}
