import { SpanKind } from "@opentelemetry/api";
import { expect, it } from "vitest";
import { deferred } from "../../testing/lab-server.ts";
import { ChimedContract, chime, durable, useStreamLab } from "../../testing/stream-lab.ts";
import { setUpTraces } from "../../testing/telemetry.ts";
import { publish } from "../events/publisher.ts";
import { consume } from "../jetstream/consume.ts";

const lab = useStreamLab();

it("the handling of an event that a stream kept links to its publication, and begins a trace of its own", async () => {
  const seen = setUpTraces();
  const nc = await lab.connect();
  await publish(nc, ChimedContract, chime("hall"));
  const handled = deferred();
  const consumption = await consume(nc, ChimedContract, { durable }, () => handled.resolve());
  await handled.promise;
  await consumption.stop();
  const [publication, handling] = seen.spans();
  expect([publication?.kind, handling?.kind]).toEqual([SpanKind.PRODUCER, SpanKind.CONSUMER]);
  expect(handling?.parentSpanContext).toBeUndefined();
  expect(handling?.spanContext().traceId).not.toBe(publication?.spanContext().traceId);
  expect(handling?.links.map(({ context }) => context.spanId)).toEqual([
    publication?.spanContext().spanId,
  ]);
});
