// Numbers and arrays as NumPy computes with them: `{shape, values}`, the last axis fastest.

const MOST_ELEMENTS = 10_000;

/** Says that parts of a formula do not fit together; with a message, what else is wrong. */
export class Misfit extends Error {}

const isMatrix = ({ shape }) => shape.length === 2;

function held(shape, at) {
  const n = shape.reduce((size, length) => size * length, 1);
  if (n > MOST_ELEMENTS) throw new Misfit(`That is an array of ${n} elements: too large.`);
  return { shape, values: Array.from({ length: n }, (_, i) => at(i)) };
}

export const numberAlone = (x) => ({ shape: [], values: [x] });

/** Return which element of an array of shape `own` stands at element `i` of one that it is stretched to. */
function stretchedFrom(i, shape, own) {
  let [place, stride, left] = [0, 1, i];
  for (let axis = shape.length - 1; axis >= 0; axis -= 1) {
    if (own[axis] > 1) place += (left % shape[axis]) * stride;
    stride *= own[axis];
    left = Math.floor(left / shape[axis]);
  }
  return place;
}

/** Return a function of numbers taken element by element; axes of length 1 stretch. */
export function elementwise(evaluate, ...arrays) {
  const nAxes = Math.max(...arrays.map(({ shape }) => shape.length));
  const shapes = arrays.map(({ shape }) => [...Array(nAxes - shape.length).fill(1), ...shape]);
  const shape = Array.from({ length: nAxes }, (_, axis) => {
    const lengths = new Set(shapes.map((each) => each[axis]).filter((length) => length !== 1));
    if (lengths.size > 1) throw new Misfit();
    return lengths.size ? [...lengths][0] : 1;
  });
  return held(shape, (i) => evaluate(...arrays.map(({ values }, k) => values[stretchedFrom(i, shape, shapes[k])])));
}

/** Return arrays of one shape as one with an axis more. */
export function stacked(parts) {
  if (new Set(parts.map(({ shape }) => String(shape))).size > 1) throw new Misfit();
  const values = parts.flatMap((part) => part.values);
  return held([parts.length, ...(parts[0]?.shape ?? [])], (i) => values[i]);
}

/** Return a matrix product; a vector is a row before the sign and a column behind it. */
export function matmul(a, b) {
  const n = isMatrix(b) ? b.shape[1] : 1;
  const k = a.shape.at(-1);
  const areKnown = [a, b].every(({ shape }) => shape.length === 1 || shape.length === 2);
  if (!areKnown || k !== b.shape[0]) throw new Misfit();
  return held([...a.shape.slice(0, -1), ...b.shape.slice(1)], (i) => {
    const [row, column] = [Math.floor(i / n), i % n];
    let sum = 0;
    for (let j = 0; j < k; j += 1) sum += a.values[row * k + j] * b.values[j * n + column];
    return sum;
  });
}

const times = (a, b) => elementwise((x, y) => x * y, a, b);
const dot = (a, b) => (a.shape.length && b.shape.length ? matmul(a, b) : times(a, b));

export function transpose({ shape, values }) {
  const strides = shape.map((_, axis) => shape.slice(axis + 1).reduce((size, length) => size * length, 1));
  return held([...shape].reverse(), (i) => {
    let [place, left] = [0, i];
    for (const [axis, length] of shape.entries()) {
      place += (left % length) * strides[axis];
      left = Math.floor(left / length);
    }
    return values[place];
  });
}

function outer(a, b) {
  const [m, n] = [a.values.length, b.values.length];
  return held([m, n], (i) => a.values[Math.floor(i / n)] * b.values[i % n]);
}

function diagonal(a) {
  if (!isMatrix(a)) throw new Misfit();
  const [m, n] = a.shape;
  return held([Math.min(m, n)], (i) => a.values[i * n + i]);
}

function diag(a) {
  if (a.shape.length !== 1) return diagonal(a);
  const [n] = a.shape;
  return held([n, n], (i) => (i % (n + 1) ? 0 : a.values[i % n]));
}

const total = ({ values }) => values.reduce((sum, value) => sum + value, 0);

/** Return the determinant of a matrix, and what it was made the identity with makes of `columns`. */
function eliminated({ shape, values }, columns) {
  const n = shape[0];
  if (shape.length !== 2 || n !== shape[1]) throw new Misfit();
  const rows = columns.map((column, i) => [...values.slice(i * n, (i + 1) * n), ...column]);
  let det = 1;
  for (let j = 0; j < n; j += 1) {
    let best = j;
    for (let i = j + 1; i < n; i += 1) if (Math.abs(rows[i][j]) > Math.abs(rows[best][j])) best = i;
    const pivot = rows[best][j];
    if (!pivot) return { det: 0, rest: null };
    det *= best === j ? pivot : -pivot;
    [rows[j], rows[best]] = [rows[best], rows[j]];
    rows[j] = rows[j].map((x) => x / pivot);
    for (let i = 0; i < n; i += 1) {
      const factor = rows[i][j];
      if (i !== j) rows[i] = rows[i].map((x, column) => x - factor * rows[j][column]);
    }
  }
  return { det, rest: rows.map((row) => row.slice(n)) };
}

function solve(a, b) {
  const n = a.shape[0];
  if (b.shape[0] !== n || b.shape.length > 2) throw new Misfit();
  const width = b.values.length / n;
  const columns = Array.from({ length: n }, (_, i) => b.values.slice(i * width, (i + 1) * width));
  const { rest } = eliminated(a, columns);
  if (!rest) throw new Misfit();
  const values = rest.flat();
  return held(b.shape, (i) => values[i]);
}

const identity = (n) => Array.from({ length: n ?? 0 }, (_, i) => Array.from({ length: n }, (__, j) => Number(i === j)));
const inv = (a) => solve(a, stacked(identity(a.shape[0]).map((row) => stacked(row.map(numberAlone)))));
const det = (a) => numberAlone(eliminated(a, identity(a.shape[0]).map(() => [])).det);

const each = (evaluate, n = 1) => [(...arrays) => elementwise(evaluate, ...arrays), n];

// With the number of arguments that each takes.
export const FUNCTIONS = {
  abs: each(Math.abs), acos: each(Math.acos), arccos: each(Math.acos), arcsin: each(Math.asin),
  arctan: each(Math.atan), asin: each(Math.asin), atan: each(Math.atan), conj: each((x) => x),
  cos: each(Math.cos), cosh: each(Math.cosh), det: [det, 1], diag: [diag, 1], dot: [dot, 2],
  exp: each(Math.exp), expm1: each(Math.expm1), floor: each(Math.floor), inv: [inv, 1], ln: each(Math.log),
  log: each(Math.log), log1p: each(Math.log1p), max: each(Math.max, 2), maximum: each(Math.max, 2),
  mean: [(a) => numberAlone(total(a) / a.values.length), 1], min: each(Math.min, 2), minimum: each(Math.min, 2),
  outer: [outer, 2], relu: each((x) => Math.max(x, 0)), sigmoid: each((x) => 1 / (1 + Math.exp(-x))),
  sign: each(Math.sign), sin: each(Math.sin), sinh: each(Math.sinh),
  softplus: each((x) => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)))), solve: [solve, 2],
  sqrt: each(Math.sqrt), sum: [(a) => numberAlone(total(a)), 1], tan: each(Math.tan), tanh: each(Math.tanh),
  trace: [(a) => numberAlone(total(diagonal(a))), 1], transpose: [transpose, 1],
  where: each((condition, yes, no) => (condition ? yes : no), 3),
};
