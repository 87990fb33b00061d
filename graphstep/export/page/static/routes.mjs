// Lines of a drawing: the way from an end of a value's line back to where it starts.

export const keyOf = (x, y) => `${x},${y}`;

/** Return whether a point lies on a segment `[x0, y0, x1, y1]`. */
function isOn([x0, y0, x1, y1], x, y) {
  return x0 <= x && x <= x1 && y0 <= y && y <= y1;
}

/** Return the points of a connected set of segments, each with its neighbours. */
function network(segments, points) {
  const stops = [...points];
  for (const [x0, y0, x1, y1] of segments) stops.push([x0, y0], [x1, y1]);
  // Segments of one value meet where one of them goes across another.
  for (const a of segments) {
    for (const b of segments) {
      if (a[1] === a[3] && b[0] === b[2] && isOn(a, b[0], a[1]) && isOn(b, b[0], a[1])) {
        stops.push([b[0], a[1]]);
      }
    }
  }
  const next = new Map();
  const join = (p, q) => {
    if (!next.has(keyOf(...p))) next.set(keyOf(...p), []);
    next.get(keyOf(...p)).push(q);
  };
  for (const segment of segments) {
    const on = new Map();
    for (const [x, y] of stops) if (isOn(segment, x, y)) on.set(keyOf(x, y), [x, y]);
    const sorted = [...on.values()].sort((p, q) => p[0] - q[0] || p[1] - q[1]);
    for (let i = 1; i < sorted.length; i += 1) {
      join(sorted[i - 1], sorted[i]);
      join(sorted[i], sorted[i - 1]);
    }
  }
  return next;
}

/** Return the corners of the way from the start of a line to each of its ends. */
export function ways(start, segments, ends) {
  const next = network(segments, [start, ...ends]);
  const before = new Map([[keyOf(...start), null]]);
  const pending = [start];
  for (let i = 0; i < pending.length; i += 1) {
    for (const q of next.get(keyOf(...pending[i])) ?? []) {
      if (!before.has(keyOf(...q))) {
        before.set(keyOf(...q), pending[i]);
        pending.push(q);
      }
    }
  }
  return ends.map((end) => {
    const way = [];
    for (let p = end; p; p = before.get(keyOf(...p))) way.unshift(p);
    return straightened(way);
  });
}

/** Return a way without the points at which it goes straight on. */
export function straightened(way) {
  return way.filter((p, i) => {
    const a = way[i - 1];
    const b = way[i + 1];
    return !a || !b || !((a[0] === p[0] && p[0] === b[0]) || (a[1] === p[1] && p[1] === b[1]));
  });
}

/** Return the `d` of a path with round corners. */
export function roundPath(points, radius) {
  if (points.length < 2) return "";
  let d = `M${points[0][0]} ${points[0][1]}`;
  for (let i = 1; i < points.length - 1; i += 1) {
    const [[ax, ay], [px, py], [bx, by]] = points.slice(i - 1, i + 2);
    const before = Math.abs(px - ax) + Math.abs(py - ay);
    const after = Math.abs(bx - px) + Math.abs(by - py);
    const r = Math.min(radius, before / 2, after / 2);
    const from = [px - Math.sign(px - ax) * r, py - Math.sign(py - ay) * r];
    const to = [px + Math.sign(bx - px) * r, py + Math.sign(by - py) * r];
    d += `L${from[0]} ${from[1]}Q${px} ${py} ${to[0]} ${to[1]}`;
  }
  const last = points.at(-1);
  return `${d}L${last[0]} ${last[1]}`;
}
