// The buildings of a job, unpacked from the service's columns.

/** What buildings may be coloured by: column, title, unit. */
export const MEASURES = [
  ["heating_kwh_m2", "Heating demand", "kWh/m²"],
  ["heating_peak_kw", "Heating peak", "kW"],
  ["cooling_kwh_m2", "Cooling demand", "kWh/m²"],
  ["cooling_peak_kw", "Cooling peak", "kW"],
];
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

/** The buildings as GeoJSON for the map, and the box they fill. */
export function features(buildings) {
  const {outlines, columns, status, origin, step} = buildings;
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
    const properties = {s: status[k], h: columns.height_m[k] ?? 4};
    for (const [name] of MEASURES) if (columns[name][k] !== null) properties[name] = columns[name][k];
    const geometry = point ? {type: "Point", coordinates: place(outline[0], outline[1])}
      : {type: "MultiPolygon", coordinates: outline.map(polygon => polygon.map(ring))};
    found.push({type: "Feature", id: k, geometry, properties});
  });
  return {collection: {type: "FeatureCollection", features: found}, box, shapes, points: found.length - shapes};
}
