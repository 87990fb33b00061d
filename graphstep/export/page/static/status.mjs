// Where the walk is: the header, the scrubber, the address, the iterations of a loop.
import { $, el } from "./elements.mjs";
import { loopBar } from "./panels.mjs";

const ARROWS = { forward: "▶ forward", seed: "◆ seed", backward: "◀ backward" };

/** Say at which step the walk is. */
export function showWhere({ walk, step, model, facts }) {
  const pass = walk.pass(step);
  const here = walk.node(step);
  const name = here < 0 ? "seed" : model.nodes[here].equation;
  const turn = walk.iterations[step].length ? `, iteration ${walk.iterations[step].join(".")}` : "";
  const last = facts.steps.length - 1;
  document.documentElement.dataset.pass = pass;
  $("scrubber").value = step;
  $("scrubber").setAttribute("aria-valuetext", `step ${walk.index(step)} of ${last}: ${pass}, ${name}${turn}`);
  $("where").replaceChildren(
    el("span", { class: `pass ${pass}` }, ARROWS[pass]), ` ${walk.index(step)}/${last} `,
    el("span", { class: "equation" }, pass === "seed" ? "" : name), el("span", { class: "dim" }, turn),
  );
  const hash = `#step=${walk.index(step)}`;
  if (location.hash !== hash) {
    // A page inside another one may not change its address.
    try { history.replaceState(null, "", hash); } catch { /* it stays */ }
  }
}

/** Return the number of the step that the address asks for, or null. */
export function askedStep() {
  const asked = /(?:^#|&)step=(\d{1,15})/.exec(location.hash);
  return asked && Number(asked[1]);
}

/** Show the turns of the loop that the walk is in, of what is selected if it is in it. */
export function showLoop({ walk, step, model, values, selected }, go) {
  const here = walk.node(step);
  const loops = here < 0 ? [] : model.nodes[here].loops;
  $("loop").hidden = !loops.length;
  if (!loops.length) return;
  const isMate = typeof selected === "number" && String(model.nodes[selected].loops) === String(loops);
  const node = isMate ? selected : here;
  const of = walk.pass(step) === "forward" || !values.has("cotangent") ? "primal" : "cotangent";
  const place = { node, of, loop: model.regions[loops.at(-1)].loop, turns: walk.turns(step), here: step };
  const shown = loopBar(place, { walk, values, go });
  $("loop-text").textContent = shown.text;
  $("loop-value").textContent = `${model.nodes[node].outs[0]?.[0] ?? ""}  ${shown.value}`;
  $("loop-picture").replaceChildren(shown.picture);
}
