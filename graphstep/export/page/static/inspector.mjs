// What there is to know of one node or region: its values, where it comes from and goes.
import { element, sizeOf } from "./arrays.mjs";
import { el } from "./elements.mjs";
import { count, full, number, real } from "./numbers.mjs";

// Elements that are written one by one at once; others when they are asked for.
const PRINTED = 24;
const CANVAS = 232;

function facts(stats) {
  const pairs = [
    ["‖·‖", real(stats.l2)], ["mean", real(stats.mean)], ["max|·|", real(stats.absmax)],
    ["min", real(stats.min)], ["max", real(stats.max)],
  ];
  const counts = [
    ["−inf", stats.negInf, true], ["−", stats.negative], ["0", stats.zero],
    ["+", stats.positive], ["+inf", stats.posInf, true], ["NaN", stats.nan, true],
  ];
  return [
    el("dl", { class: "facts" }, pairs.map(([name, text]) => el("div", {}, el("dt", {}, name), el("dd", {}, text)))),
    el("dl", { class: "facts" }, counts.map(([name, n, isBad]) =>
      el("div", { class: isBad && n ? "bad" : n ? null : "faint" }, el("dt", {}, name), el("dd", {}, count(n))))),
  ];
}

function table(array, follow) {
  const columns = array.shape.at(-1) ?? 1;
  const rows = [];
  for (let start = 0; start < array.size; start += columns) {
    const cells = [];
    for (let i = start; i < Math.min(start + columns, array.size); i += 1) {
      const pick = follow && { onclick: () => follow(i), class: "choice", title: "follow this element (@)" };
      cells.push(el("td", pick ?? {}, number(element(array, i))));
    }
    rows.push(el("tr", {}, el("th", { scope: "row" }, indexText(array.shape, start)), cells));
  }
  return el("div", { class: "scroll", tabindex: "0", role: "group", "aria-label": "elements" },
    el("table", { class: "elements" }, rows));
}

/** Return the index of the row that begins at an element, such as `[3,:]`. */
function indexText(shape, flat) {
  if (shape.length < 2) return "";
  const found = [];
  let rest = flat;
  for (let axis = shape.length - 1; axis >= 0; axis -= 1) {
    found.unshift(rest % shape[axis]);
    rest = Math.floor(rest / shape[axis]);
  }
  return `[${found.slice(0, -1).join(",")},:]`;
}

/** Return cells from 0 to 254, 127 for zero, 255 for what is not finite. */
function cellsOf(array, stats) {
  const cells = [];
  for (let i = 0; i < array.size; i += 1) {
    const value = element(array, i);
    const x = Array.isArray(value) ? Math.hypot(...value) : Number(value);
    cells.push(Number.isFinite(x) ? Math.round((x / (stats.absmax || 1)) * 127) + 127 : 255);
  }
  return cells;
}

function picture(rows, cells, colours, label) {
  const columns = Math.max(1, Math.round(cells.length / rows));
  const side = Math.max(1, Math.min(14, Math.floor(CANVAS / columns)));
  const canvas = el("canvas", {
    width: columns, height: rows, role: "img", class: "heat", "aria-label": label,
  });
  canvas.style.width = `${columns * side}px`;
  canvas.style.height = `${Math.min(rows * side, 2 * CANVAS)}px`;
  const context = canvas.getContext("2d");
  const image = context.createImageData(columns, rows);
  for (const [i, cell] of cells.entries()) {
    image.data.set([...colours(cell), 255], 4 * i);
  }
  context.putImageData(image, 0, 0);
  return canvas;
}

function spreadPicture(spread, stats) {
  const top = Math.max(...spread, 1);
  const blocks = spread.map((n) => (n ? "▁▂▃▄▅▆▇█"[Math.min(7, Math.ceil((8 * n) / top) - 1)] : " "));
  return el("p", { class: "spread" }, el("span", { class: "dim" }, `${real(stats.min)} `),
    blocks.join(""), el("span", { class: "dim" }, ` ${real(stats.max)}`));
}

/** Return what is said of one value. */
function valuePanel(of, note, { values, node, out, row, colours, follow }) {
  const entry = values.entry(of, node, out);
  const title = el("h3", { class: of }, of, note ? el("small", {}, ` ${note}`) : null);
  const why = values.absence(of, node, out, row);
  if (why) return [title, el("p", { class: "dim" }, `none: ${why}`)];
  const stats = values.stats(of, node, out, row);
  const array = values.array(of, node, out, row);
  if (!stats.size) return [title, el("p", { class: "dim" }, "no elements")];
  if (array && array.size === 1) {
    const isBad = stats.nan || stats.negInf || stats.posInf;
    return [title, el("p", { class: `figure large ${isBad ? "bad" : of}` }, full(element(array, 0), array.dtype))];
  }
  const shape = entry.shape.join("×");
  const found = [title];
  if (array) {
    const rows = array.size / (array.shape.at(-1) || 1);
    found.push(picture(rows, cellsOf(array, stats), colours, `${of}, ${shape}, as a picture`));
  } else if (entry.thumbs?.[row]) {
    const thumb = entry.thumbs[row];
    found.push(picture(thumb.rows, thumb.cells, colours, `${of}, ${shape}, as a small picture`));
    if (thumb.spread.length) found.push(spreadPicture(thumb.spread, stats));
  }
  found.push(...facts(stats));
  if (array && array.size <= PRINTED) found.push(table(array, follow));
  else if (array) {
    const details = el("details", {}, el("summary", {}, `all ${count(array.size)} elements`));
    details.addEventListener("toggle", () => {
      if (details.open && details.children.length === 1) details.append(table(array, follow));
    });
    found.push(details);
  } else {
    const size = count(sizeOf(entry.shape));
    const words = entry.summary
      ? "Only statistics were recorded."
      : `Of ${size} elements the page has statistics alone.`;
    found.push(el("p", { class: "dim" }, words));
  }
  return found;
}

function noteOf(of, { walk, step, node }) {
  const pass = walk.pass(step);
  if (of !== "cotangent") {
    const isAhead = pass === "forward" && walk.state(step, node, node + 1) === "pending";
    return isAhead ? "ahead of the cursor" : "";
  }
  if (!walk.visits.backward[node].length || walk.isComplete(step, node)) return "";
  return pass === "forward" ? "of the backward pass" : "not complete yet";
}

/** Return what is said of a node at a step. */
export function nodePanel(node, out, context) {
  const { model, walk, step, values, go } = context;
  const facts_ = model.nodes[node];
  const row = walk.row(step, node);
  const isBackward = walk.pass(step) !== "forward";
  const passes = isBackward ? ["cotangent", "primal", "tangent"] : ["primal", "tangent", "cotangent"];
  const [label, type] = facts_.outs[out] ?? ["", "no result"];
  const link = (at, text) =>
    el("button", { type: "button", class: "link", onclick: () => go(at) }, text);
  const operands = facts_.operands.slice(0, 12).map((operand) =>
    el("li", {}, `${operand[0]} ← `,
      operand.length === 2 ? el("span", { class: "dim" }, operand[1])
        : [link(operand[1], model.nodes[operand[1]].outs[operand[2]][0]),
          el("span", { class: "dim" }, `  ${model.nodes[operand[1]].outs[operand[2]][1]}`)]));
  const users = model.users(node).slice(0, 12).map(([user, key]) =>
    el("li", {}, "→ ", link(user, model.nodes[user].outs[0]?.[0] ?? model.nodes[user].id),
      el("span", { class: "dim" }, `  ${model.nodes[user].operation}, operand ${key}`)));
  return [
    el("p", { class: "equation" }, el("b", {}, label), ` · ${facts_.operation} `, el("span", { class: "dim" }, type)),
    facts_.outs.length > 1
      ? el("p", { class: "dim" }, "outputs ", facts_.outs.slice(0, 12).map(([name], i) =>
        el("button", { type: "button", class: i === out ? "link here" : "link", onclick: () => go(node, i) }, `${name} `)))
      : null,
    facts_.outs.length
      ? passes.filter((of) => values.has(of)).map((of) =>
        valuePanel(of, noteOf(of, { ...context, node }), { ...context, node, out, row }))
      : null,
    operands.length + users.length
      ? [el("h3", {}, "operands and users"), el("ul", { class: "uses" }, operands, users)] : null,
    el("p", { class: "faint" }, [`node ${facts_.id}`, ...model.path(node)].join("  ▸  ")),
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
