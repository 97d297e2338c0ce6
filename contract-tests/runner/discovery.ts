import type { NatsConnection } from "@nats-io/nats-core";
import { inboxOf } from "./calls/request-once.ts";
import type { EvidenceKind } from "./report.ts";

/** One endpoint of one running instance, as `$SRV.INFO` tells. */
export interface LiveEndpoint {
  readonly instance: string;
  readonly service: string;
  readonly subject: string;
  readonly queueGroup: string;
  /** The version of the service's own build, or null. */
  readonly build: string | null;
  /** The module that it says it serves, or null. */
  readonly module: string | null;
  /** The release that it says it serves, or null. */
  readonly version: string | null;
  readonly evidence: EvidenceKind;
}

/** Instances answer at once, so that a pause this long after the last means that there are no more. */
const pauseMs = 400;
const longestMs = 3000;
/** A hundred instances of two hundred endpoints. Whoever says more is not listened to any longer. */
const mostEndpoints = 20_000;

/** Asks every service that is running what it serves. */
export async function discover(nc: NatsConnection): Promise<readonly LiveEndpoint[]> {
  const inbox = inboxOf(nc);
  const found = new Map<string, LiveEndpoint>();
  await new Promise<void>((resolve) => {
    let asked = 0;
    let pause = setTimeout(endUnlessMore, pauseMs);
    const whole = setTimeout(end, longestMs);
    const subscription = nc.subscribe(inbox, {
      callback: (error, message) => {
        if (error !== null) return;
        for (const each of endpointsOf(message.data)) {
          if (found.size >= mostEndpoints) break;
          found.set(JSON.stringify([each.instance, each.subject, each.queueGroup]), each);
        }
        clearTimeout(pause);
        pause = setTimeout(endUnlessMore, pauseMs);
      },
    });
    /** What came while this process was busy is read after its timers. */
    function endUnlessMore() {
      const before = found.size;
      setImmediate(() => {
        if (found.size > before) return;
        // A busy machine answers late; nobody is there only when nobody answers twice.
        if (before === 0 && asked < 2) ask();
        else end();
      });
    }
    function ask() {
      asked++;
      clearTimeout(pause);
      pause = setTimeout(endUnlessMore, pauseMs);
      nc.publish("$SRV.INFO", new Uint8Array(), { reply: inbox });
    }
    function end() {
      clearTimeout(pause);
      clearTimeout(whole);
      subscription.unsubscribe();
      resolve();
    }
    ask();
  });
  return [...found.values()];
}

/** Anybody may answer `$SRV.INFO`, so nothing of the form is taken for granted. */
function endpointsOf(data: Uint8Array): LiveEndpoint[] {
  let info: unknown;
  try {
    info = JSON.parse(new TextDecoder().decode(data));
  } catch {
    return [];
  }
  const { id, name, version, endpoints } = fieldsOf(info);
  if (!Array.isArray(endpoints)) return [];
  return endpoints.flatMap((each) => {
    const endpoint = fieldsOf(each);
    if (typeof endpoint.subject !== "string") return [];
    const metadata = fieldsOf(endpoint.metadata);
    return [
      {
        instance: textOf(id) ?? "",
        service: textOf(name) ?? "",
        build: textOf(version),
        subject: endpoint.subject,
        // ADR-32 names this group where a service names none.
        queueGroup: textOf(endpoint.queue_group) ?? "q",
        module: textOf(metadata["charter.module"]),
        version: textOf(metadata["charter.version"]),
        evidence: evidenceOf(metadata["charter.evidence"]),
      },
    ];
  });
}

function fieldsOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
}

function textOf(value: unknown): string | null {
  return typeof value === "string" ? value : null;
}

function evidenceOf(value: unknown): EvidenceKind {
  return value === "mock" || value === "reference" ? value : "real";
}

/** The builds among instances, as `name@version`. */
export function buildsOf(endpoints: readonly LiveEndpoint[]): readonly string[] {
  return [...new Set(endpoints.map((each) => `${each.service}@${each.build ?? "?"}`))];
}

/** Who stands behind a subject: one mock among its instances makes all of it a mock's evidence. */
export function evidenceKindOf(endpoints: readonly LiveEndpoint[]): EvidenceKind {
  return weakestOf(endpoints.map((endpoint) => endpoint.evidence));
}

/** Real without any. */
export function weakestOf(kinds: readonly EvidenceKind[]): EvidenceKind {
  if (kinds.includes("mock")) return "mock";
  return kinds.includes("reference") ? "reference" : "real";
}
