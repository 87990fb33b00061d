// What the help says: keys, colours of kinds, what this page holds.
import { $, el } from "./elements.mjs";
import { KEYS } from "./keys.mjs";

const LEGEND = [
  ["input", "input, output"], ["elementwise", "elementwise"], ["linear", "linear algebra"],
  ["reduction", "reduction"], ["index", "indexing"], ["shape", "shape"], ["control", "control"],
  ["rule", "custom rule"], ["random", "random"], ["effect", "effect"],
];

// Keys that are written otherwise than they are called.
const SHOWN_KEYS = { " ": "Space", ArrowLeft: "←", ArrowRight: "→", ArrowUp: "↑", ArrowDown: "↓", Escape: "Esc" };

function keysOf([subject, rows]) {
  return el("section", {}, el("h3", {}, subject), el("dl", {}, rows.flatMap(([keys, , words]) => [
    el("dt", {}, keys.map((key) => el("kbd", {}, SHOWN_KEYS[key] ?? key))),
    el("dd", {}, words),
  ])));
}

/** Return what is to be known of the page itself. */
function aboutPage({ notes, turns, maxElements, steps }, carried) {
  return [
    ...notes,
    `Arrays of up to ${maxElements} elements are in this page in full.`,
    turns === null ? "Every step of the walk is in this page."
      : `Of the ${steps.length} steps of the walk, this page has ${carried}: `
        + `those of at most ${turns} turns of each loop.`,
  ];
}

/** Write the help. */
export function fillHelp(facts, carried) {
  const kinds = new Set(facts.program.nodes.map((node) => node.kind));
  $("help-keys").replaceChildren(...KEYS.map(keysOf));
  $("legend").replaceChildren(...LEGEND.filter(([kind]) => kinds.has(kind))
    .flatMap(([kind, words]) => [el("dt", { class: `kind-${kind}` }), el("dd", {}, words)]));
  const said = aboutPage(facts, carried);
  $("about").replaceChildren(el("h3", {}, "this page"), el("ul", {}, said.map((s) => el("li", {}, s))));
}
