// Slices of arrays as Python writes them: `[3, :, ::2]`, `[..., 0]`, `[[0, 2], 1:]`.

const WHOLE = /^[-+]?\d+$/;
const SHOWN = 40;

const quoted = (text) => `\`${[...text].length > SHOWN ? `${[...text].slice(0, SHOWN - 1).join("")}…` : text}\``;

/** Return the parts of a text at its commas, but not at those in brackets; null if those do not match. */
export function splitAtCommas(text) {
  const parts = [""];
  let depth = 0;
  for (const letter of text) {
    if ("[(".includes(letter)) depth += 1;
    if ("])".includes(letter)) depth -= 1;
    if (depth < 0) return null;
    if (letter === "," && !depth) parts.push("");
    else parts[parts.length - 1] += letter;
  }
  if (depth) return null;
  // A comma at the end adds nothing.
  if (parts.length > 1 && !parts.at(-1).trim()) parts.pop();
  return parts.map((part) => part.trim());
}

/** Return an index, `{start, stop, step}`, a list of indices, or null if it is none of these. */
function partOf(text) {
  if (WHOLE.test(text)) return Number(text);
  if (text.startsWith("[") && text.endsWith("]")) {
    const inside = splitAtCommas(text.slice(1, -1));
    return inside?.every((each) => WHOLE.test(each)) ? inside.map(Number) : null;
  }
  const bounds = text.split(":").map((bound) => bound.trim());
  if (bounds.length < 2 || bounds.length > 3) return null;
  if (!bounds.every((bound) => !bound || WHOLE.test(bound))) return null;
  const [start, stop, step] = bounds.map((bound) => (bound ? Number(bound) : null));
  return { start, stop, step: step ?? 1 };
}

/** Return the indices that a slice has along an axis of `n`. */
function stretch({ start, stop, step }, n) {
  const [low, high] = step > 0 ? [0, n] : [-1, n - 1];
  const bound = (at, otherwise) => (at === null ? otherwise : Math.min(Math.max(at < 0 ? at + n : at, low), high));
  const last = bound(stop, step > 0 ? high : low);
  const found = [];
  for (let i = bound(start, step > 0 ? low : high); step > 0 ? i < last : i > last; i += step) found.push(i);
  return found;
}

function resolved(part, n, axis) {
  const turned = (i) => {
    if (i >= -n && i < n) return i < 0 ? i + n : i;
    throw new RangeError(`Axis ${axis} has ${n ? `indices 0 to ${n - 1}` : "no indices"}, so there is no ${i}.`);
  };
  if (typeof part === "number") return turned(part);
  if (Array.isArray(part)) return part.map(turned);
  if (part.step === 0) throw new RangeError(`The step along axis ${axis} is zero.`);
  return stretch(part, n);
}

/** Return the indices of every axis that a slice leaves as it is. */
export function wholeOf(shape) {
  return shape.map((n) => Array.from({ length: n }, (_, i) => i));
}

/**
 * Read a slice, with or without its brackets.
 *
 * Returns `{parts}`, for each axis one index or a list of them, or `{problem}`.
 */
export function sliceTyped(text, shape) {
  const inside = text.trim().replace(/^\[((?:[^[\]]|\[[^[\]]*\])*)\]$/, "$1").trim();
  if (!inside) return { parts: wholeOf(shape) };
  const none = { problem: `${quoted(text)} is no slice; one is \`[3, :, ::2]\`.` };
  const typed = splitAtCommas(inside);
  if (!typed || typed.some((each) => !each)) return none;
  const nGiven = typed.filter((each) => each !== "...").length;
  if (typed.length - nGiven > 1) return { problem: `${quoted(text)} has more than one \`...\`.` };
  if (nGiven > shape.length) {
    const axes = shape.length === 1 ? "1 axis" : `${shape.length} axes`;
    return { problem: `${quoted(text)} is for more axes than [${shape}] has: ${axes}.` };
  }
  const parts = typed.map((each) => (each === "..." ? "..." : partOf(each)));
  if (parts.includes(null)) return none;
  const fill = Array.from({ length: shape.length - nGiven }, () => ({ start: null, stop: null, step: 1 }));
  const at = parts.indexOf("...");
  parts.splice(at < 0 ? parts.length : at, at < 0 ? 0 : 1, ...fill);
  try {
    return { parts: parts.map((part, axis) => resolved(part, shape[axis], axis)) };
  } catch (error) {
    if (error instanceof RangeError) return { problem: error.message };
    throw error;
  }
}

/** Return the lengths of the axes of which a slice leaves more than an index. */
export function lengthsOf(parts) {
  return parts.filter(Array.isArray).map((part) => part.length);
}

/** Return the places, counted through an array, of the elements of a slice, in order. */
export function placesOf(parts, shape) {
  let places = [0];
  for (const [axis, part] of parts.entries()) {
    const indices = Array.isArray(part) ? part : [part];
    places = places.flatMap((place) => indices.map((i) => place * shape[axis] + i));
  }
  return places;
}
