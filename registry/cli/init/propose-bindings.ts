import { parsePattern, type SubjectPattern } from "../../core/subject/pattern.ts";
import { type CommentHints, readComment } from "./comment-hints.ts";
import type { RootedFile } from "./find-roots.ts";
import type { ProposedFolders } from "./group-modules.ts";
import { proposeSubject } from "./propose-subject.ts";
import type { OutlinedMessage, OutlinedRpc, OutlinedService } from "./proto-outline.ts";

/** A binding that a comment tells of, or a reason why somebody must decide. */
export interface BindingProposal {
  readonly section: "requests" | "events";
  /** The full name. */
  readonly element: string;
  readonly protoPackage: string;
  readonly file: string;
  readonly line: number;
  /** Keys and values of the entry, in order; for what is undecided, a first guess. */
  readonly options: readonly (readonly [string, string | number | object])[];
  /** Null where there is no subject that could be tried. */
  readonly pattern: SubjectPattern | null;
  /** Why it is not bound; null where it is. */
  readonly undecided: string | null;
}

export interface ServiceProposal {
  readonly element: string;
  readonly queueGroup: string;
  readonly owner: string | null;
  /** Whether no comment named the queue group. */
  readonly isConvention: boolean;
}

export interface ModuleProposal extends ProposedFolders {
  readonly services: readonly ServiceProposal[];
  readonly bindings: readonly BindingProposal[];
  /** Fields that look like personal or secret data. */
  readonly suspects: readonly string[];
}

type Messages = ReadonlyMap<string, OutlinedMessage>;

/** Reads from comments what the services and messages of modules are bound to. */
export function proposeBindings(modules: readonly ProposedFolders[]): readonly ModuleProposal[] {
  const files = modules.flatMap((module) => module.files);
  const messages: Messages = new Map(
    files.flatMap(({ outline }) =>
      outline.messages.map((message) => [fullName(outline.protoPackage, message.name), message]),
    ),
  );
  const carried = new Set<string>();
  for (const { outline } of files) {
    for (const rpc of outline.services.flatMap((service) => service.rpcs)) {
      for (const type of [rpc.request, rpc.reply]) {
        carried.add(resolveType(type, outline.protoPackage, messages) ?? "");
      }
    }
  }
  return modules.map((module) => ({
    ...module,
    services: bare(module).flatMap((file) => servicesOf(file, module.name)),
    bindings: bare(module).flatMap((file) => [
      ...requestsOf(file, messages),
      ...eventsOf(file, carried),
    ]),
    suspects: bare(module).flatMap(suspectsOf),
  }));
}

/** Files with options of their own say themselves what they are bound to. */
function bare({ files }: ProposedFolders): readonly RootedFile[] {
  return files.filter((file) => !file.outline.imports.includes("charter/nats/v1/binding.proto"));
}

function fullName(protoPackage: string, name: string): string {
  return protoPackage === "" ? name : `${protoPackage}.${name}`;
}

/** A type's full name, looked up from the inside out as protobuf does. */
function resolveType(type: string, scope: string, messages: Messages): string | null {
  if (type.startsWith(".")) return messages.has(type.slice(1)) ? type.slice(1) : null;
  for (let around = scope; ; around = around.slice(0, Math.max(0, around.lastIndexOf(".")))) {
    const name = fullName(around, type);
    if (messages.has(name)) return name;
    if (around === "") return null;
  }
}

function servicesOf({ outline }: RootedFile, module: string): ServiceProposal[] {
  return outline.services.map((service) => {
    const hints = readComment(service.comment);
    const ofRpcs = service.rpcs.map((rpc) => readComment(rpc.comment).queueGroup);
    const named = hints.queueGroup ?? ofRpcs.find((each) => each !== null) ?? null;
    return {
      element: fullName(outline.protoPackage, service.name),
      queueGroup: named ?? `q.${module}`,
      owner: hints.owner,
      isConvention: named === null,
    };
  });
}

function requestsOf({ file, outline }: RootedFile, messages: Messages): BindingProposal[] {
  return outline.services.flatMap((service) =>
    service.rpcs.map((rpc): BindingProposal => {
      const hints = readComment(rpc.comment);
      const request = messageOf(rpc.request, outline.protoPackage, messages);
      const told = hints.subject ?? prefixed(service, rpc);
      const subject = told === null ? null : proposeSubject(told, request);
      const undecided = requestProblem(rpc, hints, told, subject);
      return {
        section: "requests",
        element: `${fullName(outline.protoPackage, service.name)}.${rpc.name}`,
        protoPackage: outline.protoPackage,
        file,
        line: rpc.line,
        options: requestOptions(rpc, hints, subject?.ok ? subject.pattern.text : told),
        pattern: subject?.ok ? subject.pattern : null,
        undecided,
      };
    }),
  );
}

function messageOf(type: string, scope: string, messages: Messages): OutlinedMessage | null {
  return messages.get(resolveType(type, scope, messages) ?? "") ?? null;
}

/** `svc.mm.v1.enqueue`, where the service's comment has the prefix `svc.mm.v1`. */
function prefixed(service: OutlinedService, rpc: OutlinedRpc): string | null {
  const { prefix, subject } = readComment(service.comment);
  const before = prefix ?? subject;
  if (before === null) return null;
  return `${before.replace(/\.(?:\*|>)?$/, "")}.${lowerWords(rpc.name, "_")}`;
}

/** `cancel_all` for `CancelAll`. */
export function lowerWords(name: string, between: string): string {
  return name.replace(/([a-z0-9])([A-Z])/g, `$1${between}$2`).toLowerCase();
}

function requestProblem(
  rpc: OutlinedRpc,
  hints: CommentHints,
  told: string | null,
  subject: ReturnType<typeof proposeSubject> | null,
): string | null {
  if (rpc.requestStreams) return "an rpc with a stream of requests cannot be bound; leave it out";
  if (told === null || subject === null) return "no comment tells its subject";
  if (!subject.ok) return subject.reason;
  return hints.subject === null
    ? `no comment tells its subject; with its service's prefix it would be "${told}"`
    : null;
}

function requestOptions(
  rpc: OutlinedRpc,
  hints: CommentHints,
  subject: string | null,
): BindingProposal["options"] {
  const reply = rpc.replyStreams ? null : hints.replySubject;
  return [
    ["subject", subject ?? "…"],
    ...(hints.deadlineMs === null ? [] : [["deadline_ms", hints.deadlineMs] as const]),
    ...(reply === null || !parsePattern(reply).ok ? [] : [["reply_subject", reply] as const]),
  ];
}

function eventsOf({ file, outline }: RootedFile, carried: ReadonlySet<string>): BindingProposal[] {
  return outline.messages.flatMap((message): BindingProposal[] => {
    const element = fullName(outline.protoPackage, message.name);
    if (carried.has(element)) return [];
    const hints = readComment(message.comment);
    if (hints.subject === null && !/(?:Event|Notification)$/.test(message.name)) return [];
    const subject = hints.subject === null ? null : proposeSubject(hints.subject, message);
    const isReply = /(?:Req|Request|Resp|Response|Reply)$/.test(message.name);
    const stream = hints.stream === null ? [] : [["stream", streamOf(hints)] as const];
    return [
      {
        section: "events",
        element,
        protoPackage: outline.protoPackage,
        file,
        line: message.line,
        options: [
          ["subject", subject?.ok ? subject.pattern.text : (hints.subject ?? "…")],
          ...stream,
        ],
        pattern: subject?.ok ? subject.pattern : null,
        undecided:
          subject === null
            ? "no comment tells its subject"
            : !subject.ok
              ? subject.reason
              : isReply
                ? "it looks like a request or a reply, and those are bound by an rpc; bind it only if it is published"
                : null,
      },
    ];
  });
}

function streamOf({ stream, maxAgeS }: CommentHints): object {
  return { name: stream, ...(maxAgeS === null ? {} : { max_age_s: maxAgeS }) };
}

const personal =
  /(?:^|_)(?:password|passwd|pass|secret|jwt|access_?token|api_?key|card_?number|iban|e?mail|phone|ssn|address|birth_?day)(?:$|_)/;

function suspectsOf({ outline }: RootedFile): string[] {
  return outline.messages.flatMap((message) =>
    message.fields
      .filter(
        ({ name, type }) => /^(?:string|bytes)$/.test(type) && personal.test(lowerWords(name, "_")),
      )
      .map(({ name }) => `${fullName(outline.protoPackage, message.name)}.${name}`),
  );
}
