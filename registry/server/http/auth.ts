import { createHash, timingSafeEqual } from "node:crypto";
import type { FastifyRequest } from "fastify";
import { RegistryFailure } from "../../core/failure.ts";

/**
 * A hook that lets a request pass when it carries the write token.
 *
 * @param tokenHash SHA-256 of the token; null when the registry asks for none
 */
export function requireWriteToken(tokenHash: Buffer | null) {
  return async (request: FastifyRequest): Promise<void> => {
    if (tokenHash === null) return;
    const given = /^Bearer (.+)$/.exec(request.headers.authorization ?? "")?.[1] ?? "";
    // Digests have one length, so the comparison takes the same time whatever is given.
    if (timingSafeEqual(createHash("sha256").update(given).digest(), tokenHash)) return;
    throw new RegistryFailure(
      "UNAUTHENTICATED",
      "Writing to this registry asks for its token. Send it as `Authorization: Bearer …`, or set CHARTER_TOKEN for the CLI.",
    );
  };
}
