import { styleText } from "node:util";

export type Look = "bold" | "dim" | "red" | "green" | "yellow" | "cyan";

/** Gives a text a look, where looks are wanted. */
export type Style = (look: Look, text: string) => string;

export const plain: Style = (_, text) => text;

const colored: Style = (look, text) => styleText(look, text, { validateStream: false });

/** Colors on a terminal, unless NO_COLOR forbids them (no-color.org); FORCE_COLOR asks for them anywhere. */
export function styleFor(stream: { isTTY?: boolean }, env: NodeJS.ProcessEnv): Style {
  if (isSet(env.NO_COLOR)) return plain;
  return stream.isTTY === true || isSet(env.FORCE_COLOR) ? colored : plain;
}

function isSet(value: string | undefined): boolean {
  return value !== undefined && value !== "";
}

/**
 * A text without the control characters that could steer a terminal. Sources, subjects and messages
 * come from other people's files; only line breaks, tabs and the looks of `style` are let through.
 */
export function safeForTerminal(text: string, style: Style): string {
  const looks = style === plain ? "" : `(?!\\u001b\\[[0-9;]{1,8}m)`;
  return text.replace(
    new RegExp(`${looks}[\\u0000-\\u0008\\u000b-\\u001f\\u007f-\\u009f]`, "g"),
    "�",
  );
}
