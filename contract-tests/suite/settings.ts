/** What a suite takes from the environment where its options are silent. */
export interface SuiteEnvironment {
  readonly registry: string | undefined;
  readonly token: string | undefined;
  readonly natsServer: string;
  readonly all: NodeJS.ProcessEnv;
}

export function suiteEnvironment(env: NodeJS.ProcessEnv = process.env): SuiteEnvironment {
  return {
    registry: env.CHARTER_URL,
    token: env.CHARTER_TOKEN,
    natsServer: env.NATS_SERVER || "nats-server",
    all: env,
  };
}
