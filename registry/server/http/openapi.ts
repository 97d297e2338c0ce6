import type { SwaggerTransform } from "@fastify/swagger";
import { ProblemSchema } from "../../api/schemas/problem.ts";

/** The problem document, described once. */
export const SharedProblem = { $id: "Problem", ...ProblemSchema };

/** Describes what every route answers beside its own responses: a problem document. */
export const withProblem: SwaggerTransform = ({ schema, url }) => ({
  url,
  schema: {
    ...schema,
    response: {
      ...(schema?.response as object | undefined),
      default: {
        description: "A problem document (RFC 9457).",
        content: { "application/problem+json": { schema: { $ref: `${SharedProblem.$id}#` } } },
      },
    },
  },
});

/** The description of a response whose body is no JSON. */
export function bodyOf(description: string, ...mediaTypes: readonly string[]) {
  const text = { type: "string" };
  return {
    description,
    content: Object.fromEntries(mediaTypes.map((type) => [type, { schema: text }])),
  };
}
