import {
  type Binding,
  deadLetterType,
  type SubjectRole,
  subjectsOf,
} from "../../registry/core/binding/binding.ts";
import { commonJs } from "./barrels.ts";
import type { ModuleKind } from "./generate-code.ts";

/** What the subject map says of one subject pattern. */
export interface SubjectEntry {
  readonly pattern: string;
  readonly kind: Binding["kind"];
  readonly role: SubjectRole;
  /** The full name of what travels on the subject. */
  readonly messageType: string;
  /** The full name of the rpc, or null for an event. */
  readonly rpc: string | null;
  readonly queueGroup: string | null;
  readonly stream: string | null;
}

/** All subjects of a module, sorted by pattern. */
export function subjectEntries(bindings: readonly Binding[]): SubjectEntry[] {
  return bindings
    .flatMap((binding) =>
      subjectsOf(binding).map(({ pattern, role }) => ({
        pattern,
        kind: binding.kind,
        role,
        messageType: travelling(binding, role),
        rpc: binding.kind === "event" ? null : binding.rpc,
        queueGroup: binding.kind !== "event" && role === "request" ? binding.queueGroup : null,
        stream:
          role === "event" && binding.kind === "event" ? (binding.stream?.name ?? null) : null,
      })),
    )
    .sort((a, b) => (a.pattern < b.pattern ? -1 : 1));
}

function travelling(binding: Binding, role: SubjectEntry["role"]): string {
  if (role === "dead_letter") return deadLetterType;
  const isAnswer = role === "reply" || role === "frames";
  return isAnswer && binding.kind !== "event" ? binding.replyType : binding.messageType;
}

export interface ReleaseStamp {
  readonly module: string;
  readonly semver: string;
  readonly digest: string;
}

/** The module that contracts take their release from. */
export function writeRelease(release: ReleaseStamp, kind: ModuleKind) {
  const value = JSON.stringify(release, null, 2);
  return {
    js:
      kind === "esm"
        ? `export const release = ${value};\n`
        : commonJs(`exports.release = ${value};\n`),
    dts: [
      'import type { ModuleRelease } from "@charter-nats/runtime";\n\n',
      "/** The release that this package was generated from. */\n",
      "export declare const release: ModuleRelease;\n",
    ].join(""),
  };
}

/** The entry of the package: the release, and the subjects by pattern with their literal types. */
export function writeEntry(subjects: readonly SubjectEntry[], kind: ModuleKind) {
  const map = Object.fromEntries(subjects.map(({ pattern, ...entry }) => [pattern, entry]));
  const value = JSON.stringify(map, null, 2);
  return {
    js:
      kind === "esm"
        ? `export { release } from "./release.js";\nexport const subjects = ${value};\n`
        : commonJs(
            `exports.release = require("./release.js").release;\nexports.subjects = ${value};\n`,
          ),
    dts: [
      'export { release } from "./release.js";\n\n',
      "/** Every subject of the module, by the pattern that its contract declares. */\n",
      `export declare const subjects: ${readonlyType(map, "")};\n`,
    ].join(""),
  };
}

/** A literal type. JSON text is a type for strings and null. */
function readonlyType(value: object, indentation: string): string {
  const inner = `${indentation}  `;
  const lines = Object.entries(value).map(([key, member]) => {
    const type =
      typeof member === "object" && member !== null
        ? readonlyType(member, inner)
        : JSON.stringify(member);
    return `${inner}readonly ${JSON.stringify(key)}: ${type};\n`;
  });
  return `{\n${lines.join("")}${indentation}}`;
}
