// One building: its figures, its hours, its notes.

import {readBuilding} from "./api.js";
import {clearCurve, drawCurve} from "./curve.js";
import {byId, element, say} from "./dom.js";
import {energy, number} from "./format.js";

let waiting = null;

/** Figures of the list: name in the summary, title, unit. */
const FACTS = [
  ["heating_kwh", "Heating", "kWh"], ["heating_kwh_m2", "Heating per area", "kWh/m²"], ["heating_peak_kw", "Heating peak", "kW"],
  ["cooling_kwh", "Cooling", "kWh"], ["cooling_kwh_m2", "Cooling per area", "kWh/m²"], ["cooling_peak_kw", "Cooling peak", "kW"],
  ["hot_water_kwh", "Hot water", "kWh"], ["electricity_kwh", "Electricity", "kWh"],
  ["floor_area_m2", "Floor area", "m²"], ["height_m", "Height of the eaves", "m"], ["storeys", "Storeys", ""],
  ["use", "Use", ""], ["size_class", "Size class", ""], ["year", "Built", ""], ["archetype", "Archetype", ""],
  ["variant", "Refurbishment", ""], ["model", "Model", ""], ["weather", "Weather", ""],
];

/** Shows a building of a job; `focus` moves the keyboard there. */
export async function showBuilding(job, index, id, focus) {
  waiting?.abort();
  waiting = new AbortController();
  const {signal} = waiting;
  open(true);
  byId("building-title").textContent = id;
  byId("building-line").textContent = "";
  say(byId("building-state"), "Reading its hours …");
  byId("building-parts").hidden = true;
  clearCurve();
  if (focus) {
    byId("building-title").focus({preventScroll: true});
    byId("building").scrollIntoView({block: "nearest", behavior: matchMedia("(prefers-reduced-motion: reduce)").matches ? "auto" : "smooth"});
  }
  try {
    fill(await readBuilding(job, index, {signal}));
  } catch (error) {
    if (error.name !== "AbortError") say(byId("building-state"), error.message, true);
  }
}

function open(wanted) {
  byId("building").hidden = !wanted;
  // The map has its size at once, not only when the hours have come.
  byId("main").classList.toggle("split", wanted);
}

export function closeBuilding() {
  waiting?.abort();
  open(false);
  clearCurve();
}

function fill({summary, notes, error, hours, status}) {
  const [heat, unit] = energy(summary.heating_kwh);
  const said = {ok: [summary.use, summary.floor_area_m2 && `${number(summary.floor_area_m2)} m²`, `heating ${heat} ${unit}`].filter(Boolean).join(", "),
    not_heated: "Not heated: nothing was simulated.", error: "Not simulated."};
  byId("building-line").textContent = said[status] ?? status;
  say(byId("building-state"), error ?? "", Boolean(error));
  byId("building-parts").hidden = false;
  const known = FACTS.filter(([name]) => summary[name] !== null && summary[name] !== undefined && summary[name] !== "");
  byId("facts").replaceChildren(...known.flatMap(([name, title, of]) => {
    const value = summary[name];
    const text = typeof value !== "number" || name === "year" ? String(value) : of === "kWh" ? energy(value).join(" ") : `${number(value)} ${of}`.trim();
    return [element("dt", {}, title), element("dd", {}, text)];
  }));
  byId("facts").parentElement.hidden = !known.length;
  byId("notes").replaceChildren(...notes.map(note => element("li", {}, note)));
  byId("notes").parentElement.hidden = !notes.length;
  drawCurve(hours);
}
