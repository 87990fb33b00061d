// Panels that follow the walk: chain rule, source, jaxpr, iterations.
import { el, svg } from "./elements.mjs";
import { ruleLines } from "./formulas.mjs";
import { real } from "./numbers.mjs";

const BAR = 64;

function amounts(rows, arrow, accent) {
  return el(
    "table", { class: "amounts" },
    rows.map(([name, element, norm, note, type, reason, isBad]) =>
      el(
        "tr", { class: isBad ? "bad" : null },
        el("td", { class: "arrow" }, arrow),
        el("th", { scope: "row" }, name),
        note === "literal" ? el("td", { class: "dim", colspan: 3 }, "literal") : [
          el("td", { class: `figure ${accent}` }, element),
          reason
            ? el("td", { class: "dim", colspan: 2 }, `none: ${reason}`)
            : [el("td", { class: "dim" }, norm, note ? ` ${note}` : ""), el("td", { class: "faint" }, type)],
        ],
      )),
  );
}

function heading(text, beside) {
  return el("h3", {}, text, beside ? el("small", {}, ` ${beside}`) : null);
}

function sumOf(sum, { title = "sum of contributions", before = "from ", hue = "backward", formula = "" } = {}) {
  if (sum.reason) {
    return [heading(title, sum.where), sum.norm ? el("p", {}, sum.norm) : null,
      el("p", { class: "dim" }, `none: ${sum.reason}`),
      (sum.cuts ?? []).map((cut) => el("p", {}, `cut off: ${cut}`))];
  }
  const terms = (sum.terms ?? []).map(([element, total, name, norm, reason, isBad]) =>
    reason
      ? el("tr", {}, el("td", { colspan: 4, class: "dim" }, `${name}: ${reason}`))
      : el(
        "tr", { class: isBad ? "bad" : null },
        el("td", { class: `figure ${hue}` }, element),
        el("td", { class: "dim figure" }, total),
        el("td", {}, `${before}${name}`),
        el("td", { class: "faint" }, norm),
      ));
  const pending = (sum.pending ?? []).map((name) =>
    el("tr", { class: "faint" }, el("td", { class: "figure" }, "…"), el("td"),
      el("td", { colspan: 2 }, `from ${name}, to come`)));
  return [
    heading(title, sum.where),
    formula ? el("p", { class: "equation" }, formula) : null,
    sum.norm ? el("p", {}, sum.norm, el("span", { class: "faint" }, `  ${sum.type}`)) : null,
    el("table", { class: "amounts terms" }, terms, pending),
    sum.note ? el("p", { class: "dim" }, sum.note) : null,
    sum.total ? el("p", { class: sum.bad ? "total bad" : "total" }, sum.total) : null,
    sum.cancelling ? el("p", { class: "bad" }, sum.cancelling) : null,
  ];
}

/** Return what the chain rule says at a step. */
export function chainPanel(facts, pass, { seedIsDefault, rule }) {
  if (pass === "seed") {
    return [
      el("p", {}, "The backward pass starts here, with a cotangent per output."),
      seedIsDefault ? el("p", { class: "dim" }, "It is one everywhere, the default.") : null,
      heading("seeds"), amounts(facts.sent ?? [], "→", "backward"),
    ];
  }
  const more = facts.more ? el("p", { class: "dim" }, `and ${facts.more} more`) : null;
  const start = [
    el("p", { class: "equation" }, facts.head ?? "", el("span", { class: "dim" }, `  ${facts.type ?? ""}`)),
    (facts.notes ?? []).map((note) => el("p", { class: "dim" }, note)),
  ];
  if (pass === "forward") {
    return [
      ...start,
      facts.takes ? [heading("takes"), amounts(facts.takes, "", ""), more] : null,
      facts.gives ? [heading("gives"), amounts(facts.gives, "", "forward")] : null,
      facts.tangent
        ? sumOf(facts.tangent, { title: "tangent", before: "", hue: "forward", formula: facts.formula })
        : null,
    ];
  }
  return [
    ...start,
    facts.sum ? sumOf(facts.sum) : null,
    facts.sent ? [
      heading("sends", facts.rule), ruleLines(rule), amounts(facts.sent, "→", "backward"), more,
      (facts.slopes ?? []).map((slope) => el("p", { class: "slope" }, slope, el("span", { class: "faint" }, " here, measured"))),
    ] : null,
    facts.others ? [heading("cotangents of the other outputs"), amounts(facts.others, "", "")] : null,
  ];
}

/** Return pieces of a line, those from `start` to `end` as an element. */
function marked(text, start, end) {
  const letters = [...text];
  return [
    letters.slice(0, start).join(""),
    el("mark", {}, letters.slice(start, end).join("")),
    letters.slice(end).join(""),
  ];
}

/** A panel of lines, of which some are marked; it makes its lines once. */
class Lines {
  constructor(panel, name) {
    this.panel = panel;
    this.name = name;
    this.shown = null;
    this.lines = new Map();
    this.marked = [];
  }

  fill(key, rows, problem, pick) {
    if (this.shown === key) return;
    this.shown = key;
    this.lines.clear();
    this.marked = [];
    let before = null;
    const items = rows.map(([n, text]) => {
      const isGap = before !== null && n > before + 1;
      before = n;
      const code = el("code", {}, text || " ");
      const line = el(
        "li", { class: isGap ? "gap" : null, onclick: () => pick(n) },
        el("span", { class: "number", "aria-hidden": "true" }, String(n)), code,
      );
      this.lines.set(n, { line, code, text });
      return line;
    });
    this.panel.replaceChildren(
      ...(problem ? [el("p", { class: "dim" }, problem)] : []),
      el("ol", { class: "lines", "aria-label": this.name }, items),
    );
  }

  mark(stretches) {
    for (const n of this.marked) {
      const { line, code, text } = this.lines.get(n);
      line.classList.remove("here");
      code.textContent = text || " ";
    }
    this.marked = [];
    for (const [n, start, end] of stretches) {
      const found = this.lines.get(n);
      if (!found) continue;
      this.marked.push(n);
      found.line.classList.add("here");
      if (end > start) found.code.replaceChildren(...marked(found.text, start, end));
    }
    const first = this.lines.get(this.marked[0]);
    if (first) reveal(this.panel, first.line);
  }
}

/** Scroll a panel, and nothing around it, so that a line is seen. */
function reveal(panel, line) {
  const outer = panel.getBoundingClientRect();
  const inner = line.getBoundingClientRect();
  const pad = Math.min(60, outer.height / 3);
  if (inner.top < outer.top + pad) panel.scrollTop += inner.top - outer.top - pad;
  else if (inner.bottom > outer.bottom - pad) panel.scrollTop += inner.bottom - outer.bottom + pad;
}

/** The user's source, at the expression that made a node. */
export class SourcePanel extends Lines {
  constructor(panel, files, first, pick) {
    super(panel, "source");
    this.files = files;
    // Where it begins while nothing is at a line: at the first that made something.
    this.first = first;
    this.pick = pick;
  }

  show(node) {
    const place = node?.place;
    if (!place) {
      if (this.shown === null && this.first) {
        this.showFile(this.first[0]);
        reveal(this.panel, this.lines.get(this.first[1]).line);
      }
      if (this.shown === null) {
        this.panel.replaceChildren(el("p", { class: "dim" }, "The source of this program is not known."));
      } else this.mark([]);
      return "";
    }
    const [file, line, column, lastLine, lastColumn, where] = place;
    this.showFile(file);
    const stretches = [];
    for (let n = line; n <= lastLine; n += 1) {
      const start = n === line ? column : 0;
      stretches.push([n, start, n === lastLine ? lastColumn : Infinity]);
    }
    this.mark(stretches);
    return `${this.files[file].name}:${line} in ${where}`;
  }

  showFile(number) {
    const file = this.files[number];
    this.fill(number, file.lines, file.problem, (n) => this.pick(number, n));
  }
}

/** JAX's own text, at an equation. */
export class JaxprPanel extends Lines {
  constructor(panel, jaxpr, pick) {
    super(panel, "jaxpr");
    if (typeof jaxpr === "string") {
      this.shown = "none";
      panel.replaceChildren(el("p", { class: "dim" }, jaxpr));
    } else this.fill("jaxpr", jaxpr.map((line, i) => [i + 1, line]), "", (n) => pick(n - 1));
  }

  show(node) {
    const place = node?.line;
    this.mark(place ? [[place[0] + 1, place[1], place[2]]] : []);
  }
}

/** Show the norm of a value in every turn of the loop around it. */
export function loopBar(place, { walk, values, go }) {
  const { node, of, loop, turns, here } = place;
  const norms = turns.map((step) => {
    const row = walk.row(step, node);
    return values.stats(of, node, 0, row);
  });
  const top = Math.max(...norms.map((s) => s?.l2 ?? 0), 0);
  const width = 100 / Math.max(1, turns.length);
  const bars = turns.map((step, i) => {
    const stats = norms[i];
    const isBad = stats && (stats.nan || stats.negInf || stats.posInf);
    const share = isBad ? 1 : stats && top > 0 ? stats.l2 / top : 0;
    const height = Math.max(share * (BAR - 6), stats ? 2 : 1);
    const turn = walk.iterations[step].at(-1);
    const said = isBad ? "not finite" : stats ? real(stats.l2) : "none";
    return svg(
      "rect",
      {
        x: i * width, y: BAR - height, width: Math.max(width * 0.85, 0.2), height,
        class: [step === here && "here", isBad && "bad"].filter(Boolean).join(" ") || null,
        onclick: () => go(step),
      },
      svg("title", {}, `iteration ${turn}: ${said}`),
    );
  });
  const at = turns.indexOf(here);
  const stats = norms[at];
  return {
    text: `${loop}  iteration ${walk.iterations[here].at(-1)} · ${turns.length} turns`,
    value: stats ? `${of} ‖·‖ ${real(stats.l2)}` : "",
    picture: svg(
      "svg",
      { viewBox: `0 0 100 ${BAR}`, preserveAspectRatio: "none", role: "img",
        "aria-label": `norm of the ${of} in ${turns.length} iterations`, class: of },
      bars,
    ),
  };
}
