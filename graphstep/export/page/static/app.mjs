// The page: one state, what changes it, and who shows it.
import { Values } from "./arrays.mjs";
import { COMMANDS } from "./commands.mjs";
import { $ } from "./elements.mjs";
import { Finder } from "./finder.mjs";
import { fillHelp } from "./help.mjs";
import { commandOf, isTaken } from "./keys.mjs";
import { LessonPanel } from "./lesson.mjs";
import { Model } from "./model.mjs";
import { unpacked } from "./payload.mjs";
import { Player } from "./player.mjs";
import { Side } from "./side.mjs";
import { Stage } from "./stage.mjs";
import { askedStep, showLoop, showWhere } from "./status.mjs";
import { lightForPaper } from "./theme.mjs";
import { Views } from "./views.mjs";
import { Walk } from "./walk.mjs";

class App {
  constructor(facts, blob) {
    this.facts = facts;
    this.model = new Model(facts.program);
    this.walk = new Walk(facts.program, facts.steps);
    this.values = new Values(facts.values, blob);
    this.step = facts.start;
    this.selected = null;
    this.out = 0;
    this.element = null;
    this.stops = new Set();
    this.jumps = new Map();
    const views = new Views(facts.openable, facts.drawn, this.model.parents);
    this.stage = new Stage(this.model, views, facts.first.map((i) => facts.openable[i]), {
      situation: () => this.situation(),
      picked: (item, isDouble) => (isDouble && typeof item !== "number" ? this.toggle(item) : this.pick(item)),
    });
    this.finder = new Finder(this);
    this.side = new Side(this);
    this.player = new Player($("play"), () => this.played());
  }

  // Beginning ---------------------------------------------------------------------------

  start() {
    const { facts, walk } = this;
    $("check").textContent = facts.check;
    $("check").title = facts.check;
    $("scrubber").max = walk.length - 1;
    const share = walk.seed === null ? 1 : (walk.seed + 0.5) / walk.length;
    document.documentElement.style.setProperty("--seed", `${100 * share}%`);
    $("backward-part").hidden = walk.seed === null;
    fillHelp(facts, walk.length);
    this.listen();
    this.readAddress();
    if (facts.lesson) this.addLesson();
    this.stage.begin(walk.node(this.step));
    this.shown();
    document.documentElement.dataset.ready = "true";
  }

  /** Put the text of a lesson beside the walk; its first stop is where the page opens. */
  addLesson() {
    const lesson = new LessonPanel(this.facts.lesson, (page) => {
      const step = this.walk.place(page.step);
      this.stage.openAround(this.walk.node(step));
      this.go(step);
      if (page.select !== null) this.pick(page.select);
      this.side.pickTab(page.show);
    });
    document.querySelector("main").prepend(lesson.root);
    document.documentElement.dataset.lesson = "true";
    this.step = this.walk.place(this.facts.lesson.pages[0].step);
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
    $("scrubber").addEventListener("input", () => this.go(Number($("scrubber").value)));
    $("canvas").addEventListener("click", (event) => {
      if (event.target === $("canvas")) this.pick(null);
    });
    window.addEventListener("hashchange", () => {
      if (this.readAddress()) this.shown();
    });
    window.addEventListener("resize", () => this.stage.panned());
    for (const [name, isPrinting] of [["beforeprint", true], ["afterprint", false]]) {
      window.addEventListener(name, () => {
        lightForPaper(isPrinting);
        this.shown();
        this.stage.fitPaper(isPrinting);
      });
    }
  }

  readAddress() {
    const asked = askedStep();
    if (asked === null) return false;
    const step = this.walk.place(asked);
    const isNew = step !== this.step;
    this.step = step;
    return isNew;
  }

  // Showing -----------------------------------------------------------------------------

  situation() {
    const { walk, step, values, selected, stops } = this;
    return { walk, step, values, pass: walk.pass(step), selected, hits: new Set(this.finder.hits), stops };
  }

  /** Show the present state everywhere. */
  shown() {
    showWhere(this);
    this.stage.update();
    this.side.show();
    showLoop(this, (step) => this.go(step));
  }

  say(words) {
    $("said").textContent = words;
  }

  /** Move the drawing so that the cursor, or what is selected, is seen. */
  reveal() {
    const item = this.selected ?? this.walk.node(this.step);
    if (item !== -1) this.stage.reveal(item);
  }

  // Walking -----------------------------------------------------------------------------

  run(command) {
    this.say("");
    if (command !== "play") this.player.stop();
    if (Object.hasOwn(COMMANDS, command)) COMMANDS[command](this);
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
    const next = Math.min(Math.max(step, 0), this.walk.length - 1);
    if (next !== this.step) {
      this.selected = null;
      this.element = null;
    }
    this.step = next;
    this.shown();
    this.reveal();
  }

  into() {
    const step = this.walk.moved(this.step, "next");
    this.stage.openAround(this.walk.node(step));
    this.go(step);
  }

  runTo() {
    if (this.selected === null) return;
    const step = this.walk.nearest(this.step, ...this.model.stretch(this.selected));
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

  play() {
    if (this.player.timer !== null) {
      this.player.stop();
      return;
    }
    if (this.step === this.walk.length - 1) this.go(0);
    this.player.start();
  }

  played() {
    const hasNext = this.step < this.walk.length - 1;
    if (hasNext) this.go(this.step + 1);
    return hasNext;
  }

  // Selecting ---------------------------------------------------------------------------

  pick(item, out = 0) {
    this.selected = item;
    this.out = out;
    if (typeof item === "number") this.stage.openAround(item);
    this.shown();
    if (item !== null) this.reveal();
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
    const shown = this.stage.shown(item) ?? item;
    const others = this.stage.farEnds(shown);
    if (!others.length) {
      this.say("all of its lines are drawn");
      return;
    }
    const turn = this.jumps.get(shown) ?? 0;
    this.jumps.set(shown, turn + 1);
    this.pick(others[turn % others.length]);
    if (others.length > 1) this.say(`${(turn % others.length) + 1} of ${others.length} ends`);
  }

  // Opening and closing -----------------------------------------------------------------

  toggle(item) {
    if (!this.stage.views.has(item)) {
      this.say("nothing opens there");
      return;
    }
    this.selected = item;
    this.stage.toggle(item);
    this.shown();
  }

  toggleSelected() {
    const item = this.selected ?? this.stage.shown(Math.max(0, this.walk.node(this.step)));
    const region = typeof item === "number" ? this.model.around(item)[0] : item;
    if (region) this.toggle(region);
    else this.say("no region is selected");
  }

  toggleAll(isOpen) {
    const item = typeof this.selected === "string" ? this.selected : "";
    this.stage.toggleAll(item, isOpen, item || this.walk.node(this.step));
    this.shown();
    this.reveal();
  }

  turn() {
    this.stage.turn(this.selected ?? this.walk.node(this.step));
    this.shown();
    this.reveal();
  }

  // Elements ----------------------------------------------------------------------------

  /** Follow an element of what the cursor is at, counted through it, or the usual one. */
  follow(place) {
    this.element = place;
    this.shown();
  }

  /** Return the array at the cursor that elements are chosen of, or null. */
  chosenArray() {
    const { walk, step, values } = this;
    const here = walk.node(step);
    if (here < 0) return null;
    const isBack = walk.pass(step) === "backward" && values.has("cotangent");
    const row = walk.row(step, here);
    return (isBack && values.array("cotangent", here, 0, row)) || values.array("primal", here, 0, row);
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
}

const block = document.getElementById("walk");
if (block) {
  const { facts, blob } = await unpacked(JSON.parse(block.textContent).data);
  const app = new App(facts, blob);
  app.start();
}
