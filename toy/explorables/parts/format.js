// Numbers as the reader sees them; the full value is always in the element's data-value.

import { format } from "d3-format";

const fixed = format(".3f");
const significant = format(".2r");
const scientific = format(".2e");

const RAISED = { "-": "⁻", ...Object.fromEntries([..."⁰¹²³⁴⁵⁶⁷⁸⁹"].entries()) };

/** A whole number as an exponent. */
export const raised = (exponent) => [...String(exponent)].map((sign) => RAISED[sign]).join("");

/** A power of ten, as one writes it. */
export const powerOfTen = (exponent) => `10${raised(exponent)}`;

/** "1.23e-4" as one writes it. */
function inPowers(text) {
  const [digits, exponent] = text.split("e");
  return `${digits} · ${powerOfTen(Number(exponent))}`;
}

/** Three decimals, or two significant digits where those would not do; noise of rounding is 0. */
export function formatNumber(value) {
  const size = Math.abs(value);
  if (Number.isNaN(value)) return "–";
  if (size === Infinity) return value > 0 ? "∞" : "−∞";
  if (size < 1e-13) return "0";
  if (size < 1e-4 || size >= 1e6) return inPowers(scientific(value));
  if (size < 0.01) return significant(value);
  return size < 100 ? fixed(value) : format(",.5~r")(value);
}

const three = format(",.3~r");

/** A number within a sentence: three digits, as `say` of toy/explorables/scene.py has it. */
export const say = (value) => (value > 0 && value < 0.001 ? "<\u00a00.001" : three(value));

export const two = (value) => value.toFixed(2).replace("-", "−");

export const formatProbability = (value) => (value < 0.01 || value > 0.99 ? fixed : format(".2f"))(value);
