// The legend of the map: classes with their colours and how many buildings each holds.

import {OTHER, breaks, colours} from "./classes.js";
import {MEASURES, OTHERS, STATES, classesOf} from "./buildings.js";
import {byId, element} from "./dom.js";
import {number, whole} from "./format.js";

/** How the map paints a measure: limits of the classes, their colours, those of what has no value, and who is in which. */
export function paintOf(buildings, measure, scheme) {
  const values = buildings.columns[measure].filter((_, k) => buildings.status[k] === "ok");
  const limits = breaks(values);
  const ramp = values.some(value => value !== null) ? colours(limits.length + 1, scheme) : [];
  return {
    measure, limits, ramp, other: OTHER[scheme], edge: scheme === "dark" ? "#0e1012" : "#5d5a52",
    classes: classesOf(buildings, measure, limits, ramp.length),
  };
}

export function drawLegend(paint) {
  const [, title, unit] = MEASURES.find(([name]) => name === paint.measure);
  const counts = new Array(paint.ramp.length + OTHERS.length).fill(0);
  for (const place of paint.classes) counts[place] += 1;
  const rows = paint.ramp.map((colour, k) => line(colour, labelOf(paint.limits, k), counts[k]));
  const names = {...STATES, none: "no value"};
  const rest = ["not_heated", "error", "none"].map(state => [state, counts[paint.ramp.length + OTHERS.indexOf(state)]])
    .filter(([, count]) => count).map(([state, count]) => line(paint.other[state], names[state], count));
  rest[0]?.classList.add("apart");
  const head = element("tr", {}, element("th", {scope: "col"}, unit), element("th", {scope: "col"}, "buildings"));
  byId("legend").replaceChildren(
    element("h3", {}, `${title}, ${unit}`),
    element("table", {"aria-label": "Classes of the map"}, element("thead", {class: "hidden"}, head), element("tbody", {}, ...rows, ...rest)),
  );
}

/** What a class is called. */
export function labelOf(limits, k) {
  if (!limits.length) return "all";
  if (k === 0) return `below ${number(limits[0])}`;
  if (k === limits.length) return `${number(limits[k - 1])} and more`;
  return `${number(limits[k - 1])} to ${number(limits[k])}`;
}

function line(colour, text, count) {
  const picture = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  picture.setAttribute("aria-hidden", "true");
  const box = document.createElementNS("http://www.w3.org/2000/svg", "rect");
  for (const [name, value] of [["width", "15"], ["height", "13"], ["fill", colour]]) box.setAttribute(name, value);
  picture.append(box);
  return element("tr", {}, element("th", {scope: "row"}, picture, text), element("td", {}, whole(count)));
}
