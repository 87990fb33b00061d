// The drawing on the screen: what is open in it, which way it runs, which part is seen.
import { Drawing } from "./drawing.mjs";
import { $ } from "./elements.mjs";
import { Panning } from "./panning.mjs";

// Drawings that are kept for when the same is open again.
const KEPT = 6;
// Smaller than that, a drawing is shown in part at first.
const LEGIBLE = 0.75;
const FIRST = 0.85;

/** Shows one drawing after the other; `situation` gives the step of the walk in it. */
export class Stage {
  constructor(model, views, open, { situation, picked }) {
    this.model = model;
    this.views = views;
    this.open = new Set(open);
    this.situation = situation;
    this.picked = picked;
    this.direction = "down";
    this.drawings = new Map();
    this.panning = new Panning($("canvas"), () => this.panned());
  }

  get drawing() {
    const key = `${this.direction} ${this.views.names.map((name) => Number(this.open.has(name))).join("")}`;
    let drawing = this.drawings.get(key);
    if (!drawing) {
      const view = this.views.drawing(this.open, this.direction);
      drawing = new Drawing(this.model, view, this.picked);
      this.drawings.set(key, drawing);
      if (this.drawings.size > KEPT) this.drawings.delete(this.drawings.keys().next().value);
    }
    return drawing;
  }

  /** Draw, as large as is legible, with what is at the walk in sight. */
  begin(item) {
    this.draw();
    const { drawing, panning } = this;
    panning.fit(drawing);
    if (panning.scale >= LEGIBLE) return;
    panning.set((panning.size.width - drawing.width * FIRST) / 2, 12, FIRST);
    this.reveal(item);
  }

  draw() {
    $("scene").replaceChildren(this.drawing.root);
    this.update();
  }

  /** Show the present step. */
  update() {
    this.panned();
    this.drawing.update(this.situation());
  }

  panned() {
    const { x, y, scale } = this.panning;
    $("scene").setAttribute("transform", `translate(${x} ${y}) scale(${scale})`);
    this.drawing.see(this.panning.area, scale);
  }

  fit() {
    this.panning.fit(this.drawing);
  }

  /** Draw all there is, as large as the paper; afterwards, as before. */
  fitPaper(isPrinting) {
    if (!isPrinting) {
      $("canvas").removeAttribute("viewBox");
      this.panned();
      return;
    }
    const { width, height } = this.drawing;
    $("canvas").setAttribute("viewBox", `0 0 ${width} ${height}`);
    $("scene").removeAttribute("transform");
    this.drawing.see({ x: 0, y: 0, width, height }, 1);
  }

  /** Change what is open, and leave what is looked at in its place. */
  redraw(change, anchor) {
    const before = this.anchor(anchor);
    change();
    this.draw();
    const after = this.anchor(anchor);
    if (before && after) {
      const { scale } = this.panning;
      this.panning.pan((before.x - after.x) * scale, (before.y - after.y) * scale);
    } else this.panned();
    this.drawing.update(this.situation());
  }

  /** Return the box or frame that stands for a node, region or group, or null. */
  shown(item) {
    if (item === -1) return null;
    return typeof item === "number" ? this.drawing.shown(item) : item;
  }

  anchor(item) {
    const place = this.drawing.rectangle(this.shown(item ?? "") ?? "");
    return place && { x: place.x + place.width / 2, y: place.y };
  }

  /** Move the drawing so that something is seen. */
  reveal(item) {
    const place = this.drawing.rectangle(this.shown(item) ?? "");
    if (place) this.panning.show(place);
  }

  /** Open all that a node is in. */
  openAround(node) {
    if (node < 0 || this.drawing.items.has(node)) return;
    const around = this.model.around(node).filter((item) => this.views.has(item));
    if (around.every((item) => this.open.has(item))) return;
    this.redraw(() => { this.open = new Set([...this.open, ...around]); }, around.at(-1));
  }

  toggle(item) {
    this.redraw(() => {
      this.open = this.views.toggled(this.open, item, !this.open.has(item));
    }, item);
  }

  /** Open or close all that is inside of a region, or everything. */
  toggleAll(item, isOpen, anchor) {
    this.redraw(() => { this.open = this.views.toggledAll(this.open, item, isOpen); }, anchor);
  }

  turn(anchor) {
    this.redraw(() => { this.direction = this.direction === "down" ? "right" : "down"; }, anchor);
  }

  /** Return the nodes at the other ends of the lines at an item that are drawn as texts. */
  farEnds(item) {
    const [first, stop] = this.model.stretch(item);
    const isHere = (node) => first <= node && node < stop;
    const ends = this.drawing.view.stubs.flatMap(({ side, node, users }) =>
      (side === "to" ? (users.some(isHere) ? [node] : []) : (isHere(node) ? users : [])));
    return [...new Set(ends)].filter((node) => !isHere(node));
  }
}
