import { Type } from "typebox";
import { RuleListSchema, RuleSchema } from "../../api/schemas/rule.ts";
import { RegistryFailure } from "../../core/failure.ts";
import { rules } from "../../core/gate/rules.ts";
import type { Routes } from "./routes.ts";

/** The rules that the gate knows. */
export const ruleRoutes: Routes = async (app) => {
  app.get(
    "/v1/rules",
    { schema: { summary: "Every rule", response: { 200: RuleListSchema } } },
    () => ({ rules: [...rules.values()] }),
  );

  app.get(
    "/v1/rules/:id",
    {
      schema: {
        summary: "One rule",
        params: Type.Object({ id: Type.String({ maxLength: 100 }) }),
        response: { 200: RuleSchema },
      },
    },
    (request) => {
      const rule = rules.get(request.params.id.toUpperCase());
      if (rule !== undefined) return rule;
      throw new RegistryFailure(
        "NOT_FOUND",
        `There is no rule "${request.params.id}". GET /v1/rules lists them.`,
      );
    },
  );
};
