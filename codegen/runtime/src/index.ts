// What `@charter-nats/runtime` exports. Nothing inside of the package imports this file.
// biome-ignore-start lint/performance/noBarrelFile: the entry of a published package

export { type RedisClient, redisCache } from "./cache/redis-cache.ts";
export type { RemoteCache } from "./cache/remote-cache.ts";
export {
  createReplyCache,
  type ReplyCache,
  type ReplyCacheOptions,
  type ReplyCacheStats,
} from "./cache/reply-cache.ts";
export type { BreakerOptions } from "./client/breaker.ts";
export type { CallOptions } from "./client/call.ts";
export { type Client, type ClientOptions, createClient } from "./client/client.ts";
export type { RetryOptions } from "./client/retry.ts";
export type {
  Connection,
  MessageHeaders,
  NatsMessage,
  NatsSubscription,
  PublishSettings,
  RequestSettings,
  SubscribeSettings,
} from "./connection/connection.ts";
export { type ConnectionSettings, connectionSettings } from "./connection/connection-settings.ts";
export type { FailureListener } from "./connection/failures.ts";
export { type ExtraHeaders, headerNames } from "./connection/headers.ts";
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
} from "./contract/contract.ts";
export {
  filterOf,
  type PatternParameter,
  type SubjectPattern,
  subjectOf,
} from "./contract/subject-pattern.ts";
export { CharterError, type FieldViolation } from "./errors/charter-error.ts";
export type { CharterErrorCode } from "./errors/codes.ts";
export { type ErrorReply, readErrorReply, writeErrorReply } from "./errors/error-reply.ts";
export type { EventContext } from "./events/event-message.ts";
export { type PublishOptions, publish, type ReceiptOf } from "./events/publisher.ts";
export { eventFilter, eventSubject, requestSubject } from "./events/subjects.ts";
export {
  type EventHandler,
  type EventIterable,
  type EventSubscription,
  type ParameterFilter,
  type ReceivedEvent,
  type SubscribeOptions,
  type SubscriptionStats,
  subscribe,
} from "./events/subscriber.ts";
export { type ConsumeOptions, type Consumption, consume } from "./jetstream/consume.ts";
export type {
  ConsumptionStats,
  DeliveryContext,
  DeliveryHandler,
  DeliveryOptions,
} from "./jetstream/deliveries.ts";
export type { Receipt } from "./jetstream/receipt.ts";
export {
  type Replay,
  type ReplayHandler,
  type ReplayIterable,
  type ReplayOptions,
  replay,
} from "./jetstream/replay.ts";
export type { ReplayContext, ReplayedEvent, ReplayStats } from "./jetstream/replayed-events.ts";
export { EncodedMessage, encodeMessage } from "./payload/encoded-message.ts";
export { type PayloadKeyConfig, type PayloadKeys, payloadKeys } from "./payload/payload-keys.ts";
export type { EndpointStats } from "./service/discovery.ts";
export {
  type Evidence,
  type Handlers,
  type RunningService,
  type ServeOptions,
  type StreamingLimits,
  serve,
} from "./service/service.ts";
export type { HandlerContext, UnaryHandler } from "./service/service-call.ts";
export type { StreamingHandler } from "./streaming/streaming-call.ts";
// biome-ignore-end lint/performance/noBarrelFile: see above
