// Whether an answer is right: true, false, or null where it cannot be read.
import { formulaOf } from "./formula.mjs";

const NUMBER = /[-−+]?(?:\d+\.?\d*(?:e[-−+]?\d+)?|\.\d+|nan|inf(?:inity)?)/giu;
const ULPS = 1e-6;

function numberOf(text) {
  const plain = text.toLowerCase().replaceAll("−", "-");
  if (plain.includes("nan")) return NaN;
  if (plain.includes("inf")) return plain.startsWith("-") ? -Infinity : Infinity;
  return Number(plain);
}

function isClose(value, right, tolerance, scale) {
  if (Number.isNaN(right)) return Number.isNaN(value);
  if (!Number.isFinite(right)) return value === right;
  return Math.abs(value - right) <= tolerance * Math.abs(right) + ULPS * scale;
}

function isValue(answer, typed) {
  const wanted = answer.values.map((value) => (typeof value === "string" ? numberOf(value) : value));
  if (typed.replace(NUMBER, "").replace(/[[\](),;\s]/g, "")) {
    // A calculation, such as 2*3.
    const formula = answer.values.length === 1 ? formulaOf(typed, []) : null;
    return formula ? isClose(formula({}), wanted[0], answer.tolerance, 0) : null;
  }
  const found = (typed.match(NUMBER) ?? []).map(numberOf);
  if (!found.length) return null;
  const scale = Math.max(...wanted.map(Math.abs).filter(Number.isFinite), 0);
  return found.length === wanted.length
    && found.every((value, i) => isClose(value, wanted[i], answer.tolerance, scale));
}

function isShape(answer, typed) {
  const match = /^([a-z]+\d*)?\s*[[(]([\d\s,]*)[\])]$/.exec(typed.toLowerCase().replace("float", "f"));
  if (!match) return null;
  if (answer.dtype && !match[1]) return null;
  const shape = match[2].match(/\d+/g) ?? [];
  return String(shape.map(Number)) === String(answer.shape)
    && (!answer.dtype || answer.dtype === match[1]);
}

function isFormula(answer, typed) {
  if (!answer.points.length) return null;
  const formula = formulaOf(typed, Object.keys(answer.points[0][0]));
  if (!formula) return null;
  return answer.points.every(([point, value]) =>
    Math.abs(formula(point) - value) <= 1e-7 * Math.max(1, Math.abs(value)));
}

/** Return whether an answer is right, or null if it is none. */
export function isRight(answer, typed) {
  const text = typed.trim();
  if (!text) return null;
  if (answer.kind === "value") return isValue(answer, text);
  if (answer.kind === "shape") return isShape(answer, text);
  if (answer.kind === "choice") return Number(text) === answer.right;
  if (answer.kind === "name") return answer.right.includes(text.replaceAll("`", ""));
  return isFormula(answer, text);
}
