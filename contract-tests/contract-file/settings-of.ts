import type {
  ConsumerSettings,
  ContractSettings,
  Example,
  FilePlace,
  Flow,
  KnownFailing,
  LatencyBudget,
  ProviderState,
  ShadowSettings,
  SubjectSettings,
} from "../runner/settings.ts";

/** A contract file as it is written, once the schema allows it. */
export interface Content {
  readonly subjects?: Readonly<Record<string, SubjectContent>>;
  readonly shadow?: readonly ShadowContent[];
  readonly known_failing?: readonly KnownFailing[];
}

interface SubjectContent {
  readonly correlate?: NonNullable<SubjectSettings["correlate"]>;
  readonly repeat?: NonNullable<SubjectSettings["repeat"]>;
  readonly latency?: Readonly<{ p50?: string; p95?: string; p99?: string; min_samples: number }>;
  readonly given?: readonly ProviderState[];
  readonly examples?: readonly ExampleContent[];
  readonly streaming?: Readonly<{
    first_frame?: string;
    gap_p99?: string;
    frames_after_cancel?: number;
  }>;
  readonly event?: Readonly<{
    last?: number;
    ordered_by?: string;
    sequence?: string;
    consumers?: readonly Readonly<{
      durable: string;
      poison: ConsumerSettings["poison"];
      ack_within: string;
    }>[];
  }>;
  readonly flows?: readonly Readonly<{ event: string; within: string; key: Flow["key"] }>[];
}

interface ExampleContent {
  readonly name: string;
  readonly request?: unknown;
  readonly request_base64?: string;
  readonly expect: { readonly cel?: string; readonly errors?: readonly string[] };
}

interface ShadowContent {
  readonly http: string;
  readonly subject: string;
  readonly body?: ShadowSettings["body"];
  readonly headers_from_env?: Readonly<Record<string, string>>;
  readonly ignore?: readonly string[];
  readonly tolerance?: Readonly<Record<string, number>>;
  readonly min_match?: number;
  readonly samples?: number;
}

type PositionOf = (path: readonly string[]) => Omit<FilePlace, "file">;

/** Three nines: one reply of a thousand may differ. */
const usualMinMatch = 0.999;

/** What a contract file says, in the runner's shapes. */
export function settingsOf(
  content: Content,
  file: string,
  positionOf: PositionOf,
): ContractSettings {
  const placeAt = (...path: readonly string[]) => ({ file, ...positionOf(path) });
  return {
    subjects: new Map(
      Object.entries(content.subjects ?? {}).map(([subject, each]) => [
        subject,
        {
          place: placeAt("subjects", subject),
          ...subjectOf(each),
          ...defined({
            given: each.given?.map((state, i) => ({
              ...state,
              place: placeAt("subjects", subject, "given", `${i}`),
            })),
            examples: each.examples?.map((example, i) => ({
              ...exampleOf(example),
              place: placeAt("subjects", subject, "examples", `${i}`),
            })),
          }),
        },
      ]),
    ),
    shadow: (content.shadow ?? []).map((each, i) => ({
      ...shadowOf(each),
      place: placeAt("shadow", `${i}`),
    })),
    knownFailing: (content.known_failing ?? []).map((each, i) => ({
      ...each,
      place: placeAt("known_failing", `${i}`),
    })),
  };
}

/** Milliseconds of `800ms` or `2s`. */
export function milliseconds(duration: string): number {
  return duration.endsWith("ms")
    ? Number(duration.slice(0, -2))
    : Math.round(Number(duration.slice(0, -1)) * 1000);
}

function optionalMs(duration: string | undefined): number | undefined {
  return duration === undefined ? undefined : milliseconds(duration);
}

function subjectOf({ correlate, repeat, latency, streaming, event, flows }: SubjectContent) {
  return defined({
    correlate,
    repeat,
    latency: latency === undefined ? undefined : latencyOf(latency),
    streaming:
      streaming === undefined
        ? undefined
        : defined({
            firstFrameMs: optionalMs(streaming.first_frame),
            gapP99Ms: optionalMs(streaming.gap_p99),
            framesAfterCancel: streaming.frames_after_cancel,
          }),
    event:
      event === undefined
        ? undefined
        : defined({
            last: event.last,
            orderedBy: event.ordered_by,
            sequence: event.sequence,
            consumers: event.consumers?.map(({ durable, poison, ack_within }) => ({
              durable,
              poison,
              ackWithinMs: milliseconds(ack_within),
            })),
          }),
    flows: flows?.map(({ event: pattern, within, key }) => ({
      event: pattern,
      withinMs: milliseconds(within),
      key,
    })),
  });
}

function latencyOf(latency: NonNullable<SubjectContent["latency"]>): LatencyBudget {
  return {
    minimumSamples: latency.min_samples,
    ...defined({
      p50Ms: optionalMs(latency.p50),
      p95Ms: optionalMs(latency.p95),
      p99Ms: optionalMs(latency.p99),
    }),
  };
}

function exampleOf({ name, request, request_base64, expect }: ExampleContent): Example {
  return {
    name,
    request: request_base64 === undefined ? { json: request } : { base64: request_base64 },
    expect: expect.cel === undefined ? { errors: expect.errors ?? [] } : { cel: expect.cel },
  };
}

function shadowOf(shadow: ShadowContent): ShadowSettings {
  const [method = "", url = ""] = shadow.http.split(" ");
  return {
    subject: shadow.subject,
    method: method as ShadowSettings["method"],
    url,
    body: shadow.body ?? "json",
    headersFromEnv: shadow.headers_from_env ?? {},
    ignore: shadow.ignore ?? [],
    tolerance: shadow.tolerance ?? {},
    minMatch: shadow.min_match ?? usualMinMatch,
    ...defined({ samples: shadow.samples }),
  };
}

type Defined<T> = { readonly [K in keyof T]?: Exclude<T[K], undefined> };

/** An object without the keys that have no value. */
function defined<T extends object>(values: T): Defined<T> {
  return Object.fromEntries(
    Object.entries(values).filter(([, value]) => value !== undefined),
  ) as Defined<T>;
}
