// Mathematics: MathML where it can be read, else the same line as text.
import { el } from "./elements.mjs";

const MATHML = "http://www.w3.org/1998/Math/MathML";

/** Return a formula as an element; what it holds was escaped where it was written. */
export function formula([text, mathml]) {
  const source = `<math xmlns="${MATHML}">${mathml}<\/math>`;
  const parsed = new DOMParser().parseFromString(source, "application/xml");
  if (parsed.querySelector("parsererror")) return el("span", { class: "formula" }, text);
  const math = document.importNode(parsed.documentElement, true);
  math.setAttribute("aria-label", text);
  return math;
}

/** Return the lines of a local rule. */
export function ruleLines(rule) {
  if (!rule) return [];
  return [
    (rule.vjp ?? []).map((line) => el("p", { class: "formula" }, formula(line))),
    (rule.where ?? []).map((line) => el("p", { class: "formula dim" }, "where ", formula(line))),
    el("p", { class: "dim" }, rule.reason ?? ""),
  ];
}
