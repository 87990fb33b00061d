// The panels beside the drawing: which is seen, and what each shows of the present step.
import { cardsPanel } from "./cards.mjs";
import { $, el } from "./elements.mjs";
import { followed } from "./following.mjs";
import { firstValue, openElements, whatsOf } from "./inspector.mjs";
import { Look } from "./look.mjs";
import { nodePanel, regionPanel } from "./nodes.mjs";
import { JaxprPanel, SourcePanel, chainPanel } from "./panels.mjs";
import { MOST_COPIED, copied } from "./pasting.mjs";
import { colours } from "./theme.mjs";

const PANES = ["chain", "inspector", "source", "jaxpr"];

const fill = (panel, content) => panel.replaceChildren(...content.flat(Infinity).filter(Boolean));

/** Chain rule, inspector, source and jaxpr. */
export class Side {
  constructor(app) {
    this.app = app;
    this.look = new Look(() => app.shown());
    const { files, nodes, jaxpr } = app.facts.program;
    const first = nodes.find((node) => node.place)?.place;
    this.source = new SourcePanel($("panel-source"), files, first, (file, line) => this.pickFirst(({ place }) =>
      place && place[0] === file && place[1] <= line && line <= place[3]));
    this.jaxpr = new JaxprPanel($("panel-jaxpr"), jaxpr, (line) => this.pickFirst((node) => node.line?.[0] === line));
    for (const name of PANES) $(`tab-${name}`).addEventListener("click", () => this.pickTab(name));
  }

  pickFirst(isIt) {
    const node = this.app.model.nodes.findIndex(isIt);
    if (node >= 0) this.app.pick(node);
  }

  pickTab(name, isFocused = false) {
    if (!PANES.includes(name)) return;
    document.documentElement.dataset.tab = name;
    for (const each of PANES) $(`tab-${each}`).setAttribute("aria-selected", String(each === name));
    if (isFocused) $(`panel-${name}`).focus();
  }

  show() {
    const { app } = this;
    const here = app.walk.node(app.step);
    this.showChain(here);
    this.showInspector(here);
    const item = app.selected ?? here;
    const node = typeof item === "number" && item >= 0 ? app.model.nodes[item] : null;
    const place = this.source.show(node);
    $("heading-source").textContent = place ? `source  ${place}` : "source";
    this.jaxpr.show(node);
  }

  showChain(here) {
    const { app } = this;
    const { facts, step } = app;
    const pass = app.walk.pass(step);
    const given = facts.chain[step];
    const other = app.element === null || pass === "seed" ? null : followed(given, app.element, app);
    const chain = chainPanel(other ?? given, pass, {
      seedIsDefault: facts.seedIsDefault, rule: facts.rules[facts.rule[here]],
    });
    const card = cardsPanel(facts.cards[facts.card[step]], facts.noCards);
    fill($("panel-chain"), [other && this.followedLine(other.at), chain, card]);
  }

  followedLine(index) {
    return el("p", { class: "dim" }, `at element [${index}] · `,
      el("button", { type: "button", class: "link", onclick: () => this.app.follow(null) },
        "back to the one it was written with"));
  }

  /** Return what the inspector is about, and what it needs. */
  context(here) {
    const { app, look } = this;
    const { model, walk, step, values, selected, out } = app;
    return {
      model, walk, step, values, look, colours: colours(),
      go: (node, which = 0) => app.pick(node, which),
      item: selected ?? here, out: selected === null ? 0 : out,
      // Elements are followed from what the cursor is at.
      follow: selected === null || (selected === here && out === 0) ? (i) => app.follow(i) : null,
    };
  }

  showInspector(here) {
    const context = this.context(here);
    const isTyping = this.look.root.contains(document.activeElement);
    let content = [el("p", {}, "The backward pass starts here, with a cotangent for every output.")];
    if (typeof context.item !== "number") content = regionPanel(context.item, context);
    else if (context.item >= 0) content = nodePanel(context.item, context.out, context);
    fill($("panel-inspector"), content);
    // What is put into the panel anew has lost the keys.
    if (isTyping) this.look.focus();
  }

  /** Return `{of, array}` of the first value in the inspector that has elements, or null. */
  inspected() {
    const context = this.context(this.app.walk.node(this.app.step));
    const isNode = typeof context.item === "number" && context.item >= 0;
    const found = isNode ? firstValue(context.item, context.out, context) : null;
    if (!found) this.app.say("the page has no elements of this value");
    return found;
  }

  /** Show all elements of what the inspector shows, or hide them. */
  showArray() {
    this.pickTab("inspector");
    openElements($("panel-inspector"));
  }

  /** Show another value first: primal, cotangent, their product, tangent. */
  nextWhat() {
    this.pickTab("inspector");
    const { walk, step, values } = this.app;
    const now = walk.pass(step) === "forward" ? "primal" : "cotangent";
    this.app.say(`first: ${this.look.nextWhat(whatsOf(values), now)}`);
    this.app.shown();
  }

  nextFormat() {
    const found = this.inspected();
    if (!found) return;
    this.pickTab("inspector");
    this.app.say(`elements: ${this.look.nextFormat(found.array.dtype)}`);
    this.app.shown();
  }

  askSlice() {
    if (!this.inspected()) return;
    this.pickTab("inspector");
    this.look.focus();
  }

  /** Copy the slice of what is inspected, as NumPy's text or as nested lists. */
  copy(isNumpy) {
    const found = this.inspected();
    if (!found) return;
    const text = copied(found.array, found.parts, isNumpy);
    if (text === null) {
      this.app.say(`more than ${MOST_COPIED} elements are too many to copy; S chooses a slice first`);
      return;
    }
    navigator.clipboard?.writeText(text).then(() => this.app.say(`copied the ${found.of}`),
      () => this.app.say("the browser does not let this page copy"));
  }
}
