/** What an HTTP endpoint answered. */
export type HttpReply =
  | {
      readonly kind: "answered";
      readonly status: number;
      readonly contentType: string;
      readonly body: Uint8Array;
    }
  /** Nothing that could be compared: refused, too late, too large, or a redirect. */
  | { readonly kind: "unanswered"; readonly reason: string };

export interface HttpCall {
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
  readonly timeoutMs: number;
}

/** A reply that is larger fits in no NATS message of usual size either. */
const largestReply = 4 * 1024 * 1024;

/** Sends one request. Never rejects, follows no redirect, and reads a bounded reply in bounded time. */
export async function callHttp(call: HttpCall): Promise<HttpReply> {
  const { method, url, headers, body, timeoutMs } = call;
  const ended = new AbortController();
  const timer = setTimeout(() => ended.abort(), timeoutMs);
  try {
    const response = await fetch(url, {
      method,
      headers,
      body: new Uint8Array(body),
      redirect: "manual",
      signal: ended.signal,
    });
    const read = await readBody(response);
    if (read === null) return unanswered(`a reply of more than ${largestReply} bytes`);
    if (response.status >= 300 && response.status < 400) {
      return unanswered(`a redirect (${response.status}), which is not followed`);
    }
    const contentType = response.headers.get("content-type") ?? "";
    return { kind: "answered", status: response.status, contentType, body: read };
  } catch (error) {
    return unanswered(
      ended.signal.aborted
        ? `no reply within ${timeoutMs} ms`
        : `no connection: ${reasonOf(error)}`,
    );
  } finally {
    clearTimeout(timer);
    ended.abort();
  }
}

function unanswered(reason: string): HttpReply {
  return { kind: "unanswered", reason };
}

/** The body, or null when it is too large. */
async function readBody(response: Response): Promise<Uint8Array | null> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response.body ?? []) {
    size += chunk.length;
    if (size > largestReply) return null;
    chunks.push(chunk);
  }
  return new Uint8Array(Buffer.concat(chunks));
}

/** `fetch failed` alone says nothing: the cause has the code. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { cause } = error;
  return cause instanceof Error ? cause.message || String(cause) : error.message;
}
