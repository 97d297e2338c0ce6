import type { FastifyRequest } from "fastify";
import { Type } from "typebox";

/** The body of a 304. */
export const NothingSchema = Type.Unsafe<"">(Type.Null({ description: "The ETag still holds." }));

/** Whether the asker holds what an ETag names: RFC 9110, 13.1.2. */
export function holds(request: FastifyRequest, etag: string): boolean {
  const given = request.headers["if-none-match"];
  if (given === undefined || given === etag) return given !== undefined;
  return given.split(",").some((each) => {
    const one = each.trim();
    return one === "*" || one.replace(/^W\//, "") === etag;
  });
}
