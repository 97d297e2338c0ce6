import {
  ChatRole,
  FinishReason,
  type InferenceInput,
  type StreamEndSchema,
} from "@bodybroker/ai/v1";
import type { MessageInitShape } from "@bufbuild/protobuf";

/** What a model wrote. Joined, the tokens are the text. */
export interface Output {
  readonly tokens: readonly string[];
  readonly finishReason: FinishReason;
  readonly usage: NonNullable<MessageInitShape<typeof StreamEndSchema>["usage"]>;
}

const vocabulary =
  "the old road winds past a mill where nobody lives and every lantern burns until dawn".split(" ");
/** Tokens that are written where nothing ends the output before. */
const shortest = 40;
const tokensPerWord = 8;
const longest = 2048;

/**
 * Writes by a rule instead of a model: equal inputs have equal outputs, longer ones have longer ones,
 * and `max_tokens` and stop words end it as they end a model's.
 */
export function write(modelId: string, input: InferenceInput): Output {
  const text = textOf(input);
  const words = text.split(/\s+/).length;
  const natural = Math.min(longest, shortest + tokensPerWord * words);
  const room = input.parameters?.maxTokens ?? longest;
  const all = tokensFor(`${modelId} ${text}`, Math.min(natural, room));
  const tokens = upToStopWord(all, input.parameters?.stop?.words ?? []);
  const isCut = tokens.length === all.length && room < natural;
  return {
    tokens,
    finishReason: isCut ? FinishReason.LENGTH : FinishReason.STOP,
    usage: { promptTokens: words, completionTokens: tokens.length },
  };
}

function textOf({ content }: InferenceInput): string {
  if (content.case === "prompt") return content.value;
  const turns = content.value?.messages ?? [];
  return turns.map(({ role, content: said }) => `${ChatRole[role]}: ${said}`).join("\n");
}

/** A linear congruential generator (Numerical Recipes), begun with the text. */
function tokensFor(text: string, count: number): string[] {
  let state = 0;
  for (const character of text) state = next(state ^ (character.codePointAt(0) ?? 0));
  return Array.from({ length: count }, (_, index) => {
    state = next(state);
    const word = vocabulary[(state >>> 16) % vocabulary.length] ?? "";
    return index === 0 ? word : ` ${word}`;
  });
}

function next(state: number): number {
  return (Math.imul(state, 1664525) + 1013904223) >>> 0;
}

/** The tokens before the first stop word. The first token stays, because no turn is empty. */
function upToStopWord(tokens: readonly string[], words: readonly string[]): readonly string[] {
  const text = tokens.join("");
  const [first = ""] = tokens;
  const places = words.map((word) => text.indexOf(word, first.length)).filter((at) => at >= 0);
  if (places.length === 0) return tokens;
  const end = Math.min(...places);
  const kept: string[] = [];
  for (let at = 0, i = 0; at < end; i++) {
    const token = tokens[i] ?? "";
    kept.push(token.slice(0, end - at));
    at += token.length;
  }
  return kept;
}
