// The field that finds: nodes by what is known of them, a turn of a loop, an element.
import { $ } from "./elements.mjs";
import { placeOf } from "./following.mjs";
import { found } from "./search.mjs";

/** Reads what is typed, and goes through what was found. */
export class Finder {
  constructor(app) {
    this.app = app;
    this.hits = [];
    this.input = $("search");
    this.input.addEventListener("input", () => this.search(this.input.value));
    $("search-form").addEventListener("submit", (event) => {
      event.preventDefault();
      this.next(1);
      $("graph").focus();
    });
  }

  /** Give the field the keys, with the beginning of what is asked for. */
  ask(words = "") {
    this.input.focus();
    if (words) this.input.value = words;
  }

  clear() {
    this.input.value = "";
    this.input.blur();
    this.search("");
  }

  search(query) {
    const turn = /^iteration (\d+)$/.exec(query.trim());
    const index = /^element \[?(\d+(?:\s*,\s*\d+)*)\]?$/.exec(query.trim());
    if (turn) this.toTurn(Number(turn[1]));
    else if (index) this.toElement(index[1].split(",").map(Number));
    else {
      this.hits = found(this.app.model.nodes, this.app.facts.program.files, query);
      $("hits").textContent = query.trim() ? `${this.hits.length} found` : "";
      this.app.stage.update();
    }
  }

  toTurn(turn) {
    const { walk, step } = this.app;
    const there = walk.turns(step).find((s) => walk.iterations[s].at(-1) === turn);
    $("hits").textContent = there === undefined ? "not in this page" : "";
    if (there !== undefined) this.app.go(there);
  }

  toElement(index) {
    const shape = this.app.chosenArray()?.shape ?? [];
    const place = placeOf(shape, index);
    $("hits").textContent = place < 0 ? `the shape is [${shape}]` : "";
    if (place >= 0) this.app.follow(place);
  }

  /** Select the next thing found, or the one before. */
  next(by) {
    const { hits, app } = this;
    if (!hits.length) {
      app.say("nothing was found; / searches");
      return;
    }
    const at = hits.indexOf(app.selected);
    const next = at < 0 ? (by > 0 ? 0 : hits.length - 1) : (at + by + hits.length) % hits.length;
    app.pick(hits[next]);
    $("hits").textContent = `${next + 1} of ${hits.length}`;
  }
}
