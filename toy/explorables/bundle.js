// Bundles every explorable into one module and one style sheet. A folder beside this file with a `view.js` is one;
// its `style.css`, if it has one, comes after those of the parts.

import { globSync } from "node:fs";
import { build } from "esbuild";

const here = import.meta.dirname;
const found = (pattern) => globSync(pattern, { cwd: here }).sort().map((path) => `./${path.replaceAll("\\", "/")}`);

const views = found("*/view.js").map((path) => path.split("/")[1]);
const entry = [
  'import { explorables } from "./explorables.js";',
  ...[...found("parts/*.css"), ...found("*/style.css")].map((path) => `import "${path}";`),
  ...views.map((name) => `import ${name} from "./${name}/view.js";`),
  `export default explorables({ ${views.join(", ")} });`,
];

await build({
  stdin: { contents: entry.join("\n"), resolveDir: here },
  outfile: `${here}/bundles/explorables.js`,
  bundle: true,
  minify: true,
  format: "esm",
  logLevel: "info",
});
