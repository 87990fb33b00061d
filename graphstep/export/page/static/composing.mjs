// Put the drawings of regions together, one in another, and make room for those inside.
//
// Here a drawing is turned so that lines go down its second axis: rows are along, columns
// across, in whichever direction the page shows it.
import { keyOf } from "./routes.mjs";

/**
 * Return where each of `n` columns (or rows) moves to when some must be farther apart.
 *
 * @param needs Triples `[from, to, least]`: `to` is to be so far from `from` at least.
 */
export function spread(n, needs) {
  const by = new Map();
  for (const [from, to, least] of needs) {
    if (!by.has(to)) by.set(to, []);
    by.get(to).push([from, least]);
  }
  const found = [0];
  for (let i = 1; i <= n; i += 1) {
    let place = found[i - 1] + 1;
    for (const [from, least] of by.get(i) ?? []) place = Math.max(place, found[from] + least);
    found.push(place);
  }
  return found;
}

/**
 * Return a row for each line that changes its column, and the number of rows.
 *
 * @param lines Pairs `[upper, lower]` of columns. No two run down one column together,
 *   unless lines change places in a circle.
 */
export function tracks(lines) {
  const rows = lines.map(() => -1);
  let left = lines.map((_, i) => i).filter((i) => lines[i][0] !== lines[i][1]);
  let row = 0;
  while (left.length) {
    const isFree = (i) => left.every((j) => j === i || lines[j][0] !== lines[i][1]);
    const next = left.find(isFree) ?? left[0];
    rows[next] = row;
    row += 1;
    left = left.filter((i) => i !== next);
  }
  return { rows, count: row };
}

const turn = ([x, y]) => [y, x];
const turnBox = ([x, y, width, height]) => [y, x, height, width];
const turnSegment = ([a, b, c, d]) => [b, a, d, c];

/** Return a piece with its plan filled in, turned to run down if it runs to the right. */
export function unfolded(piece, plan, names, isTurned) {
  const point = isTurned ? turn : (p) => p;
  const box = isTurned ? turnBox : (b) => b;
  const segment = isTurned ? turnSegment : (s) => s;
  const ports = (list) => new Map(list.map(([node, out, at]) => [keyOf(node, out), at]));
  return {
    size: plan.size,
    title: plan.title,
    boxes: piece.boxes.map((item, i) => ({
      item: item < 0 ? names[-1 - item] : item, place: box(plan.boxes[i]),
    })),
    frames: plan.frames.map(point),
    trunks: piece.values.map(([node, out], net) => {
      const [start, ...ends] = plan.ends[net];
      return {
        node, out, start: point(start), segments: plan.segments[net].map(segment),
        ends: ends.map((end, i) => ({
          at: point(end), isArrow: end[2] === 1, users: piece.users[net][i],
        })),
      };
    }),
    stubs: plan.stubs.map(([net, end, x, y, width], i) => {
      const [node, out] = piece.values[net];
      const users = end ? piece.users[net][end - 1] : piece.users[net].flat();
      return {
        node, out, users, at: point([x, y]), extent: isTurned ? [1, width] : [width, 1],
        // A line from a text leads to what uses a value, one to a text to its users.
        side: end ? "from" : "to", label: piece.labels[i],
      };
    }),
    entries: ports(piece.entries),
    exits: ports(piece.exits),
  };
}

/** Return which lines meet the upper and the lower side of each box. */
function portsOf({ boxes, trunks }) {
  const found = boxes.map(() => ({ into: [], from: [] }));
  const upper = new Map();
  const lower = new Map();
  for (const [i, { place: [x, y, width, height] }] of boxes.entries()) {
    for (let column = x; column < x + width; column += 1) {
      upper.set(keyOf(column, y), i);
      lower.set(keyOf(column, y + height - 1), i);
    }
  }
  for (const trunk of trunks) {
    const source = lower.get(keyOf(...trunk.start));
    if (source !== undefined) found[source].from.push(trunk);
    for (const end of trunk.ends) {
      const target = upper.get(keyOf(...end.at));
      if (target !== undefined) found[target].into.push({ trunk, end });
    }
  }
  return found;
}

/** Return how the lines at a box go on to the ports of the drawing that takes its place. */
function joints(ports, inner) {
  const into = ports.into.map(({ trunk }) => inner.entries.get(keyOf(trunk.node, trunk.out)));
  const from = ports.from.map((trunk) => inner.exits.get(keyOf(trunk.node, trunk.out)));
  return { into, from, above: into.length + 1, below: from.length + 1 };
}

/**
 * Return a drawing in which other drawings take the place of some of its boxes.
 *
 * Columns and rows move apart to make room; boxes keep their size, and lines follow.
 *
 * @param inners Drawings by the number of the box whose place they take.
 */
export function stretched(outer, inners) {
  const ports = portsOf(outer);
  const across = [];
  const along = [];
  const joined = new Map();
  for (const [i, inner] of inners) {
    const [x, y, width, height] = outer.boxes[i].place;
    const joint = joints(ports[i], inner);
    joined.set(i, joint);
    const extra = inner.size[0] + 2 - width;
    // Half of it on either side, so that what is above and below stays in the middle.
    if (extra > 0) across.push([x, x + 1, 1 + Math.ceil(extra / 2)], [x, x + width - 1, inner.size[0] + 1]);
    along.push([y, y + height - 1, joint.above + inner.size[1] - 1 + joint.below]);
  }
  const X = spread(outer.size[0], across);
  const Y = spread(outer.size[1], along);
  const trunks = outer.trunks.map((trunk) => ({
    ...trunk,
    start: [X[trunk.start[0]], Y[trunk.start[1]]],
    segments: trunk.segments.map(([a, b, c, d]) => [X[a], Y[b], X[c], Y[d]]),
    ends: trunk.ends.map((end) => ({ ...end, at: [X[end.at[0]], Y[end.at[1]]] })),
  }));
  const moved = new Map(outer.trunks.map((trunk, i) => [trunk, trunks[i]]));
  const movedEnd = ({ trunk, end }) => moved.get(trunk).ends[trunk.ends.indexOf(end)];
  const boxes = [];
  const placed = [];
  for (const [i, box] of outer.boxes.entries()) {
    const inner = inners.get(i);
    if (inner) placed.push(insert(inner, box.place, { X, Y }, ports[i], joined.get(i), moved, movedEnd));
    else boxes.push({ item: box.item, place: keptBox(box.place, { X, Y }, ports[i], moved) });
  }
  return {
    size: [X[outer.size[0]], Y[outer.size[1]]],
    title: outer.title && [X[outer.title[0]] ?? outer.title[0], outer.title[1]],
    boxes, trunks, placed,
    stubs: outer.stubs.map((stub) => movedStub(stub, X, Y)),
    entries: new Map([...outer.entries].map(([key, x]) => [key, X[x]])),
    exits: new Map([...outer.exits].map(([key, x]) => [key, X[x]])),
  };
}

/** Return a text in its new place: beside the end of its line. */
function movedStub(stub, X, Y) {
  const { at: [x, y], extent: [wide, tall], side } = stub;
  const half = wide >> 1;
  const left = (X[x + half] ?? X.at(-1)) - half;
  return { ...stub, at: [left, side === "from" ? Y[y] : Y[y + tall - 1] - tall + 1] };
}

/** Return the new place of a box that stays: as large as before unless its ports part. */
function keptBox([x, y, width, height], { X, Y }, { into, from }, moved) {
  const columns = [...into.map(({ end }) => end.at[0]), ...from.map((t) => t.start[0])].map((c) => X[c]);
  const low = Math.min(...columns) - 1;
  const high = Math.max(...columns) + 1;
  const wide = Math.max(width, columns.length ? high - low + 1 : 0);
  const middle = columns.length ? (low + high) >> 1 : (X[x] + X[x + width - 1]) >> 1;
  const most = X[x + width - 1] - wide + 1;
  const left = Math.max(X[x], Math.min(middle - (wide >> 1), most));
  const bottom = Y[y] + height - 1;
  for (const trunk of from) leaveFrom(moved.get(trunk), bottom);
  return [left, Y[y], wide, height];
}

/** Let a line begin higher up, at the lower side of a box. */
function leaveFrom(trunk, row) {
  const [x, y] = trunk.start;
  if (row === y) return;
  trunk.segments.push([x, row, x, y]);
  trunk.start = [x, row];
}

/** Put a drawing in the place of a box, and lead the lines there to its ports. */
function insert(inner, [x, y, width, height], { X, Y }, ports, joint, moved, movedEnd) {
  const right = X[x + width - 1];
  const left = X[x] + ((right - X[x] + 1 - inner.size[0]) >> 1);
  const top = Y[y] + joint.above;
  const bottom = top + inner.size[1] - 1;
  const ends = ports.into.map(movedEnd);
  const incoming = ends.map((end, i) => [end.at[0], joint.into[i] === undefined ? end.at[0] : left + joint.into[i]]);
  const above = tracks(incoming);
  for (const [i, end] of ends.entries()) {
    const trunk = moved.get(ports.into[i].trunk);
    lead(trunk, incoming[i], [Y[y], Y[y] + 1 + above.rows[i], top]);
    end.at = [incoming[i][1], top];
    end.isArrow = joint.into[i] === undefined && end.isArrow;
  }
  const starts = ports.from.map((trunk) => moved.get(trunk));
  const outgoing = starts.map((trunk, i) =>
    [joint.from[i] === undefined ? trunk.start[0] : left + joint.from[i], trunk.start[0]]);
  const below = tracks(outgoing);
  for (const [i, trunk] of starts.entries()) {
    lead(trunk, outgoing[i], [bottom, bottom + 1 + below.rows[i], Y[y + height - 1]]);
    trunk.start = [outgoing[i][0], bottom];
  }
  return { inner, at: [left, top] };
}

/** Add the runs of a line that goes down, across in a row of its own, and down again. */
function lead(trunk, [upper, lower], [first, row, last]) {
  if (upper === lower) {
    trunk.segments.push([upper, first, upper, last]);
    return;
  }
  trunk.segments.push(
    [upper, first, upper, row],
    [Math.min(upper, lower), row, Math.max(upper, lower), row],
    [lower, row, lower, last],
  );
}
