/** Every setting that is wrong, together, so that a start needs mending once. */
export class ConfigError extends Error {
  override readonly name = "ConfigError";
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super(`The registry cannot start:\n${problems.map((each) => `  - ${each}`).join("\n")}`);
    this.problems = problems;
  }
}
