import type { Static, TSchema } from "typebox";
import { Value } from "typebox/value";
import { deploymentCalls } from "./deployment-calls.ts";
import { policyCalls } from "./policy-calls.ts";
import {
  type Module,
  ModuleListSchema,
  type Registration,
  RegistrationSchema,
  type ReleaseDetail,
  ReleaseDetailSchema,
  ReleaseListSchema,
} from "./schemas/module.ts";
import { type Problem, ProblemSchema } from "./schemas/problem.ts";
import type { Proposal } from "./schemas/proposal.ts";
import { CheckReportSchema } from "./schemas/report.ts";
import {
  type AnnouncedEnd,
  RetirementListSchema,
  type RetirementRecord,
  RetirementSchema,
} from "./schemas/retirement.ts";
import {
  type BindingRecord,
  type Resolution,
  ResolutionSchema,
  SubjectListSchema,
} from "./schemas/subject.ts";
import { stubCalls } from "./stub-calls.ts";
import { usageCalls } from "./usage-calls.ts";
import { verificationCalls } from "./verification-calls.ts";

/** The registry cannot be reached, or what answers is not a Charter registry. */
export class UnreachableError extends Error {
  override readonly name = "UnreachableError";
}

/** The registry answered with a problem document. */
export class ProblemError extends Error {
  override readonly name = "ProblemError";
  readonly problem: Problem;

  constructor(problem: Problem) {
    super(problem.detail);
    this.problem = problem;
  }
}

/** A registry's HTTP API. Every call rejects with UnreachableError or ProblemError. */
export type RegistryClient = ReturnType<typeof createRegistryClient>;

/**
 * @param options.url `http://127.0.0.1:4280`
 * @param options.token the write token, when the registry asks for one
 * @param options.timeoutMs how long one call may take; a registration compiles and judges
 */
export function createRegistryClient(options: {
  url: string;
  token?: string | undefined;
  timeoutMs?: number;
}) {
  const base = options.url.replace(/\/+$/, "");

  async function send(method: string, path: string, body?: unknown): Promise<Response> {
    const headers: Record<string, string> = { accept: "application/json" };
    if (body !== undefined) headers["content-type"] = "application/json";
    if (options.token !== undefined) headers["authorization"] = `Bearer ${options.token}`;
    let response: Response;
    try {
      response = await fetch(base + path, {
        method,
        headers,
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        signal: AbortSignal.timeout(options.timeoutMs ?? 120_000),
      });
    } catch (cause) {
      throw new UnreachableError(`No registry answers at ${base}.`, { cause });
    }
    if (!response.ok) throw await problemOf(response, base);
    return response;
  }

  async function json<T extends TSchema>(schema: T, method: string, path: string, body?: unknown) {
    const response = await send(method, path, body);
    const value: unknown = await response.json().catch(() => null);
    if (!Value.Check(schema, value)) {
      throw new UnreachableError(
        `${base}${path} answered in a form that this Charter does not know. Is it a Charter registry of the same major version?`,
      );
    }
    return value as Static<T>;
  }

  return {
    url: base,

    /** Judges a proposal; registers nothing. */
    check: (proposal: Proposal) => json(CheckReportSchema, "POST", "/v1/checks", proposal),
    report: (id: string) => json(CheckReportSchema, "GET", `/v1/checks/${encodeURIComponent(id)}`),

    /** Judges and registers a proposal. A refusal is a ProblemError with the report. */
    register: (proposal: Proposal): Promise<Registration> =>
      json(RegistrationSchema, "POST", "/v1/registrations", proposal),

    /** All modules with their heads. */
    async modules(): Promise<Module[]> {
      const all: Module[] = [];
      for (let after: string | null = ""; after !== null; ) {
        const query: string = after === "" ? "" : `?after=${encodeURIComponent(after)}`;
        const page = await json(ModuleListSchema, "GET", `/v1/modules${query}`);
        all.push(...page.modules);
        after = page.next;
      }
      return all;
    },
    releases: (module: string) => json(ReleaseListSchema, "GET", `/v1/modules/${module}/versions`),
    /** @param semver a version, or `latest` for head */
    release: (module: string, semver: string): Promise<ReleaseDetail> =>
      json(
        ReleaseDetailSchema,
        "GET",
        `/v1/modules/${module}/versions/${encodeURIComponent(semver)}`,
      ),
    /** A release's files and all that they import, as a binary FileDescriptorSet. */
    async descriptors(module: string, semver: string): Promise<Uint8Array> {
      const path = `/v1/modules/${module}/versions/${encodeURIComponent(semver)}/descriptor`;
      const response = await send("GET", path);
      return new Uint8Array(await response.arrayBuffer());
    },

    resolve: (subject: string): Promise<Resolution> =>
      json(ResolutionSchema, "GET", `/v1/resolve?subject=${encodeURIComponent(subject)}`),
    /** @param match a NATS wildcard such as `ai.npc.>` */
    async subjects(filter: { match?: string; kind?: string } = {}): Promise<BindingRecord[]> {
      const all: BindingRecord[] = [];
      for (let after: string | null = ""; after !== null; ) {
        const query: URLSearchParams = new URLSearchParams(filter);
        if (after !== "") query.set("after", after);
        const page = await json(SubjectListSchema, "GET", `/v1/subjects?${query}`);
        all.push(...page.subjects);
        after = page.next;
      }
      return all;
    },

    /** Announced ends of proto packages, soonest first. */
    retirements: () => json(RetirementListSchema, "GET", "/v1/retirements"),
    /** Announces the end of a proto package, or moves its day. */
    retire: (protoPackage: string, end: AnnouncedEnd): Promise<RetirementRecord> =>
      json(RetirementSchema, "PUT", `/v1/retirements/${encodeURIComponent(protoPackage)}`, end),
    /** Takes an announced end back. */
    async withdrawRetirement(protoPackage: string): Promise<void> {
      await send("DELETE", `/v1/retirements/${encodeURIComponent(protoPackage)}`);
    },

    ...deploymentCalls(json),
    ...policyCalls(json),
    ...stubCalls(json),
    ...usageCalls(json),
    ...verificationCalls(json),
  };
}

async function problemOf(response: Response, base: string): Promise<Error> {
  const value: unknown = await response.json().catch(() => null);
  if (Value.Check(ProblemSchema, value)) return new ProblemError(value as Problem);
  return new UnreachableError(
    `${base} answered ${response.status} without a problem document. Is it a Charter registry?`,
  );
}
