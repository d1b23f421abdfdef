import assert from "node:assert/strict";
import test from "node:test";
import {OTHER, breaks, classOf, colours} from "../../../buem/service/page/src/classes.js";
import {labelOf, paintOf} from "../../../buem/service/page/src/legend.js";

const upTo = (count, of = k => k) => Array.from({length: count}, (_, k) => of(k));

test("breaks are round, ascending, and share the buildings out", () => {
  const values = upTo(7000, k => 40 + k / 35), limits = breaks(values);
  assert.equal(limits.length, 6);
  assert.deepEqual(limits, [...limits].sort((a, b) => a - b));
  for (const limit of limits) assert.equal(limit % 10, 0);
  const counts = new Array(7).fill(0);
  for (const value of values) counts[classOf(value, limits)] += 1;
  assert.ok(Math.min(...counts) > 500 && Math.max(...counts) < 1700, String(counts));
});

test("few values have few classes", () => {
  assert.deepEqual(breaks([]), []);
  assert.deepEqual(breaks([null, null]), []);
  assert.deepEqual(breaks([12]), []);
  assert.deepEqual(breaks(new Array(50).fill(3)), []);
  const two = breaks([...new Array(50).fill(1), ...new Array(50).fill(100)]);
  assert.equal(two.length, 1);
  assert.ok(two[0] > 1 && two[0] <= 100);
});

test("a limit belongs to the class above it", () => {
  assert.deepEqual([9, 10, 19.9, 20, 1e9].map(value => classOf(value, [10, 20])), [0, 1, 1, 2, 2]);
  assert.equal(classOf(5, []), 0);
});

test("labels leave no value out", () => {
  assert.deepEqual([0, 1, 2].map(k => labelOf([10, 20], k)), ["below 10", "10 to 20", "20 and more"]);
  assert.equal(labelOf([], 0), "all");
});

// Relative luminance, WCAG 2.2.
const light = hex => [1, 3, 5].map(at => parseInt(hex.slice(at, at + 2), 16) / 255)
  .map(v => (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)).reduce((sum, v, k) => sum + v * [0.2126, 0.7152, 0.0722][k], 0);

test("colours get darker, or lighter in the dark, at every step: lightness alone tells them apart", () => {
  for (const [scheme, sign] of [["light", -1], ["dark", 1]]) {
    const found = colours(7, scheme).map(light);
    for (let k = 1; k < found.length; k++) assert.ok(sign * (found[k] - found[k - 1]) > 0.008, `${scheme} ${k}`);
    for (let count = 1; count <= 7; count++) assert.equal(new Set(colours(count, scheme)).size, count);
    // What failed is blue, no step of the scale is.
    assert.ok(!colours(7, scheme).includes(OTHER[scheme].error));
  }
});

test("a measure as it is painted", () => {
  const buildings = {count: 5, status: ["ok", "ok", "ok", "error", "not_heated"],
    columns: {heating_kwh_m2: [10, 200, null, 50, 60]}};
  const {ramp, limits, classes} = paintOf(buildings, "heating_kwh_m2", "light");
  assert.equal(ramp.length, limits.length + 1);
  assert.deepEqual([...classes], [0, limits.length, ramp.length + 2, ramp.length, ramp.length + 1]);
  const none = paintOf({...buildings, columns: {heating_kwh_m2: new Array(5).fill(null)}}, "heating_kwh_m2", "dark");
  assert.deepEqual([none.ramp, [...none.classes]], [[], [2, 2, 2, 0, 1]]);
});
