import { context, metrics, propagation, trace } from "@opentelemetry/api";
import { AsyncLocalStorageContextManager } from "@opentelemetry/context-async-hooks";
import { W3CTraceContextPropagator } from "@opentelemetry/core";
import {
  AggregationTemporality,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
} from "@opentelemetry/sdk-metrics";
import {
  BasicTracerProvider,
  InMemorySpanExporter,
  type ReadableSpan,
  SimpleSpanProcessor,
} from "@opentelemetry/sdk-trace-base";

/** What an application's SDK has seen. */
export interface SeenTelemetry {
  /** The spans that have ended, the latest last. */
  spans(): readonly ReadableSpan[];
  /** Counts and sums of what was measured, by the metric and the pattern: since the last call. */
  measured(): Promise<readonly Measured[]>;
  clear(): void;
}

export interface Measured {
  readonly name: string;
  readonly attributes: Readonly<Record<string, unknown>>;
  /** How often a histogram was recorded, or what a counter adds up to. */
  readonly count: number;
}

/** Registers OpenTelemetry's SDK for this process, as an application does at its start. */
export function setUpTelemetry(): SeenTelemetry {
  const spans = new InMemorySpanExporter();
  const measurements = new InMemoryMetricExporter(AggregationTemporality.DELTA);
  const reader = new PeriodicExportingMetricReader({
    exporter: measurements,
    exportIntervalMillis: 3_600_000,
  });
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  propagation.setGlobalPropagator(new W3CTraceContextPropagator());
  trace.setGlobalTracerProvider(
    new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(spans)] }),
  );
  metrics.setGlobalMeterProvider(new MeterProvider({ readers: [reader] }));
  return {
    spans: () => spans.getFinishedSpans(),
    clear: () => spans.reset(),
    async measured() {
      measurements.reset();
      await reader.forceFlush();
      const exported = measurements.getMetrics().flatMap(({ scopeMetrics }) => scopeMetrics);
      return exported
        .flatMap(({ metrics: seen }) => seen)
        .flatMap(({ descriptor, dataPoints }) =>
          dataPoints.map(({ attributes, value }) => ({
            name: descriptor.name,
            attributes,
            count: typeof value === "number" ? value : value.count,
          })),
        );
    },
  };
}
