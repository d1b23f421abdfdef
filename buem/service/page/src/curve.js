// The hourly curve of a building: the year, and any stretch of it.

import uPlot from "uplot";
import {byId, element} from "./dom.js";
import {clock, energy, number} from "./format.js";
import {gapped, stamps} from "./hours.js";

const HOUR = 3600;
const SPANS = [["Year", 8760], ["Month", 730], ["Week", 168], ["Day", 24]];
const SERIES = [["heating_W", "heating", "--warm"], ["cooling_W", "cooling", "--cool"]];
const MONTHS = ["January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"];
let plot = null, span = [0, 0], data = null;

export function startCurve() {
  byId("spans").replaceChildren(...SPANS.map(([title, hours]) => {
    const button = element("button", {type: "button", "aria-pressed": "false", "data-hours": String(hours)}, title);
    button.addEventListener("click", () => look(hours));
    return button;
  }));
  byId("earlier").addEventListener("click", () => move(-1));
  byId("later").addEventListener("click", () => move(1));
  new ResizeObserver(() => plot?.setSize(size())).observe(byId("plot"));
}

export function clearCurve() {
  plot?.destroy();
  plot = null;
  byId("curve").hidden = true;
  byId("months-part").hidden = true;
}

/** Draws the hours of a building, `{start_time, hours, series}`. */
export function drawCurve(hours) {
  clearCurve();
  if (!hours) return;
  // The building's own clock stands still in summer; it is shown as if it were UTC.
  const start = Date.parse(`${hours.start_time.slice(0, 19)}Z`) / 1000;
  const times = stamps(start, hours.hours);
  const found = SERIES.filter(([name]) => hours.series[name]);
  data = {times, start, found, values: found.map(([name]) => hours.series[name].map(value => (value === null ? null : value / 1000)))};
  data.drawn = data.values.map(gapped);
  byId("curve").hidden = false;
  byId("curve-text").textContent = words();
  months();
  redrawCurve();
  const whole = SPANS.find(([, length]) => length <= hours.hours + 1);
  for (const button of byId("spans").children) button.hidden = Number(button.dataset.hours) > Math.max(hours.hours, 24);
  range(times[0], times.at(-1), whole && whole[1] === 8760 ? 8760 : 0);
}

const size = () => ({width: byId("plot").clientWidth || 600, height: byId("plot").clientHeight || 210});

/** Draws it anew, for another scheme of colours. */
export function redrawCurve() {
  if (!data) return;
  const kept = plot ? [plot.scales.x.min, plot.scales.x.max] : null;
  plot?.destroy();
  // A canvas takes colours as they are computed.
  const probe = byId("plot"), css = name => { probe.style.color = `var(${name})`; const c = getComputedStyle(probe).color; probe.style.color = ""; return c; };
  const axis = {stroke: css("--quiet"), grid: {stroke: css("--line"), width: 1}, ticks: {stroke: css("--line"), width: 1}, font: "12px system-ui, sans-serif"};
  plot = new uPlot({
    ...size(), padding: [8, 8, 0, 0], tzDate: seconds => uPlot.tzDate(new Date(seconds * 1000), "Etc/UTC"),
    cursor: {points: {size: 6}, drag: {x: true, y: false}}, legend: {show: false},
    scales: {y: {range: (_, low, high) => [0, high > 0 ? high * 1.06 : 1]}},
    axes: [{...axis, values: axisTimes(), size: 36}, {...axis, size: 52, label: "kW", labelSize: 18, labelFont: "12px system-ui, sans-serif"}],
    series: [{}, ...data.found.map(([, label, colour]) => ({label, stroke: css(colour), width: 1.2, points: {show: false}}))],
    hooks: {setCursor: [cursorValue], setSelect: [chart => { if (chart.select.width > 0) press(0); }], setScale: [(_, key) => { if (key === "x" && plot) span = [plot.scales.x.min, plot.scales.x.max]; }]},
  }, [data.times, ...data.drawn], byId("plot"));
  if (kept && kept[0] !== null) plot.setScale("x", {min: kept[0], max: kept[1]});
}

// Years stand on the clock of the weather: the day is enough, the year would only mislead.
function axisTimes() {
  return [[28 * 24 * HOUR, "{MMM}", null, null, null, null, null, null, 1], [24 * HOUR, "{D} {MMM}", null, null, null, null, null, null, 1],
    [HOUR, "{HH}:{mm}", "\n{D} {MMM}", null, "\n{D} {MMM}", null, null, null, 1]];
}

function cursorValue(chart) {
  const k = chart.cursor.idx, line = byId("curve-value");
  if (k === null || k === undefined) return line.replaceChildren();
  const parts = data.found.map(([, label, colour], j) => element("span", {class: colour === "--warm" ? "warm" : "cool"}, ` ${label} ${number(data.values[j][k])} kW`));
  line.replaceChildren(element("b", {}, clock(data.times[k])), ...parts);
}

function press(hours) {
  for (const button of byId("spans").children) button.setAttribute("aria-pressed", String(Number(button.dataset.hours) === hours));
}

function range(low, high, hours) {
  plot.setScale("x", {min: low, max: high});
  press(hours);
}

// A stretch about the middle of what is shown, or about the highest hour when all is shown.
function look(hours) {
  const {times} = data;
  const all = span[1] - span[0] >= times.at(-1) - times[0] - HOUR;
  const middle = all ? times[highest()[1]] : (span[0] + span[1]) / 2;
  shift(middle - hours * HOUR / 2, hours);
}

function move(by) {
  const length = span[1] - span[0];
  const pressed = [...byId("spans").children].find(button => button.getAttribute("aria-pressed") === "true");
  shift(span[0] + by * length, length / HOUR, pressed ? Number(pressed.dataset.hours) : 0);
}

function shift(start, hours, pressed = hours) {
  const first = data.times[0], last = data.times.at(-1);
  const length = Math.min(hours * HOUR, last - first);
  const low = Math.min(Math.max(start, first), last - length);
  range(low, low + length, pressed);
}

// The highest hour of any series: series and hour.
function highest() {
  let best = [0, 0], value = -1;
  data.values.forEach((series, j) => series.forEach((v, k) => { if (v > value) { value = v; best = [j, k]; } }));
  return best;
}

const sum = values => values.reduce((total, value) => total + (value ?? 0), 0);

function words() {
  const parts = data.found.map(([, label], j) => {
    const values = data.values[j], total = sum(values);
    if (!(total > 0)) return `no ${label}`;
    const top = values.reduce((best, value, k) => (value > values[best] ? k : best), 0);
    return `${label} ${energy(total).join(" ")}, highest ${number(values[top])} kW on ${clock(data.times[top])}`;
  });
  return `${number(data.times.length)} hours on the local standard clock: ${parts.join("; ")}.`;
}

function months() {
  const sums = new Map();
  data.times.forEach((time, k) => {
    const month = new Date(time * 1000).getUTCMonth();
    const row = sums.get(month) ?? data.values.map(() => 0);
    data.values.forEach((values, j) => { row[j] += values[k] ?? 0; });
    sums.set(month, row);
  });
  byId("months-part").hidden = sums.size < 2;
  const heads = ["Month", ...data.found.map(([, label]) => `${label} kWh`)];
  byId("months").replaceChildren(
    element("thead", {}, element("tr", {}, ...heads.map(text => element("th", {scope: "col"}, text)))),
    element("tbody", {}, ...[...sums].sort((a, b) => a[0] - b[0]).map(([month, row]) =>
      element("tr", {}, element("th", {scope: "row"}, MONTHS[month]), ...row.map(value => element("td", {}, number(Math.round(value))))))),
  );
}
