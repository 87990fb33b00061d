// Keys and what they do: those of the terminal, where a page can do the same.

// Keys, command, and what help says of it, by subject.
export const KEYS = [
  ["Step", [
    [["n", "F10"], "next", "next step"],
    [["p"], "previous", "previous step"],
    [["N"], "over", "step over: pass a whole region, all iterations"],
    [["P"], "reverseOver", "step back over a whole region"],
    [["s", "F11"], "into", "step into the region that begins here, and open it"],
    [["o"], "out", "step out: finish the region around"],
    [["O"], "reverseOut", "go back to before the region around began"],
    [["]"], "nextIteration", "same place, next iteration of its loop"],
    [["["], "previousIteration", "same place, previous iteration of its loop"],
    [["}"], "lastIteration", "same place, last iteration of its loop"],
    [["{"], "firstIteration", "same place, first iteration of its loop"],
    [["i"], "askIteration", "go to an iteration of the loop, by its number"],
  ]],
  ["Jump", [
    [["g"], "first", "first step"],
    [["G"], "last", "last step"],
    [["f"], "forward", "start of the forward pass"],
    [["b"], "backward", "the seed, where the backward pass starts"],
    [["x"], "other", "same node in the other pass"],
    [["t"], "runTo", "go to the selected node"],
    [["c", "F5"], "continue", "continue to a breakpoint, or to the end of the pass"],
    [["C"], "reverseContinue", "continue backward in time"],
    [["B"], "breakpoint", "set or clear a breakpoint at the selected node"],
    [["r"], "play", "play the walk, or stop"],
  ]],
  ["Find", [
    [["/"], "search", "find a name, an operation, a type, `:12`"],
    [["."], "nextHit", "next thing found"],
    [[","], "previousHit", "previous thing found"],
    [["w"], "where", "select the cursor again"],
    [["'"], "jump", "jump along a line that is not drawn, and back"],
    [["J"], "selectUser", "select a user of the selected node"],
    [["K"], "selectOperand", "select an operand of the selected node"],
  ]],
  ["Graph", [
    [["Enter", " "], "toggle", "open or close the selected region"],
    [["e"], "openAll", "open everything inside"],
    [["E"], "closeAll", "close everything inside"],
    [["+", "="], "zoomIn", "larger"],
    [["-"], "zoomOut", "smaller"],
    [["F"], "fit", "show all of it"],
    [["D"], "direction", "draw downward, or to the right"],
    [["ArrowLeft", "h"], "panLeft", "move to the left"],
    [["ArrowRight", "l"], "panRight", "move to the right"],
    [["ArrowUp", "k"], "panUp", "move up"],
    [["ArrowDown", "j"], "panDown", "move down"],
  ]],
  ["Array", [
    [["a"], "showArray", "all elements of the arrays in the inspector"],
    [["v"], "nextWhat", "first in the inspector: primal, cotangent, their product, tangent"],
    [["V"], "nextFormat", "write elements short, fixed, scientific, hexadecimal, as integers"],
    [["S"], "askSlice", "choose a slice, such as [3, :, ::2]"],
    [["@"], "askElement", "follow another element through the chain rule, by its index"],
    [["m"], "greatest", "follow the element greatest in size"],
    [["Z"], "least", "follow the element least in size"],
    [["X"], "trouble", "follow the first NaN or infinity"],
    [["y"], "copyNumpy", "copy the slice in the inspector as NumPy text"],
    [["Y"], "copyLists", "copy it as nested Python lists"],
  ]],
  ["Look", [
    [["1"], "paneGraph", "give the keys to the graph"],
    [["2"], "paneInspector", "inspector"],
    [["3"], "paneChain", "chain rule"],
    [["4"], "paneSource", "source"],
    [["7"], "paneJaxpr", "jaxpr"],
    [["T"], "theme", "dark, light, as the system has it"],
    [["?", "F1"], "help", "this help"],
    [["Escape"], "leave", "close what is open, forget what was found"],
  ]],
];

const COMMAND_OF_KEY = new Map(
  KEYS.flatMap(([, rows]) => rows.flatMap(([keys, command]) => keys.map((key) => [key, command]))),
);

/** Return the command of a key that was pressed, or null. */
export function commandOf(event) {
  if (event.ctrlKey || event.metaKey || event.altKey) return null;
  return COMMAND_OF_KEY.get(event.key) ?? null;
}

/** Return whether a key belongs to the element that has the focus. */
export function isTaken(target, key) {
  if (!target?.matches) return false;
  if (target.matches("input[type=text], input[type=search], select, textarea")) return key !== "Escape";
  if (target.matches("input[type=range]")) return key.startsWith("Arrow");
  if (target.matches("button, summary, a")) return key === "Enter" || key === " ";
  return target.matches(".scroll, .panel") && key.startsWith("Arrow");
}
