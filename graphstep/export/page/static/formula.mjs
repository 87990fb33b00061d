// Formulas that are typed: read by hand, for a page may not run what it is given.
import { splitAtCommas } from "./slicing.mjs";

// With the number of arguments that each takes.
const FUNCTIONS = {
  abs: [Math.abs, 1], acos: [Math.acos, 1], arccos: [Math.acos, 1], arcsin: [Math.asin, 1],
  arctan: [Math.atan, 1], asin: [Math.asin, 1], atan: [Math.atan, 1], cos: [Math.cos, 1],
  cosh: [Math.cosh, 1], exp: [Math.exp, 1], expm1: [Math.expm1, 1], floor: [Math.floor, 1],
  ln: [Math.log, 1], log: [Math.log, 1], log1p: [Math.log1p, 1], max: [Math.max, 2],
  maximum: [Math.max, 2], min: [Math.min, 2], minimum: [Math.min, 2],
  relu: [(x) => Math.max(x, 0), 1], sigmoid: [(x) => 1 / (1 + Math.exp(-x)), 1],
  sign: [Math.sign, 1], sin: [Math.sin, 1], sinh: [Math.sinh, 1],
  softplus: [(x) => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x))), 1],
  sqrt: [Math.sqrt, 1], tan: [Math.tan, 1], tanh: [Math.tanh, 1],
};
const CONSTANTS = { pi: Math.PI, e: Math.E, inf: Infinity, infinity: Infinity, nan: NaN, true: 1, false: 0 };
const SPELLED = {
  "−": "-", "×": "*", "·": "*", "⋅": "*", "⊙": "*", "÷": "/", "^": "**", "²": "**2", "³": "**3",
  "√": "sqrt", "π": "pi", "∞": "inf",
};
const TOKEN = /\s*(\d+\.?\d*(?:e[+-]?\d+)?|\.\d+(?:e[+-]?\d+)?|\*\*|[-+*/(),]|[\p{L}_][\p{L}\p{N}_]*)/iuy;
const LONGEST = 2000;
const DEEPEST = 24;

const quotedAnswer = (text) => `\`${text.length > 40 ? `${text.slice(0, 39)}…` : text}\``;

/** Return why a text is no formula: it cannot be read, or something in it is not known. */
class Unread extends Error {}

function tokensOf(text) {
  const spelled = text.replace(/[−×·⋅⊙÷^²³√π∞]/gu, (sign) => SPELLED[sign]).trim();
  const tokens = [];
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < spelled.length) {
    const match = TOKEN.exec(spelled);
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
    const found = this.sum();
    return found && this.at === this.tokens.length ? found : null;
  }

  sum() {
    let left = this.product();
    while (left && this.isNext("+", "-")) left = joined(left, this.take(), this.product());
    return left;
  }

  product() {
    let left = this.signed();
    while (left && this.isNext("*", "/")) left = joined(left, this.take(), this.signed());
    return left;
  }

  signed() {
    if (!this.isNext("-", "+")) return this.power();
    const sign = this.take() === "-" ? -1 : 1;
    const rest = this.signed();
    return rest && ((point) => sign * rest(point));
  }

  power() {
    const base = this.atom();
    if (!base || !this.isNext("**")) return base;
    this.at += 1;
    const exponent = this.signed();
    return exponent && ((point) => base(point) ** exponent(point));
  }

  atom() {
    const token = this.take();
    if (token === undefined) return null;
    if (token === "(") {
      const inner = this.sum();
      return inner && this.take() === ")" ? inner : null;
    }
    if (/^[\d.]/.test(token)) return () => Number(token);
    if (!/^[\p{L}_]/u.test(token)) return null;
    if (this.names.includes(token)) return (point) => point[token];
    if (this.isNext("(")) return this.call(token);
    const word = token.toLowerCase();
    if (Object.hasOwn(CONSTANTS, word)) return () => CONSTANTS[word];
    this.unknown ||= Object.hasOwn(FUNCTIONS, token) ? `\`${token}\` needs its argument: \`${token}(…)\`.`
      : `${quotedAnswer(token)} is not a name that is known here.`;
    return () => NaN;
  }

  call(word) {
    const parts = [];
    do {
      this.at += 1;
      parts.push(this.sum());
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
  if (sign === "+") return (point) => left(point) + right(point);
  if (sign === "-") return (point) => left(point) - right(point);
  if (sign === "*") return (point) => left(point) * right(point);
  return (point) => left(point) / right(point);
}

/** Return a formula as a function of the variables; throws `Unread` with why it is none. */
function read(text, names) {
  if (!text) throw new Unread("Nothing was typed.");
  if (text.length > LONGEST) throw new Unread(`That is ${text.length} characters long; at most ${LONGEST} are read.`);
  const tokens = tokensOf(text);
  let depth = 0;
  for (const token of tokens ?? []) {
    depth += token === "(" ? 1 : token === ")" ? -1 : 0;
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
  return found;
}

/** Return the texts in a list, or null if a text is none: `[1, 2]`, `(1, 2)`, `1, 2`. */
function listed(text) {
  const isSquare = text.startsWith("[") && text.endsWith("]");
  const inside = isSquare || (text.startsWith("(") && text.endsWith(")")) ? text.slice(1, -1) : text;
  const parts = splitAtCommas(inside);
  if (isSquare && parts) return inside.trim() ? parts : [];
  // Round brackets alone, without a comma, are no list.
  if (parts && (parts.length > 1 || /,\s*$/.test(inside))) return parts;
  const whole = inside === text ? null : splitAtCommas(text);
  return whole && whole.length > 1 ? whole : null;
}

/** Return `{shape, values}` of a number or of nested lists of numbers. */
function readValue(text) {
  const parts = listed(text.trim());
  if (!parts) {
    if (/[[\]]/.test(text)) throw new Unread("On this page an array is written as numbers in brackets: `[1, 2]`.");
    const value = read(text.trim(), [])({});
    if (!Number.isFinite(value) && !/inf|nan|∞/i.test(text)) {
      throw new Unread(`${quotedAnswer(text.trim())} is not a number that can be held. Type \`inf\` or \`nan\` if that is meant.`);
    }
    return { shape: [], values: [value] };
  }
  const each = parts.map(readValue);
  const shapes = new Set(each.map(({ shape }) => String(shape)));
  if (shapes.size > 1) throw new Unread(`${quotedAnswer(text.trim())} has no value: its parts do not fit together.`);
  return { shape: [each.length, ...(each[0]?.shape ?? [])], values: each.flatMap(({ values }) => values) };
}

function attempted(action) {
  try {
    return action();
  } catch (error) {
    if (error instanceof Unread) return { problem: error.message };
    throw error;
  }
}

/** Return `{evaluate}`, a function of the variables, or `{problem}` if a text is no formula in them. */
export function formulaTyped(text, names) {
  return attempted(() => ({ evaluate: read(text.trim().replace(/\s+/g, " "), names) }));
}

/** Return `{shape, values}` of a number or an array, or `{problem}`. */
export function valueTyped(text) {
  return attempted(() => readValue(text.replace(/\s+/g, " ")));
}
