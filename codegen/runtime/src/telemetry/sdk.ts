import {
  type Counter,
  createNoopMeter,
  type Histogram,
  metrics,
  ProxyTracerProvider,
  type Tracer,
  trace,
} from "@opentelemetry/api";

// An application may register its SDK at any time; what happens afterwards is traced and measured.
// Until then each question costs some ten nanoseconds, and nothing else happens.

const name = "@charter-nats/runtime";

let tracer: Tracer | undefined;

/** The application's tracer, or null where none is set up. */
export function tracing(): Tracer | null {
  if (tracer !== undefined) return tracer;
  const provider = trace.getTracerProvider();
  // Without an SDK the API hands out a stand-in that has nothing behind it.
  const isStandIn = provider instanceof ProxyTracerProvider;
  if (isStandIn && provider.getDelegateTracer(name) === undefined) return null;
  tracer = provider.getTracer(name);
  return tracer;
}

/** What is measured, by OpenTelemetry's conventions for messaging. Times are in seconds. */
export interface Instruments {
  /** Calls and publications, as their sender waits for them. */
  readonly sending: Histogram;
  /** Handling a request or an event. */
  readonly processing: Histogram;
  readonly sent: Counter;
  readonly consumed: Counter;
  /** Looks into a cache, by what was found there: the hit ratio follows. */
  readonly lookups: Counter;
}

const noMeter = createNoopMeter();
let instruments: Instruments | undefined;

/** The application's instruments, or null where no meter is set up. */
export function measuring(): Instruments | null {
  if (instruments !== undefined) return instruments;
  const meter = metrics.getMeter(name);
  if (meter === noMeter) return null;
  // The conventions begin at 5 ms, where most calls over NATS have ended.
  const explicitBucketBoundaries = [
    0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10,
  ];
  const seconds = { unit: "s", advice: { explicitBucketBoundaries } };
  const messages = { unit: "{message}" };
  instruments = {
    sending: meter.createHistogram("messaging.client.operation.duration", seconds),
    processing: meter.createHistogram("messaging.process.duration", seconds),
    sent: meter.createCounter("messaging.client.sent.messages", messages),
    consumed: meter.createCounter("messaging.client.consumed.messages", messages),
    lookups: meter.createCounter("charter.cache.lookups", { unit: "{lookup}" }),
  };
  return instruments;
}

/** Whether there is anything to do here. */
export function isObserved(): boolean {
  return tracing() !== null || measuring() !== null;
}
