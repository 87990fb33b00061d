// Read what is typed in answer as a page does, for a test that knows it otherwise.
import { readFileSync } from "node:fs";
import { formulaTyped, valueTyped } from "../../../graphstep/export/page/static/formula.mjs";

const asked = JSON.parse(readFileSync(0, "utf-8"));
const written = ({ shape, values }) => ({ shape, values: values.map(String) });
const read = ({ problem, values }) => (problem ? { problem } : { values: values.map(written) });

process.stdout.write(JSON.stringify({
  values: asked.values.map(valueTyped).map((found) => (found.problem ? found : written(found))),
  formulas: asked.formulas.map(([text, point]) => read(formulaTyped(text, Object.keys(point), [point]))),
}));
