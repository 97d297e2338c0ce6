/** Every bound on what comes from outside, each with its reason. Sizes are bytes, times are ms. */
export const limits = {
  /** A request body: 25 usual modules of 200 kB fit, and one request cannot fill the memory. */
  requestBytes: 8 * 1024 * 1024,
  /** A proposal's modules: the first customer has 24; ten times that is a large estate. */
  modulesPerProposal: 256,
  /** A proposal's files: buf needs 0.6 GiB for 200 large files, and time grows with the count. */
  filesPerProposal: 2000,
  /** Proto files of a commit that is compared with: the largest public collections have some 6000. */
  filesPerCommit: 20_000,
  /** One file: descriptor.proto, the largest file that people write by hand, is 60 kB. */
  fileBytes: 1024 * 1024,
  /**
   * A bindings.yaml, in characters: a thousand bindings, and what is made to be hard to read costs
   * a second at most.
   */
  bindingsFileLength: 128 * 1024,
  /** All bindings.yaml of a proposal: four of the largest, or two hundred usual ones. */
  bindingsLengthPerProposal: 512 * 1024,
  /** A file's path: what fits in a tar header without extensions. */
  pathLength: 200,
  /** Folders in a path: deeper than any package that people name. */
  pathDepth: 16,
  /** A part of a module's name: npm allows 214 for the whole package name. */
  moduleNamePartLength: 64,
  /** A subject or pattern: the control line of nats-server holds 4096 bytes with the reply. */
  subjectLength: 512,
  /** Tokens of a subject: three times what the longest subjects of large estates have. */
  subjectTokens: 32,
  /** A grammar of a policy: four times the default. */
  grammarLength: 256,
  /** A parameter's value: see WIRE, one token of a subject. */
  parameterLength: 128,
  /** A deadline: within a day, and so within what a timer of JavaScript holds (24.8 days). */
  deadlineMs: 86_400_000,
  /** Fields of one message: far above what people write, below what stalls the generator. */
  fieldsPerMessage: 2000,
  /** Elements on one line of a file: buf takes 8 s for 1900 fields on a line, on lines of their own 0.3. */
  elementsPerLine: 200,
  /** Messages, enums and fields of one proposal together. */
  elementsPerProposal: 100_000,
  /** Nesting of braces or brackets in a file: protobuf's own parsers stop at 100 levels of messages. */
  nestingDepth: 64,
  /** One HTTP request, from its first byte to its last: a slow sender holds a connection no longer. */
  requestMs: 60_000,
  /** A connection without a request: longer than the minute after which load balancers let go. */
  keepAliveMs: 72_000,
  /** A compiled image: four times the request. */
  imageBytes: 32 * 1024 * 1024,
  /** One run of buf: a 200-file build takes 0.6 s on two cores, a breaking run 2.6 s. */
  bufMs: 30_000,
  /** What buf may print before it is stopped. */
  bufOutputBytes: 4 * 1024 * 1024,
  /** Memory of one run of buf from which on it collects garbage: a usual run needs 60 MB. */
  bufMemoryBytes: 256 * 1024 * 1024,
  /** buf processes at once: one for each core of a small machine. */
  bufProcesses: 2,
  /** Compiled proposals that are kept: a push follows its check, and images take up to 32 MB. */
  buildsKept: 8,
  /** Comparisons of two images that are kept: 20 baselines of 100 modules, some kB each. */
  comparisonsKept: 2000,
  /** Linked releases that are kept: head and the baselines of a module that is worked on. */
  linkedReleasesKept: 64,
  /** Baselines of a module beside head, the newest: each costs a run of buf the first time. */
  baselinesPerModule: 50,
  /** An environment's name: it is part of the names of settings. */
  environmentLength: 32,
  /** A participant's name: NATS services and consumers have shorter ones. */
  participantLength: 128,
  /** A build: the tag of a container image has at most 128 characters. */
  buildLength: 128,
  /** What one build uses: the largest gateways call a few dozen modules. */
  usesPerDeployment: 200,
  /** What is kept of one watched environment: five hundred services with ten subjects each. */
  observedUsesPerEnvironment: 5000,
  /** Answers to one `$SRV.INFO`: ten instances of each of those services. */
  answersPerLook: 5000,
  /** One answer to `$SRV.INFO`: a service of a hundred endpoints has 40 kB. */
  serviceInfoBytes: 256 * 1024,
  /** All answers to one `$SRV.INFO`: those of a thousand instances of usual size have 3 MB. */
  lookBytes: 16 * 1024 * 1024,
  /** Endpoints and consumers that one look takes, and what it compares them with together. */
  matchesPerLook: 100_000,
  /** Streams whose consumers are listed: each costs a request in every look. */
  streamsPerLook: 1000,
  /** Consumers that one look lists. */
  consumersPerLook: 5000,
  /** One answer of JetStream's API: 256 streams with a thousand subjects each. */
  jetStreamAnswerBytes: 8 * 1024 * 1024,
  /** Subjects of one run of contract tests: those of the largest estates that are tested at once. */
  subjectsPerRun: 2000,
  /** Laws that a run tells of one subject: the catalogue has thirty. */
  lawsPerSubject: 64,
  /** Rows of evidence that are kept, the newest: a hundred subjects of a thousand builds, some 100 MB. */
  verificationsKept: 100_000,
  /** Rows of evidence that one answer is made from, the newest: one build's largest run in ten environments. */
  rowsPerQuestion: 20_000,
  /** Runs that are known when they come again: a retry comes within minutes. */
  verificationRunsKept: 10_000,
  /** Subjects that one build uses: those of the two hundred modules that one deployment may name, and some. */
  subjectsPerUsage: 500,
  /** Fields of one message that one build uses: as many as a message may have, so all of the largest one. */
  fieldsPerUsedMessage: 2000,
  /** Fields on the way to a used one: deeper than messages that people write, and where recursion ends. */
  usedFieldDepth: 16,
  /** A used field's path, in characters: sixteen names of 63 letters. */
  usedPathLength: 1024,
  /** Subjects of builds that are kept beside those that run, the newest: twenty of a thousand builds, some 40 MB. */
  usesKept: 20_000,
  /** What a consumer uses and a release lacks, in one answer: a reader stops at the first dozen. */
  lacksPerPartner: 100,
  /** How far the clock of what tests may be ahead, ms: a run from the future would stand for ever. */
  clockAheadMs: 300_000,
  /** Days that a run counts: a build of the last quarter can be rolled out again without a new one. */
  evidenceDays: 90,
  /** Rules of a policy: a large estate has exceptions for some dozen modules. */
  policyRules: 200,
  /** Ids of rules that a policy's rule names: there are fewer than a hundred rules. */
  ruleIdsPerPolicyRule: 100,
  /** Owners, or globs of modules, that a policy names: as many as large estates have teams. */
  policyOwners: 500,
  /** Grammars of one owner: three are in use at the first customer. */
  grammarsPerOwner: 8,
  /** Roots of one owner. Each is tried with each grammar. */
  rootsPerOwner: 16,
  /** Teams that answer for one module. */
  teamsPerModule: 16,
  /** A team's name. */
  teamLength: 64,
  /** The reason for a decision, in words. */
  reasonLength: 500,
  /** Findings in a report: a reader stops far earlier, and the report is stored. */
  findingsPerReport: 2000,
  /** Consumers that a finding names: a reader who must ask more of them asks for another way first. */
  usersPerFinding: 20,
  /** Uses of a module, the newest, in which consumers that run nowhere are looked for: a hundred builds. */
  usesPerComparison: 2000,
  /** Additions in a report, for the same reason. */
  additionsPerReport: 2000,
  /** Messages tried for a comparison's changed rules: forty patterns that break nobody, in ten seconds. */
  messagesPerComparison: 12_000,
  /** Messages tried for one changed rule in one direction: most that disagree are among the first ten. */
  messagesPerChangedRule: 2000,
  /** Messages tried to make one that disagrees smaller: what is left after that is small enough to read. */
  messagesToShrink: 500,
  /** Ways from bound messages to one changed rule that are searched: a type can be part of hundreds. */
  waysToChangedRule: 2,
  /** Messages handed on in a comparison for fields of another form: forty fields that harm nothing. */
  messagesHandedOn: 6000,
  /** Messages tried for a rule in CEL that is new: one that fails mostly does so for zero or nothing. */
  messagesPerNewRule: 150,
  /** Characters of a counter-example: one that breaks `max_len: 4096` is still shown whole. */
  counterExampleLength: 10_000,
  /** Fields or keys of an object in a counter-example that is too long to be shown whole. */
  counterExampleFields: 50,
  /** Proposals that wait for those that run: at 2 s each, the last one waits two minutes. */
  proposalsWaiting: 64,
  /** Reports of checks that stay readable: about a year of a busy team. */
  reportsKept: 10_000,
  /** Known patterns that an unknown subject is compared with, letter by letter. */
  patternsCompared: 500,
  /** A page of a listing. */
  pageSize: 1000,
  /** Places in a problem document: a reader mends the first ones and sends again. */
  placesPerFailure: 100,
  /** Characters of a message in a problem document: it quotes what came, which can be a file. */
  messageLength: 1000,
  /** How long requests may go on when the server stops, before their connections are cut. */
  stopMs: 5000,
  /** How long a caller of `POST /v1/publications` waits: one call to a dead npm registry. */
  publicationsWaitMs: 30_000,
  /** One answer of NATS, when an announcement is sent and when the connection is closed. */
  natsMs: 5000,
  /** One call to the npm registry. */
  npmMs: 30_000,
  /** A packument: 1 kB a version, and room for packages of thousands of versions. */
  packumentBytes: 16 * 1024 * 1024,
} as const;
