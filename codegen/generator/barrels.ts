import type { ModuleKind } from "./generate-code.ts";
import { contractsPath, messagesPath, type PackageEntry } from "./package-layout.ts";

/** The file of the package that exports all of a proto package: `v1/index`. */
export function barrelPath(entry: PackageEntry): string {
  return `${entry.subpath}/index`;
}

/** One barrel in JavaScript and in declarations, which are the same for both module kinds. */
export function writeBarrel(
  entry: PackageEntry,
  generated: ReadonlyMap<string, string>,
  kind: ModuleKind,
): { readonly js: string; readonly dts: string } {
  const up = entry.subpath.split("/").map(() => "..");
  const paths = entry.files
    .flatMap((file) => [messagesPath(file), contractsPath(file)])
    .filter((path) => generated.has(`${path}.js`))
    .map((path) => `${up.join("/")}/${path}.js`);
  const exports = paths.map((path) => `export * from "${path}";\n`).join("");
  const requires = paths.map((path) => `Object.assign(exports, require("${path}"));\n`).join("");
  return { js: kind === "esm" ? exports : commonJs(requires), dts: exports };
}

/** A CommonJS module, marked so that transpiled imports of it find its exports by name. */
export function commonJs(body: string): string {
  return `"use strict";\nObject.defineProperty(exports, "__esModule", { value: true });\n${body}`;
}
