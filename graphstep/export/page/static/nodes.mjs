// What there is to know of one node or region: its values, where it comes from and goes.
import { el } from "./elements.mjs";
import { valuesPanel } from "./inspector.mjs";

/** Return what is said of a node at a step. */
export function nodePanel(node, out, context) {
  const { model, go } = context;
  const known = model.nodes[node];
  const [label, type] = known.outs[out] ?? ["", "no result"];
  const link = (at, text) =>
    el("button", { type: "button", class: "link", onclick: () => go(at) }, text);
  const operands = known.operands.slice(0, 12).map((operand) =>
    el("li", {}, `${operand[0]} ← `,
      operand.length === 2 ? el("span", { class: "dim" }, operand[1])
        : [link(operand[1], model.nodes[operand[1]].outs[operand[2]][0]),
          el("span", { class: "dim" }, `  ${model.nodes[operand[1]].outs[operand[2]][1]}`)]));
  const users = model.users(node).slice(0, 12).map(([user, key]) =>
    el("li", {}, "→ ", link(user, model.nodes[user].outs[0]?.[0] ?? model.nodes[user].id),
      el("span", { class: "dim" }, `  ${model.nodes[user].operation}, operand ${key}`)));
  return [
    el("p", { class: "equation" }, el("b", {}, label), ` · ${known.operation} `, el("span", { class: "dim" }, type)),
    known.outs.length > 1
      ? el("p", { class: "dim" }, "outputs ", known.outs.slice(0, 12).map(([name], i) =>
        el("button", { type: "button", class: i === out ? "link here" : "link", onclick: () => go(node, i) }, `${name} `)))
      : null,
    known.outs.length ? valuesPanel(node, out, context) : null,
    operands.length + users.length
      ? [el("h3", {}, "operands and users"), el("ul", { class: "uses" }, operands, users)] : null,
    el("p", { class: "faint" }, [`node ${known.id}`, ...model.path(node)].join("  ▸  ")),
  ];
}

/** Return what is said of a region or group. */
export function regionPanel(item, { model }) {
  const [first, stop] = model.stretch(item);
  const counts = new Map();
  for (let i = first; i < stop; i += 1) {
    const { role, operation } = model.nodes[i];
    if (role === "eqn") counts.set(operation, (counts.get(operation) ?? 0) + 1);
  }
  const most = [...counts].sort((a, b) => b[1] - a[1]).slice(0, 12);
  return [
    el("p", { class: "equation" }, el("b", {}, model.title(item))),
    model.region(item)?.isOpaque
      ? el("p", { class: "dim" }, "JAX differentiates it by its own rule.") : null,
    el("p", {}, `${stop - first} nodes`),
    el("ul", { class: "uses" }, most.map(([name, n]) => el("li", {}, `${n} × ${name}`))),
  ];
}
