// The card of a local Jacobian: structure, picture, gain along the path.
import { el, svg } from "./elements.mjs";

const SPY = 6;

function matrixOf(rows) {
  return el(
    "table", { class: "amounts matrix" },
    rows.map((row) => el("tr", {}, row.map((text) =>
      el("td", { class: /^−?0$/.test(text) ? "figure faint" : "figure" }, text)))),
  );
}

/** Return a picture of which entries are not zero; the darker, the more of them. */
export function spyOf(rows, name) {
  const [width, height] = [rows[0].length, rows.length];
  const cells = [];
  rows.forEach((row, y) => [...row].forEach((digit, x) => {
    if (digit === "0") return;
    cells.push(svg("rect", {
      x: x * SPY, y: y * SPY, width: SPY, height: SPY,
      class: digit === "N" ? "bad" : "filled",
      "fill-opacity": digit === "N" ? 1 : (0.25 + (0.75 * Number(digit)) / 9).toFixed(2),
    }));
  }));
  return svg(
    "svg", {
      class: "spy", role: "img", "aria-label": `where ${name} is not zero`,
      viewBox: `-1 -1 ${width * SPY + 2} ${height * SPY + 2}`,
      width: width * SPY + 2, height: height * SPY + 2,
    },
    svg("rect", { x: 0, y: 0, width: width * SPY, height: height * SPY, class: "frame" }), cells,
  );
}

function cardOf(card) {
  return [
    el("h4", {}, card.name, el("small", {}, ` ${card.shape}`)),
    card.structure ? el("p", {}, el("strong", {}, card.structure), el("span", { class: "faint" }, `  ${card.said}`)) : null,
    card.reason ? el("p", { class: "dim" }, `no numbers: ${card.reason}`) : null,
    card.matrix ? matrixOf(card.matrix) : card.spy ? spyOf(card.spy, card.name) : null,
    card.counts ? el("p", { class: "dim" }, card.counts) : null,
    card.gain ? el("p", { class: "gain" }, `‖Jᵀu‖/‖u‖ = ${card.gain}`, el("span", { class: "faint" }, `  ${card.words}`)) : null,
  ];
}

/** Return the section on the local Jacobian at a step. */
export function cardsPanel(found, refusal) {
  if (!found) return refusal ? [el("h3", {}, "local Jacobian"), el("p", { class: "dim" }, refusal)] : [];
  return [
    el("h3", {}, "local Jacobian"),
    found.of.map(cardOf),
    found.path.length ? [
      el("h4", {}, "gain along the path", el("small", {}, " from the output")),
      el("table", { class: "amounts path" }, found.path.map(([name, norm, gain]) =>
        el("tr", {}, el("th", { scope: "row" }, name), el("td", { class: "figure" }, norm), el("td", { class: "figure dim" }, gain)))),
    ] : null,
  ];
}
