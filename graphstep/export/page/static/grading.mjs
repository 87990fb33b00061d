// Grade what was typed in answer to a question, and say of it what the terminal says.
import { formulaTyped, valueTyped } from "./formula.mjs";

// What agrees at so many points of its range is right for some values.
const LEAST_POINTS = 6;
const TOLERANCE = 1e-8;
const WRONG = { verdict: "wrong", said: "That is not it." };
const RIGHT = { verdict: "right", said: "Right." };

const nearly = (said) => ({ verdict: "nearly", said });
const wrong = (said) => ({ verdict: "wrong", said });
const unreadable = (said) => ({ verdict: "unreadable", said });

/** Return a number that JSON has no word for. */
const numberOf = (value) => (typeof value === "string" ? Number(value.replace("inf", "Infinity")) : value);

function isClose(value, right, [relative, slack]) {
  if (!Number.isFinite(right) || !Number.isFinite(value)) return Object.is(value, right);
  return Math.abs(value - right) <= relative * Math.abs(right) + slack;
}

function agreements({ values, room }, typed) {
  return values.filter((value, i) => isClose(typed.values[i], numberOf(value), room)).length;
}

function isSame(answer, typed) {
  return String(answer.shape) === String(typed.shape) && agreements(answer, typed) === answer.values.length;
}

/** Return the sums of an array over its first axes, so many that `n` are left. */
function summed({ shape, values }, n) {
  const left = shape.slice(shape.length - n);
  const size = left.reduce((product, length) => product * length, 1);
  const sums = Array.from({ length: size }, (_, i) =>
    values.reduce((sum, value, at) => (at % size === i ? sum + value : sum), 0));
  return { shape: left, values: sums };
}

const tupleOf = (shape) => `(${shape.join(", ")}${shape.length === 1 ? "," : ""})`;
const wordsOf = (shape) => (shape.length ? `an array of shape ${tupleOf(shape)}` : "one number");

function gradeValue(answer, text) {
  const typed = valueTyped(text);
  if (typed.problem) return unreadable(typed.problem);
  if (isSame(answer, typed)) return RIGHT;
  const near = answer.near.find((each) => isSame(each, typed));
  if (near) return nearly(near.said);
  const nAxes = answer.shape.length;
  if (typed.shape.length > nAxes && isSame(answer, summed(typed, nAxes))) {
    return nearly("Those are the terms; add them up.");
  }
  if (String(typed.shape) !== String(answer.shape)) {
    const said = `This asks for ${wordsOf(answer.shape)}; that is ${wordsOf(typed.shape)}.`;
    return nAxes ? wrong(said) : unreadable(said);
  }
  if (!nAxes) return WRONG;
  const n = agreements(answer, typed);
  return n ? nearly(`The shape is right, and ${n} of ${answer.values.length} elements.`)
    : wrong("The shape is right, but none of its elements.");
}

const DTYPE = /^(?:[fc](?:16|32|64|128)|[iu](?:4|8|16|32|64)|bf16|bool)$/;
const LONG_DTYPES = { bfloat: "bf", float: "f", uint: "u", int: "i", complex: "c" };

/** Return `{dtype, shape}` of `f32[3,4]`, `(3, 4)`, `3x4` or `scalar`, or `{problem}`. */
function shapeTyped(text) {
  let line = text.toLowerCase().trim().replace(/\s+/g, " ");
  if (line === "scalar") return { dtype: "", shape: [] };
  if (/^\d[\d\s,x×]*$/.test(line)) line = `[${line}]`;
  const match = /^([a-z][a-z0-9]*)?\s*(?:[[(]\s*([\d\s,x×]*)[\])])?$/.exec(line);
  if (!match || !line || line.length > 100) return { problem: "A shape is written as `f32[3,4]`, `(3, 4)` or `()`." };
  const dtype = (match[1] ?? "").replace(/^[a-z]+/, (word) => LONG_DTYPES[word] ?? word);
  if (dtype && !DTYPE.test(dtype)) {
    return { problem: `\`${match[1].slice(0, 20)}\` is not a dtype; \`f32\`, \`i32\` and \`bool\` are some.` };
  }
  return { dtype, shape: (match[2]?.match(/\d+/g) ?? []).map(Number) };
}

function gradeShape(answer, text) {
  const typed = shapeTyped(text);
  if (typed.problem) return unreadable(typed.problem);
  if (answer.dtype && !typed.dtype) return unreadable("Give the dtype too, as in `f32[3,4]`.");
  const hasDtype = !answer.dtype || typed.dtype === answer.dtype;
  if (String(typed.shape) === String(answer.shape) && typed.shape.length === answer.shape.length) {
    return hasDtype ? RIGHT : nearly("The shape is right, the dtype is not.");
  }
  if (hasDtype && String(typed.shape) === String([...answer.shape].reverse())) {
    return nearly("The axes are in the wrong order.");
  }
  const [n, wanted] = [typed.shape.length, answer.shape.length];
  return n === wanted ? WRONG : wrong(`That has ${n} axes; it has ${wanted}.`);
}

function gradeName({ right, known }, text) {
  const name = text.trim().replace(/^`+|`+$/g, "");
  if (right.includes(name)) return RIGHT;
  if (!name) return unreadable("No name.");
  if (known.length && !known.includes(name)) return unreadable(`Nothing is called \`${name.slice(0, 40)}\` here.`);
  return WRONG;
}

function gradeFormula({ points }, text) {
  const names = points.length ? Object.keys(points[0][0]) : [];
  const { values, problem } = formulaTyped(text, names, points.map(([point]) => point));
  if (problem) return unreadable(problem);
  if (!values.some((each) => each.values.some(Number.isFinite))) {
    return unreadable("That is not a number anywhere in its variables' ranges.");
  }
  const trials = points.map(([, value], i) => [summed(values[i], 0).values[0], value]);
  const agrees = (typed, value) =>
    Math.abs(typed - value) <= TOLERANCE * Math.abs(value) + TOLERANCE * Math.max(Math.abs(value), 1e-3);
  const areAll = (factor) => trials.every(([typed, value]) => agrees(factor * typed, value));
  const { shape } = values[0];
  if (shape.length) {
    return areAll(1) ? nearly("Those are the terms; add them up.")
      : wrong(`Its shape is ${tupleOf(shape)}; it should be ().`);
  }
  if (areAll(1)) return RIGHT;
  if (areAll(-1)) return nearly("Its sign is wrong.");
  const [typed, value] = trials[0];
  if (typed && Number.isFinite(typed) && value && areAll(value / typed)) return nearly("It is right but for a constant factor.");
  const nRight = trials.filter((trial) => agrees(...trial)).length;
  return nRight >= LEAST_POINTS ? nearly("It is right for some values of its variables, not for all.") : WRONG;
}

const GRADES = {
  value: gradeValue, shape: gradeShape, name: gradeName, formula: gradeFormula,
  choice: ({ right }, text) => (Number(text) === right ? RIGHT : WRONG),
};

/** Return `{verdict, said}`: right, nearly, wrong or unreadable, and what is said of it. */
function graded(answer, text) {
  return GRADES[answer.kind](answer, text);
}

/** Return the grade of an answer; of a foreseen mistake it has the `blocks` that the lesson says. */
export function respond({ answer, mistakes }, text) {
  const given = graded(answer, text);
  if (given.verdict === "right" || given.verdict === "unreadable") return given;
  const mistake = mistakes.find(([each]) => graded(each, text).verdict === "right");
  return mistake ? { ...given, blocks: mistake[1] } : given;
}
