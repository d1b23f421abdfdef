// Numbers, times and durations as they are read.

const plain = [0, 1, 2].map(digits => new Intl.NumberFormat("en", {maximumFractionDigits: digits}));
const fixed = [0, 1, 2].map(digits => new Intl.NumberFormat("en", {minimumFractionDigits: digits, maximumFractionDigits: digits}));
const moment = new Intl.DateTimeFormat("en-GB", {day: "numeric", month: "short", year: "numeric", hour: "2-digit", minute: "2-digit"});
const hour = new Intl.DateTimeFormat("en-GB", {weekday: "short", day: "numeric", month: "short", hour: "2-digit", minute: "2-digit", timeZone: "UTC"});

/** A number with three figures or so; a dash for none. */
export function number(value) {
  if (value === null || value === undefined || Number.isNaN(value)) return "–";
  const size = Math.abs(value);
  return plain[size >= 100 || Number.isInteger(value) ? 0 : size >= 10 ? 1 : 2].format(value);
}

/** The same for a column, in which digits stand below one another. */
export function figure(value) {
  if (value === null || value === undefined) return "–";
  const size = Math.abs(value);
  return fixed[size >= 99.95 ? 0 : size >= 9.995 ? 1 : 2].format(value);
}

export const whole = value => plain[0].format(value);

/** An amount of energy given in kWh, in the unit that suits it. */
export function energy(kwh) {
  if (kwh === null || kwh === undefined) return ["–", ""];
  if (Math.abs(kwh) >= 1e6) return [number(kwh / 1e6), "GWh"];
  return Math.abs(kwh) >= 1e4 ? [number(kwh / 1e3), "MWh"] : [number(kwh), "kWh"];
}

export const when = text => (text ? moment.format(new Date(text)) : "");

/** An hour of the building's own clock, kept as if it were UTC. [s] */
export const clock = seconds => hour.format(new Date(seconds * 1000));

/** The stretch between two instants. */
export function between(start, end) {
  const seconds = (new Date(end) - new Date(start)) / 1000;
  if (!(seconds >= 0)) return "";
  if (seconds < 60) return `${seconds < 10 ? seconds.toFixed(1) : Math.round(seconds)} s`;
  const minutes = Math.floor(seconds / 60);
  return minutes < 60 ? `${minutes} min ${Math.round(seconds % 60)} s` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}
