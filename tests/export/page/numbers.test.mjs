import { element, flagOf, sizeOf, statsOf } from "../../../graphstep/export/page/static/arrays.mjs";
import { count, full, number, real } from "../../../graphstep/export/page/static/numbers.mjs";
import { equal, test } from "./harness.mjs";

test("numbers have four digits and a true minus sign", () => {
  equal(real(0.123456), "0.1235");
  equal(real(-2), "\u22122");
  equal(real(-0), "\u22120");
  equal(real(12345.6), "1.235e+04");
  equal(real(1.5e-7), "1.5e\u221207");
  equal(real(0.0001), "0.0001");
  equal(real(9999.6), "1e+04");
});

test("what is not finite has a name", () => {
  equal([NaN, Infinity, -Infinity].map((x) => real(x)), ["NaN", "Inf", "\u2212Inf"]);
});

test("a tie goes to the even digit, as in Python", () => {
  equal(real(1.0625), "1.062");
  equal(real(1.1875), "1.188");
  equal(real(0.5, 1), "0.5");
  equal(real(2.5, 1), "2");
  equal(real(3.5, 1), "4");
});

test("other kinds of elements are written as they are", () => {
  equal(number(true), "True");
  equal(number(-7n), "\u22127");
  equal(number([1.5, -2]), "1.5\u22122i");
  equal(number([0, 1]), "0+1i");
});

test("an element in full is as short as tells it from every other", () => {
  equal(full(Math.fround(0.1), "f4"), "0.1");
  equal(full(0.1, "f8"), "0.1");
  equal(full(Math.fround(-1 / 3), "f4"), "\u22120.33333334");
});

test("thousands are set apart", () => {
  equal(count(1234567), "1\u202f234\u202f567");
});

const f4 = (...values) => ({ dtype: "f4", shape: [values.length], size: values.length, data: new Float32Array(values) });

test("statistics leave out what is not finite", () => {
  const stats = statsOf(f4(3, -4, NaN, Infinity, 0));
  equal([stats.l2, stats.mean, stats.min, stats.max], [5, -1 / 3, -4, 3]);
  equal([stats.nan, stats.posInf, stats.zero, stats.positive, stats.negative], [1, 1, 1, 1, 1]);
  equal(flagOf(stats), "N");
});

test("a norm neither underflows nor overflows", () => {
  equal(real(statsOf(f4(3e-30, 4e-30)).l2), "5e\u221230");
  equal(real(statsOf({ ...f4(0, 0), data: new Float64Array([3e200, 4e200]) }).l2), "5e+200");
});

test("elements of complex arrays are pairs", () => {
  const array = { dtype: "c4", shape: [1], size: 1, data: new Float32Array([1, 2]) };
  equal(element(array, 0), [1, 2]);
});

test("a shape without axes has one element", () => {
  equal(sizeOf([]), 1);
  equal(sizeOf([2, 0]), 0);
});
