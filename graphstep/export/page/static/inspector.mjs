// What there is to know of the values of one node: numbers, pictures, statistics.
import { element, productOf, sizeOf, statsOf } from "./arrays.mjs";
import { el } from "./elements.mjs";
import { formatsOf, writerOf } from "./formats.mjs";
import { count, full, real } from "./numbers.mjs";
import { cellsOf, picture, sheet } from "./sheet.mjs";
import { lengthsOf, placesOf } from "./slicing.mjs";

// Elements that are written one by one at once; others when they are asked for.
const PRINTED = 24;
const WORDS = { primal: "primal", cotangent: "cotangent", tangent: "tangent", product: "cotangent ⊙ primal" };
// Whether elements that are not written at once are; it stays so from step to step.
let isOpen = false;

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

function spreadPicture(spread, stats) {
  const top = Math.max(...spread, 1);
  const blocks = spread.map((n) => (n ? "▁▂▃▄▅▆▇█"[Math.min(7, Math.ceil((8 * n) / top) - 1)] : " "));
  return el("p", { class: "spread" }, el("span", { class: "dim" }, `${real(stats.min)} `),
    blocks.join(""), el("span", { class: "dim" }, ` ${real(stats.max)}`));
}

/** Return the values that can be shown, in the order of the key `v`. */
export function whatsOf(values) {
  const all = ["primal", "cotangent", "product", "tangent"];
  return all.filter((of) => (of === "product" ? values.has("cotangent") : values.has(of)));
}

/** Return the values that are shown: what was chosen, then what the pass is about. */
function shownOf({ walk, step, values, look }) {
  const isForward = walk.pass(step) === "forward";
  const order = isForward ? ["primal", "tangent", "cotangent"] : ["cotangent", "primal", "tangent"];
  const rest = order.filter((of) => of !== look.what && values.has(of));
  return look.what === null ? rest : [look.what, ...rest];
}

function arrayOf(of, node, out, { walk, step, values }) {
  const row = walk.row(step, node);
  if (of !== "product") return values.array(of, node, out, row);
  const both = ["cotangent", "primal"].map((each) => values.array(each, node, out, row));
  return both.every(Boolean) ? productOf(...both) : null;
}

/** Return `{of, array, parts}` of the first value of a node that has elements, or null. */
export function firstValue(node, out, context) {
  const { look } = context;
  for (const of of shownOf(context)) {
    const array = arrayOf(of, node, out, context);
    if (array?.size) return { of, array, parts: look.partsOf(`${node} ${out}`, array.shape) };
  }
  return null;
}

/** Return what is said of a value of which the page has all elements. */
function elementsPanel(of, key, array, stats, { look, colours, follow }) {
  const parts = look.partsOf(key, array.shape);
  const places = placesOf(parts, array.shape);
  const write = writerOf(look.format, array.dtype, stats.absmax);
  if (!places.length) return [facts(stats), el("p", { class: "dim" }, "The slice has no elements.")];
  const rows = places.length / (lengthsOf(parts).at(-1) ?? 1);
  const shape = array.shape.join("×");
  const what = look.isWhole(key) ? "" : ", a slice";
  const table = () => sheet(array, parts, { write, follow });
  return [
    picture(rows, cellsOf(array, places, stats.absmax), colours, `${WORDS[of]}, ${shape}, as a picture${what}`),
    facts(stats),
    places.length <= PRINTED || !look.isWhole(key) ? table() : opening(`all ${count(places.length)} elements`, table),
  ];
}

/** Return what is said of a value of which the page has statistics. */
function statisticsPanel(of, entry, stats, row, colours) {
  const thumb = entry.thumbs?.[row];
  const shape = entry.shape.join("×");
  const size = count(sizeOf(entry.shape));
  return [
    thumb ? picture(thumb.rows, thumb.cells, colours, `${of}, ${shape}, as a small picture`) : null,
    thumb?.spread.length ? spreadPicture(thumb.spread, stats) : null,
    facts(stats),
    el("p", { class: "dim" }, entry.summary ? "Only statistics were recorded: there is nothing to slice."
      : `Of ${size} elements the page has statistics${thumb ? " and a small picture" : ""} alone: there is nothing to slice.`),
  ];
}

/** Return what opens and then shows more; whether it is open is kept while the page is. */
function opening(words, content) {
  const details = el("details", { open: isOpen }, el("summary", {}, words));
  const fill = () => {
    if (details.open && details.children.length === 1) details.append(...content().filter(Boolean));
  };
  fill();
  details.addEventListener("toggle", () => {
    isOpen = details.open;
    fill();
  });
  return details;
}

/** Show all elements of the arrays in a panel, or hide them. */
export function openElements(panel) {
  isOpen = !isOpen;
  for (const details of panel.querySelectorAll("details")) details.open = isOpen;
}

function productPanel(key, node, out, context) {
  const title = el("h3", { class: "cotangent" }, WORDS.product);
  const array = arrayOf("product", node, out, context);
  if (!array) return [title, el("p", { class: "dim" }, "none: the page has not all elements of both.")];
  const stats = statsOf(array);
  if (array.size === 1) return [title, single("cotangent", array, stats, context.look)];
  return [title, elementsPanel("product", key, array, stats, context)];
}

function single(of, array, stats, { format }) {
  const isBad = stats.nan || stats.negInf || stats.posInf;
  const value = element(array, 0);
  const isShort = format === "short" || !formatsOf(array.dtype).includes(format);
  const text = isShort ? full(value, array.dtype) : writerOf(format, array.dtype, stats.absmax)(value);
  return el("p", { class: `figure large ${isBad ? "bad" : of}` }, text);
}

/** Return what is said of one value. */
function valuePanel(of, key, note, { values, node, out, row, ...context }) {
  const title = el("h3", { class: of }, of, note ? el("small", {}, ` ${note}`) : null);
  const why = values.absence(of, node, out, row);
  if (why) return [title, el("p", { class: "dim" }, `none: ${why}`)];
  const stats = values.stats(of, node, out, row);
  const array = values.array(of, node, out, row);
  if (!stats.size) return [title, el("p", { class: "dim" }, "no elements")];
  if (!array) return [title, statisticsPanel(of, values.entry(of, node, out), stats, row, context.colours)];
  if (array.size === 1) return [title, single(of, array, stats, context.look)];
  return [title, elementsPanel(of, key, array, stats, context)];
}

/** Return the values of a node, below the fields of slice and format. */
export function valuesPanel(node, out, context) {
  const key = `${node} ${out}`;
  const row = context.walk.row(context.step, node);
  const first = firstValue(node, out, context);
  if (first) context.look.turnTo(key, first.array);
  return [
    first ? context.look.fields(first.array.size > 1) : null,
    shownOf(context).map((of) => (of === "product" ? productPanel(key, node, out, context)
      : valuePanel(of, key, noteOf(of, { ...context, node }), { ...context, node, out, row }))),
  ];
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
