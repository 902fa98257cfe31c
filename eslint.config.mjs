// JavaScript's lint: what does not exist, is not used, or cannot be meant. The layout is nobody's business here.
import js from "@eslint/js";
import globals from "globals";

export default [
  { ignores: ["_build/", ".venv/", "toy/explorables/bundles/"] },
  js.configs.recommended,
  { languageOptions: { globals: globals.browser } },
  { files: ["tests/js/**", "**/bundle.js", "**/*.mjs"], languageOptions: { globals: globals.node } },
  { files: ["book/assets/*.js"], languageOptions: { sourceType: "script" } },
];
