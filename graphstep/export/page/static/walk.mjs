// The walk: steps, moves and what is so of each node at a step.

const lastOf = (list) => list[list.length - 1];

/** Steps of a recording; those that the page carries are numbered from 0. */
export class Walk {
  constructor(program, steps) {
    this.nodes = program.nodes;
    this.regions = program.regions;
    this.steps = steps;
    this.length = steps.node.length;
    this.seed = steps.seed;
    this.iterations = [];
    let at = 0;
    for (const node of steps.node) {
      const n = node < 0 ? 0 : this.nodes[node].loops.length;
      this.iterations.push(steps.iteration.slice(at, at + n));
      at += n;
    }
    this.visits = { forward: this.visitsOf("forward"), backward: this.visitsOf("backward") };
    this.overs = new Map(steps.over.map(([step, first, last]) => [step, [first, last]]));
  }

  visitsOf(pass) {
    const found = this.nodes.map(() => []);
    for (let i = 0; i < this.length; i += 1) {
      if (this.pass(i) === pass) found[this.steps.node[i]].push(i);
    }
    return found;
  }

  /** Return the number that a step has in the whole walk. */
  index(i) {
    return this.steps.index ? this.steps.index[i] : i;
  }

  /** Return the carried step of that number, or the next one after it. */
  place(index) {
    const all = this.steps.index;
    if (!all) return Math.min(Math.max(index, 0), this.length - 1);
    let low = 0;
    let high = this.length - 1;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (all[middle] < index) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  pass(i) {
    if (this.seed === null || i < this.seed) return "forward";
    return i === this.seed ? "seed" : "backward";
  }

  node(i) {
    return this.steps.node[i];
  }

  /** Return where a command leads: `next`, `over`, `out` and the like. */
  moved(i, move) {
    const last = this.length - 1;
    const moves = {
      next: () => Math.min(i + 1, last),
      previous: () => Math.max(i - 1, 0),
      first: () => 0,
      last: () => last,
      forward: () => 0,
      backward: () => this.seed ?? last,
      other: () => this.counterpart(i),
      nextIteration: () => this.turned(i, 1),
      previousIteration: () => this.turned(i, -1),
      firstIteration: () => this.turned(i, -Infinity),
      lastIteration: () => this.turned(i, Infinity),
    };
    if (move in moves) return moves[move]();
    return i + this.steps.moves[move][i];
  }

  /** Return the next step at one of some nodes, or else the end of the pass. */
  continued(i, stops, way) {
    for (let at = i + way; at >= 0 && at < this.length; at += way) {
      if (stops.has(this.node(at))) return at;
    }
    if (way > 0) return this.seed !== null && i < this.seed ? this.seed : this.length - 1;
    return this.seed !== null && i > this.seed ? this.seed : 0;
  }

  /** Return the visit of the same node and iteration in the other pass, or the step. */
  counterpart(i) {
    if (this.pass(i) === "seed") return i;
    const other = this.pass(i) === "forward" ? "backward" : "forward";
    const wanted = String(this.iterations[i]);
    const found = this.visits[other][this.node(i)];
    return found.find((j) => String(this.iterations[j]) === wanted) ?? i;
  }

  /** Return the same node's visit some turns of its innermost loop on. */
  turned(i, by) {
    const mates = this.turns(i);
    const at = mates.indexOf(i);
    if (at < 0) return i;
    // Backward, the last turn comes first.
    return mates[Math.min(Math.max(at + by, 0), mates.length - 1)];
  }

  /** Return the visits of a step's node in all turns of its innermost loop, in order. */
  turns(i) {
    const node = this.node(i);
    if (node < 0 || !this.iterations[i].length) return [];
    const outer = String(this.iterations[i].slice(0, -1));
    return this.visits[this.pass(i)][node]
      .filter((j) => String(this.iterations[j].slice(0, -1)) === outer)
      .sort((a, b) => lastOf(this.iterations[a]) - lastOf(this.iterations[b]));
  }

  /** Return which of a node's visits going forward is the one seen from a step, or -1. */
  row(i, node) {
    const visits = this.visits.forward[node];
    if (visits.length < 2) return visits.length - 1;
    const here = this.node(i);
    const around = here < 0 ? [] : this.nodes[here].loops;
    const loops = this.nodes[node].loops;
    let shared = 0;
    while (shared < loops.length && loops[shared] === around[shared]) shared += 1;
    const isAfter = here < 0 || here > node;
    let best = -1;
    for (let row = 0; row < visits.length; row += 1) {
      const turn = this.iterations[visits[row]];
      let fits = true;
      for (let d = 0; d < shared && fits; d += 1) fits = turn[d] <= this.iterations[i][d];
      if (fits && best >= 0 && !isAfter) {
        const known = this.iterations[visits[best]];
        fits = String(turn.slice(0, shared)) !== String(known.slice(0, shared));
      }
      if (fits) best = row;
    }
    return best;
  }

  /** Return whether positions `first` to `stop` are done, current or pending. */
  state(i, first, stop) {
    const here = this.node(i);
    if (here < 0) return "pending";
    if (first <= here && here < stop) return "current";
    const over = this.overs.get(i);
    if (over && over[0] <= first && first < over[1]) return "done";
    return here >= stop === (this.pass(i) === "forward") ? "done" : "pending";
  }

  /** Return whether a pass ever comes to any of some positions. */
  comesTo(pass, first, stop) {
    const visits = this.visits[pass];
    for (let node = first; node < stop; node += 1) if (visits[node].length) return true;
    return false;
  }

  /** Return whether a node's cotangent, as it is seen from a step, is complete. */
  isComplete(i, node) {
    if (this.pass(i) === "forward") return false;
    const visits = this.visits.backward[node];
    if (!visits.length) return false;
    const row = this.row(i, node);
    const wanted = String(this.iterations[this.visits.forward[node][row]] ?? []);
    const at = visits.find((j) => String(this.iterations[j]) === wanted);
    return at !== undefined && i >= at - this.steps.complete[at];
  }

  /** Return the visit of a node that is nearest to a step, in its pass if possible. */
  nearest(i, first, stop) {
    const passes = this.pass(i) === "backward" ? ["backward", "forward"] : ["forward", "backward"];
    for (const pass of passes) {
      const visits = [];
      for (let node = first; node < stop; node += 1) visits.push(...this.visits[pass][node]);
      visits.sort((a, b) => a - b);
      if (visits.length) return visits.find((j) => j >= i) ?? lastOf(visits);
    }
    return -1;
  }
}
