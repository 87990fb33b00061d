// What is open in the drawing, and the drawing itself, of pieces that the page carries.
import { stretched, unfolded } from "./composing.mjs";

/** The drawings of all regions and groups, in both directions. */
export class Views {
  constructor(names, drawn, parents) {
    this.names = names;
    this.known = new Set(names);
    this.drawn = drawn;
    this.parents = parents;
    this.piecesOf = {};
    for (const [direction, { pieces }] of Object.entries(drawn)) {
      const found = new Map(["", ...names].map((name) => [name, []]));
      for (const [i, { of }] of pieces.entries()) found.get(names[of] ?? "").push(i);
      this.piecesOf[direction] = found;
    }
  }

  /** Return whether something opens at all. */
  has(item) {
    return this.known.has(item);
  }

  /** Return an item and all that is around it. */
  around(item) {
    const found = [];
    for (let at = item; at; at = this.parents.get(at)) found.push(at);
    return found;
  }

  /** Return whether `item` is in something, or is it. */
  isInside(item, outer) {
    return this.around(item).includes(outer);
  }

  /** Return what is open after an item was opened, with all around it, or closed. */
  toggled(open, item, isOpen) {
    if (isOpen) return new Set([...open, ...this.around(item)]);
    return new Set([...open].filter((each) => !this.isInside(each, item)));
  }

  /** Return what is open after all inside of an item (or everything) is open or closed. */
  toggledAll(open, item, isOpen) {
    const inside = this.names.filter((name) => !item || this.isInside(name, item));
    if (isOpen) return new Set([...open, ...inside]);
    const closed = new Set(inside);
    return new Set([...open].filter((each) => !closed.has(each)));
  }

  /** Return the drawing in which these are open: boxes, frames and lines in cells. */
  drawing(open, direction) {
    const isTurned = direction === "right";
    const { plans, pieces } = this.drawn[direction];
    const seen = ["", ...this.names.filter((name) => this.around(name).every((each) => open.has(each)))];
    const inside = new Map(seen.map((name) => [name, []]));
    for (const name of seen.slice(1)) inside.get(this.parents.get(name) ?? "").push(name);
    const chosen = this.chosen(seen, inside, direction);
    const built = new Map();
    // Inner ones come after those around them.
    for (const name of [...seen].reverse()) {
      const exact = chosen.get(name);
      const piece = pieces[exact ?? this.piecesOf[direction].get(name)[0]];
      const found = { ...unfolded(piece, plans[piece.plan], this.names, isTurned), name };
      if (exact === undefined) {
        const numbers = new Map(found.boxes.map(({ item }, i) => [item, i]));
        const inners = inside.get(name).map((each) => [numbers.get(each), built.get(each)]);
        Object.assign(found, stretched(found, new Map(inners)));
      } else {
        const names = piece.inner.map((number) => this.names[pieces[number].of]);
        found.placed = names.map((each, i) => ({ inner: built.get(each), at: found.frames[i] }));
      }
      built.set(name, found);
    }
    return flat(built.get(""), isTurned);
  }

  /** Return the pieces that were drawn for just what is open in them, by whose they are. */
  chosen(seen, inside, direction) {
    const { pieces } = this.drawn[direction];
    const fitting = new Map();
    for (const name of [...seen].reverse()) {
      const inner = new Set(inside.get(name).flatMap((each) => fitting.get(each)));
      const fits = (i) => pieces[i].inner.length === inside.get(name).length
        && pieces[i].inner.every((each) => inner.has(each));
      fitting.set(name, this.piecesOf[direction].get(name).filter(fits));
    }
    const chosen = new Map();
    for (const name of seen) {
      const number = chosen.get(name) ?? fitting.get(name).at(-1);
      if (number === undefined) continue;
      chosen.set(name, number);
      for (const each of pieces[number].inner) chosen.set(this.names[pieces[each].of], each);
    }
    return chosen;
  }
}

/** Return all drawings that are one in another as one, in the columns of the page. */
function flat(root, isTurned) {
  const view = { size: isTurned ? [...root.size].reverse() : root.size, boxes: [], frames: [], trunks: [], stubs: [] };
  const pending = [{ inner: root, at: [0, 0], depth: -1 }];
  while (pending.length) {
    const { inner: found, at, depth } = pending.pop();
    const [dx, dy] = at;
    const point = ([x, y]) => (isTurned ? [y + dy, x + dx] : [x + dx, y + dy]);
    const rectangle = ([x, y, width, height]) =>
      (isTurned ? [...point([x, y]), height, width] : [...point([x, y]), width, height]);
    if (depth >= 0) {
      const [x, y, width, height] = rectangle([0, 0, ...found.size]);
      view.frames.push({
        id: found.name, place: [x, y, width, height], depth,
        title: [x + found.title[0], found.title[1]],
      });
    }
    for (const { item, place } of found.boxes) view.boxes.push({ id: item, place: rectangle(place) });
    for (const trunk of found.trunks) {
      view.trunks.push({
        ...trunk, start: point(trunk.start),
        segments: trunk.segments.map(([a, b, c, d]) => [...point([a, b]), ...point([c, d])]),
        ends: trunk.ends.map((end) => ({ ...end, at: point(end.at) })),
      });
    }
    for (const stub of found.stubs) view.stubs.push({ ...stub, at: point(stub.at) });
    for (const each of found.placed) {
      pending.push({ inner: each.inner, at: [dx + each.at[0], dy + each.at[1]], depth: depth + 1 });
    }
  }
  return view;
}
