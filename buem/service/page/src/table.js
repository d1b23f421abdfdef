// The searchable table of buildings: what the map shows, for the keyboard and for those who do not see it.

import {STATES} from "./buildings.js";
import {byId, element, say} from "./dom.js";
import {figure, whole} from "./format.js";
import {found, sort} from "./rows.js";

const PAGE = 40;
const state = {buildings: null, measure: null, rows: [], order: "id", down: false, page: 0, chosen: -1, take: () => {}};

export function startTable(take) {
  state.take = take;
  byId("search").addEventListener("input", () => { state.page = 0; refresh(); });
  byId("before").addEventListener("click", () => turn(-1));
  byId("after").addEventListener("click", () => turn(1));
}

export function showTable(buildings, measures) {
  Object.assign(state, {buildings, measures, page: 0, chosen: -1, order: "place", down: false});
  refresh();
}

/** Other figures beside the ids; a list in the order of one that goes is put in the order it came in. */
export function listMeasures(measures) {
  if (!state.buildings || measures[0][0] === state.measures[0][0]) return;
  state.measures = measures;
  if (!["id", "place"].includes(state.order)) state.order = "place";
  refresh();
}

/** Nothing to show, for the time being. */
export function clearTable() {
  Object.assign(state, {buildings: null, rows: [], chosen: -1});
  byId("table").hidden = byId("pager").hidden = true;
  byId("rows").replaceChildren();
  say(byId("found"), "No buildings yet.");
}

export function chooseRow(row) {
  state.chosen = row;
  for (const line of byId("rows").children) {
    const here = Number(line.dataset.row) === row;
    line.classList.toggle("chosen", here);
    line.querySelector("button").setAttribute("aria-pressed", String(here));
  }
}

function turn(by) {
  state.page += by;
  draw();
  byId("list").scrollTo?.(0, 0);
  byId("rows").querySelector("button")?.focus();
}

function refresh() {
  const {buildings} = state;
  if (!buildings) return;
  const wanted = byId("search").value.trim().toLowerCase();
  state.rows = sort(found(buildings, wanted), buildings, state.order, state.down);
  draw();
}

function draw() {
  const {buildings, rows} = state;
  const pages = Math.max(1, Math.ceil(rows.length / PAGE));
  state.page = Math.min(Math.max(state.page, 0), pages - 1);
  heads();
  const shown = rows.slice(state.page * PAGE, (state.page + 1) * PAGE);
  byId("rows").replaceChildren(...shown.map(line));
  byId("table").hidden = !rows.length;
  byId("pager").hidden = pages === 1;
  byId("before").disabled = state.page === 0;
  byId("after").disabled = state.page === pages - 1;
  byId("page-of").textContent = `${whole(state.page + 1)} of ${whole(pages)}`;
  const all = buildings.count === 0 ? "No buildings yet." : buildings.count === 1 ? "1 building" : `${whole(buildings.count)} buildings`;
  const searched = byId("search").value.trim();
  say(byId("found"), !searched ? `${all}` : rows.length ? `${whole(rows.length)} of ${all}` : `None of ${all} matches “${searched}”.`);
}

function heads() {
  const columns = [["id", "Building", ""], ...state.measures];
  byId("heads").replaceChildren(...columns.map(([name, title, unit]) => {
    const here = state.order === name;
    const button = element("button", {type: "button"}, unit ? `${title.split(" ")[0]} ${unit}` : title);
    button.addEventListener("click", () => {
      state.down = here ? !state.down : name !== "id";
      Object.assign(state, {order: name, page: 0});
      refresh();
      byId("heads").children[columns.findIndex(column => column[0] === name)].firstChild.focus();
    });
    return element("th", {scope: "col", "aria-sort": here ? (state.down ? "descending" : "ascending") : "none"}, button);
  }));
}

function line(row) {
  const {buildings, measures, chosen} = state;
  const button = element("button", {type: "button", title: buildings.ids[row], "aria-pressed": String(row === chosen)}, buildings.ids[row] || "(no id)");
  button.addEventListener("click", () => state.take(row));
  const ok = buildings.status[row] === "ok";
  const cells = ok ? measures.map(([name]) => element("td", {}, figure(buildings.columns[name][row])))
    : [element("td", {colspan: String(measures.length), class: buildings.status[row] === "error" ? "bad" : "quiet"}, STATES[buildings.status[row]])];
  return element("tr", {"data-row": String(row), class: row === chosen ? "chosen" : ""}, element("td", {}, button), ...cells);
}
