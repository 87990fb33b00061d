// Dark and light, and the colours of elements in either.

/** Turn dark into light, or light into dark. */
export function changeTheme() {
  const root = document.documentElement;
  const isDark = root.dataset.theme
    ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
  root.dataset.theme = isDark ? "light" : "dark";
}

/** Return what gives cells of a heat map their colours, in the present theme. */
export function colours() {
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

let before;

/** Be light while the page is printed; then as it was. */
export function lightForPaper(isPrinting) {
  const { dataset } = document.documentElement;
  if (isPrinting) {
    before = dataset.theme;
    dataset.theme = "light";
  } else if (before === undefined) delete dataset.theme;
  else dataset.theme = before;
}
