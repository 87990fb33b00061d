// Move and scale the drawing: wheel, drag, pinch.

const LEAST = 0.02;
const MOST = 4;

/** The part of the drawing that is seen in an element of SVG. */
export class Panning {
  constructor(frame, changed) {
    this.frame = frame;
    this.changed = changed;
    this.x = 0;
    this.y = 0;
    this.scale = 1;
    this.pointers = new Map();
    this.hasMoved = false;
    frame.addEventListener("wheel", (event) => this.wheel(event), { passive: false });
    frame.addEventListener("pointerdown", (event) => this.down(event));
    frame.addEventListener("pointermove", (event) => this.move(event));
    for (const name of ["pointerup", "pointercancel", "pointerleave"]) {
      frame.addEventListener(name, (event) => this.pointers.delete(event.pointerId));
    }
    // A drag is no click on what lies below.
    frame.addEventListener("click", (event) => {
      if (this.hasMoved) event.stopPropagation();
      this.hasMoved = false;
    }, { capture: true });
  }

  get size() {
    return { width: this.frame.clientWidth || 800, height: this.frame.clientHeight || 600 };
  }

  /** The area of the drawing that is seen. */
  get area() {
    const { width, height } = this.size;
    return {
      x: -this.x / this.scale, y: -this.y / this.scale,
      width: width / this.scale, height: height / this.scale,
    };
  }

  set(x, y, scale) {
    this.x = x;
    this.y = y;
    this.scale = scale;
    this.changed();
  }

  pan(dx, dy) {
    this.set(this.x + dx, this.y + dy, this.scale);
  }

  /** Scale about a point of the frame, its middle by default. */
  zoom(by, at) {
    const { width, height } = this.size;
    const [px, py] = at ?? [width / 2, height / 2];
    const scale = Math.min(MOST, Math.max(LEAST, this.scale * by));
    const share = scale / this.scale;
    this.set(px - (px - this.x) * share, py - (py - this.y) * share, scale);
  }

  /** Show all of a drawing. */
  fit(drawing, most = 1.4) {
    const { width, height } = this.size;
    const pad = 24;
    const scale = Math.min(
      most, (width - pad) / drawing.width, (height - pad) / drawing.height,
    );
    const kept = Math.max(LEAST, scale);
    this.set((width - drawing.width * kept) / 2, (height - drawing.height * kept) / 2, kept);
  }

  /** Move no farther than needed for a rectangle to be seen with some room around. */
  show(r) {
    const { width, height } = this.size;
    const shift = (low, extent, room) => {
      const pad = Math.min(60, Math.max(0, (room - extent) / 2));
      if (extent > room) return low > 0 || low + extent < room ? (room - extent) / 2 - low : 0;
      if (low < pad) return pad - low;
      return low + extent > room - pad ? room - pad - low - extent : 0;
    };
    const dx = shift(r.x * this.scale + this.x, r.width * this.scale, width);
    const dy = shift(r.y * this.scale + this.y, r.height * this.scale, height);
    if (dx || dy) this.pan(dx, dy);
  }

  point(event) {
    const box = this.frame.getBoundingClientRect();
    return [event.clientX - box.left, event.clientY - box.top];
  }

  wheel(event) {
    // In a page around this one, a wheel that passes over goes on scrolling that.
    if (window.parent !== window && !document.hasFocus() && !event.ctrlKey) return;
    event.preventDefault();
    const unit = event.deltaMode === 1 ? 30 : 1;
    if (event.shiftKey) this.pan(-event.deltaY * unit, 0);
    else if (event.ctrlKey || Math.abs(event.deltaX) < 1) {
      this.zoom(Math.exp(-event.deltaY * unit * (event.ctrlKey ? 0.01 : 0.0015)), this.point(event));
    } else this.pan(-event.deltaX * unit, -event.deltaY * unit);
  }

  down(event) {
    this.pointers.set(event.pointerId, this.point(event));
    this.hasMoved = false;
  }

  move(event) {
    const before = this.pointers.get(event.pointerId);
    if (!before) return;
    const here = this.point(event);
    const distance = (a, b) => Math.hypot(a[0] - b[0], a[1] - b[1]);
    if (!this.hasMoved && distance(here, before) < 4) return;
    this.hasMoved = true;
    const other = [...this.pointers].find(([id]) => id !== event.pointerId)?.[1];
    this.pointers.set(event.pointerId, here);
    if (other) {
      const middle = [(here[0] + other[0]) / 2, (here[1] + other[1]) / 2];
      this.zoom(distance(here, other) / Math.max(1, distance(before, other)), middle);
    } else this.pan(here[0] - before[0], here[1] - before[1]);
  }
}
