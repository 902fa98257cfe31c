// What toy computes, by module: Python writes it once for all tests, which have no other source of expected values.

import { execFileSync } from "node:child_process";

// The interpreter in which toy is installed: pytest says which; `npm test` uses the project's own.
const python = process.env.PYTHON ?? ".venv/bin/python";
const written = execFileSync(python, ["tests/js/vectors.py"], { encoding: "utf8", maxBuffer: 1 << 28 });

// JSON has no words for these.
const WORDS = { inf: Infinity, "-inf": -Infinity, nan: NaN };

export const vectors = JSON.parse(written, (_, value) => WORDS[value] ?? value);
