/**
 * Which part may import which, each rule with its reason. `npm run check` enforces them, and
 * dependency-rules.test.ts plants a breach of each. Tests and what serves only them may import
 * everything: they build the world that the code under test must not know.
 */
const servesTests = "\\.test\\.ts$|/testing/|/testdata/|^contract-tests/faults/";
const edges = "storage|npm|nats|http";
const server = "^registry/server/";

/** @param {string} name @param {string} comment @param {object} from @param {object} to */
function forbid(name, comment, from, to) {
  const pathNot = [servesTests, ...[from.pathNot ?? []].flat()];
  return { name, comment, severity: "error", from: { ...from, pathNot }, to };
}

/** @param {string} names alternatives of a package's name */
function packages(names) {
  return `(^|/)node_modules/(${names})(/|$)`;
}

const rooms = [
  forbid(
    "core-is-pure",
    "What the registry decides must be a function of its arguments: no I/O, no clock, no other room. So core imports itself and libraries that only compute: yaml and ajv read a bindings.yaml, and fast-check computes when it is given a seed.",
    { path: "^registry/core/" },
    {
      pathNot: `^registry/core/|${packages("@bufbuild/(protobuf|protovalidate)|@noble/hashes|ajv|fast-check|semver|@types/semver|yaml")}`,
    },
  ),
  forbid(
    "api-knows-only-core",
    "The wire's shapes are what every client shares, so nothing that only one of them needs comes in.",
    { path: "^registry/api/" },
    { path: "^(registry/(?!api/|core/)|codegen/|contract-tests/|ci/|proto/)" },
  ),
  forbid(
    "cli-stays-thin",
    "The command is installed on its own and talks to a registry: what decides there must not decide here too.",
    { path: "^registry/cli/", pathNot: "^registry/cli/offline/" },
    { path: "^(registry/server/|codegen/generator/|ci/)" },
  ),
  forbid(
    "offline-runs-the-job",
    "A check without a registry must judge as one with it: it runs the same job, with the same compiler, on the modules of a git ref or a folder. It gets nothing else of the server.",
    { path: "^registry/cli/offline/" },
    { path: "^(registry/server/(?!jobs/|ports\\.ts$)|codegen/generator/|ci/)" },
  ),
  forbid(
    "buf-knows-only-core",
    "The registry and the command compile with the same buf, so what runs it knows neither of them.",
    { path: "^registry/buf/" },
    { path: "^(registry/(?!buf/|core/)|codegen/|contract-tests/|ci/)" },
  ),
  forbid(
    "contract-tests-know-contracts",
    "The runner tests any service from outside, so it knows contracts and the API, not who stores them.",
    { path: "^contract-tests/" },
    { path: "^(registry/(server|cli|buf)/|codegen/generator/|ci/)" },
  ),
  forbid(
    "generator-knows-only-core",
    "The generator turns a release into files, and that only: the same release must give the same bytes.",
    { path: "^codegen/generator/" },
    {
      path: "^(registry/(?!core/)|codegen/runtime/src/|contract-tests/|ci/)|^(node:)?(fs|child_process|net|http|os)(/|$)",
    },
  ),
  forbid(
    "runtime-stands-alone",
    "The runtime is installed with every stub package, alone: another room would not be there.",
    { path: "^codegen/runtime/(src|gen)/" },
    { path: "^(registry/|codegen/generator/|contract-tests/|ci/)" },
  ),
  forbid(
    "runtime-by-its-name",
    "Generated code gets the runtime as npm installs it, and so does everybody else: one copy of each class.",
    { pathNot: "^(codegen/runtime|ci)/" },
    { path: "^codegen/runtime/(src|gen)/" },
  ),
  forbid(
    "server-serves",
    "The registry is installed without its command line, its contract tests and this repository's checks.",
    { path: server },
    { path: "^(registry/cli/|contract-tests/|ci/)" },
  ),
];

const insideOfServer = [
  forbid(
    "jobs-see-ports",
    "A job is what the registry does, whatever stores, sends or shows it: it gets the edges through ports.ts.",
    { path: `${server}jobs/` },
    {
      path: `^registry/buf/|${server}(?!jobs/|ports\\.ts$)|^(node:)?(fs|child_process|net|http|https|dns)(/|$)`,
    },
  ),
  forbid(
    "edges-do-not-meet",
    "Each edge can be replaced alone. Where two must work together, a job says so.",
    { path: `${server}(${edges})/` },
    { path: `^registry/buf/|${server}(${edges})/`, pathNot: `${server}$1/` },
  ),
  forbid(
    "driven-edges-do-not-call-jobs",
    "Storage and npm are told what to do. One that calls a job would decide.",
    { path: `${server}(storage|npm)/` },
    { path: `${server}jobs/` },
  ),
  forbid(
    "only-main-knows-all",
    "One place wires the parts, so that every other can be tested without the rest.",
    { path: `${server}(jobs|${edges})/` },
    { path: `${server}(main|run-server|wire)\\.ts$` },
  ),
  forbid(
    "api-of-the-generator",
    "Only the npm edge makes packages; a route or a job that generates would do so on a request.",
    { path: server, pathNot: `${server}npm/` },
    { path: "^codegen/generator/" },
  ),
];

const drivers = [
  forbid(
    "sqlite-only-in-storage",
    "SQL outside of storage would tie the registry to one engine, and escape its transactions.",
    { pathNot: `${server}storage/|^ci/` },
    { path: packages("better-sqlite3|@types/better-sqlite3") },
  ),
  forbid(
    "fastify-only-in-http",
    "What answers HTTP is one edge; a job must work the same over NATS.",
    { pathNot: `${server}http/|^ci/` },
    { path: packages("fastify|@fastify/.*") },
  ),
  forbid(
    "publishing-only-in-npm",
    "One place holds the npm token and knows what a conflict means.",
    { pathNot: `${server}npm/` },
    { path: packages("libnpmpublish") },
  ),
  forbid(
    "processes-are-few",
    "A client's text must never reach a command line. The places that start a process can be read in an hour: buf, npm, the command line's git, a suite's nats-server, and this repository's own scripts.",
    {
      pathNot: `${server}npm/|^registry/(buf|cli)/|^ci/|/build\\.mjs$|^contract-tests/suite/nats-server\\.ts$`,
    },
    { path: "^(node:)?child_process$" },
  ),
];

const everywhere = [
  forbid(
    "no-cycles",
    "Two files that import each other are one file in two places.",
    {},
    { circular: true },
  ),
  forbid(
    "no-orphans",
    "A file that nobody imports and nobody runs is dead.",
    {
      orphan: true,
      pathNot: [
        "(^|/)(main|down)\\.ts$",
        "\\.(mjs|cjs|d\\.ts)$",
        "^ci/[^/]+\\.ts$",
        "/bin/",
        "/gen/",
      ],
    },
    {},
  ),
  forbid(
    "tests-stay-outside",
    "Code that runs in production must not need what only tests have.",
    { pathNot: "^ci/" },
    { path: servesTests, pathNot: "^node_modules/" },
  ),
  forbid(
    "declared-dependencies-only",
    "A package that no package.json names is there by accident, and goes the same way. The stubs of this repository's own modules come from the set-up.",
    { pathNot: "/build\\.mjs$" },
    {
      dependencyTypes: ["npm-no-pkg", "npm-unknown"],
      pathNot: "node_modules/@(charter|bodybroker)/",
    },
  ),
  forbid(
    "imports-resolve",
    "An import that leads nowhere fails when it is run, which may be late.",
    {},
    { couldNotResolve: true },
  ),
  forbid(
    "no-development-packages-in-production",
    "A production install leaves devDependencies out.",
    { path: "^(registry|codegen|contract-tests)/", pathNot: "/build\\.mjs$" },
    {
      dependencyTypes: ["npm-dev"],
      dependencyTypesNot: ["type-only"],
      pathNot: packages("@types/.*"),
    },
  ),
];

module.exports = {
  forbidden: [...rooms, ...insideOfServer, ...drivers, ...everywhere],
  options: {
    // The parser of TypeScript itself is of no use here: version 7 has no API for other programs.
    parser: "swc",
    // Sees type imports too: a type from another room ties two rooms together as much as a value.
    tsPreCompilationDeps: true,
    doNotFollow: { path: "node_modules|(^|/)dist/" },
    exclude: { path: "(^|/)testdata/" },
    moduleSystems: ["es6", "cjs"],
    enhancedResolveOptions: {
      exportsFields: ["exports"],
      conditionNames: ["import", "require", "node", "default", "types"],
      extensions: [".ts", ".mjs", ".js", ".cjs", ".json", ".d.ts"],
    },
  },
};
