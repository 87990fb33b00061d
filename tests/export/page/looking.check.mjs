// Read slices and write elements as a page does, for a test that knows both otherwise.
import { readFileSync } from "node:fs";
import { formatsOf, nameOf, writerOf } from "../../../graphstep/export/page/static/formats.mjs";
import { copied } from "../../../graphstep/export/page/static/pasting.mjs";
import { placesOf, sliceTyped, wholeOf } from "../../../graphstep/export/page/static/slicing.mjs";

const asked = JSON.parse(readFileSync(0, "utf-8"));
const numberOf = (text) => (text === "nan" ? NaN : Number(text.replace("inf", "Infinity")));

const slices = asked.slices.map(([text, shape]) => {
  const { parts, problem } = sliceTyped(text, shape);
  return problem ? { problem } : { parts, places: placesOf(parts, shape) };
});
const elements = asked.elements.map(([format, dtype, absmax, value]) => {
  const plain = typeof value === "string" ? numberOf(value) : Array.isArray(value) ? value.map(numberOf) : value;
  return writerOf(format, dtype, absmax)(plain);
});
const names = asked.dtypes.map((dtype) => formatsOf(dtype).map((format) => nameOf(format, dtype)));
const copies = asked.copies.map(([values, shape, dtype, slice, isNumpy]) => {
  const data = values.map(numberOf);
  const array = { dtype, shape, size: values.length, data };
  return copied(array, slice ? sliceTyped(slice, shape).parts : wholeOf(shape), isNumpy);
});
process.stdout.write(JSON.stringify({ slices, elements, names, copies }));
