// The program of a page: its nodes, regions and groups, and what is said of each.

/** What is known of nodes, regions and groups, by position or by id. */
export class Model {
  constructor(program) {
    this.nodes = program.nodes;
    this.regions = program.regions;
    this.byId = new Map(program.regions.map((region) => [region.id, region]));
    this.groups = new Map(program.groups.map((group) => [group.id, group]));
    this.parents = new Map();
    for (const region of program.regions) {
      if (region.parent >= 0) this.parents.set(region.id, program.regions[region.parent].id);
    }
    for (const group of program.groups) this.parents.set(group.id, group.parent ?? "");
    this.usersOf = program.nodes.map(() => []);
    for (const [user, node] of program.nodes.entries()) {
      for (const [key, source, out] of node.operands) {
        if (out !== undefined) this.usersOf[source].push([user, key]);
      }
    }
  }

  region(item) {
    return this.byId.get(item) ?? this.groups.get(item);
  }

  stretch(item) {
    if (typeof item === "number") return [item, item + 1];
    const { start, stop } = this.region(item);
    return [start, stop];
  }

  users(node) {
    return this.usersOf[node];
  }

  isClosed(item) {
    return typeof item !== "number";
  }

  title(item) {
    return this.region(item)?.title ?? "";
  }

  kind(item) {
    if (typeof item === "number") return this.nodes[item].kind;
    if (this.groups.has(item)) {
      return { inputs: "input", consts: "const" }[this.groups.get(item).role] ?? "output";
    }
    const { kind, isOpaque } = this.byId.get(item);
    if (isOpaque) return "rule";
    return kind === "scope" || kind === "call" ? "region" : "control";
  }

  /** Return the regions and groups around a node or item, innermost first. */
  around(item) {
    const chain = [];
    let at = "";
    if (typeof item === "number") {
      const groups = [...this.groups.values()].filter((g) => g.start <= item && item < g.stop);
      at = groups.length ? groups.at(-1).id : this.regions[this.nodes[item].region].id;
    } else at = this.parents.get(item) ?? "";
    for (; at; at = this.parents.get(at)) chain.push(at);
    return chain;
  }

  path(node) {
    return this.around(node).reverse().map((item) => this.title(item));
  }

  boxLines(item) {
    if (typeof item !== "number") {
      const [first, stop] = this.stretch(item);
      const noun = this.groups.has(item) ? "leaves" : stop - first === 1 ? "node" : "nodes";
      return [[`⊞ ${this.title(item)}`, "name"], [`${stop - first} ${noun}`, "type"]];
    }
    const { name, operation, role, outs } = this.nodes[item];
    const type = outs.map(([, each]) => each).slice(0, 3).join(", ");
    const head = name && role === "eqn" ? `${name}  ${operation}` : name || operation;
    return [[head, "name"], [type || "no result", "type"]];
  }

  tip(item) {
    if (typeof item !== "number") return this.title(item);
    const { id, equation, outs } = this.nodes[item];
    return `${equation}\n${outs.map(([name, type]) => `${name} ${type}`).join("\n")}\nnode ${id}`;
  }

  spoken(item, state, isComplete) {
    const words = typeof item === "number" ? this.nodes[item].equation : `${this.title(item)}, closed`;
    return `${words}, ${state}${isComplete ? ", cotangent complete" : ""}`;
  }
}
