// The chain rule at another element than the one that a page was written with.
import { element } from "./arrays.mjs";
import { short } from "./numbers.mjs";

/** Return the index of an element, counted through an array of that shape. */
export function indexOf(shape, flat) {
  const found = [];
  let rest = flat;
  for (const n of [...shape].reverse()) {
    found.unshift(rest % n);
    rest = Math.floor(rest / n);
  }
  return found;
}

/** Return the place of an element, counted through an array, or -1 if it has none. */
export function placeOf(shape, index) {
  if (index.length !== shape.length) return -1;
  let place = 0;
  for (const [axis, i] of index.entries()) {
    if (!(i >= 0 && i < shape[axis])) return -1;
    place = place * shape[axis] + i;
  }
  return place;
}

/** Return the element of an operand that makes one element of the result, or -1. */
export function sourceOf(steps, index) {
  if (!steps) return -1;
  return steps[0] + index.reduce((sum, i, axis) => sum + i * steps[axis + 1], 0);
}

const signed = (value, type) => {
  const text = short(value, type);
  return /^[−N]/.test(text) ? text : `+${text}`;
};

const shown = (array, place, write = short) =>
  (array && place >= 0 && place < array.size ? write(element(array, place), array.dtype) : null);

/**
 * Return what the chain rule says at a step, at another element of the first result.
 *
 * Only what is in the page in full is known there. A number whose counterpart at the
 * page's own element is not the one that the page was written with is left out.
 */
export function followed(facts, place, { model, walk, values, step }) {
  const node = walk.node(step);
  const { operands, elements = [] } = model.nodes[node];
  const shape = values.entry("primal", node, 0)?.shape;
  if (!shape || !facts.at) return null;
  const index = indexOf(shape, place);
  const label = (name, array, at) => (array.shape.length ? `${name}[${indexOf(array.shape, at)}]` : name);
  const row = (at, known, array, origin, target, write) => {
    if (shown(array, origin, write) !== known) return null;
    const text = shown(array, target, write);
    return text === null ? null : [label(at, array, target), text];
  };
  const amount = (amounts, name, array, steps) => {
    const [was, known, ...rest] = amounts;
    const places = steps === true ? [placeOf(shape, facts.at), place]
      : [facts.at, index].map((each) => sourceOf(steps, each));
    const found = row(name, known, array, ...places);
    return found ? [...found, ...rest] : [was.replace(/\[[\d,]*\]$/, ""), "", ...rest];
  };
  const primal = (source, out) => values.array("primal", source, out, walk.row(step, source));
  const sent = (source, out, user, key) => {
    const at = walk.row(step, source);
    return values.contribution(`${user},${key}`, at)
      ?? (model.users(source).length === 1 ? values.array("cotangent", source, out, at) : null);
  };
  const found = { ...facts, at: index };
  if (facts.takes) {
    found.takes = facts.takes.map((amounts, i) => {
      const [, source, out] = operands[i];
      if (out === undefined || amounts[3]) return amounts;
      return amount(amounts, model.nodes[source].outs[out][0], primal(source, out), elements[i]);
    });
  }
  if (facts.gives) {
    found.gives = facts.gives.map((amounts, out) =>
      (out ? amounts : amount(amounts, model.nodes[node].outs[0][0], primal(node, 0), true)));
  }
  const places = { shape, origin: placeOf(shape, facts.at), place };
  if (facts.sum && !facts.sum.reason) {
    found.sum = sumAt(facts.sum, places, usesOf(model, node).map((use) => sent(node, 0, ...use)),
      values.array("cotangent", node, 0, walk.row(step, node)));
  }
  if (facts.tangent && !facts.tangent.reason) {
    found.tangent = sumAt(facts.tangent, places, (facts.tangent.shares ?? []).map((entry) => entry && values.stored(entry, 0)),
      values.array("tangent", node, 0, walk.row(step, node)));
  }
  if (facts.sent) {
    const taken = operands.map((operand, i) => [operand, i]).filter(([operand]) => operand.length > 2);
    found.sent = facts.sent.map((amounts, i) => {
      const [[key, source, out], number_] = taken[i] ?? [[]];
      if (source === undefined || amounts[3]) return amounts;
      return amount(amounts, model.nodes[source].outs[out][0], sent(source, out, node, key), elements[number_]);
    });
    delete found.slopes;
  }
  return found;
}

/** Return the uses of a node's first result, in the order in which contributions arrive: the last one first. */
function usesOf(model, node) {
  const uses = model.users(node).filter(([user, key]) => model.nodes[user].operands
    .some(([k, source, out]) => k === key && source === node && out === 0));
  return uses.sort((a, b) => b[0] - a[0] || a[1] - b[1]);
}

/** Return a sum at another element: of the arrays that are its terms, and of the whole. */
function sumAt(sum, { shape, origin, place }, arrays, whole) {
  const terms = (sum.terms ?? []).map(([known, , ...rest], i) => {
    const array = arrays[i] ?? null;
    return [shown(array, origin, signed) === known ? shown(array, place, signed) : "", "", ...rest];
  });
  const total = shown(whole, place);
  const where = `at [${indexOf(shape, place)}]`;
  const note = terms.every(([text]) => text) ? "" : "The page has not all elements of these terms.";
  if (total === null || !sum.total?.endsWith(` = ${shown(whole, origin)}`)) {
    return { ...sum, terms, where, note, total: "" };
  }
  const name = sum.total.split(/\[| =/)[0];
  const parts = terms.map(([text], i) => (i ? text.replace(/^\+/, "").replace(/^(−.*)$/, "($1)") : text.replace(/^\+/, "")));
  const isSum = parts.length > 1 && parts.length <= 6 && parts.every(Boolean);
  const middle = isSum ? ` = ${parts.join(" + ")}` : "";
  return { ...sum, terms, where, note, total: `${name}[${indexOf(shape, place)}]${middle} = ${total}` };
}
