// The text of a lesson beside the walk: pages, questions, hints.
import { el } from "./elements.mjs";
import { respond } from "./grading.mjs";

const LONGEST_SHOWN = 80;

/** Return a text in which what stands between backticks is code. */
function spoken(text) {
  return text.split("`").map((part, i) => (i % 2 ? el("code", {}, part) : part));
}

function lessonSpans(parts) {
  return parts.map(([text, style]) => {
    if (style === "code") return el("code", {}, text);
    if (style === "claim" || style === "strong") return el("b", {}, text);
    return style === "emphasis" ? el("em", {}, text) : text;
  });
}

function lessonText(blocks) {
  return blocks.map(([kind, marker, parts]) => {
    if (kind === "code") return el("pre", {}, parts.map(([text]) => text));
    if (kind === "item") return el("p", { class: "item" }, `${marker} `, lessonSpans(parts));
    return el("p", {}, lessonSpans(parts));
  });
}

function lessonTable([head, ...rows]) {
  return el("table", { class: "numbers" },
    el("tr", {}, head.map((cell) => el("th", {}, cell))),
    rows.map((row) => el("tr", {}, row.map((cell) =>
      el("td", { class: cell.startsWith("█") ? "bar" : null }, cell)))));
}

/** Return the words that lessons explain, to open and to look one up. */
function wordsOfLessons(words) {
  const list = el("dl", { class: "words" }, words.map(([word, meaning]) =>
    el("div", {}, el("dt", {}, word), el("dd", {}, spoken(meaning)))));
  const field = el("input", { type: "search", "aria-label": "find a word", placeholder: "find a word", spellcheck: "false" });
  field.addEventListener("input", () => {
    const wanted = field.value.trim().toLowerCase();
    for (const entry of list.children) entry.hidden = !entry.textContent.toLowerCase().includes(wanted);
  });
  return el("details", { class: "glossary" }, el("summary", {}, "words explained"), field, list);
}

/** One question, and what has become of it. */
class Question {
  constructor(exercise, settled) {
    this.exercise = exercise;
    this.settled = settled;
    this.isSettled = false;
    this.nHints = 0;
    this.said = el("div", { class: "answered", role: "status", "aria-live": "polite" });
    this.hints = el("div", {});
    this.buttons = el("p", { class: "buttons" },
      exercise.hints.length ? el("button", { type: "button", class: "hint", onclick: () => this.hint() }, "hint") : null,
      el("button", { type: "button", class: "show", onclick: () => this.settle(false) }, "show the answer"));
    this.root = el("section", { class: "question" },
      el("h3", {}, exercise.isChange ? "Predict" : "Question"),
      lessonText(exercise.ask), this.form(), this.hints, this.said, this.buttons);
  }

  form() {
    const { options } = this.exercise;
    if (options.length) {
      return el("p", { class: "options" }, options.map((option, i) =>
        el("button", { type: "button", onclick: () => this.answer(String(i)) }, option)));
    }
    this.input = el("input", { type: "text", "aria-label": "answer", autocomplete: "off", spellcheck: "false" });
    return el("form", { onsubmit: (event) => {
      event.preventDefault();
      this.answer(this.input.value);
    } }, this.input, el("button", {}, "answer"));
  }

  answer(typed) {
    if (this.isSettled) return;
    const given = respond(this.exercise, typed);
    if (given.verdict === "right") {
      this.settle(true);
      return;
    }
    const shown = this.exercise.options.length ? this.exercise.options[Number(typed)] : typed.trim();
    const sign = given.verdict === "nearly" ? "≈" : "✗";
    this.said.className = "answered wrong";
    this.said.replaceChildren(
      el("p", {}, el("b", {}, `${sign} ${[...shown].slice(0, LONGEST_SHOWN).join("")}:`), " ",
        given.blocks ? null : spoken(given.said)),
      ...(given.blocks ? lessonText(given.blocks) : []),
    );
  }

  hint() {
    const { hints } = this.exercise;
    if (this.nHints < hints.length) this.hints.append(...lessonText(hints[this.nHints]));
    this.nHints += 1;
    this.buttons.querySelector(".hint").disabled = this.nHints >= hints.length;
  }

  settle(isAnswered) {
    if (this.isSettled) return;
    this.isSettled = true;
    this.root.querySelectorAll("button, input").forEach((each) => { each.disabled = true; });
    this.said.className = "answered right";
    const head = isAnswered ? `✓ ${this.exercise.text}` : `The answer: ${this.exercise.text}`;
    this.said.replaceChildren(el("p", {}, head), ...lessonText(this.exercise.why));
    this.buttons.remove();
    this.settled();
  }
}

/** The lesson: one page at a time; turning to it goes to its stop. */
export class LessonPanel {
  constructor(lesson, go) {
    this.lesson = lesson;
    this.go = go;
    this.page = 0;
    this.questions = new Map();
    this.body = el("div", { class: "text", tabindex: "0" });
    this.number = el("span", { class: "dim" });
    const turn = (by, words, name) =>
      el("button", { type: "button", class: name, onclick: () => this.turn(by) }, words);
    this.bar = el("p", { class: "turning" }, turn(-1, "← back", "back"), this.number,
      el("button", { type: "button", class: "here", onclick: () => this.turn(0) }, "to the stop"),
      turn(1, "read on →", "on"));
    this.root = el("section", { id: "lesson", class: "lesson", "aria-label": "lesson" },
      el("h2", {}, lesson.title), this.body, this.bar);
    this.words = wordsOfLessons(lesson.words);
    this.show();
  }

  turn(by) {
    const page = this.page + by;
    if (page < 0 || page >= this.lesson.pages.length) return;
    this.page = page;
    if (by) this.show();
    this.go(this.lesson.pages[page]);
  }

  question(exercise) {
    let found = this.questions.get(exercise);
    if (!found) {
      found = new Question(exercise, () => this.show(true));
      this.questions.set(exercise, found);
    }
    return found;
  }

  /** Write the page, up to the first question that waits. */
  show(isSamePage = false) {
    const { pages, about } = this.lesson;
    const page = pages[this.page];
    const content = [el("h3", {}, page.heading)];
    if (this.page === 0) content.push(el("p", { class: "dim" }, about));
    for (const part of page.parts) {
      if (part.prose) content.push(...lessonText(part.prose));
      else if (part.table) content.push(lessonTable(part.table));
      else {
        const question = this.question(part.exercise);
        content.push(question.root);
        if (!question.isSettled) break;
      }
    }
    this.body.replaceChildren(...content, this.words);
    if (!isSamePage) this.body.scrollTop = 0;
    this.number.textContent = `${this.page + 1} of ${pages.length}`;
    this.bar.querySelector(".back").disabled = this.page === 0;
    this.bar.querySelector(".on").disabled = this.page === pages.length - 1;
  }
}
