// Print what is wrong with drawings of a page's payload, which is read from stdin.
import { text } from "node:stream/consumers";
import { ways } from "../../../graphstep/export/page/static/routes.mjs";
import { Views } from "../../../graphstep/export/page/static/views.mjs";

const { openable, first, drawn, parents, trials } = JSON.parse(await text(process.stdin));
const views = new Views(openable, drawn, new Map(parents));

let state = 7;
/** Return the next of numbers that are the same in every run. */
function random(n) {
  state = (state * 1103515245 + 12345) % 2147483648;
  return Math.floor((state / 2147483648) * n);
}

function overlaps([ax, ay, aw, ah], [bx, by, bw, bh]) {
  return ax < bx + bw && bx < ax + aw && ay < by + bh && by < ay + ah;
}

function holds([ax, ay, aw, ah], [bx, by, bw, bh]) {
  return ax < bx && ay < by && bx + bw < ax + aw && by + bh < ay + ah;
}

function* faults(view, open) {
  const shown = view.boxes.map((box) => box.id);
  if (new Set(shown).size !== shown.length) yield "a box is there twice";
  const expected = openable.filter((name) => views.around(name).every((each) => open.has(each)));
  if (String(view.frames.map((f) => f.id).sort()) !== String(expected.sort())) yield "frames are not what is open";
  for (const [i, { id, place }] of view.boxes.entries()) {
    if (!holds([-1, -1, view.size[0] + 2, view.size[1] + 2], place)) yield `${id} is outside`;
    for (const other of view.boxes.slice(i + 1)) {
      if (overlaps(place, other.place)) yield `boxes ${id} and ${other.id} overlap`;
    }
    for (const frame of view.frames) {
      if (overlaps(place, frame.place) && !holds(frame.place, place)) yield `${id} is across ${frame.id}`;
    }
  }
  for (const [i, { id, place }] of view.frames.entries()) {
    for (const other of view.frames.slice(i + 1)) {
      const isApart = !overlaps(place, other.place) || holds(place, other.place) || holds(other.place, place);
      if (!isApart) yield `frames ${id} and ${other.id} meet`;
    }
  }
  for (const { node, start, segments, ends } of view.trunks) {
    const found = ways(start, segments, ends.map((end) => end.at));
    for (const [i, way] of found.entries()) {
      const isWhole = String(way[0]) === String(start) || (way.length === 1 && String(ends[i].at) === String(start));
      if (!isWhole) yield `a line of node ${node} is broken`;
    }
    for (const [a, b, c, d] of segments) {
      if (a > c || b > d || (a !== c && b !== d)) yield `a run of node ${node} is not straight`;
    }
  }
}

const problems = new Set();
let open = new Set(first.map((i) => openable[i]));
for (let trial = 0; trial < trials; trial += 1) {
  for (const direction of ["down", "right"]) {
    for (const fault of faults(views.drawing(open, direction), open)) problems.add(`${direction}: ${fault}`);
  }
  if (openable.length) {
    const item = openable[random(openable.length)];
    open = views.toggled(open, item, !open.has(item));
  }
  if (trial % 7 === 3) open = views.toggledAll(open, "", trial % 2 === 0);
}
process.stdout.write(JSON.stringify([...problems]));
