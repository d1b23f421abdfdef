// Which buildings the table lists, and in which order.

/** Rows whose id or use holds a text in small letters, or that were built in the year it is; all for an empty one. */
export function found(buildings, wanted) {
  const rows = [];
  for (let k = 0; k < buildings.count; k++) if (!wanted || matches(buildings, k, wanted)) rows.push(k);
  return rows;
}

function matches({ids, uses, columns}, k, wanted) {
  return ids[k].toLowerCase().includes(wanted) || uses.words[uses.values[k]].toLowerCase().includes(wanted)
    || String(columns.year[k] ?? "") === wanted;
}

/** Sorts rows in place: as they came ("place"), by id, or by a column. */
export function sort(rows, buildings, order, down) {
  if (order === "place") return rows;
  const sign = down ? -1 : 1;
  if (order === "id") return rows.sort((a, b) => sign * buildings.ids[a].localeCompare(buildings.ids[b], "en", {numeric: true}));
  const values = buildings.columns[order];
  // What has no value comes last either way.
  return rows.sort((a, b) => (values[a] === null) - (values[b] === null) || sign * (values[a] - values[b]));
}
