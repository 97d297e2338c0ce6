import type { DescField, DescMessage, DescMethod } from "@bufbuild/protobuf";
import type * as options from "../gen/charter/nats/v1/binding_pb.js";
import { limits } from "../limits.ts";
import { parsePattern } from "../subject/pattern.ts";
import type { CachePolicy, Idempotency } from "./binding.ts";

/** How replies may be cached, or null where they may not. */
export function cacheOf(declared: options.RequestBinding): CachePolicy | null {
  const { cacheTtlMs: ttlMs, invalidatedBy, cacheIgnores } = declared;
  return ttlMs === 0
    ? null
    : { ttlMs, invalidatedBy: [...invalidatedBy], ignores: [...cacheIgnores] };
}

/** Why an rpc may not say of caching what it says, or null. */
export function cacheProblem(
  method: DescMethod,
  idempotency: Idempotency,
  declared: options.RequestBinding,
): string | null {
  const { cacheTtlMs: ttlMs, invalidatedBy, cacheIgnores } = declared;
  if (ttlMs === 0) {
    if (invalidatedBy.length > 0) {
      return "invalidated_by says when cached replies are stale, but cache_ttl_ms allows none";
    }
    return cacheIgnores.length === 0
      ? null
      : "cache_ignores says which requests are equal to a cache, but cache_ttl_ms allows none";
  }
  if (method.methodKind !== "unary" || idempotency !== "no_side_effects") {
    return "cache_ttl_ms is for rpcs with one reply and `option idempotency_level = NO_SIDE_EFFECTS`: a cached call does not reach the service";
  }
  if (ttlMs > limits.deadlineMs) {
    return `cache_ttl_ms is ${ttlMs}, at most ${limits.deadlineMs} is allowed`;
  }
  for (const pattern of invalidatedBy) {
    const result = parsePattern(pattern);
    if (!result.ok) return `invalidated_by "${pattern}" is no subject pattern: ${result.reason}`;
  }
  for (const path of cacheIgnores) {
    const problem = ignoreProblem(method.input, path, [declared.subject, ...invalidatedBy]);
    if (problem !== null) return problem;
  }
  return null;
}

/** `patterns` have parameters that tell replies apart. */
function ignoreProblem(
  request: DescMessage,
  path: string,
  patterns: readonly string[],
): string | null {
  if (!isField(request, path)) {
    return `cache_ignores "${path}" is no field of ${request.typeName}, nor a path to one through single messages`;
  }
  const pattern = patterns.find((each) =>
    parametersOf(each).some((field) => field === path || field.startsWith(`${path}.`)),
  );
  return pattern === undefined
    ? null
    : `cache_ignores "${path}" holds a parameter of "${pattern}", so requests that differ in it are not equal`;
}

function isField(message: DescMessage, path: string): boolean {
  let at: DescMessage | undefined = message;
  for (const name of path.split(".")) {
    const field: DescField | undefined = at?.fields.find((each) => each.name === name);
    if (field === undefined) return false;
    at = field.fieldKind === "message" ? field.message : undefined;
  }
  return true;
}

function parametersOf(text: string): readonly string[] {
  const result = parsePattern(text);
  if (!result.ok) return [];
  return result.pattern.tokens.flatMap((token) =>
    token.kind === "parameter" ? [token.field] : [],
  );
}
