// The elements of a slice as a table, and as a picture.
import { element } from "./arrays.mjs";
import { el } from "./elements.mjs";
import { indexOf } from "./following.mjs";
import { count, full } from "./numbers.mjs";
import { placesOf } from "./slicing.mjs";

// Elements that are written at the most.
const MOST_WRITTEN = 4096;
// Elements of a vector in one row.
const IN_ROW = 4;
const CANVAS = 232;

/** Return how many columns the table of a slice has, and whether they are an axis. */
function columnsOf(parts) {
  const free = parts.filter(Array.isArray);
  return free.length > 1 ? [free.at(-1).length, true] : [IN_ROW, false];
}

/** Return the index of the row that begins at a place, such as `[3,:]`. */
function rowName(shape, parts, place, isAxis) {
  const index = indexOf(shape, place);
  const last = parts.findLastIndex(Array.isArray);
  return `[${index.map((i, axis) => (isAxis && axis === last ? ":" : i)).join(",")}]`;
}

/** Return a table of the elements of a slice; a click on one follows it. */
export function sheet(array, parts, { write, follow }) {
  const places = placesOf(parts, array.shape);
  const [columns, isAxis] = columnsOf(parts);
  const shown = places.slice(0, Math.max(columns, MOST_WRITTEN - (MOST_WRITTEN % Math.max(columns, 1))));
  const cell = (place) => {
    const value = element(array, place);
    const index = `[${indexOf(array.shape, place)}] = ${full(value, array.dtype)}`;
    const pick = follow && { onclick: () => follow(place), class: "choice" };
    return el("td", { ...pick, title: follow ? `${index} · follow it (@)` : index }, write(value));
  };
  const rows = [];
  for (let start = 0; start < shown.length; start += columns) {
    const name = rowName(array.shape, parts, shown[start], isAxis);
    rows.push(el("tr", {}, el("th", { scope: "row" }, name), shown.slice(start, start + columns).map(cell)));
  }
  const head = isAxis ? el("tr", {}, el("th"), parts.findLast(Array.isArray).map((i) => el("th", { scope: "col" }, i))) : null;
  const rest = places.length - shown.length;
  return [
    el("div", { class: "scroll", tabindex: "0", role: "group", "aria-label": "elements" },
      el("table", { class: "elements" }, head, rows)),
    rest ? el("p", { class: "dim" }, `${count(rest)} more; a slice shows them`) : null,
  ];
}

/** Return cells from 0 to 254, 127 for zero, 255 for what is not finite. */
export function cellsOf(array, places, absmax) {
  return places.map((place) => {
    const value = element(array, place);
    const x = Array.isArray(value) ? Math.hypot(...value) : Number(value);
    return Number.isFinite(x) ? Math.round((x / (absmax || 1)) * 127) + 127 : 255;
  });
}

/** Return a picture of cells in so many rows. */
export function picture(rows, cells, colours, label) {
  const columns = Math.max(1, Math.round(cells.length / rows));
  const side = Math.max(1, Math.min(14, Math.floor(CANVAS / columns)));
  const canvas = el("canvas", {
    width: columns, height: rows, role: "img", class: "heat", "aria-label": label,
  });
  canvas.style.width = `${columns * side}px`;
  canvas.style.height = `${Math.min(rows * side, 2 * CANVAS)}px`;
  const context = canvas.getContext("2d");
  const image = context.createImageData(columns, rows);
  for (const [i, shade] of cells.entries()) {
    image.data.set([...colours(shade), 255], 4 * i);
  }
  context.putImageData(image, 0, 0);
  return canvas;
}
