// The buildings of a job, unpacked from the service's columns.

import {classOf} from "./classes.js";

/** What buildings may be coloured by: column, title, unit. */
export const MEASURES = [
  ["heating_kwh_m2", "Heating demand", "kWh/m²"],
  ["heating_peak_kw", "Heating peak", "kW"],
  ["cooling_kwh_m2", "Cooling demand", "kWh/m²"],
  ["cooling_peak_kw", "Cooling peak", "kW"],
];
/** The measures of the same load, heating or cooling. */
export const kindred = name => MEASURES.filter(([other]) => other.split("_")[0] === name.split("_")[0]);

export const STATES = {ok: "simulated", not_heated: "not heated", error: "failed"};

/** Buildings with `ids`, `index`, `status` and `columns` side by side, and places by their row in the table of ids. */
export function unpack(data) {
  const index = new Map(data.index.map((value, k) => [value, k]));
  return {
    count: data.id.length, total: data.total, ids: data.id, index: data.index, rowOf: value => index.get(value) ?? -1,
    status: data.status.map(code => data.statuses[code]), columns: data.columns,
    uses: data.words.use, outlines: data.outlines, origin: data.origin, step: data.step,
  };
}

/** Whether any building has a value to be coloured by. */
export const hasValues = (buildings, name) => buildings.columns[name].some(value => value !== null);

/** Classes of what has no value, after those of the values: places in `paint.others`. */
export const OTHERS = ["error", "not_heated", "none"];

/** The class of each building: how many limits its value reaches, or after `count` classes the place in `OTHERS`. */
export function classesOf({columns, status, count: all}, measure, limits, count) {
  const values = columns[measure], found = new Uint8Array(all);
  for (let k = 0; k < all; k++) {
    found[k] = status[k] === "ok" && values[k] !== null ? classOf(values[k], limits)
      : count + OTHERS.indexOf(status[k] === "ok" ? "none" : status[k]);
  }
  return found;
}

/** Where a building is: its point, or the first corner of its outline; null for one that is not drawn. */
export function placeOf({outlines, origin, step}, row) {
  let at = outlines[row];
  if (at === null || at === undefined) return null;
  while (typeof at[0] !== "number") [at] = at;
  return [origin[0] + at[0] * step, origin[1] + at[1] * step];
}

/** The buildings as GeoJSON for the map, each with its class and its height, and the box they fill. */
export function features(buildings, classes) {
  const {outlines, columns, origin, step} = buildings;
  const box = [Infinity, Infinity, -Infinity, -Infinity];
  const place = (x, y) => {
    const at = [origin[0] + x * step, origin[1] + y * step];
    box[0] = Math.min(box[0], at[0]); box[1] = Math.min(box[1], at[1]);
    box[2] = Math.max(box[2], at[0]); box[3] = Math.max(box[3], at[1]);
    return at;
  };
  const ring = steps => {
    const points = [];
    let x = 0, y = 0;
    for (let j = 0; j < steps.length; j += 2) points.push(place(x += steps[j], y += steps[j + 1]));
    points.push(points[0]);
    return points;
  };
  const found = [];
  let shapes = 0;
  outlines.forEach((outline, k) => {
    if (outline === null) return;
    const point = typeof outline[0] === "number";
    shapes += point ? 0 : 1;
    const geometry = point ? {type: "Point", coordinates: place(outline[0], outline[1])}
      : outline.length === 1 ? {type: "Polygon", coordinates: outline[0].map(ring)}
      : {type: "MultiPolygon", coordinates: outline.map(polygon => polygon.map(ring))};
    found.push({type: "Feature", id: k, geometry, properties: {c: classes[k], h: columns.height_m[k] ?? 4}});
  });
  return {collection: {type: "FeatureCollection", features: found}, box, shapes, points: found.length - shapes};
}
