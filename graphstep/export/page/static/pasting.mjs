// A slice as text to paste: a NumPy array, or nested Python lists.
import { element } from "./arrays.mjs";
import { full } from "./numbers.mjs";
import { lengthsOf, placesOf } from "./slicing.mjs";

// More would be a nuisance in anybody's clipboard.
export const MOST_COPIED = 10_000;
const DTYPES = {
  b: "bool_", c4: "complex64", c8: "complex128", f4: "float32", f8: "float64",
  i1: "int8", i2: "int16", i4: "int32", i8: "int64",
  u1: "uint8", u2: "uint16", u4: "uint32", u8: "uint64",
};

function scalar(value, dtype, special) {
  if (Array.isArray(value)) {
    const [real, imaginary] = value.map((part) => scalar(part, dtype === "c4" ? "f4" : "f8", special));
    return `complex(${real}, ${imaginary})`;
  }
  if (Number.isNaN(value)) return special("nan");
  if (value === Infinity) return special("inf");
  if (value === -Infinity) return `-${special("inf")}`;
  return typeof value === "boolean" ? (value ? "True" : "False") : full(value, dtype).replaceAll("−", "-");
}

/** Return a slice as a Python expression, or null if it is too much. */
export function copied(array, parts, isNumpy) {
  const places = placesOf(parts, array.shape);
  if (places.length > MOST_COPIED) return null;
  const special = (word) => (isNumpy ? `np.${word}` : `float('${word}')`);
  const texts = places.map((place) => scalar(element(array, place), array.dtype, special));
  const lengths = lengthsOf(parts);
  const nested = (axis, at) => {
    if (axis === lengths.length) return texts[at];
    const each = lengths.slice(axis + 1).reduce((n, length) => n * length, 1);
    const inside = Array.from({ length: lengths[axis] }, (_, i) => nested(axis + 1, at + i * each));
    return `[${inside.join(", ")}]`;
  };
  const text = nested(0, 0);
  return isNumpy ? `np.array(${text}, dtype=np.${DTYPES[array.dtype]})` : text;
}
