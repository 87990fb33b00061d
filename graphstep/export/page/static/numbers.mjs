// Numbers as short text: a minus sign, four digits, as the terminal writes them.

export const MINUS = "\u2212";
// Digits that show an exact decimal fraction of a double long enough to see a tie.
const EXACT = 60;

/** Return `digits` significant digits of a positive finite number, and its exponent. */
function rounded(x, digits) {
  const [mantissa, exponent] = x.toExponential(digits - 1).split("e");
  const exact = x.toExponential(EXACT).split("e")[0].replace(".", "");
  const rest = exact.slice(digits);
  const isTie = rest[0] === "5" && /^0*$/.test(rest.slice(1));
  const kept = exact.slice(0, digits);
  // JavaScript rounds a tie up, Python and C to the even digit.
  if (isTie && Number(kept[digits - 1]) % 2 === 0) {
    return [kept, Number(x.toExponential(EXACT).split("e")[1])];
  }
  return [mantissa.replace(".", ""), Number(exponent)];
}

/** Return a positive number, or zero, as a power of ten with so many digits: `1.500e-07`. */
export function powerOf(x, digits) {
  const [figures, exponent] = x === 0 ? ["0".repeat(digits), 0] : rounded(x, digits);
  const power = String(Math.abs(exponent)).padStart(2, "0");
  return `${figures[0]}.${figures.slice(1)}e${exponent < 0 ? "-" : "+"}${power}`;
}

/** Return a number as `%.4g` would, with a true minus sign. */
export function real(x, digits = 4) {
  if (Number.isNaN(x)) return "NaN";
  if (!Number.isFinite(x)) return x > 0 ? "Inf" : `${MINUS}Inf`;
  const sign = x < 0 || Object.is(x, -0) ? MINUS : "";
  if (x === 0) return `${sign}0`;
  const [figures, exponent] = rounded(Math.abs(x), digits);
  const trimmed = (text) => (text.includes(".") ? text.replace(/\.?0+$/, "") : text);
  if (exponent < -4 || exponent >= digits) {
    const head = trimmed(digits > 1 ? `${figures[0]}.${figures.slice(1)}` : figures);
    const power = String(Math.abs(exponent)).padStart(2, "0");
    return `${sign}${head}e${exponent < 0 ? MINUS : "+"}${power}`;
  }
  if (exponent < 0) {
    return `${sign}${trimmed(`0.${"0".repeat(-exponent - 1)}${figures}`)}`;
  }
  const whole = figures.slice(0, exponent + 1);
  const part = figures.slice(exponent + 1);
  return `${sign}${trimmed(part ? `${whole}.${part}` : whole)}`;
}

/** Return an element: a number, a truth value, a whole number, or `[real, imaginary]`. */
export function number(value, digits = 4) {
  if (value === null || value === undefined) return "NaN";
  if (typeof value === "boolean") return value ? "True" : "False";
  if (typeof value === "bigint") return String(value).replace("-", MINUS);
  if (Array.isArray(value)) {
    const sign = value[1] < 0 || Object.is(value[1], -0) ? MINUS : "+";
    const imaginary = real(Math.abs(value[1]), digits);
    return `${real(value[0], digits)}${Number.isNaN(value[1]) ? "+" : sign}${imaginary}i`;
  }
  return real(value, digits);
}

/** Return an element of a type in short; whole numbers have all their digits. */
export function short(value, type) {
  return "iu".includes(type[0]) ? String(value).replace("-", MINUS) : number(value);
}

/** Return an element in full: as few digits as tell it from every other one. */
export function full(value, type) {
  if (typeof value !== "number" || !Number.isFinite(value)) return number(value, 9);
  if (Object.is(value, -0)) return `${MINUS}0.0`;
  let text = String(value);
  if (type === "f4") {
    for (let digits = 1; digits <= 9; digits += 1) {
      text = String(Number(value.toPrecision(digits)));
      if (Math.fround(Number(text)) === value) break;
    }
  }
  return text.replaceAll("-", MINUS);
}

/** Return a count with a space between thousands. */
export function count(n) {
  return String(n).replace(/\B(?=(\d{3})+$)/g, "\u202f");
}
