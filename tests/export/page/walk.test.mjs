import { spread, tracks } from "../../../graphstep/export/page/static/composing.mjs";
import { roundPath, ways } from "../../../graphstep/export/page/static/routes.mjs";
import { found } from "../../../graphstep/export/page/static/search.mjs";
import { Views } from "../../../graphstep/export/page/static/views.mjs";
import { Walk } from "../../../graphstep/export/page/static/walk.mjs";
import { KEYS, commandOf, isTaken } from "../../../graphstep/export/page/static/keys.mjs";
import { equal, test } from "./harness.mjs";

// Node 1 is in a loop of three turns, nodes 0 and 2 are not.
const program = {
  nodes: [{ loops: [] }, { loops: [1] }, { loops: [] }],
  regions: [{ id: "" }, { id: "loop" }],
};
const steps = {
  node: [0, 1, 1, 1, 2, -1, 2, 1, 1, 1, 0],
  iteration: [0, 1, 2, 2, 1, 0],
  index: null, length: 11, seed: 5, over: [],
  complete: [0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1],
  moves: { over: [1, 3, 2, 1, 1, 1, 1, 3, 2, 1, 0] },
};
const walk = new Walk(program, steps);

test("a walk has its passes", () => {
  equal([0, 4, 5, 6, 10].map((i) => walk.pass(i)), ["forward", "forward", "seed", "backward", "backward"]);
});

test("moves lead where the table says, and stop at the ends", () => {
  equal(walk.moved(1, "over"), 4);
  equal(walk.moved(10, "next"), 10);
  equal(walk.moved(0, "previous"), 0);
  equal(walk.moved(2, "backward"), 5);
});

test("the other pass is at the same node in the same iteration", () => {
  equal(walk.moved(2, "other"), 8);
  equal(walk.moved(8, "other"), 2);
  equal(walk.moved(5, "other"), 5);
});

test("iterations follow each other in order of execution in both passes", () => {
  equal(walk.turns(1), [1, 2, 3]);
  equal(walk.turns(8), [9, 8, 7]);
  equal(walk.moved(8, "nextIteration"), 7);
  equal(walk.moved(8, "firstIteration"), 9);
});

test("a node in another loop is seen in its first or last iteration", () => {
  equal([0, 2, 4, 5].map((i) => walk.row(i, 1)), [0, 1, 2, 2]);
});

test("states follow the pass", () => {
  equal([0, 1, 2].map((node) => walk.state(2, node, node + 1)), ["done", "current", "pending"]);
  equal([0, 1, 2].map((node) => walk.state(8, node, node + 1)), ["pending", "current", "done"]);
  equal(walk.state(5, 0, 3), "pending");
});

test("a cotangent is complete from one step on", () => {
  equal([4, 5, 6].map((i) => walk.isComplete(i, 2)), [false, true, true]);
});

test("a breakpoint stops on both ways", () => {
  equal(walk.continued(0, new Set([2]), 1), 4);
  equal(walk.continued(4, new Set([0]), -1), 0);
  equal(walk.continued(1, new Set(), 1), 5);
});

test("steps that are left out lead to the next one", () => {
  const part = new Walk(program, { ...steps, index: [0, 1, 5, 9, 10, 11, 12, 13, 17, 20, 21] });
  equal([part.place(2), part.place(9), part.place(99)], [2, 3, 10]);
});

const parents = new Map([["a", ""], ["b", "a"], ["c", ""]]);
const views = new Views(["a", "b", "c"], {}, parents);
const sorted = (set) => [...set].sort();

test("what opens is opened with all around it, and closed with all inside", () => {
  equal(sorted(views.toggled(new Set(), "b", true)), ["a", "b"]);
  equal(sorted(views.toggled(new Set(["a", "b", "c"]), "a", false)), ["c"]);
});

test("all can be opened and closed at once", () => {
  equal(sorted(views.toggledAll(new Set(), "", true)), ["a", "b", "c"]);
  equal(sorted(views.toggledAll(new Set(["a", "b", "c"]), "a", false)), ["c"]);
});

test("columns move apart no more than they must", () => {
  equal(spread(5, []), [0, 1, 2, 3, 4, 5]);
  equal(spread(5, [[1, 3, 6], [2, 4, 6]]), [0, 1, 2, 7, 8, 9]);
});

test("lines that change columns have rows of their own, none down another's column", () => {
  equal(tracks([[1, 1], [2, 3]]), { rows: [-1, 0], count: 1 });
  equal(tracks([[1, 2], [2, 3]]).rows, [1, 0]);
  equal(tracks([[1, 2], [2, 1]]).count, 2);
});

test("a line leads from its start to each of its ends", () => {
  const segments = [[0, 0, 0, 4], [0, 2, 5, 2], [5, 2, 5, 6]];
  equal(ways([0, 0], segments, [[0, 4], [5, 6]]), [[[0, 0], [0, 4]], [[0, 0], [0, 2], [5, 2], [5, 6]]]);
});

test("corners are round, and never longer than half a line", () => {
  equal(roundPath([[0, 0], [0, 4], [9, 4]], 7), "M0 0L0 2Q0 4 2 4L9 4");
});

const nodes = [
  { id: "0", name: "x", operation: "input", equation: "x", outs: [["x", "f32[3]"]] },
  { id: "1", name: "h", operation: "tanh", equation: "h = tanh(x)", outs: [["h", "f32[3]"]], place: [0, 12, 0, 12, 9] },
];

test("search takes names, operations, types, lines and pieces", () => {
  const files = [{ name: "net.py" }];
  equal(["h", "tanh", "f32[3]", ":12", "net.py:12", "f32[*", "TAN", "(((", ""].map((q) => found(nodes, files, q)),
    [[1], [1], [0, 1], [1], [1], [0, 1], [1], [], []]);
});

test("no key has two commands", () => {
  const keys = KEYS.flatMap(([, rows]) => rows.flatMap(([each]) => each));
  equal(keys.length, new Set(keys).size);
});

test("a key with Ctrl belongs to the browser", () => {
  equal(commandOf({ key: "n", ctrlKey: true }), null);
  equal(commandOf({ key: "n" }), "next");
  equal(isTaken(null, "n"), false);
});
