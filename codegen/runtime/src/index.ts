// What `@charter-nats/runtime` exports. Nothing inside of the package imports this file.
// biome-ignore-start lint/performance/noBarrelFile: the entry of a published package
export { CharterError, type FieldViolation } from "./charter-error.ts";
export { type CallOptions, type Client, createClient } from "./client.ts";
export type { CharterErrorCode } from "./codes.ts";
export type {
  Connection,
  MessageHeaders,
  NatsMessage,
  NatsSubscription,
  PublishSettings,
  RequestSettings,
  SubscribeSettings,
} from "./connection.ts";
export {
  defineEvent,
  defineService,
  type EventContract,
  type EventDefinition,
  type Idempotency,
  type MethodContract,
  type MethodDefinition,
  type ModuleRelease,
  type RequestContract,
  type ServiceContract,
  type StreamingContract,
  type StreamPolicy,
  schemaStamp,
} from "./contract.ts";
export type { EndpointStats } from "./discovery.ts";
export { type ErrorReply, readErrorReply, writeErrorReply } from "./error-reply.ts";
export type { FailureListener } from "./failures.ts";
export { type ExtraHeaders, headerNames } from "./headers.ts";
export { type PublishOptions, publish } from "./publisher.ts";
export {
  type Evidence,
  type Handlers,
  type RunningService,
  type ServeOptions,
  type StreamingHandler,
  serve,
} from "./service.ts";
export type { HandlerContext, UnaryHandler } from "./service-call.ts";
export {
  filterOf,
  type PatternParameter,
  type SubjectPattern,
  subjectOf,
} from "./subject-pattern.ts";
export {
  type EventContext,
  type EventHandler,
  type EventIterable,
  type EventSubscription,
  type ParameterFilter,
  type ReceivedEvent,
  type SubscribeOptions,
  type SubscriptionStats,
  subscribe,
} from "./subscriber.ts";
// biome-ignore-end lint/performance/noBarrelFile: see above
