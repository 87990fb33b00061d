// Formulas that are typed: read by hand, for a page may not run what it is given.
import { FUNCTIONS, Misfit, elementwise, matmul, numberAlone, stacked, transpose } from "./algebra.mjs";

const CONSTANTS = { pi: Math.PI, e: Math.E, inf: Infinity, infinity: Infinity, nan: NaN, true: 1, false: 0 };
const SPELLED = {
  "−": "-", "×": "*", "·": "*", "⋅": "*", "⊙": "*", "∗": "*", "÷": "/", "^": "**", "²": "**2", "³": "**3",
  "⁻¹": "**(-1)", "√": "sqrt", "ᵀ": ".T", "π": "pi", "∞": "inf",
};
const SPELLING = /[−×·⋅⊙∗÷^²³√ᵀπ∞]|⁻¹/gu;
const spelled = (text) => text.normalize("NFC").replace(SPELLING, (sign) => SPELLED[sign]);
const TOKEN = new RegExp([
  /\d+\.?\d*(?:e[+-]?\d+)?/, /\.\d+(?:e[+-]?\d+)?/, /\.T(?![\p{L}\p{N}_])/u, /\*\*/, /[<>=!]=/, /[-+*/@<>(),[\]]/,
  /[\p{L}_][\p{L}\p{N}_]*/u,
].map(({ source }) => source).join("|").replace(/.+/, "\\s*($&)"), "iuy");
// The sign of equality is spelled so that no script seems to compare with it.
const OPERATIONS = {
  "+": (x, y) => x + y, "-": (x, y) => x - y, "*": (x, y) => x * y, "/": (x, y) => x / y, "**": (x, y) => x ** y,
  "<": (x, y) => Number(x < y), "<=": (x, y) => Number(x <= y), ">": (x, y) => Number(x > y),
  ">=": (x, y) => Number(x >= y), "=\u003d": (x, y) => Number(x === y), "!=": (x, y) => Number(x !== y),
};
const COMPARISONS = ["<", "<=", ">", ">=", "=\u003d", "!="];
const LONGEST = 2000;
const DEEPEST = 24;

const quotedAnswer = (text) => `\`${text.length > 40 ? `${text.slice(0, 39)}…` : text}\``;

/** Return why a text is no formula: it cannot be read, or something in it is not known. */
class Unread extends Error {}

/** Return tokens, in which `_0_` stands for the first of the names, or null; longer names are looked for first. */
function tokensOf(text, names) {
  let line = spelled(text).trim();
  for (const name of [...names].sort((one, other) => other.length - one.length)) {
    const literally = spelled(name).replace(/[\\^$.*+?()[\]{}|]/g, "\\$&");
    const alone = new RegExp(`(?<![\\p{L}\\p{N}_])${literally}(?![\\p{L}\\p{N}_])`, "gu");
    line = line.replace(alone, `_${names.indexOf(name)}_`);
  }
  const tokens = [];
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < line.length) {
    const match = TOKEN.exec(line);
    if (!match) return null;
    tokens.push(match[1]);
  }
  return tokens;
}

/** Reads one formula; parts are functions of the variables, or null where it is none. */
class Reader {
  constructor(tokens, names) {
    this.tokens = tokens;
    this.names = names;
    this.at = 0;
    // What is spelled well but not known; said if all the rest is well.
    this.unknown = "";
  }

  isNext(...wanted) {
    return wanted.includes(this.tokens[this.at]);
  }

  take() {
    this.at += 1;
    return this.tokens[this.at - 1];
  }

  whole() {
    const found = this.list(undefined);
    return found && this.at === this.tokens.length ? found : null;
  }

  /** Read up to a closing sign; with a comma in it, it is an array. */
  list(end) {
    const parts = [];
    let hasComma = false;
    while (!this.isNext(end)) {
      parts.push(this.comparison());
      if (!parts.at(-1)) return null;
      if (!this.isNext(",")) break;
      this.at += 1;
      hasComma = true;
    }
    if (!this.isNext(end)) return null;
    const isArray = end === "]" || hasComma || (end && !parts.length);
    if (!isArray) return parts[0] ?? null;
    return (point) => stacked(parts.map((part) => part(point)));
  }

  comparison() {
    const left = this.sum();
    return left && this.isNext(...COMPARISONS) ? joined(left, this.take(), this.sum()) : left;
  }

  sum() {
    let left = this.product();
    while (left && this.isNext("+", "-")) left = joined(left, this.take(), this.product());
    return left;
  }

  product() {
    let left = this.signed();
    while (left && this.isNext("*", "/", "@")) left = joined(left, this.take(), this.signed());
    return left;
  }

  signed() {
    if (!this.isNext("-", "+")) return this.power();
    const sign = this.take() === "-" ? -1 : 1;
    const rest = this.signed();
    return rest && ((point) => elementwise((x) => sign * x, rest(point)));
  }

  power() {
    const base = this.turned();
    return base && this.isNext("**") ? joined(base, this.take(), this.signed()) : base;
  }

  turned() {
    let found = this.atom();
    while (found && this.isNext(".T")) {
      const inner = found;
      this.at += 1;
      found = (point) => transpose(inner(point));
    }
    return found;
  }

  atom() {
    const token = this.take();
    if (token === undefined) return null;
    if (token === "(" || token === "[") {
      const end = token === "(" ? ")" : "]";
      const inner = this.list(end);
      return inner && this.take() === end ? inner : null;
    }
    if (/^\.?\d/.test(token)) return () => numberAlone(Number(token));
    if (!/^[\p{L}_]/u.test(token)) return null;
    const name = /^_(\d+)_$/.exec(token)?.[1];
    if (name in this.names) return (point) => numberAlone(point[this.names[name]]);
    if (this.isNext("(")) return this.call(token);
    const word = token.toLowerCase();
    if (Object.hasOwn(CONSTANTS, word)) return () => numberAlone(CONSTANTS[word]);
    this.unknown ||= Object.hasOwn(FUNCTIONS, token) ? `\`${token}\` needs its argument: \`${token}(…)\`.`
      : `${quotedAnswer(token)} is not a name that is known here.`;
    return () => numberAlone(NaN);
  }

  call(word) {
    const parts = [];
    do {
      this.at += 1;
      if (this.isNext(")")) break;
      parts.push(this.comparison());
    } while (this.isNext(","));
    if (this.take() !== ")" || parts.includes(null)) return null;
    const [evaluate, n] = Object.hasOwn(FUNCTIONS, word) ? FUNCTIONS[word] : [null, 0];
    if (!evaluate) {
      this.unknown ||= `${quotedAnswer(word)} is not a function that is known here: ${Object.keys(FUNCTIONS).join(", ")}.`;
    } else if (parts.length !== n) this.unknown ||= `\`${word}\` takes ${n} argument${n === 1 ? "" : "s"}.`;
    return (point) => evaluate(...parts.map((part) => part(point)));
  }
}

function joined(left, sign, right) {
  if (!right) return null;
  if (sign === "@") return (point) => matmul(left(point), right(point));
  return (point) => elementwise(OPERATIONS[sign], left(point), right(point));
}

/** Return a formula as a function of the variables; throws `Unread` with why it is none. */
function read(text, names) {
  if (!text) throw new Unread("Nothing was typed.");
  if (text.length > LONGEST) throw new Unread(`That is ${text.length} characters long; at most ${LONGEST} are read.`);
  const tokens = tokensOf(text, names);
  let depth = 0;
  for (const letter of text) {
    depth += "([{".includes(letter) ? 1 : ")]}".includes(letter) ? -1 : 0;
    if (depth > DEEPEST) throw new Unread("That has too many brackets inside each other.");
  }
  const reader = new Reader(tokens ?? [], names);
  const found = tokens && reader.whole();
  if (!found) {
    const cure = /\d\s*[A-Za-z_(]/.test(text) ? "Write products with `*`: `2*x`."
      : "Write numbers and formulas as `1/3`, `-2e-3`, `sin(0.5)`.";
    throw new Unread(`${quotedAnswer(text)} cannot be read. ${cure}`);
  }
  if (reader.unknown) throw new Unread(reader.unknown);
  return (point) => valueOf(found, point, text);
}

function valueOf(formula, point, text) {
  try {
    return formula(point);
  } catch (error) {
    if (!(error instanceof Misfit)) throw error;
    throw new Unread(error.message || `${quotedAnswer(text)} has no value: its parts do not fit together.`);
  }
}

function readValue(text) {
  const found = read(text, [])({});
  if (!found.values.every(Number.isFinite) && !/inf|nan|∞/i.test(text)) {
    throw new Unread(`${quotedAnswer(text)} is not a number that can be held. Type \`inf\` or \`nan\` if that is meant.`);
  }
  return found;
}

function attempted(action) {
  try {
    return action();
  } catch (error) {
    if (error instanceof Unread) return { problem: error.message };
    throw error;
  }
}

const oneLine = (text) => text.trim().replace(/\s+/g, " ");

/** Return the values of a formula in the variables at some points, `{values}`, or `{problem}`. */
export function formulaTyped(text, names, points) {
  return attempted(() => {
    const evaluate = read(oneLine(text), names);
    return { values: points.map(evaluate) };
  });
}

/** Return `{shape, values}` of a number or an array, or `{problem}`. */
export function valueTyped(text) {
  return attempted(() => readValue(oneLine(text)));
}
