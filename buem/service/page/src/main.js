// The page: which job and which building are looked at, and what shows them.

import {download, hasKey, jobPath, onKeyWanted, readJob, readMap, useKey} from "./api.js";
import {addressOf, placeIn} from "./address.js";
import {closeBuilding, showBuilding} from "./building.js";
import {MEASURES, hasValues, kindred, unpack} from "./buildings.js";
import {redrawCurve, startCurve} from "./curve.js";
import {byId, element, say} from "./dom.js";
import {clearFailed, showFailed, startFailed} from "./failed.js";
import {between, energy, number, when, whole} from "./format.js";
import {isLive, jobOf, mark, nameOf, put, readList, startJobs} from "./jobs.js";
import {drawLegend, paintOf} from "./legend.js";
import {startRun} from "./run.js";
import {chooseRow, clearTable, listMeasures, showTable, startTable} from "./table.js";

const FORMATS = [["csv", "CSV"], ["parquet", "Parquet"], ["geojson", "GeoJSON"]];
/** Time until a wheel turns. [ms] */
const PATIENCE = 2000;
const dark = matchMedia("(prefers-color-scheme: dark)");
const state = {job: null, shown: null, buildings: null, paint: null, row: -1, map: null, read: null, wheel: 0};

const scheme = () => document.documentElement.dataset.scheme ?? (dark.matches ? "dark" : "light");

const place = () => placeIn(location.hash);

async function go() {
  const {job, index} = place();
  if (job !== state.job) await openJob(job);
  if (state.job === job) lookAt(index);
}

async function openJob(id) {
  state.read?.abort();
  Object.assign(state, {job: id, buildings: null, row: -1, shown: null});
  mark(id);
  closeBuilding();
  clearFailed();
  clearTable();
  for (const name of ["legend", "figures", "downloads", "progress", "tip", "scale"]) byId(name).hidden = true;
  onMap(map => map.clear());
  if (!id) return;
  // The buildings are asked for at once, not only when the job is known.
  const asked = askMap(id);
  try {
    put(await readJob(id));
    if (state.job !== id) return;
    figures(jobOf(id));
    await openMap(jobOf(id), asked);
  } catch (error) {
    if (state.job === id) mapState("This job cannot be shown", error.message);
  }
}

// What is known of a job: its title, progress, downloads.
function figures(job) {
  const {progress, status} = job, live = isLive(status);
  byId("job-title").textContent = nameOf(job);
  document.title = `${nameOf(job)} – buem`;
  const took = job.completed_at ? `, took ${between(job.started_at ?? job.created_at, job.completed_at)}` : "";
  byId("job-line").textContent = `${status[0].toUpperCase()}${status.slice(1)}, ${job.started_at ? "begun" : "handed in"} ${when(job.started_at ?? job.created_at)}${took}`;
  byId("progress").hidden = !live;
  byId("progress-bar").value = progress.percentage;
  const left = job.statistics?.estimated_remaining_time;
  byId("progress-text").textContent = [`${whole(progress.completed)} of ${whole(progress.total_operations)} done`,
    progress.failed ? `${whole(progress.failed)} failed` : "", left ? `about ${left} left` : ""].filter(Boolean).join(", ");
  const broken = job.error?.message;
  say(byId("job-state"), broken ?? "", Boolean(broken));
  byId("downloads").hidden = live || status === "failed" || !progress.completed;
  byId("downloads").replaceChildren(...FORMATS.map(([format, title]) => link(job, format, title)));
}

function link(job, format, title) {
  const name = `${job.job_id}.${format}`, path = `${jobPath(job.job_id)}/results?format=${format}`;
  const anchor = element("a", {class: "button", href: path, download: name, "aria-label": `Download ${title}`}, "↓ ", title);
  anchor.addEventListener("click", event => {
    if (!hasKey()) return;
    event.preventDefault();
    download(path, name).catch(error => say(byId("job-state"), error.message, true));
  });
  return element("li", {}, anchor);
}

function askMap(id) {
  state.read?.abort();
  state.read = new AbortController();
  mapState("", "", true);
  const asked = readMap(id, {signal: state.read.signal});
  asked.catch(() => {});
  return asked;
}

async function openMap(job, asked) {
  const id = job.job_id;
  let data;
  try {
    data = await asked;
  } catch (error) {
    if (error.name !== "AbortError") mapState("The buildings cannot be read", error.message);
    return;
  }
  if (state.job !== id) return;
  state.buildings = unpack(data);
  state.shown = job.status;
  fillLists(job);
  if (!state.buildings.count) {
    byId("legend").hidden = true;
    byId("figures").hidden = true;
    return void (isLive(job.status) ? mapState("Nothing to draw so far", "The map comes as soon as the job has ended.")
      : mapState("No buildings in this job", "It simulated none: there is nothing to draw."));
  }
  await paintMap();
}

function fillLists(job) {
  const {buildings} = state;
  const measures = MEASURES.filter(([name]) => hasValues(buildings, name));
  const kept = byId("measure").value;
  byId("measure").replaceChildren(...(measures.length ? measures : MEASURES.slice(0, 1)).map(([name, title, unit]) => element("option", {value: name}, `${title}, ${unit}`)));
  if (measures.some(([name]) => name === kept)) byId("measure").value = kept;
  showTable(buildings, kindred(byId("measure").value));
  sums();
  showFailed(job.job_id, job.progress.failed);
}

// Sums over the simulated buildings.
function sums() {
  const {columns, status, count, total} = state.buildings;
  let heat = 0, cold = 0, area = 0, simulated = 0;
  for (let k = 0; k < count; k++) {
    if (status[k] !== "ok") continue;
    simulated += 1;
    heat += columns.heating_kwh_m2[k] * columns.floor_area_m2[k] || 0;
    cold += columns.cooling_kwh_m2[k] * columns.floor_area_m2[k] || 0;
    area += columns.floor_area_m2[k] ?? 0;
  }
  const lines = [[whole(simulated), total > count ? `of ${whole(total)}` : "", "buildings simulated"], [...energy(heat), "heating"],
    [number(area ? heat / area : null), "kWh/m²", "heating per area"], [...energy(cold), "cooling"]];
  byId("figures").hidden = false;
  byId("figures").replaceChildren(...lines.map(([value, unit, title]) => element("div", {}, element("dt", {}, title), element("dd", {}, value, element("small", {}, unit ? ` ${unit}` : "")))));
}

async function paintMap() {
  const {buildings} = state;
  state.paint = paintOf(buildings, byId("measure").value, scheme());
  drawLegend(state.paint);
  byId("legend").hidden = false;
  try {
    const map = await state.map;
    await map.show(buildings, state.paint);
    byId("flat").disabled = !map.heights();
    mapState();
    if (state.row >= 0) map.choose(state.row, false);
  } catch (error) {
    console.error(error);
    mapState("This browser cannot draw the map", "It needs WebGL 2. The table has the same buildings, and everything else works.");
  }
}

// Does something with the map, once there is one.
const onMap = act => state.map?.then(act).catch(() => {});

async function begin() {
  const {createMap} = await import("/static/map.js");
  return createMap(byId("map"), {
    click: row => { if (row >= 0) choose(row); },
    hover: tip,
    scale: (text, pixels, bearing) => {
      const [north, bar] = byId("scale").children;
      byId("scale").hidden = !state.buildings?.count;
      bar.textContent = text;
      bar.style.width = `${pixels}px`;
      north.style.transform = `rotate(${-bearing}deg)`;
    },
    drawn: () => { performance.mark("map-drawn"); document.documentElement.dataset.drawn = state.job; },
  });
}

function tip(row, x, y) {
  byId("map").classList.toggle("pointing", row >= 0);
  byId("tip").hidden = row < 0;
  if (row < 0) return;
  const {buildings, paint} = state, [, , unit] = MEASURES.find(([name]) => name === paint.measure);
  const ok = buildings.status[row] === "ok";
  byId("tip").replaceChildren(element("b", {}, buildings.ids[row]), ok ? `${number(buildings.columns[paint.measure][row])} ${unit}` : buildings.status[row] === "error" ? "failed" : "not heated");
  const {clientWidth: wide, clientHeight: high} = byId("view"), box = byId("tip");
  box.style.transform = `translate(${Math.min(x + 14, wide - box.offsetWidth - 6)}px, ${Math.min(y + 14, high - box.offsetHeight - 6)}px)`;
}

// A wheel that turns is drawn sixty times a second, at the cost of what is waited for: only a long wait shows it.
function mapState(title = "", text = "", busy = false) {
  const node = byId("map-state");
  clearTimeout(state.wheel);
  node.classList.remove("busy");
  if (busy) state.wheel = setTimeout(() => node.classList.add("busy"), PATIENCE);
  node.replaceChildren(...(busy ? [element("span", {}, "Reading the buildings …")] : title ? [element("b", {}, title), element("p", {}, text)] : []));
}

function choose(row) {
  location.hash = addressOf(state.job, state.buildings.index[row]);
}

function lookAt(index) {
  const row = index === null || !state.buildings ? -1 : state.buildings.rowOf(index);
  const fromMap = document.activeElement?.closest("#map") !== null && document.activeElement !== document.body;
  state.row = row;
  chooseRow(row);
  if (row < 0) closeBuilding();
  else showBuilding(state.job, index, state.buildings.ids[row], !fromMap);
  onMap(map => { map.resize(); map.choose(row, row >= 0 && !fromMap); });
}

// A job changed: what is looked at follows.
function changed(job) {
  if (job.job_id !== state.job) return;
  figures(job);
  if (!isLive(job.status) && state.shown !== job.status) openMap(job, askMap(job.job_id));
}

function startTabs() {
  const tabs = [byId("tab-all"), byId("tab-failed")];
  const choose = tab => {
    for (const each of tabs) {
      each.setAttribute("aria-selected", String(each === tab));
      each.tabIndex = each === tab ? 0 : -1;
      byId(each.getAttribute("aria-controls")).hidden = each !== tab;
    }
  };
  tabs.forEach((tab, k) => {
    tab.addEventListener("click", () => choose(tab));
    tab.addEventListener("keydown", event => {
      if (!["ArrowLeft", "ArrowRight"].includes(event.key)) return;
      const other = tabs[1 - k];
      choose(other);
      other.focus();
    });
  });
}

function startScheme() {
  const kept = localStorage.getItem("buem-scheme");
  if (kept) document.documentElement.dataset.scheme = kept;
  const name = () => { byId("scheme").textContent = scheme() === "dark" ? "Light" : "Dark"; byId("scheme").setAttribute("aria-label", `${byId("scheme").textContent} colours`); };
  const repaint = () => {
    name();
    if (!state.buildings?.count) return;
    state.paint = paintOf(state.buildings, byId("measure").value, scheme());
    drawLegend(state.paint);
    onMap(map => map.paint(state.paint));
    redrawCurve();
  };
  byId("scheme").addEventListener("click", () => {
    document.documentElement.dataset.scheme = scheme() === "dark" ? "light" : "dark";
    localStorage.setItem("buem-scheme", document.documentElement.dataset.scheme);
    repaint();
  });
  dark.addEventListener("change", repaint);
  byId("measure").addEventListener("change", () => { repaint(); listMeasures(kindred(byId("measure").value)); });
  name();
}

function startKey() {
  const dialog = byId("key-dialog");
  const ask = () => new Promise(done => {
    let given = null;
    byId("key").value = "";
    byId("key-form").onsubmit = () => { given = byId("key").value.trim(); };
    byId("key-cancel").onclick = () => dialog.close();
    dialog.onclose = () => { byId("key-open").hidden = false; done(given); };
    if (!dialog.open) dialog.showModal();
  });
  onKeyWanted(known => {
    if (known) say(byId("key-why"), "The service does not know this key, or it may not do this.", true);
    return ask();
  });
  byId("key-open").hidden = !hasKey();
  byId("key-open").addEventListener("click", async () => {
    const given = await ask();
    if (given) { useKey(given); location.reload(); }
  });
}

function startMapButtons() {
  byId("zoom-in").addEventListener("click", () => onMap(map => map.zoom(1)));
  byId("zoom-out").addEventListener("click", () => onMap(map => map.zoom(-1)));
  byId("fit").addEventListener("click", () => onMap(map => map.fit()));
  byId("flat").addEventListener("click", () => {
    const pressed = byId("flat").getAttribute("aria-pressed") === "true";
    byId("flat").setAttribute("aria-pressed", String(!pressed));
    onMap(map => map.setFlat(pressed));
  });
}

async function start() {
  // A browser takes its time for WebGL: that begins before anything is known.
  state.map = begin();
  state.map.catch(() => {});
  startScheme();
  startKey();
  startTabs();
  startMapButtons();
  startCurve();
  startTable(choose);
  startFailed(index => { location.hash = addressOf(state.job, index); });
  startJobs(changed);
  startRun(async id => { put(await readJob(id)); location.hash = addressOf(id); });
  byId("building-close").addEventListener("click", () => {
    const row = state.row;
    location.hash = addressOf(state.job);
    (document.querySelector(`#rows tr[data-row="${row}"] button`) ?? byId("search")).focus();
  });
  // The address says which job is looked at: a jump within the page must leave it.
  document.querySelector(".skip").addEventListener("click", event => {
    event.preventDefault();
    byId("list").focus();
    byId("list").scrollIntoView({block: "nearest"});
  });
  addEventListener("hashchange", go);
  const wanted = place().job;
  if (wanted) go();
  else mapState("No job chosen", "Run a GeoJSON file of a city, or choose a job: its buildings are drawn here.");
  const jobs = await readList();
  const first = [...jobs.values()].sort((a, b) => b.created_at.localeCompare(a.created_at))[0];
  if (!wanted && !place().job && first) location.replace(addressOf(first.job_id));
}

start();
