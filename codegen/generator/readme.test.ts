import { expect, it } from "vitest";
import { writeReadme } from "./readme.ts";
import type { SubjectEntry } from "./subject-map.ts";

const entry: SubjectEntry = {
  pattern: "a.b.v1.{c}",
  kind: "request",
  role: "request",
  messageType: "a.B",
  rpc: "a.S.R",
  queueGroup: "q|`<b>\n| x",
  stream: null,
};

it("writeReadme keeps every subject in one row of five cells, whatever its texts hold", () => {
  const readme = writeReadme({
    module: "a/b",
    semver: "1.0.0",
    digest: "d",
    entries: [],
    subjects: [entry],
    usage: "",
    changes: undefined,
  });
  expect(readme).toContain("| `a.b.v1.{c}` | request | `a.B` | q\\|\\`&lt;b> \\| x |  |\n");
  expect(readme).not.toContain("## Changes");
});
