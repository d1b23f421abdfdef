import assert from "node:assert/strict";
import test from "node:test";
import {addressOf, placeIn} from "../../../buem/service/page/src/address.js";
import {features, hasValues, placeOf, unpack} from "../../../buem/service/page/src/buildings.js";
import {gapped, stamps} from "../../../buem/service/page/src/hours.js";
import {found, sort} from "../../../buem/service/page/src/rows.js";

const town = () => unpack({
  total: 5, id: ["a10", "a9", "B1", "gone"], index: [0, 1, 3, 4], status: [0, 0, 2, 1], statuses: ["ok", "not_heated", "error"],
  origin: [5, 52], step: 1e-7, words: {use: {words: ["residential", "Office"], values: [0, 1, 0, 0]}},
  columns: {heating_kwh_m2: [80, 120, null, null], heating_peak_kw: [null, null, null, null], height_m: [6, null, null, 3], year: [1970, 1985, null, 1970]},
  outlines: [[[[0, 0, 1000, 0, 0, 1000]]], [100, -200], [[[0, 0, 10, 0, 0, 10]], [[50, 50, 10, 0, 0, 10]]], null],
});

test("columns become buildings", () => {
  const {count, total, rowOf, status} = town();
  assert.deepEqual([count, total, rowOf(3), rowOf(2)], [4, 5, 2, -1]);
  assert.deepEqual(status, ["ok", "ok", "error", "not_heated"]);
  assert.deepEqual([hasValues(town(), "heating_kwh_m2"), hasValues(town(), "heating_peak_kw")], [true, false]);
});

test("outlines become shapes that are closed, with class and height", () => {
  const {collection, box, shapes, points} = features(town(), [0, 1, 7, 8]);
  assert.deepEqual([shapes, points, collection.features.map(one => one.id)], [2, 1, [0, 1, 2]]);
  const [outline, point, parts] = collection.features;
  assert.equal(outline.geometry.type, "Polygon");
  const [ring] = outline.geometry.coordinates;
  assert.deepEqual(ring[0], ring.at(-1));
  assert.deepEqual(ring.map(([x, y]) => [Math.round((x - 5) * 1e7), Math.round((y - 52) * 1e7)]), [[0, 0], [1000, 0], [1000, 1000], [0, 0]]);
  assert.deepEqual([outline.properties, point.properties], [{c: 0, h: 6}, {c: 1, h: 4}]);
  assert.deepEqual([point.geometry.type, parts.geometry.type], ["Point", "MultiPolygon"]);
  assert.deepEqual(box.map((v, k) => Math.round((v - [5, 52][k % 2]) * 1e7)), [0, -200, 1000, 1000]);
});

test("where a building is", () => {
  const at = row => placeOf(town(), row)?.map((v, k) => Math.round((v - [5, 52][k]) * 1e7)) ?? null;
  assert.deepEqual([at(0), at(1), at(2), at(3), at(9)], [[0, 0], [100, -200], [0, 0], null, null]);
});

test("the table is searched by id, use and year", () => {
  assert.deepEqual(found(town(), ""), [0, 1, 2, 3]);
  assert.deepEqual(found(town(), "a"), [0, 1, 2, 3]);
  assert.deepEqual(found(town(), "b1"), [2]);
  assert.deepEqual(found(town(), "office"), [1]);
  assert.deepEqual(found(town(), "1970"), [0, 3]);
  assert.deepEqual(found(town(), "197"), []);
});

test("the table is sorted by number, and what has no value comes last", () => {
  const by = (order, down) => sort([0, 1, 2, 3], town(), order, down);
  assert.deepEqual(by("place", true), [0, 1, 2, 3]);
  assert.deepEqual(by("id", false), [1, 0, 2, 3]);
  assert.deepEqual(by("id", true), [3, 2, 0, 1]);
  assert.deepEqual(by("heating_kwh_m2", false), [0, 1, 2, 3]);
  assert.deepEqual(by("heating_kwh_m2", true), [1, 0, 2, 3]);
});

test("an address tells what it was made of", () => {
  for (const [job, index] of [["job_1", null], ["job_1", 0], ["a/b %", 12]]) assert.deepEqual(placeIn(addressOf(job, index)), {job, index});
  for (const other of ["", "#", "#list", "#/jobs/", "#/jobs/a/b", "#/jobs/a/1/2", "#/jobs/%"]) assert.deepEqual(placeIn(other), {job: null, index: null});
});

test("a year has no 29 February", () => {
  const hours = stamps(Date.UTC(2020, 0, 1) / 1000, 8760).map(at => new Date(at * 1000).toISOString());
  assert.equal(new Set(hours).size, 8760);
  assert.ok(!hours.some(text => text.startsWith("2020-02-29")));
  assert.equal(hours.at(-1), "2020-12-31T23:00:00.000Z");
  assert.equal(new Date(stamps(Date.UTC(2019, 0, 1) / 1000, 8760).at(-1) * 1000).toISOString(), "2019-12-31T23:00:00.000Z");
});

test("no line is drawn where there is no load", () => {
  assert.deepEqual(gapped([0, 0, 0, 5, 0, 0, 0]), [null, null, 0, 5, 0, null, null]);
  assert.deepEqual(gapped([0, 4]), [0, 4]);
});
