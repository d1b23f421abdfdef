// The hours of a year, and its loads as they are drawn.

const HOUR = 3600;

/** The hours from a start. Years of 8760 hours have no 29 February. [s] */
export function stamps(start, count) {
  const found = new Array(count);
  let at = start;
  for (let k = 0; k < count; k++) {
    const day = new Date(at * 1000);
    if (day.getUTCMonth() === 1 && day.getUTCDate() === 29) at += 24 * HOUR;
    found[k] = at;
    at += HOUR;
  }
  return found;
}

/** No line along the bottom while there is no load. */
export const gapped = values => values.map((value, k) => (value === 0 && !values[k - 1] && !values[k + 1] ? null : value));
