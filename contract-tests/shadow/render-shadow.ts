import { painter, plainText, type Render } from "../reports/text/render-style.ts";
import type { ShadowResult } from "./shadow-report.ts";

const words = {
  pass: ["pass", "green"],
  fail: ["FAIL", "red"],
  inconclusive: ["open", "yellow"],
  skipped: ["skipped", "dim"],
} as const;

/** How HTTP endpoints and the services that replace them agree, as text. */
export function renderShadows(
  results: readonly ShadowResult[],
  { color }: Pick<Render, "color">,
): string {
  const paint = painter(color);
  return results
    .flatMap((result) => {
      const { verdict, subject, http, reason, failure, unanswered } = result;
      const [word, look] = words[verdict];
      const lines = [`  ${paint(word, look)}  H1  ${plainText(`${subject}  ${http}`)}`];
      if (result.compared > 0) lines.push(`        equal      ${plainText(rateOf(result))}`);
      if (unanswered.count > 0) {
        lines.push(
          `        unanswered ${unanswered.count}, such as ${plainText(unanswered.reason ?? "")}`,
        );
      }
      if (reason !== null) lines.push(`        not known  ${plainText(reason)}`);
      if (failure !== null) {
        const { path, http: old, nats, message } = failure;
        lines.push(`        differs    ${plainText(`${path}: ${old} by HTTP, ${nats} by NATS`)}`);
        if (message !== null)
          lines.push(`        message    ${plainText(JSON.stringify(message))}`);
      }
      return lines;
    })
    .join("\n");
}

function rateOf({ equal, compared, bounds, minMatch }: ShadowResult): string {
  const { lower, upper } = bounds;
  return `${equal} of ${compared}, ${percent(equal / compared)} (between ${percent(lower)} and ${percent(upper)} with 95 % confidence; ${percent(minMatch)} are needed)`;
}

/** Cut off, not rounded: a lower bound must not look higher than it is. */
function percent(rate: number): string {
  return `${(Math.floor(rate * 10_000 + 1e-6) / 100).toFixed(2)} %`;
}
