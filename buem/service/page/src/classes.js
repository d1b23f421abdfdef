// Classes of a choropleth: breaks at round numbers that hold about as many buildings each, and their colours.

/** Seven steps from little to much, told apart without red and green; in the dark much is light. */
const RAMP = {
  light: ["#fdeab0", "#fbcb6b", "#f4a239", "#e07a22", "#bd5411", "#8d3507", "#561d04"],
  dark: ["#5c3116", "#7f4114", "#a75513", "#cf6f1c", "#ee9436", "#f9c067", "#fdeab0"],
};
export const OTHER = {
  light: {error: "#2f6fd0", not_heated: "#a9a69c", none: "#c9c6bc", chosen: "#0b0b0b"},
  dark: {error: "#4f94f2", not_heated: "#5c6268", none: "#41464b", chosen: "#ffffff"},
};

// The largest of 1, 2 and 5 times a power of ten that is no longer than a stretch.
function unit(stretch) {
  const power = 10 ** Math.floor(Math.log10(stretch));
  return [5, 2, 1].find(n => n * power <= stretch) * power;
}

/** Breaks between at most seven classes: near the quantiles, each as round as the distance to its neighbours allows. */
export function breaks(values, count = 7) {
  const sorted = Float64Array.from(values.filter(value => value !== null)).sort();
  if (!sorted.length) return [];
  const at = Array.from({length: count + 1}, (_, k) => sorted[Math.min(sorted.length - 1, Math.floor((k / count) * sorted.length))]);
  const found = [];
  for (let k = 1; k < count; k++) {
    const room = Math.min(...[at[k] - at[k - 1], at[k + 1] - at[k]].filter(gap => gap > 0));
    if (!Number.isFinite(room)) continue;
    const step = unit(room * 0.8), value = Number((Math.round(at[k] / step) * step).toPrecision(6));
    if (value > at[0] && value <= at[count] && value > (found.at(-1) ?? -Infinity)) found.push(value);
  }
  return found;
}

/** Colours of so many classes, spread over the ramp. */
export function colours(count, scheme) {
  const ramp = RAMP[scheme];
  if (count === 1) return [ramp[3]];
  return Array.from({length: count}, (_, k) => ramp[Math.round((k / (count - 1)) * (ramp.length - 1))]);
}

/** Class of a value: how many breaks it reaches. */
export function classOf(value, limits) {
  let k = 0;
  while (k < limits.length && value >= limits[k]) k++;
  return k;
}
