// How arrays are looked at: which part of them, in which format, which value first.
import { $, el } from "./elements.mjs";
import { formatsOf, nameOf } from "./formats.mjs";
import { sliceTyped, wholeOf } from "./slicing.mjs";

const after = (list, one) => list[(list.indexOf(one) + 1) % list.length];

/** What was chosen, and the fields in which it is; `changed` is called when it is another. */
export class Look {
  constructor(changed) {
    this.format = "short";
    this.what = null;
    // Slices as they were typed, by what they are of.
    this.typed = new Map();
    this.at = { key: "", shape: [], dtype: "f4" };
    this.input = el("input", {
      type: "text", class: "slice", size: 14, maxlength: 200, autocomplete: "off", spellcheck: "false",
      placeholder: "[3, :, ::2]", "aria-label": "slice", title: "slice, as Python writes it (S)",
    });
    this.select = el("select", { "aria-label": "format of numbers", title: "format (V)" });
    this.problem = el("p", { class: "problem", role: "status", "aria-live": "polite" });
    this.root = el("form", { class: "look" }, this.input, this.select, this.problem);
    this.root.addEventListener("submit", (event) => {
      event.preventDefault();
      this.slice(this.input.value);
    });
    this.select.addEventListener("change", () => {
      this.format = this.select.value;
      changed();
    });
    this.changed = changed;
  }

  /** Return the fields; an array of one element has nothing to slice. */
  fields(hasSlices) {
    this.input.hidden = !hasSlices;
    return this.root;
  }

  focus() {
    this.input.focus();
  }

  /** Take a slice, unless it is none of the array that is looked at; then the graph has the keys. */
  slice(text) {
    const { key, shape } = this.at;
    const { problem } = sliceTyped(text, shape);
    this.problem.textContent = problem ?? "";
    this.input.setAttribute("aria-invalid", String(Boolean(problem)));
    if (problem) return;
    const isNew = text.trim() !== (this.typed.get(key) ?? "");
    this.typed.set(key, text.trim());
    $("graph").focus();
    if (isNew) this.changed();
  }

  /** Look at an array. */
  turnTo(key, { shape, dtype }) {
    if (key !== this.at.key) {
      this.problem.textContent = "";
      this.input.removeAttribute("aria-invalid");
      this.input.value = this.typed.get(key) ?? "";
    }
    this.at = { key, shape, dtype };
    const formats = formatsOf(dtype);
    const chosen = formats.includes(this.format) ? this.format : "short";
    this.select.replaceChildren(...formats.map((format) =>
      el("option", { value: format, selected: format === chosen }, nameOf(format, dtype))));
  }

  /** Return the indices of each axis that are shown of what has a key. */
  partsOf(key, shape) {
    return sliceTyped(this.typed.get(key) ?? "", shape).parts ?? wholeOf(shape);
  }

  /** Return whether all of what has a key is shown. */
  isWhole(key) {
    return !this.typed.get(key);
  }

  nextFormat(dtype) {
    this.format = after(formatsOf(dtype), this.format);
    return nameOf(this.format, dtype);
  }

  /** Show the next of some values first, and return its name. */
  nextWhat(all, now) {
    this.what = after(all, this.what ?? now);
    return this.what;
  }
}
