// Recorded arrays: their elements, statistics and short texts.
import { real, short } from "./numbers.mjs";

const TYPES = {
  b: Uint8Array, c4: Float32Array, c8: Float64Array, f4: Float32Array, f8: Float64Array,
  i1: Int8Array, i2: Int16Array, i4: Int32Array, i8: BigInt64Array,
  u1: Uint8Array, u2: Uint16Array, u4: Uint32Array, u8: BigUint64Array,
};
// Fields of statistics, in the order in which they are written.
const FIELDS = [
  "size", "negInf", "negative", "zero", "positive", "posInf", "nan",
  "min", "max", "mean", "absmax", "l2",
];

/** Return the number of elements of a shape. */
export function sizeOf(shape) {
  return shape.reduce((product, n) => product * n, 1);
}

/** Return element `i` of an array: a number, a bigint, a boolean or a complex pair. */
export function element(array, i) {
  if (array.dtype === "b") return array.data[i] === 1;
  if (array.dtype[0] === "c") return [array.data[2 * i], array.data[2 * i + 1]];
  return array.data[i];
}

/** Return the size of an element as a number; that of a complex one is its magnitude. */
export function magnitude(array, i) {
  const value = element(array, i);
  return Array.isArray(value) ? Math.hypot(...value) : Number(value);
}

/** Return the product of two arrays of one shape and type, element by element. */
export function productOf(one, other) {
  const data = one.data.slice();
  const isComplex = one.dtype[0] === "c";
  for (let i = 0; i < data.length; i += isComplex ? 2 : 1) {
    const [a, b, c, d] = [one.data[i], one.data[i + 1], other.data[i], other.data[i + 1]];
    data[i] = isComplex ? a * c - b * d : a * c;
    if (isComplex) data[i + 1] = a * d + b * c;
  }
  return { ...one, data };
}

/** Return statistics of an array, with the fields of the recording's own. */
export function statsOf(array) {
  const found = {
    size: array.size, negInf: 0, negative: 0, zero: 0, positive: 0, posInf: 0, nan: 0,
    min: NaN, max: NaN, mean: NaN, absmax: 0, l2: 0,
  };
  let finite = 0;
  let total = 0;
  for (let i = 0; i < array.size; i += 1) {
    const x = magnitude(array, i);
    if (Number.isNaN(x)) found.nan += 1;
    else if (x === Infinity) found.posInf += 1;
    else if (x === -Infinity) found.negInf += 1;
    else {
      found[x < 0 ? "negative" : x > 0 ? "positive" : "zero"] += 1;
      found.min = finite ? Math.min(found.min, x) : x;
      found.max = finite ? Math.max(found.max, x) : x;
      found.absmax = Math.max(found.absmax, Math.abs(x));
      finite += 1;
      total += x;
    }
  }
  if (!finite) return found;
  found.mean = total / finite;
  if (found.absmax > 0) {
    let squares = 0;
    for (let i = 0; i < array.size; i += 1) {
      const x = magnitude(array, i) / found.absmax;
      if (Number.isFinite(x)) squares += x * x;
    }
    found.l2 = Math.sqrt(squares) * found.absmax;
  }
  return found;
}

/** Return the letter of what is wrong: `N` for NaN, `I` for an infinity. */
export function flagOf(stats) {
  if (stats.nan) return "N";
  return stats.negInf || stats.posInf ? "I" : "";
}

/** The values of a recording, by what they are, node, output and row. */
export class Values {
  constructor(values, blob) {
    this.values = values;
    this.blob = blob;
    this.known = new Map();
  }

  /** Return whether such values were recorded: `primal`, `cotangent` or `tangent`. */
  has(of) {
    return of in this.values;
  }

  entry(of, node, out) {
    return this.values[of]?.[node]?.[out];
  }

  /** Return why there is no value in a row, or an empty text. */
  absence(of, node, out, row) {
    const entry = this.entry(of, node, out);
    if (!entry) return "It was not recorded.";
    if (entry.why) return entry.why;
    if (row < 0) return "Its loop took no turn.";
    return entry.missing?.[row] ?? "";
  }

  /** Return `{dtype, shape, size, data}`, or null where the page has no elements. */
  array(of, node, out, row) {
    const entry = this.entry(of, node, out);
    if (!entry || entry.at === undefined || this.absence(of, node, out, row)) return null;
    return this.stored(entry, row);
  }

  stored(entry, row) {
    const size = sizeOf(entry.shape);
    const Type = TYPES[entry.dtype];
    const each = size * (entry.dtype[0] === "c" ? 2 : 1);
    const start = entry.at + row * each * Type.BYTES_PER_ELEMENT;
    const data = new Type(this.blob, start, each);
    return { dtype: entry.dtype, shape: entry.shape, size, data };
  }

  /** Return what one use sends back, of those that the page has in full, or null. */
  contribution(use, row) {
    const entry = this.values.contribution?.[use];
    return entry && row >= 0 ? this.stored(entry, row) : null;
  }

  /** Return statistics of a value in a row, or null where it is absent. */
  stats(of, node, out, row) {
    const key = `${of} ${node} ${out} ${row}`;
    let found = this.known.get(key);
    if (found === undefined) {
      found = this.measured(of, node, out, row);
      this.known.set(key, found);
    }
    return found;
  }

  measured(of, node, out, row) {
    if (this.absence(of, node, out, row)) return null;
    const kept = this.entry(of, node, out).stats?.[row];
    if (kept) {
      const pairs = FIELDS.map((field, i) => [field, kept[i] ?? NaN]);
      return Object.fromEntries(pairs);
    }
    const array = this.array(of, node, out, row);
    return array && statsOf(array);
  }

  /** Return a value in a few characters, as the terminal's boxes have it. */
  short(of, node, out, row) {
    const stats = this.stats(of, node, out, row);
    if (!stats) return { text: "", flag: "" };
    const flag = flagOf(stats);
    const array = this.array(of, node, out, row);
    if (!stats.size) return { text: "empty", flag };
    if (stats.size === 1) {
      return { text: array ? short(element(array, 0), array.dtype) : real(stats.mean), flag };
    }
    const type = array ? array.dtype[0] : "f";
    if (type === "b") return { text: `${stats.positive} of ${stats.size}`, flag };
    if (type === "i" || type === "u") {
      return { text: `${short(stats.min, type)} … ${short(stats.max, type)}`, flag };
    }
    return { text: `‖·‖ ${real(stats.l2, 3)}`, flag };
  }
}
