// The core is one mirror of toy, file for file and name for name; and views use all that core and parts export.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { globSync, readFileSync } from "node:fs";
import { basename } from "node:path";
import { test } from "node:test";

import { build } from "esbuild";

const HOME = "toy/explorables";
const core = globSync(`${HOME}/core/*.js`).map((path) => basename(path, ".js"));

// What toy takes from its libraries is mirrored too; these files stand for their modules.
const LIBRARIES = { numpy: "numpy", scipy_special: "scipy.special" };

const python = process.env.PYTHON ?? ".venv/bin/python";
const exportsOf = async (path) => Object.keys(await import(`../../${path}`));
const snakeCase = (name) => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

/** The functions, methods and privates too, that a module of toy.exact defines, or the names that a library has. */
function namesIn(module) {
  if (module in LIBRARIES) {
    const list = `import ${LIBRARIES[module]} as library; print(*dir(library))`;
    return execFileSync(python, ["-c", list], { encoding: "utf8" }).split(/\s+/);
  }
  const source = readFileSync(`toy/exact/${module}.py`, "utf8");
  return [...source.matchAll(/^ *def _?(\w+)\(/gm)].map(([, name]) => name);
}

/** What a file keeps of itself in a bundle of all views: the rest is dropped, since no view can reach it. */
async function keptOf(paths) {
  const views = globSync(`${HOME}/*/view.js`);
  const entry = `export { explorables } from "./${HOME}/explorables.js";`;
  const imports = views.map((path, i) => `export { default as view${i} } from "./${path}";`);
  const stdin = { contents: [entry, ...imports].join("\n"), resolveDir: process.cwd() };
  const { outputFiles } = await build({ stdin, bundle: true, format: "esm", write: false });
  const sections = outputFiles[0].text.split(/^\/\/ (?=\S+\.js$)/m);
  const found = Object.fromEntries(sections.map((section) => section.split(/\n(.*)/s).slice(0, 2)));
  return Object.fromEntries(paths.map((path) => [path, found[path] ?? ""]));
}

// esbuild numbers what would be called the same.
const isKept = (name, text) => new RegExp(`^(?:function|var) ${name}\\d*\\b`, "m").test(text);

for (const module of core) {
  test(`core/${module}.js mirrors toy by name`, async () => {
    const names = namesIn(module);
    const strange = (await exportsOf(`${HOME}/core/${module}.js`)).filter((name) => !names.includes(snakeCase(name)));
    assert.deepEqual(strange, [], `toy's ${module} has no function of this name`);
  });
}

test("views use every export of core and parts", async () => {
  const paths = globSync(`${HOME}/{core,parts}/*.js`);
  const unused = [];
  for (const [path, text] of Object.entries(await keptOf(paths))) {
    for (const name of await exportsOf(path)) if (!isKept(name, text)) unused.push(`${path}: ${name}`);
  }
  assert.deepEqual(unused, [], "only tests call this: delete it");
});
