import { bindingsFileSchema } from "../../core/bindings-file/parse-bindings-file.ts";
import { bodyOf } from "./openapi.ts";
import type { Routes } from "./routes.ts";

const text = JSON.stringify(bindingsFileSchema, null, 2);

/** JSON Schemas of the files that people write, for their editors. */
export const schemaRoutes: Routes = async (app) => {
  app.get(
    "/v1/schemas/bindings.json",
    {
      schema: {
        summary: "The JSON Schema of a bindings.yaml",
        response: { 200: bodyOf("A JSON Schema, draft 7.", "application/schema+json") },
      },
    },
    (_request, reply) => {
      // Editors of any origin may ask.
      reply.header("access-control-allow-origin", "*");
      reply.header("content-type", "application/schema+json");
      return reply.send(text);
    },
  );
};
