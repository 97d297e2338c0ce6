import {
  create,
  type DescExtension,
  type Extendee,
  type ExtensionValueShape,
  fromJson,
  hasExtension,
  setExtension,
} from "@bufbuild/protobuf";
import {
  FieldOptionsSchema,
  type FileDescriptorProto,
  type FileDescriptorSet,
  MessageOptionsSchema,
  MethodOptions_IdempotencyLevel,
  MethodOptionsSchema,
  ServiceOptionsSchema,
} from "@bufbuild/protobuf/wkt";
import type { Place } from "../binding/binding.ts";
import type { FailurePlace } from "../failure.ts";
import * as options from "../gen/charter/nats/v1/binding_pb.js";
import { limits } from "../limits.ts";
import { bindingsFileName } from "./bindings-file-name.ts";
import {
  type BindableElement,
  bindableElements,
  type ElementKind,
  nearestElements,
} from "./elements.ts";
import { importFile, sortByImports } from "./import-file.ts";
import type { BindingsEntry } from "./parse-bindings-file.ts";

/** Where the bindings of a bindings.yaml are written, and which of them cannot be applied. */
export interface AppliedBindings {
  /** By the full name of the rpc or message. */
  readonly places: ReadonlyMap<string, Place>;
  readonly problems: readonly FailurePlace[];
}

/**
 * Gives linked files, in place, the options that a bindings.yaml stands for, so that whatever reads
 * the descriptors afterwards sees what the same options in the files would have given.
 *
 * @param set holds `charter/nats/v1/binding.proto` too
 * @param paths the files of the module; entries for anything else are problems
 */
export function applyBindings(
  set: FileDescriptorSet,
  paths: Iterable<string>,
  entries: readonly BindingsEntry[],
): AppliedBindings {
  const elements = bindableElements(set, new Set(paths));
  const places = new Map<string, Place>();
  const problems: FailurePlace[] = [];
  const bound = new Set<FileDescriptorProto>();
  for (const entry of entries) {
    const { element, line } = entry;
    const found = elements.get(element);
    const problem =
      found?.kind === kindOf[entry.section]
        ? bind(found, entry)
        : missing(entry, found, problems.length < mostGuesses ? elements : new Map());
    if (problem !== null) {
      problems.push({ message: `${element}: ${problem}`, file: bindingsFileName, line });
    } else if (found !== undefined) {
      bound.add(found.file);
      places.set(element, { file: bindingsFileName, line });
    }
    if (problems.length >= limits.placesPerFailure) break;
  }
  for (const file of bound) importFile(file, "charter/nats/v1/binding.proto");
  set.file = sortByImports(set.file);
  return { places, problems };
}

/** Guesses cost time, and a reader mends the first problems first. */
const mostGuesses = 10;

const kindOf = {
  services: "service",
  requests: "rpc",
  events: "message",
  sensitive: "field",
} as const satisfies Record<BindingsEntry["section"], ElementKind>;

const sectionOf = { service: "services", rpc: "requests", message: "events", field: "sensitive" };

function missing(
  { element, section }: BindingsEntry,
  found: BindableElement | undefined,
  elements: ReadonlyMap<string, BindableElement>,
): string {
  const kind = kindOf[section];
  if (found !== undefined) {
    return `it is a ${found.kind}, and \`${section}\` is for a ${kind}; write it under \`${sectionOf[found.kind]}\``;
  }
  const nearest = nearestElements(element, kind, elements);
  const guess = nearest.length === 0 ? "" : `; the nearest: ${nearest.join(", ")}`;
  return `the module has no such ${kind}${guess}`;
}

/** Sets the options of an element. Returns why it cannot, or null. */
function bind({ kind, proto }: BindableElement, entry: BindingsEntry): string | null {
  switch (kind) {
    case "service":
      proto.options ??= create(ServiceOptionsSchema);
      return setOnce(proto.options, options.service, () =>
        fromJson(options.ServiceContractSchema, contentOf(entry)),
      );
    case "message":
      proto.options ??= create(MessageOptionsSchema);
      return setOnce(proto.options, options.event, () =>
        fromJson(options.EventBindingSchema, contentOf(entry)),
      );
    case "field":
      proto.options ??= create(FieldOptionsSchema);
      return setOnce(proto.options, options.sensitive, () => true);
    case "rpc": {
      proto.options ??= create(MethodOptionsSchema);
      const { idempotency_level: level, ...rest } = contentOf(entry);
      if (level !== undefined) {
        if (proto.options.idempotencyLevel !== MethodOptions_IdempotencyLevel.IDEMPOTENCY_UNKNOWN) {
          return "the file sets idempotency_level already; take it out here";
        }
        proto.options.idempotencyLevel =
          level === "IDEMPOTENT"
            ? MethodOptions_IdempotencyLevel.IDEMPOTENT
            : MethodOptions_IdempotencyLevel.NO_SIDE_EFFECTS;
      }
      return setOnce(proto.options, options.request, () =>
        fromJson(options.RequestBindingSchema, rest),
      );
    }
  }
}

function contentOf(entry: BindingsEntry) {
  return entry.section === "sensitive" ? {} : entry.options;
}

/** @param value is asked for only where the option is not there */
function setOnce<Ext extends DescExtension>(
  on: Extendee<Ext>,
  option: Ext,
  value: () => ExtensionValueShape<Ext>,
): string | null {
  if (hasExtension(on, option)) {
    return `the file has the option (${option.typeName}) for it already; keep one of the two`;
  }
  setExtension(on, option, value());
  // Compilers write options in the order of their numbers.
  on.$unknown?.sort((a, b) => a.no - b.no);
  return null;
}
