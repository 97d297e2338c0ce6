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

/** Spans that have ended, the latest last. */
export interface SeenSpans {
  spans(): readonly ReadableSpan[];
  clear(): void;
}

export interface Measured {
  readonly name: string;
  readonly attributes: Readonly<Record<string, unknown>>;
  /** How often a histogram was recorded, or what a counter adds up to, since the last look. */
  readonly count: number;
}

// What an application does at its start to have OpenTelemetry's SDK.

export function setUpTraces(): SeenSpans {
  const exporter = new InMemorySpanExporter();
  const spanProcessors = [new SimpleSpanProcessor(exporter)];
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  propagation.setGlobalPropagator(new W3CTraceContextPropagator());
  trace.setGlobalTracerProvider(new BasicTracerProvider({ spanProcessors }));
  return { spans: () => exporter.getFinishedSpans(), clear: () => exporter.reset() };
}

/** Gives what looks at the measurements. */
export function setUpMetrics(): () => Promise<readonly Measured[]> {
  const exporter = new InMemoryMetricExporter(AggregationTemporality.DELTA);
  const exportIntervalMillis = 3_600_000;
  const reader = new PeriodicExportingMetricReader({ exporter, exportIntervalMillis });
  metrics.setGlobalMeterProvider(new MeterProvider({ readers: [reader] }));
  return async () => {
    exporter.reset();
    await reader.forceFlush();
    const scopes = exporter.getMetrics().flatMap(({ scopeMetrics }) => scopeMetrics);
    return scopes
      .flatMap(({ metrics: seen }) => seen)
      .flatMap(({ descriptor: { name }, dataPoints }) =>
        dataPoints.map(({ attributes, value }) => {
          return { name, attributes, count: typeof value === "number" ? value : value.count };
        }),
      );
  };
}
