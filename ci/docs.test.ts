import { existsSync, globSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { createFileRegistry } from "@bufbuild/protobuf";
import { expect, it } from "vitest";
import { parse } from "yaml";
import { catalogue } from "../contract-tests/catalogue/catalogue.ts";
import { fileFormats } from "../contract-tests/reports/formats.ts";
import { exitCodeOf, type Totals, type Verdict } from "../contract-tests/runner/report.ts";
import {
  environmentClasses,
  reasonNotTo,
  requestsPerSecond,
} from "../contract-tests/runner/safety.ts";
import { statusOf } from "../registry/api/schemas/problem.ts";
import { builtInFiles } from "../registry/buf/built-in-files.ts";
import { createBufCompiler } from "../registry/buf/compiler.ts";
import { exitCodes, exitOfFailure } from "../registry/cli/exit-code.ts";
import { buildProgram, commandNames } from "../registry/cli/program.ts";
import { failureCodes } from "../registry/core/failure.ts";
import { charterRules } from "../registry/core/gate/charter-rules.ts";
import { defaultPolicy } from "../registry/core/policy/policy.ts";
import { inspectModule } from "../registry/core/registration/inspect.ts";
import { typeGraph } from "../registry/core/revision/closure.ts";
import { readImage } from "../registry/core/revision/image.ts";

const root = join(import.meta.dirname, "..");
const read = (path: string) => readFileSync(join(root, path), "utf8");
/** Files of the clone, without what is generated or installed. */
function filesOf(pattern: string): string[] {
  const outside = /(^|\/)(node_modules|dist|generated|\.charter|testdata)(\/|$)/;
  return globSync(pattern, { cwd: root, exclude: (path) => outside.test(path) }).sort();
}

const pages = filesOf("**/*.md");
const workflows = filesOf("ci/workflows/*.yaml");
const docs = "registry/docs";
const noVerdicts: Readonly<Record<Verdict, number>> = {
  pass: 0,
  fail: 0,
  flaky: 0,
  "known-failing": 0,
  "stale-known-failing": 0,
  "schema-bug": 0,
  inconclusive: 0,
  skipped: 0,
};

/** A page without its code blocks. */
const proseOf = (page: string) => read(page).replace(/^```[\s\S]*?^```/gm, "");

/** The anchors of a page's headings, as GitHub makes them. */
function anchorsOf(page: string): string[] {
  return [...proseOf(page).matchAll(/^#+ (.+)$/gm)].map(([, heading = ""]) =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N} _-]/gu, "")
      .replaceAll(" ", "-"),
  );
}

/** What a pattern captures in a text, joined with spaces, sorted. */
function found(text: string, pattern: RegExp): string[] {
  return [...text.matchAll(pattern)].map(([, ...groups]) => groups.join(" ")).sort();
}

/** A part of a page, from its heading to the next of the same size. */
function sectionOf(page: string, heading: string): string {
  return (
    proseOf(page)
      .split(/^## /m)
      .find((each) => each.startsWith(`${heading}\n`)) ?? ""
  );
}

it("every page is looked at", () => {
  expect(pages).toEqual(
    expect.arrayContaining(["README.md", "ARCHITECTURE.md", `${docs}/gate.md`]),
  );
});

it("each relative link of a page leads to a file, and to a heading where it names one", () => {
  const broken = pages.flatMap((page) =>
    [...proseOf(page).matchAll(/\]\(([^)\s]+)\)/g)].flatMap(([, link = ""]) => {
      if (/^[a-z]+:/.test(link)) return [];
      const [path = "", anchor] = link.split("#");
      const target = path === "" ? page : join(dirname(page), path);
      const isThere = existsSync(join(root, target));
      const hasHeading = isThere && (anchor === undefined || anchorsOf(target).includes(anchor));
      return hasHeading ? [] : [`${page}: ${link}`];
    }),
  );
  expect(broken).toEqual([]);
});

it("each path of this clone that a page names is there", () => {
  const rooms = "registry|codegen|contract-tests|ci|proto";
  const path = new RegExp(`\`((?:${rooms})/[A-Za-z0-9_./-]+)\``, "g");
  const missing = pages.flatMap((page) =>
    [...proseOf(page).matchAll(path)].flatMap(([, name = ""]) =>
      existsSync(join(root, name)) ? [] : [`${page}: ${name}`],
    ),
  );
  expect(missing).toEqual([]);
});

it.each([
  {
    heading: "The registry",
    files: ["registry/server/config.ts", "registry/server/watch-config.ts"],
    pattern: /\bget\("([A-Z_]+)"\)/g,
  },
  {
    heading: "The command line",
    // A client under test gets its own: clients.md has them.
    files: [...filesOf("registry/cli/**/*.ts"), "registry/api/nats-credentials.ts"].filter(
      (file) => !file.endsWith("/contract-client.ts"),
    ),
    pattern: /(?:\benv\.|[{,] )([A-Z]+_[A-Z_]+)/g,
  },
  {
    heading: "npm run up",
    // The participants get theirs from `up`.
    files: filesOf("ci/{up,setup}/*.{ts,mjs}").filter((file) => !file.endsWith("participants.ts")),
    pattern: /(?:\benv\.|portFrom\(env, ")((?:CHARTER|NATS)_[A-Z_]+)/g,
  },
])("configuration.md, $heading: exactly the variables that the code reads", (section) => {
  const code = section.files.filter((path) => !/\.test\.ts$|\/testing\//.test(path)).map(read);
  const inCode = found(code.join("\n"), section.pattern);
  const documented = found(
    sectionOf(`${docs}/configuration.md`, section.heading),
    /^\| `([A-Z_]+)` \|/gm,
  );
  expect(inCode.length).toBeGreaterThan(0);
  expect(documented).toEqual([...new Set(inCode)]);
});

it("http.md has exactly the routes of the server", () => {
  const files = filesOf("registry/server/http/*-routes.ts").map(read);
  const routes = found(files.join("\n"), /app\.(get|post|put|delete)\(\s*"(\/[^"]*)"/g).map(
    (route) => route.replace(/^\w+/, (method) => method.toUpperCase()).replace(/:(\w+)/g, "{$1}"),
  );
  expect(routes.length).toBeGreaterThan(15);
  const documented = found(read(`${docs}/http.md`), /^\| \[`(GET|POST|PUT|DELETE) (\/[^`]*)`\]/gm);
  expect(documented).toEqual(routes.sort());
});

it("http.md has every failure with its status and exit code", () => {
  const known = failureCodes.map(
    (code) => `${code} ${statusOf[code]} ${exitCodes[exitOfFailure[code]]}`,
  );
  const rows = /^\| `([A-Z_]+)` \| (\d+) \| .* \| (\d+) \|$/gm;
  expect(found(read(`${docs}/http.md`), rows)).toEqual(known.sort());
});

it("gate.md has Charter's own rules with their tiers", () => {
  const documented = found(read(`${docs}/gate.md`), /^\| `([A-Z_]+)` \| (\w+) \|/gm);
  expect(documented).toEqual(charterRules.map(({ id, tier }) => `${id} ${tier}`).sort());
});

const testsPage = "contract-tests/README.md";

it("contract-tests/README.md has every law with its title and its least samples", () => {
  const rows = /^\| \[(\w+)\]\(docs\/laws\/\w+\.md\) \| (.+) \| (\S+) \|$/gm;
  const known = [...catalogue.values()].map(
    ({ id, title, minimum }) => `${id} ${title} ${minimum ?? "–"}`,
  );
  expect(found(sectionOf(testsPage, "The laws"), rows)).toEqual(known.sort());
});

it("contract-tests/README.md has every verdict, with the exit code of a run that has it", () => {
  const codeOf = (verdict: Verdict) => {
    // Skipped laws decide nothing, so their row has no code.
    if (verdict === "skipped") return "";
    const verdicts = { ...noVerdicts, pass: 1, [verdict]: 1 };
    const bindings = Object.values(verdicts).reduce((sum, each) => sum + each, 0);
    return exitCodeOf({ totals: { verdicts, bindings } as Totals, account: [] });
  };
  const rows = /^\| `([a-z-]+)` \| .* \| (\d*)[^|]*\|$/gm;
  const known = Object.keys(noVerdicts).map((each) => `${each} ${codeOf(each as Verdict)}`);
  expect(found(sectionOf(testsPage, "Verdicts"), rows)).toEqual(known.sort());
});

it("contract-tests/README.md has what each class of environment allows", () => {
  const rows = /^\| `([a-z]+)` \| .* \| (yes|no) \| (\d+) \|$/gm;
  const known = environmentClasses.map((each) => {
    const mayPublish = reasonNotTo("publishes", "unknown", each) === null;
    return `${each} ${mayPublish ? "yes" : "no"} ${requestsPerSecond[each]}`;
  });
  expect(found(sectionOf(testsPage, "What it may do"), rows)).toEqual(known.sort());
});

it("contract-tests/README.md has every form of report", () => {
  const rows = /^\| `([a-z]+)(?:=<file>)?` \|/gm;
  expect(found(sectionOf(testsPage, "Reports"), rows)).toEqual([...fileFormats, "github"].sort());
});

it("the example of contract.md compiles, and all its bindings can be registered", async () => {
  const path = "acme/orders/v1/orders.proto";
  const content = /```proto\n([\s\S]*?)```/.exec(read(`${docs}/contract.md`))?.[1] ?? "";
  const built = await createBufCompiler(builtInFiles()).build([{ path, content }]);
  if (!built.ok) throw new Error(built.places.map(({ message }) => message).join("\n"));
  const linked = createFileRegistry(readImage(built.image));
  const inspection = inspectModule(
    "acme/orders",
    [path],
    linked,
    typeGraph(linked),
    defaultPolicy.subjects,
  );
  expect(inspection.problems).toEqual([]);
  expect(inspection.bindings.map(({ kind }) => kind)).toEqual(["request", "streaming", "event"]);
});

it("pages and workflows use only commands that the command line has", async () => {
  const program = await buildProgram({ out: () => {}, err: () => {} }, async () => {}, []);
  const known = [...commandNames(program), "help"];
  const unknown = [...pages, ...workflows].flatMap((file) =>
    [...read(file).matchAll(/(?:npx|\$|`) ?charter ([a-z]+)(?: ([a-z]+))?/g)].flatMap(
      ([used, noun = "", verb]) =>
        known.includes(noun) || known.includes(`${noun} ${verb}`) ? [] : [`${file}: ${used}`],
    ),
  );
  expect(unknown).toEqual([]);
});

it.each(workflows)("%s uses only flags that its commands have", async (file) => {
  const program = await buildProgram({ out: () => {}, err: () => {} }, async () => {}, []);
  const unknown = scriptsOf(parse(read(file))).flatMap((script) =>
    [...script.matchAll(/\bcharter ([a-z]+) ([a-z]+)(.*)/g)].flatMap(
      ([, noun, verb, rest = ""]) => {
        const command = program.commands
          .find((each) => each.name() === noun)
          ?.commands.find((each) => each.name() === verb);
        const flags = command?.options.map((option) => option.long) ?? [];
        return (rest.match(/--[a-z-]+/g) ?? []).filter((flag) => !flags.includes(flag));
      },
    ),
  );
  expect(unknown).toEqual([]);
});

/** Every text in a document: scripts are among them. */
function scriptsOf(value: unknown): readonly string[] {
  if (typeof value === "string") return [value];
  return typeof value === "object" && value !== null ? Object.values(value).flatMap(scriptsOf) : [];
}

it.each(workflows)("%s is YAML", (file) => {
  expect(parse(read(file))).toBeTypeOf("object");
});
