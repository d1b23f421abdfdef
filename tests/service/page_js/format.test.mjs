import assert from "node:assert/strict";
import test from "node:test";
import {between, clock, energy, figure, number, whole} from "../../../buem/service/page/src/format.js";

test("a number has three figures or so", () => {
  for (const [value, text] of [[0, "0"], [0.126, "0.13"], [9.87, "9.87"], [12.34, "12.3"], [123.4, "123"],
    [12345.6, "12,346"], [-12.34, "-12.3"], [7, "7"]]) assert.equal(number(value), text);
  for (const none of [null, undefined, NaN]) assert.equal(number(none), "–");
});

test("figures of a column stand below one another, also where they are rounded up", () => {
  assert.deepEqual([1, 9.994, 9.996, 54, 99.94, 99.96, 1234].map(figure), ["1.00", "9.99", "10.0", "54.0", "99.9", "100", "1,234"]);
  assert.equal(figure(null), "–");
});

test("energy has the unit that suits it", () => {
  assert.deepEqual(energy(9999), ["9,999", "kWh"]);
  assert.deepEqual(energy(10_000), ["10", "MWh"]);
  assert.deepEqual(energy(488_900_000), ["489", "GWh"]);
  assert.deepEqual(energy(null), ["–", ""]);
});

test("stretches of time", () => {
  const after = seconds => between("2026-01-01T00:00:00Z", new Date(Date.UTC(2026, 0, 1) + seconds * 1000).toISOString());
  assert.deepEqual([0, 9.96, 10.4, 59, 60, 3599, 3600, 90_000].map(after),
    ["0.0 s", "10.0 s", "10 s", "59 s", "1 min 0 s", "59 min 59 s", "1 h 0 min", "25 h 0 min"]);
  assert.equal(after(-1), "");
  assert.equal(between("no time", "2026-01-01T00:00:00Z"), "");
});

test("an hour is told on the clock it has", () => {
  assert.match(clock(Date.UTC(2019, 6, 1, 13) / 1000), /Mon.* 1 Jul.* 13:00/);
  assert.equal(whole(11000), "11,000");
});
