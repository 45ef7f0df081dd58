import js from "@eslint/js";
import tseslint from "typescript-eslint";

const NOTHING_STAYS = "Nothing of a chat may stay in the browser: keep it in memory.";
const NO_RAW_HTML = "Text is set as text; raw HTML breaks Trusted Types and invites injection.";

const FOR_STAFF_ALONE = "What staff write to each other is no part of a visitor's page.";
const TO_VISITORS = "What staff write to each other knows no way to a visitor.";

const banned = (names, message) => names.map((name) => ({ name, message }));

export default tseslint.config(
  { ignores: ["**/dist/", "node_modules/", ".venv*/", "build/", "run/"] },
  js.configs.recommended,
  {
    files: ["**/*.ts", "**/*.tsx"],
    extends: [tseslint.configs.strictTypeChecked, tseslint.configs.stylisticTypeChecked],
    languageOptions: { parserOptions: { projectService: true } },
    rules: {
      "@typescript-eslint/restrict-template-expressions": ["error", { allowNumber: true }],
      "@typescript-eslint/no-confusing-void-expression": ["error", { ignoreArrowShorthand: true }],
      "@typescript-eslint/consistent-type-imports": "error",
      "@typescript-eslint/switch-exhaustiveness-check": ["error", { considerDefaultExhaustiveForUnions: true }],
      "no-console": "error",
      "no-eval": "error",
      "no-restricted-globals": [
        "error",
        ...banned(["localStorage", "sessionStorage", "indexedDB", "caches", "cookieStore"], NOTHING_STAYS),
        ...banned(["Notification", "alert", "confirm", "prompt"], "The page makes no noise and opens no window."),
      ],
      "no-restricted-properties": [
        "error",
        ...["localStorage", "sessionStorage", "indexedDB", "caches", "cookie", "pushState"].map((property) => ({
          property,
          message: NOTHING_STAYS,
        })),
        ...["innerHTML", "outerHTML", "insertAdjacentHTML", "dangerouslySetInnerHTML"].map((property) => ({
          property,
          message: NO_RAW_HTML,
        })),
        { property: "vibrate", message: "The page makes no noise." },
      ],
      "no-restricted-syntax": [
        "error",
        { selector: "JSXAttribute[name.name='dangerouslySetInnerHTML']", message: NO_RAW_HTML },
        { selector: "JSXAttribute[name.name='style']", message: "Inline style is refused by the page's policy." },
      ],
      eqeqeq: "error",
    },
  },
  {
    files: ["services/gateway/web/**", "shared/web/**"],
    rules: { "no-restricted-imports": ["error", { patterns: [{ group: ["**/dispatcher/**"], message: FOR_STAFF_ALONE }] }] },
  },
  {
    files: ["services/dispatcher/web/src/staff/**"],
    rules: {
      "no-restricted-imports": [
        "error",
        {
          patterns: [
            {
              group: ["**/desk/**", "**/parts/**", "**/report/**", "**/sheets/**", "**/gateway/**"],
              message: TO_VISITORS,
            },
            {
              group: ["@shared/sealed-link", "@shared/socket", "@shared/outbox", "@shared/conversation"],
              message: TO_VISITORS,
            },
          ],
        },
      ],
    },
  },
  {
    files: ["**/*.js", "**/*.mjs"],
    languageOptions: { globals: { console: "readonly", process: "readonly", URL: "readonly", Buffer: "readonly" } },
  },
);
