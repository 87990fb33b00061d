// The page: one state, commands that change it, and what is shown of it.
import { Values, element, magnitude } from "./arrays.mjs";
import { cardsPanel } from "./cards.mjs";
import { Drawing } from "./drawing.mjs";
import { el } from "./elements.mjs";
import { followed, placeOf } from "./following.mjs";
import { nodePanel, regionPanel } from "./inspector.mjs";
import { KEYS, commandOf, isTaken } from "./keys.mjs";
import { LessonPanel } from "./lesson.mjs";
import { Model } from "./model.mjs";
import { full } from "./numbers.mjs";
import { Panning } from "./panning.mjs";
import { JaxprPanel, SourcePanel, chainPanel, loopBar } from "./panels.mjs";
import { unpacked } from "./payload.mjs";
import { found } from "./search.mjs";
import { Views } from "./views.mjs";
import { Walk } from "./walk.mjs";

const PLAY_MS = 700;
const PAN = 80;
// Shapes of the button that plays.
const PLAY = "M4 3l8 5-8 5z";
const PAUSE = "M4 3h3v10H4zM9 3h3v10H9z";
const PANES = ["chain", "inspector", "source", "jaxpr"];
const LEGEND = [
  ["input", "input, output"], ["elementwise", "elementwise"], ["linear", "linear algebra"],
  ["reduction", "reduction"], ["index", "indexing"], ["shape", "shape"], ["control", "control"],
  ["rule", "custom rule"], ["random", "random"], ["effect", "effect"],
];

const $ = (id) => document.getElementById(id);

class App {
  constructor(facts, blob) {
    this.facts = facts;
    this.model = new Model(facts.program);
    this.walk = new Walk(facts.program, facts.steps);
    this.values = new Values(facts.values, blob);
    this.views = new Views(facts.openable, facts.drawn, this.model.parents);
    this.open = new Set(facts.first.map((i) => facts.openable[i]));
    this.direction = "down";
    this.step = 0;
    this.selected = null;
    this.out = 0;
    this.hits = [];
    this.stops = new Set();
    this.jumps = new Map();
    this.element = null;
    this.timer = null;
    this.drawings = new Map();
    this.panning = new Panning($("canvas"), () => this.panned());
    const first = facts.program.nodes.find((node) => node.place)?.place;
    this.source = new SourcePanel($("panel-source"), facts.program.files, first, (f, n) => this.pickLine(f, n));
    this.jaxpr = new JaxprPanel($("panel-jaxpr"), facts.program.jaxpr, (n) => this.pickJaxpr(n));
  }

  // Beginning ---------------------------------------------------------------------------

  start() {
    $("check").textContent = this.facts.check;
    const scrubber = $("scrubber");
    scrubber.max = this.walk.length - 1;
    const share = this.walk.seed === null ? 1 : (this.walk.seed + 0.5) / this.walk.length;
    document.documentElement.style.setProperty("--seed", `${100 * share}%`);
    $("backward-part").hidden = this.walk.seed === null;
    $("legend").replaceChildren(...LEGEND
      .filter(([kind]) => this.model.nodes.some((node) => node.kind === kind))
      .flatMap(([kind, words]) => [el("dt", { class: `kind-${kind}` }), el("dd", {}, words)]));
    this.fillHelp();
    this.listen();
    this.step = this.facts.start;
    this.readHash();
    if (this.facts.lesson) this.addLesson();
    this.draw();
    const drawing = this.drawing;
    this.panning.fit(drawing);
    if (this.panning.scale < 0.75) {
      this.panning.scale = 0.85;
      this.panning.set((this.panning.size.width - drawing.width * 0.85) / 2, 12, 0.85);
      this.reveal();
    }
    document.documentElement.dataset.ready = "true";
  }

  /** Put the text of a lesson beside the walk; its first stop is where the page opens. */
  addLesson() {
    const lesson = new LessonPanel(this.facts.lesson, (page) => {
      const node = this.walk.node(this.walk.place(page.step));
      if (node >= 0 && !this.drawing.items.has(node)) this.openAround(node);
      this.go(this.walk.place(page.step));
      if (page.select !== null) this.pick(page.select);
      if (PANES.includes(page.show)) this.pickTab(page.show);
    });
    document.querySelector("main").prepend(lesson.root);
    document.documentElement.dataset.lesson = "true";
    this.step = this.walk.place(this.facts.lesson.pages[0].step);
  }

  fillHelp() {
    $("help-keys").replaceChildren(...KEYS.map(([subject, rows]) =>
      el("section", {}, el("h3", {}, subject), el("dl", {},
        rows.flatMap(([keys, , words]) => [
          el("dt", {}, keys.map((key) => el("kbd", {}, key === " " ? "Space" : key))),
          el("dd", {}, words),
        ])))));
    const { notes, turns, maxElements } = this.facts;
    const said = [
      ...notes,
      `Arrays of up to ${maxElements} elements are in this page in full.`,
      turns === null ? "Every step of the walk is in this page."
        : `Of the ${this.facts.steps.length} steps of the walk, this page has ${this.walk.length}: `
          + `those of at most ${turns} turns of each loop.`,
    ];
    $("about").replaceChildren(el("h3", {}, "this page"), el("ul", {}, said.map((s) => el("li", {}, s))));
  }

  listen() {
    document.addEventListener("keydown", (event) => {
      if (isTaken(event.target, event.key) || $("help").open) return;
      const command = commandOf(event);
      if (!command) return;
      event.preventDefault();
      this.run(command);
    });
    for (const button of document.querySelectorAll("[data-command]")) {
      button.addEventListener("click", () => this.run(button.dataset.command));
    }
    $("theme").addEventListener("click", () => this.run("theme"));
    $("help-button").addEventListener("click", () => this.run("help"));
    $("scrubber").addEventListener("input", () => this.go(Number($("scrubber").value)));
    $("search").addEventListener("input", () => this.search($("search").value));
    $("search-form").addEventListener("submit", (event) => {
      event.preventDefault();
      this.run("nextHit");
      $("graph").focus();
    });
    for (const name of PANES) {
      $(`tab-${name}`).addEventListener("click", () => this.pickTab(name));
    }
    $("canvas").addEventListener("click", (event) => {
      if (event.target === $("canvas")) this.pick(null);
    });
    window.addEventListener("hashchange", () => {
      if (this.readHash()) this.shown();
    });
    window.addEventListener("resize", () => this.panned());
    window.addEventListener("beforeprint", () => this.fitPaper());
    window.addEventListener("afterprint", () => {
      $("canvas").removeAttribute("viewBox");
      this.panned();
    });
  }

  readHash() {
    const asked = /(?:^#|&)step=(\d{1,15})/.exec(location.hash);
    if (!asked) return false;
    const step = this.walk.place(Number(asked[1]));
    const isNew = step !== this.step;
    this.step = step;
    return isNew;
  }

  // What is drawn -----------------------------------------------------------------------

  get drawing() {
    const key = `${this.direction} ${this.views.names.map((name) => Number(this.open.has(name))).join("")}`;
    let drawing = this.drawings.get(key);
    if (!drawing) {
      const view = this.views.drawing(this.open, this.direction);
      drawing = new Drawing(this.model, view, (item, isDouble) => {
        if (isDouble && typeof item !== "number") this.toggle(item);
        else this.pick(item);
      });
      this.drawings.set(key, drawing);
      if (this.drawings.size > 6) this.drawings.delete(this.drawings.keys().next().value);
    }
    return drawing;
  }

  draw() {
    $("scene").replaceChildren(this.drawing.root);
    this.shown();
  }

  panned() {
    const { x, y, scale } = this.panning;
    $("scene").setAttribute("transform", `translate(${x} ${y}) scale(${scale})`);
    this.drawing.see(this.panning.area, scale);
  }

  /** Draw all there is, as large as the paper. */
  fitPaper() {
    const { width, height } = this.drawing;
    $("canvas").setAttribute("viewBox", `0 0 ${width} ${height}`);
    $("scene").removeAttribute("transform");
    this.drawing.see({ x: 0, y: 0, width, height }, 1);
  }

  /** Draw what is open now, with what is looked at in the same place. */
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

  anchor(item) {
    if (item === null || item === undefined) return null;
    const shown = typeof item === "number" ? this.drawing.shown(item) : item;
    const place = this.drawing.rectangle(shown ?? "");
    return place && { x: place.x + place.width / 2, y: place.y };
  }

  situation() {
    const pass = this.walk.pass(this.step);
    return {
      walk: this.walk, step: this.step, values: this.values, pass,
      selected: this.selected, hits: new Set(this.hits), stops: this.stops,
    };
  }

  /** Show the present state everywhere. */
  shown() {
    const { walk, step } = this;
    const pass = walk.pass(step);
    const here = walk.node(step);
    document.documentElement.dataset.pass = pass;
    this.panned();
    this.drawing.update(this.situation());
    $("scrubber").value = step;
    const name = here < 0 ? "seed" : this.model.nodes[here].equation;
    const turn = walk.iterations[step].length ? `, iteration ${walk.iterations[step].join(".")}` : "";
    const words = `step ${walk.index(step)} of ${this.facts.steps.length - 1}`;
    $("scrubber").setAttribute("aria-valuetext", `${words}: ${pass}, ${name}${turn}`);
    $("where").replaceChildren(
      el("span", { class: `pass ${pass}` }, pass === "forward" ? "▶ forward" : pass === "seed" ? "◆ seed" : "◀ backward"),
      ` ${walk.index(step)}/${this.facts.steps.length - 1} `,
      el("span", { class: "equation" }, pass === "seed" ? "" : name), el("span", { class: "dim" }, turn),
    );
    this.showPanels(pass, here);
    this.showLoop(pass, here);
    const hash = `#step=${walk.index(step)}`;
    if (location.hash !== hash) {
      // A page inside another one may not change its address.
      try { history.replaceState(null, "", hash); } catch { /* it stays */ }
    }
  }

  showPanels(pass, here) {
    const { selected, step, model, walk, values } = this;
    const given = this.facts.chain[step];
    const other = this.element === null || pass === "seed" ? null : followed(given, this.element, this);
    const chain = chainPanel(other ?? given, pass, {
      seedIsDefault: this.facts.seedIsDefault, rule: this.facts.rules[this.facts.rule[here]],
    });
    const card = cardsPanel(this.facts.cards[this.facts.card[step]], this.facts.noCards);
    if (other) chain.unshift(this.followedLine(other.at));
    $("panel-chain").replaceChildren(...[...chain, ...card].flat(Infinity).filter(Boolean));
    const item = selected ?? here;
    const context = {
      model, walk, step, values, colours: colours(),
      go: (node, out = 0) => this.pick(node, out),
      // Elements are followed from what the cursor is at.
      follow: item === here && (selected === null || this.out === 0) ? (i) => this.follow(i) : null,
    };
    let content = [el("p", {}, "The backward pass starts here, with a cotangent for every output.")];
    if (typeof item !== "number") content = regionPanel(item, context);
    else if (item >= 0) content = nodePanel(item, selected === null ? 0 : this.out, context);
    $("panel-inspector").replaceChildren(...content.flat(Infinity).filter(Boolean));
    const node = typeof item === "number" && item >= 0 ? model.nodes[item] : null;
    const place = this.source.show(node);
    $("heading-source").textContent = place ? `source  ${place}` : "source";
    this.jaxpr.show(node);
  }

  followedLine(index) {
    return el("p", { class: "dim" }, `at element [${index}] · `,
      el("button", { type: "button", class: "link", onclick: () => this.follow(null) }, "back to the one it was written with"));
  }

  /** Follow an element of what the cursor is at, counted through it, or the usual one. */
  follow(place) {
    this.element = place;
    this.shown();
  }

  /** Return the array at the cursor that elements are chosen of, or null. */
  chosenArray() {
    const here = this.walk.node(this.step);
    const isBack = this.walk.pass(this.step) === "backward" && this.values.has("cotangent");
    if (here < 0) return null;
    const row = this.walk.row(this.step, here);
    return (isBack && this.values.array("cotangent", here, 0, row)) || this.values.array("primal", here, 0, row);
  }

  /** Follow the element that is found first by some measure. */
  followBest(isBetter) {
    const array = this.chosenArray();
    if (!array) {
      this.say("the page has no elements of this value");
      return;
    }
    let best = -1;
    for (let i = 0; i < array.size; i += 1) if (isBetter(array, i, best)) best = i;
    if (best < 0) this.say("there is no such element");
    else this.follow(best);
  }

  /** Show all elements of what the inspector shows, or hide them. */
  showArray() {
    this.pickTab("inspector");
    for (const details of document.querySelectorAll("#panel-inspector details")) details.open = !details.open;
  }

  askElement() {
    if (!this.chosenArray()) {
      this.say("the page has no elements of this value");
      return;
    }
    $("search").focus();
    $("search").value = "element ";
  }

  copyArray() {
    const array = this.chosenArray();
    if (!array) return;
    const texts = Array.from({ length: array.size }, (_, i) => full(element(array, i), array.dtype));
    navigator.clipboard?.writeText(texts.join(" ")).then(() => this.say(`copied ${array.size} elements`),
      () => this.say("the browser does not let this page copy"));
  }

  showLoop(pass, here) {
    const chosen = typeof this.selected === "number" ? this.selected : here;
    const isIn = (node) => node >= 0 && this.model.nodes[node].loops.length > 0;
    const bar = $("loop");
    bar.hidden = !isIn(here);
    if (bar.hidden) return;
    const node = isIn(chosen) && String(this.model.nodes[chosen].loops) === String(this.model.nodes[here].loops)
      ? chosen : here;
    const of = pass === "forward" || !this.values.has("cotangent") ? "primal" : "cotangent";
    const loop = this.model.regions[this.model.nodes[here].loops.at(-1)].loop;
    const shown = loopBar(
      { node, of, loop, turns: this.walk.turns(this.step), here: this.step },
      { walk: this.walk, values: this.values, go: (step) => this.go(step) },
    );
    $("loop-text").textContent = shown.text;
    $("loop-value").textContent = `${this.model.nodes[node].outs[0]?.[0] ?? ""}  ${shown.value}`;
    $("loop-picture").replaceChildren(shown.picture);
  }

  // Commands ----------------------------------------------------------------------------

  say(words) {
    $("said").textContent = words;
  }

  run(command) {
    this.say("");
    if (command !== "play" && this.timer) this.play();
    const own = {
      into: () => this.into(), runTo: () => this.runTo(), play: () => this.play(),
      continue: () => this.go(this.walk.continued(this.step, this.stops, 1)),
      reverseContinue: () => this.go(this.walk.continued(this.step, this.stops, -1)),
      breakpoint: () => this.switchStop(), search: () => $("search").focus(),
      nextHit: () => this.nextHit(1), previousHit: () => this.nextHit(-1),
      where: () => { this.pick(null); this.reveal(); },
      selectUser: () => this.neighbour("users"), selectOperand: () => this.neighbour("operands"),
      toggle: () => this.toggleSelected(),
      openAll: () => this.toggleAll(true), closeAll: () => this.toggleAll(false),
      zoomIn: () => this.panning.zoom(1.25), zoomOut: () => this.panning.zoom(0.8),
      fit: () => this.panning.fit(this.drawing), direction: () => this.changeDirection(),
      panLeft: () => this.panning.pan(PAN, 0), panRight: () => this.panning.pan(-PAN, 0),
      panUp: () => this.panning.pan(0, PAN), panDown: () => this.panning.pan(0, -PAN),
      paneGraph: () => $("graph").focus(), paneInspector: () => this.pickTab("inspector", true),
      paneChain: () => this.pickTab("chain", true), paneSource: () => this.pickTab("source", true),
      paneJaxpr: () => this.pickTab("jaxpr", true),
      theme: () => this.changeTheme(), help: () => $("help").showModal(),
      jump: () => this.jump(), askElement: () => this.askElement(), copyArray: () => this.copyArray(),
      greatest: () => this.followBest((a, i, best) => best < 0 || magnitude(a, i) > magnitude(a, best)),
      trouble: () => this.followBest((a, i, best) => best < 0 && !Number.isFinite(magnitude(a, i))),
      showArray: () => this.showArray(), leave: () => this.leave(), askIteration: () => this.askIteration(),
    };
    if (command in own) own[command]();
    else this.moveBy(command);
  }

  moveBy(move) {
    const step = this.walk.moved(this.step, move);
    if (step === this.step) {
      this.say(move === "other" ? "the other pass does not come here"
        : step === this.walk.length - 1 ? "the last step; p goes back"
          : step === 0 ? "the first step; n goes on" : "nothing further that way");
    }
    this.go(step);
  }

  go(step) {
    const isNew = step !== this.step;
    this.step = Math.min(Math.max(step, 0), this.walk.length - 1);
    if (isNew && this.selected !== null && typeof this.selected !== "number") this.selected = null;
    if (isNew) {
      this.selected = null;
      this.element = null;
    }
    this.shown();
    this.reveal();
  }

  /** Move the drawing so that the cursor, or what is selected, is seen. */
  reveal() {
    const item = this.selected ?? this.walk.node(this.step);
    if (item === -1) return;
    const shown = typeof item === "number" ? this.drawing.shown(item) : item;
    const place = shown === null ? null : this.drawing.rectangle(shown);
    if (place) this.panning.show(place);
  }

  into() {
    const step = this.walk.moved(this.step, "next");
    const node = this.walk.node(step);
    if (node >= 0 && !this.drawing.items.has(node)) this.openAround(node);
    this.go(step);
  }

  openAround(node) {
    const around = this.model.around(node).filter((item) => this.views.has(item));
    if (around.every((item) => this.open.has(item))) return;
    this.redraw(() => { this.open = new Set([...this.open, ...around]); }, around.at(-1));
  }

  toggle(item) {
    if (!this.views.has(item)) {
      this.say("nothing opens there");
      return;
    }
    this.selected = item;
    this.redraw(() => {
      this.open = this.views.toggled(this.open, item, !this.open.has(item));
    }, item);
    this.shown();
  }

  toggleSelected() {
    const item = this.selected ?? this.drawing.shown(Math.max(0, this.walk.node(this.step)));
    if (typeof item === "string") this.toggle(item);
    else {
      const around = item === null ? undefined : this.model.around(item)[0];
      if (around) this.toggle(around);
      else this.say("no region is selected");
    }
  }

  toggleAll(isOpen) {
    const item = typeof this.selected === "string" ? this.selected : "";
    this.redraw(() => {
      this.open = this.views.toggledAll(this.open, item, isOpen);
    }, item || this.walk.node(this.step));
    this.shown();
    this.reveal();
  }

  changeDirection() {
    this.redraw(() => {
      this.direction = this.direction === "down" ? "right" : "down";
    }, this.selected ?? this.walk.node(this.step));
    this.shown();
    this.reveal();
  }

  pick(item, out = 0) {
    this.selected = item;
    this.out = out;
    if (typeof item === "number" && !this.drawing.items.has(item)) this.openAround(item);
    this.shown();
    if (item !== null) this.reveal();
  }

  runTo() {
    if (this.selected === null) return;
    const [first, stop] = this.model.stretch(this.selected);
    const step = this.walk.nearest(this.step, first, stop);
    if (step < 0) this.say("the walk never comes there");
    else this.go(step);
  }

  switchStop() {
    const node = typeof this.selected === "number" ? this.selected : this.walk.node(this.step);
    if (node < 0) return;
    if (!this.stops.delete(node)) this.stops.add(node);
    this.say(this.stops.has(node) ? "breakpoint set; c continues to it" : "breakpoint cleared");
    this.shown();
  }

  neighbour(side) {
    const node = typeof this.selected === "number" ? this.selected : this.walk.node(this.step);
    if (node < 0) return;
    const next = side === "users" ? this.model.users(node).map(([user]) => user)
      : this.model.nodes[node].operands.filter((o) => o.length > 2).map((o) => o[1]);
    if (next.length) this.pick(next[0]);
    else this.say(side === "users" ? "nothing uses it" : "it has no operands");
  }

  /** Go to the other end of a line that is drawn as two texts; again, to the next one. */
  jump() {
    const item = this.selected ?? this.walk.node(this.step);
    if (item === -1) return;
    const shown = typeof item === "number" ? this.drawing.shown(item) : item;
    const [first, stop] = this.model.stretch(shown ?? item);
    const isHere = (node) => first <= node && node < stop;
    const ends = this.drawing.view.stubs.flatMap(({ side, node, users }) =>
      (side === "to" ? (users.some(isHere) ? [node] : []) : (isHere(node) ? users : [])));
    const others = [...new Set(ends)].filter((node) => !isHere(node));
    if (!others.length) {
      this.say("all of its lines are drawn");
      return;
    }
    const turn = this.jumps.get(shown) ?? 0;
    this.jumps.set(shown, turn + 1);
    this.pick(others[turn % others.length]);
    if (others.length > 1) this.say(`${(turn % others.length) + 1} of ${others.length} ends`);
  }

  askIteration() {
    const turns = this.walk.turns(this.step);
    if (!turns.length) {
      this.say("the cursor is in no loop");
      return;
    }
    const input = $("search");
    input.focus();
    input.value = "iteration ";
  }

  search(query) {
    const turn = /^iteration (\d+)$/.exec(query.trim());
    if (turn) {
      const step = this.walk.turns(this.step).find((s) => this.walk.iterations[s].at(-1) === Number(turn[1]));
      $("hits").textContent = step === undefined ? "not in this page" : "";
      if (step !== undefined) this.go(step);
      return;
    }
    const index = /^element \[?(\d+(?:\s*,\s*\d+)*)\]?$/.exec(query.trim());
    if (index) {
      const shape = this.chosenArray()?.shape ?? [];
      const place = placeOf(shape, index[1].split(",").map(Number));
      $("hits").textContent = place < 0 ? `the shape is [${shape}]` : "";
      if (place >= 0) this.follow(place);
      return;
    }
    this.hits = found(this.model.nodes, this.facts.program.files, query);
    $("hits").textContent = query.trim() ? `${this.hits.length} found` : "";
    this.drawing.update(this.situation());
  }

  nextHit(by) {
    if (!this.hits.length) {
      this.say("nothing was found; / searches");
      return;
    }
    const at = this.hits.indexOf(this.selected);
    const next = at < 0 ? (by > 0 ? 0 : this.hits.length - 1)
      : (at + by + this.hits.length) % this.hits.length;
    this.pick(this.hits[next]);
    $("hits").textContent = `${next + 1} of ${this.hits.length}`;
  }

  pickLine(file, line) {
    const node = this.model.nodes.findIndex(({ place }) =>
      place && place[0] === file && place[1] <= line && line <= place[3]);
    if (node >= 0) this.pick(node);
  }

  pickJaxpr(line) {
    const node = this.model.nodes.findIndex((each) => each.line?.[0] === line);
    if (node >= 0) this.pick(node);
  }

  pickTab(name, isFocused = false) {
    document.documentElement.dataset.tab = name;
    for (const each of PANES) $(`tab-${each}`).setAttribute("aria-selected", String(each === name));
    if (isFocused) $(`panel-${name}`).focus();
  }

  play() {
    if (this.timer) {
      clearInterval(this.timer);
      this.timer = null;
    } else {
      if (this.step === this.walk.length - 1) this.go(0);
      this.timer = setInterval(() => {
        if (this.step === this.walk.length - 1) this.play();
        else this.go(this.step + 1);
      }, PLAY_MS);
    }
    $("play").querySelector("path").setAttribute("d", this.timer ? PAUSE : PLAY);
    $("play").setAttribute("aria-label", this.timer ? "stop" : "play");
  }

  changeTheme() {
    const root = document.documentElement;
    const isDark = root.dataset.theme
      ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
    root.dataset.theme = isDark ? "light" : "dark";
    this.shown();
  }

  leave() {
    $("search").value = "";
    $("search").blur();
    this.search("");
    this.pick(null);
  }
}

/** Return what gives cells of a heat map their colours, in the present theme. */
function colours() {
  const style = getComputedStyle(document.documentElement);
  const rgb = (name) => {
    const hex = style.getPropertyValue(name).trim().slice(1);
    return [0, 2, 4].map((i) => parseInt(hex.slice(i, i + 2), 16));
  };
  const [ground, low, high, trouble] = ["--ground", "--low", "--high", "--trouble"].map(rgb);
  return (cell) => {
    if (cell === 255) return trouble;
    const share = Math.abs(cell - 127) / 127;
    const hue = cell < 127 ? low : high;
    return ground.map((c, i) => Math.round(c + (hue[i] - c) * share));
  };
}

const block = document.getElementById("walk");
if (block) {
  const { facts, blob } = await unpacked(JSON.parse(block.textContent).data);
  const app = new App(facts, blob);
  app.start();
}
