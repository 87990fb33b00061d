// How elements are written: short, fixed, scientific, hexadecimal, as integers.
import { MINUS, number, powerOf, short } from "./numbers.mjs";

const DIGITS = 4;
// Whole numbers from there on are not exact.
const HUGE = 1e15;
// Digits that show an exact decimal fraction of a double long enough to see a tie.
const LONG = 100;

const NAMES = {
  short: "4 digits", fixed: "fixed point", scientific: "scientific", hex: "hexadecimal",
  integer: "rounded to integers",
};

/** Return the formats of numbers of a type. */
export function formatsOf(dtype) {
  if (dtype === "b") return ["short", "integer"];
  return "iu".includes(dtype[0]) ? ["short", "hex"] : Object.keys(NAMES);
}

/** Return what a format is called. */
export function nameOf(format, dtype) {
  if (format === "short" && dtype === "b") return "truth values";
  return format === "short" && "iu".includes(dtype[0]) ? "decimal" : NAMES[format];
}

/** Return a finite number that is not negative with so many decimals; a tie goes to the even digit. */
function fixed(x, decimals) {
  if (x >= 1e21) return decimals ? `${BigInt(x)}.${"0".repeat(decimals)}` : String(BigInt(x));
  const text = x.toFixed(decimals);
  const exact = x.toFixed(LONG);
  const end = exact.length - LONG + decimals;
  const isTie = exact[end] === "5" && /^0*$/.test(exact.slice(end + 1));
  if (!isTie) return text;
  const down = decimals ? exact.slice(0, end) : exact.slice(0, end - 1);
  return Number(down.at(-1)) % 2 ? text : down;
}

/** Return a number as Python's `float.hex` writes it. */
function hexadecimal(x) {
  if (x === 0) return "0x0.0p+0";
  const view = new DataView(new ArrayBuffer(8));
  view.setFloat64(0, x);
  const bits = view.getBigUint64(0);
  const exponent = Number((bits >> 52n) & 0x7ffn);
  const fraction = (bits & 0xfffffffffffffn).toString(16).padStart(13, "0");
  const power = exponent ? exponent - 1023 : -1022;
  return `0x${exponent ? 1 : 0}.${fraction}p${power < 0 ? "-" : "+"}${Math.abs(power)}`;
}

const REAL = {
  fixed: (x, decimals) => {
    const text = fixed(x, decimals);
    // A number that is not zero does not look like it.
    return x && !Number(text) ? powerOf(x, 2) : text;
  },
  scientific: (x) => powerOf(x, DIGITS + 1),
  hex: hexadecimal,
  integer: (x) => (x < HUGE ? fixed(x, 0) : powerOf(x, DIGITS + 1)),
};

/**
 * Return what writes elements of a type in a format.
 *
 * @param absmax The greatest size of any element, which decimals are counted from.
 */
export function writerOf(format, dtype, absmax) {
  const write = formatsOf(dtype).includes(format) && REAL[format];
  if (!write) return (value) => short(value, dtype);
  const places = absmax > 0 && Number.isFinite(absmax) ? DIGITS - Math.floor(Math.log10(absmax)) : DIGITS;
  const decimals = Math.min(Math.max(places, 0), 9);
  const isNegative = (x) => x < 0 || Object.is(x, -0);
  const real = (x) => {
    if (!Number.isFinite(x)) return number(x);
    return `${isNegative(x) ? MINUS : ""}${write(Math.abs(x), decimals).replace("-", MINUS)}`;
  };
  return (value) => {
    if (typeof value === "boolean") return String(Number(value));
    if (Array.isArray(value)) {
      return `${real(value[0])}${isNegative(value[1]) ? MINUS : "+"}${real(Math.abs(value[1]))}i`;
    }
    if ("iu".includes(dtype[0])) return `${value < 0 ? MINUS : ""}0x${BigInt(value < 0 ? -value : value).toString(16)}`;
    return real(value);
  };
}
