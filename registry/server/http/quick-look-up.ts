import type { IncomingMessage, ServerResponse } from "node:http";
import { resolutionJson, type SubjectIndex } from "../jobs/subject-index.ts";

const path = "/v1/resolve?subject=";
/** Characters of subjects that mean themselves in a query string: no `+`, no `%`, no `&`. */
const plain = /^[A-Za-z0-9_=~@:.-]+$/;

/**
 * Answers the look-up of a subject that something governs, as the route `GET /v1/resolve` would:
 * this is the one request that others wait for on their way. Whatever else
 * it is asked stays with the routes, so they alone know problems, conditions, and other spellings.
 *
 * @returns whether it answered
 */
export function quickLookUp(
  index: SubjectIndex,
  request: IncomingMessage,
  response: ServerResponse,
): boolean {
  const { url = "", method, headers } = request;
  if (method !== "GET" || !url.startsWith(path)) return false;
  if (headers["if-none-match"] !== undefined || headers["content-length"] !== undefined)
    return false;
  if (headers["transfer-encoding"] !== undefined) return false;
  const subject = url.slice(path.length);
  if (!plain.test(subject)) return false;
  const entry = index.find(subject);
  if (entry === null) return false;
  const text = resolutionJson(subject, entry);
  response.writeHead(200, [
    "etag",
    entry.etag,
    "content-type",
    "application/json; charset=utf-8",
    "content-length",
    `${Buffer.byteLength(text)}`,
  ]);
  response.end(text);
  return true;
}
