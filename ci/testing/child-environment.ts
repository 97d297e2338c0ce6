/**
 * What a program that a test starts gets of this process's environment: where programs are, and where
 * Node keeps what it compiled. Nothing else, so that no setting of a developer reaches a test.
 */
export const childEnvironment = {
  PATH: process.env.PATH,
  NODE_COMPILE_CACHE: process.env.NODE_COMPILE_CACHE,
};
