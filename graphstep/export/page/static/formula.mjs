// Formulas that are typed: read by hand, for a page may not run what it is given.

const FUNCTIONS = {
  sin: Math.sin, cos: Math.cos, tan: Math.tan, exp: Math.exp, log: Math.log, ln: Math.log,
  sqrt: Math.sqrt, tanh: Math.tanh, sinh: Math.sinh, cosh: Math.cosh, abs: Math.abs,
  sigmoid: (x) => 1 / (1 + Math.exp(-x)),
};
const CONSTANTS = { pi: Math.PI, e: Math.E };
const SPELLED = { "−": "-", "×": "*", "·": "*", "⊙": "*", "÷": "/", "^": "**", "²": "**2", "³": "**3", "π": "pi" };
const TOKEN = /\s*(\d+\.?\d*(?:e[+-]?\d+)?|\.\d+|\*\*|[-+*/()]|[\p{L}_][\p{L}\p{N}_]*)/uy;

function tokensOf(text) {
  const spelled = text.replace(/[−×·⊙÷^²³π]/gu, (sign) => SPELLED[sign]).trim();
  const tokens = [];
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < spelled.length) {
    const match = TOKEN.exec(spelled);
    if (!match) return null;
    tokens.push(match[1]);
  }
  return tokens;
}

/** Return a function of the variables, or null if the text is no formula in them. */
export function formulaOf(text, names) {
  const tokens = tokensOf(text);
  if (!tokens || !tokens.length || tokens.length > 400) return null;
  let at = 0;
  const isNext = (...wanted) => wanted.includes(tokens[at]);

  function sum() {
    let left = product();
    while (left && isNext("+", "-")) left = joined(left, tokens[at++], product());
    return left;
  }
  function product() {
    let left = signed();
    while (left && isNext("*", "/")) left = joined(left, tokens[at++], signed());
    return left;
  }
  function signed() {
    if (isNext("-", "+")) {
      const sign = tokens[at++] === "-" ? -1 : 1;
      const rest = signed();
      return rest && ((point) => sign * rest(point));
    }
    return power();
  }
  function power() {
    const base = atom();
    if (!base || !isNext("**")) return base;
    at += 1;
    const exponent = signed();
    return exponent && ((point) => base(point) ** exponent(point));
  }
  function atom() {
    const token = tokens[at++];
    if (token === undefined) return null;
    if (token === "(") return closed();
    if (/^[\d.]/.test(token)) return () => Number(token);
    if (names.includes(token)) return (point) => point[token];
    if (Object.hasOwn(FUNCTIONS, token) && isNext("(")) {
      at += 1;
      const inner = closed();
      return inner && ((point) => FUNCTIONS[token](inner(point)));
    }
    return Object.hasOwn(CONSTANTS, token) ? () => CONSTANTS[token] : null;
  }
  function closed() {
    const inner = sum();
    return inner && tokens[at++] === ")" ? inner : null;
  }
  function joined(left, sign, right) {
    if (!right) return null;
    if (sign === "+") return (point) => left(point) + right(point);
    if (sign === "-") return (point) => left(point) - right(point);
    if (sign === "*") return (point) => left(point) * right(point);
    return (point) => left(point) / right(point);
  }

  const whole = sum();
  return whole && at === tokens.length ? whole : null;
}
