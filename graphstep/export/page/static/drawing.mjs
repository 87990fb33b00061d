// The graph as SVG: boxes, frames and lines of one drawing, and how the walk marks them.
import { svg } from "./elements.mjs";
import { roundPath, straightened, ways } from "./routes.mjs";

// Pixels of a cell.
export const CELL = { width: 8, height: 15 };
// What stands before a value, as in the boxes of the terminal.
const SIGNS = { primal: "", cotangent: "∂ ", tangent: "˙ " };
const MARKS = { done: "●", current: "▶", pending: "○", blocked: "·" };
// More boxes than that are made only where they are seen.
const MANY = 500;
const MARGIN = 400;
// Boxes smaller than that are drawn as one shape without words.
const READABLE = 0.22;

const px = (x) => x * CELL.width + CELL.width / 2;
const py = (y) => y * CELL.height + CELL.height / 2;

/** Return `text` in at most `n` characters. */
export function cut(text, n) {
  const letters = [...text];
  return letters.length <= n ? text : `${letters.slice(0, Math.max(1, n - 1)).join("")}…`;
}

function rectangle([x, y, width, height]) {
  return {
    x: px(x), y: py(y),
    width: (width - 1) * CELL.width, height: (height - 1) * CELL.height,
  };
}

/** One drawing; `update` shows a step of the walk in it. */
export class Drawing {
  constructor(model, view, select) {
    this.model = model;
    this.view = view;
    this.select = select;
    this.width = (view.size[0] + 1) * CELL.width;
    this.height = (view.size[1] + 1) * CELL.height;
    this.items = new Map();
    this.made = new Map();
    for (const { id, place } of view.boxes) this.items.set(id, { id, ...rectangle(place) });
    this.frameRectangles = new Map(view.frames.map(({ id, place }) => [id, rectangle(place)]));
    this.layers = ["frames", "far", "lines", "flow", "boxes"].map((name) =>
      svg("g", { class: name, "aria-hidden": name === "boxes" ? null : "true" }));
    this.root = svg("g", {}, this.layers);
    this.isMany = this.items.size > MANY;
    this.drawFrames();
    this.drawLines();
  }

  layer(name) {
    return this.layers[["frames", "far", "lines", "flow", "boxes"].indexOf(name)];
  }

  /** Return the place of a box or frame in pixels. */
  rectangle(item) {
    return this.items.get(item) ?? this.frameRectangles.get(item) ?? null;
  }

  /** Return the box or frame that stands for a node. */
  shown(node) {
    if (this.items.has(node)) return node;
    return this.model.around(node).find((item) => this.items.has(item)) ?? null;
  }

  drawFrames() {
    for (const { id, place, depth, title: [titleX, titleWidth] } of this.view.frames) {
      const r = rectangle(place);
      const title = this.model.title(id);
      const open = (event) => {
        event.stopPropagation();
        this.select(id, event.detail > 1);
      };
      const label = svg(
        "text",
        { x: titleX * CELL.width + 6, y: r.y + 4, class: "frame-title", onclick: open },
        cut(`⊟ ${title}`, Math.max(3, titleWidth - 1)),
      );
      this.layer("frames").append(
        svg(
          "g", { class: `frame depth${depth % 4}`, "data-region": id },
          svg("rect", { ...r, rx: 10 }),
          svg("rect", {
            class: "plate", x: titleX * CELL.width + 2, y: r.y - 8,
            width: Math.min(titleWidth, [...title].length + 3) * 7.3 + 4, height: 16, onclick: open,
          }),
          label,
        ),
      );
    }
  }

  drawLines() {
    this.trunks = this.view.trunks.map(({ node, out, start, segments, ends }) => {
      const found = ways(start, segments, ends.map((end) => end.at))
        .map((way) => straightened(way.map(([x, y]) => [px(x), py(y)])));
      const d = found.map((way) => roundPath(way, 7)).join("");
      const halo = svg("path", { d, class: "halo" });
      const line = svg("path", { d, class: "line" });
      const heads = ends.map((end, i) => (end.isArrow ? head(found[i]) : null));
      const group = svg("g", { class: "trunk", "data-node": node }, halo, line, heads);
      this.layer("lines").append(group);
      return { node, out, ends, ways: found, group };
    });
    for (const { node, out, at: [x, y], extent, side, label, users } of this.view.stubs) {
      const width = Math.max(...extent);
      const go = () => this.select(side === "from" ? users[0] : node, false);
      this.layer("lines").append(
        svg(
          "g", { class: "stub", "data-node": node, "data-out": out, onclick: go },
          svg("rect", {
            x: x * CELL.width, y: y * CELL.height, width: width * CELL.width,
            height: CELL.height, rx: 7,
          }),
          svg(
            "text",
            { x: (x + width / 2) * CELL.width, y: py(y) + 4, "text-anchor": "middle" },
            cut(label, width),
          ),
        ),
      );
    }
    if (this.isMany) {
      const d = [...this.items.values()]
        .map((r) => `M${r.x} ${r.y}h${r.width}v${r.height}h${-r.width}z`).join("");
      this.layer("far").append(svg("path", { d }));
    }
  }

  /** Make the boxes that are seen, if not all are made. */
  see(area, scale) {
    const isFar = this.isMany && scale < READABLE;
    this.root.classList.toggle("is-far", isFar);
    const layer = this.layer("boxes");
    for (const item of this.items.values()) {
      const isSeen = !this.isMany || (!isFar
        && item.x < area.x + area.width + MARGIN && item.x + item.width > area.x - MARGIN
        && item.y < area.y + area.height + MARGIN && item.y + item.height > area.y - MARGIN);
      const known = this.made.get(item.id);
      if (isSeen && !known) {
        const made = this.makeBox(item);
        this.made.set(item.id, made);
        layer.append(made.group);
        if (this.situation) this.mark(made, this.situation);
      } else if (!isSeen && known) {
        known.group.remove();
        this.made.delete(item.id);
      }
    }
  }

  makeBox(item) {
    const { model } = this;
    const lines = model.boxLines(item.id);
    const letters = Math.floor((item.width - 16) / 7.25);
    const middle = item.x + item.width / 2;
    const texts = lines.map(([text, kind], i) =>
      svg(
        "text",
        { x: middle, y: item.y + 19 + i * CELL.height, class: kind, "text-anchor": "middle" },
        cut(text, letters),
      ));
    const values = typeof item.id === "number" ? ["primal", "derivative"].map((of, i) =>
      svg("text", {
        x: middle, y: item.y + 19 + (lines.length + i) * CELL.height,
        class: `value ${of}`, "text-anchor": "middle",
      })) : [];
    const mark = svg("text", { x: item.x + item.width - 5, y: item.y + 13, class: "mark" });
    const trouble = svg("text", { x: item.x + 6, y: item.y + 14, class: "trouble-letter" });
    const group = svg(
      "g",
      {
        class: "box", role: "button", tabindex: "-1",
        [typeof item.id === "number" ? "data-node" : "data-region"]: item.id,
        onclick: (event) => this.select(item.id, event.detail > 1),
      },
      svg("title", {}, model.tip(item.id)),
      svg("rect", {
        x: item.x, y: item.y, width: item.width, height: item.height,
        rx: model.isClosed(item.id) ? 12 : 6,
      }),
      model.isClosed(item.id)
        ? svg("rect", {
          class: "inner", x: item.x + 3, y: item.y + 3, width: item.width - 6,
          height: item.height - 6, rx: 9,
        }) : null,
      texts, values, mark, trouble,
    );
    return { item, group, values, mark, trouble, base: `box kind-${model.kind(item.id)}`, was: "" };
  }

  /** Show a step of the walk. */
  update(situation) {
    this.situation = situation;
    for (const made of this.made.values()) this.mark(made, situation);
    const { walk, step } = situation;
    for (const trunk of this.trunks) {
      const isDone = walk.pass(step) !== "forward"
        || walk.state(step, trunk.node, trunk.node + 1) !== "pending";
      trunk.group.classList.toggle("is-done", isDone);
    }
    this.drawFlow(situation);
    for (const frame of this.layer("frames").children) {
      frame.classList.toggle("selected", frame.dataset.region === situation.selected);
    }
  }

  mark(made, { walk, step, values, selected, hits, stops, pass }) {
    const { id } = made.item;
    const [first, stop] = this.model.stretch(id);
    const isBackward = pass !== "forward";
    let state = walk.state(step, first, stop);
    if (isBackward && !walk.comesTo("backward", first, stop)) state = "blocked";
    const isNode = typeof id === "number";
    const isComplete = isNode && walk.isComplete(step, id);
    let flag = "";
    if (isNode) {
      const row = walk.row(step, id);
      const isKnown = isBackward || state !== "pending";
      const beside = values.has("tangent") ? "tangent" : "cotangent";
      const shown = [isKnown, beside === "tangent" ? isKnown : isComplete];
      for (const [i, of] of ["primal", beside].entries()) {
        const short = shown[i] && values.has(of) && values.entry(of, id, 0)
          ? values.short(of, id, 0, row) : { text: "", flag: "" };
        flag = flag === "N" ? flag : short.flag || flag;
        const text = short.text && `${SIGNS[of]}${short.text}`;
        if (made.values[i].textContent !== text) made.values[i].textContent = text;
        made.values[i].setAttribute("class", `value ${of}${short.flag ? " bad" : ""}`);
      }
    }
    const mark = `${stops.has(id) ? "■" : ""}${isComplete ? "◆" : MARKS[state]}`;
    const look = [
      made.base, state, pass, isComplete && "complete", id === selected && "selected",
      hits.has(id) && "hit", flag && "trouble",
    ].filter(Boolean).join(" ");
    if (look === made.was && made.mark.textContent === mark) return;
    made.was = look;
    made.group.setAttribute("class", look);
    made.group.setAttribute("aria-label", this.model.spoken(id, state, isComplete));
    made.mark.textContent = mark;
    made.trouble.textContent = flag;
  }

  /** Light the lines along which values, or contributions, go at this step. */
  drawFlow({ walk, step, pass }) {
    const here = walk.node(step);
    const paths = [];
    for (const trunk of this.trunks) {
      for (const [i, end] of trunk.ends.entries()) {
        if (end.users.includes(here)) {
          paths.push(svg("path", { d: roundPath(trunk.ways[i], 7), class: `into ${pass}` }));
          if (end.isArrow) {
            const tip = head(trunk.ways[i]);
            tip.classList.add("into", pass);
            paths.push(tip);
          }
        } else if (trunk.node === here) {
          paths.push(svg("path", { d: roundPath(trunk.ways[i], 7), class: `from ${pass}` }));
        }
      }
    }
    this.layer("flow").replaceChildren(...paths);
  }
}

/** Return an arrow head at the end of a way. */
function head(way) {
  const [x, y] = way.at(-1);
  const [ax, ay] = way.at(-2) ?? [x, y - 1];
  const dx = Math.sign(x - ax);
  const dy = Math.sign(y - ay) || (dx ? 0 : 1);
  const d = dy
    ? `M${x} ${y}l-3.5 ${-7 * dy}h7z`
    : `M${x} ${y}l${-7 * dx} -3.5v7z`;
  return svg("path", { d, class: "head" });
}
