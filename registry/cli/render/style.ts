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

/** What could steer a terminal, or turn the direction of its text around. */
const steering = "[\\u0000-\\u0008\\u000b-\\u001f\\u007f-\\u009f\\u202a-\\u202e\\u2066-\\u2069]";
const unstyled = new RegExp(steering, "g");
const styled = new RegExp(`(?!\\u001b\\[[0-9;]{1,8}m)${steering}`, "g");

/**
 * A text that is safe to print. Sources, subjects and messages come from other people's files; of
 * their control characters only line breaks and tabs are let through, and the looks of `style`.
 */
export function safeForTerminal(text: string, style: Style): string {
  return text.replace(style === plain ? unstyled : styled, "\ufffd");
}
