// The map: buildings as extruded outlines, or as circles where only a point is known, on a plain ground.

import {Map as GlMap, setWorkerUrl} from "maplibre-gl";
import {OTHERS, features, placeOf} from "./buildings.js";

const PITCH = 50;
/** Farthest that the map goes in by itself. */
const MOST = 17;
/** Longest time that nothing is painted because not all is there yet. [ms] */
const GATHERING = 1500;
const CHOSEN = ["boolean", ["feature-state", "chosen"], false];

/** A map in a container; `on.click(row)`, `on.hover(row, x, y)`, `on.scale(text, pixels, bearing)` and `on.drawn()` are told. */
export function createMap(container, on) {
  setWorkerUrl("/static/worker.js");
  const map = new GlMap({
    container, style: {version: 8, sources: {}, layers: []}, attributionControl: false, renderWorldCopies: false,
    maxPitch: 70, maxZoom: 20, fadeDuration: 0, center: [0, 0], zoom: 1, canvasContextAttributes: {antialias: true},
    trackResize: true, keyboard: true,
  });
  const canvas = map.getCanvas();
  canvas.setAttribute("role", "application");
  canvas.setAttribute("aria-label", "Map of the buildings. Arrow keys move it, plus and minus zoom, "
    + "shift and arrow keys turn and tilt it. The table of buildings has the same figures.");
  const state = {shown: null, buildings: null, chosen: -1, paint: null, flat: false, wanted: false, gathering: 0, ready: map.once("load")};
  paintWhole(map, state);
  listen(map, canvas, on);
  return {
    show: (buildings, paint) => show(map, state, buildings, paint, on),
    paint: paint => repaint(map, state, paint),
    choose: (row, look) => choose(map, state, row, look),
    clear: () => clear(map, state),
    fit: () => fit(map, state, true),
    zoom: by => map.zoomTo(map.getZoom() + by, {duration: 200}),
    setFlat: flat => setFlat(map, state, flat),
    resize: () => map.resize(),
    heights: () => Boolean(state.shown?.shapes),
  };
}

// A map that comes tile by tile is painted once for each: it is painted when all are there, unless that takes long.
function paintWhole(map, state) {
  const {painter} = map, paint = painter.render;
  painter.render = (...given) => {
    if (performance.now() < state.gathering && !(map.getSource("buildings") && map.isSourceLoaded("buildings"))) return;
    state.gathering = 0;
    paint.apply(painter, given);
  };
}

function listen(map, canvas, on) {
  const at = point => map.queryRenderedFeatures(point, {layers: ["bodies", "grounds", "points"].filter(id => map.getLayer(id))})[0]?.id ?? -1;
  map.on("click", event => on.click(at(event.point)));
  let waiting = null;
  map.on("mousemove", event => {
    if (!waiting) requestAnimationFrame(() => {
      const {x, y} = waiting;
      waiting = null;
      if (!map.isMoving()) on.hover(at([x, y]), x, y);
    });
    waiting = event.point;
  });
  canvas.addEventListener("mouseleave", () => on.hover(-1, 0, 0));
  const scale = () => on.scale(...barOf(map), map.getBearing());
  map.on("move", scale);
  map.on("resize", scale);
}

// A round length of at most 110 pixels at the middle of the map.
function barOf(map) {
  const {lat} = map.getCenter();
  const metres = (Math.cos(lat * Math.PI / 180) * 40_075_016.686) / (512 * 2 ** map.getZoom());
  const power = 10 ** Math.floor(Math.log10(110 * metres));
  const length = [5, 2, 1].map(n => n * power).find(n => n <= 110 * metres) ?? power;
  return [length >= 1000 ? `${length / 1000} km` : `${length} m`, length / metres];
}

function clear(map, state) {
  for (const id of ["bodies", "grounds", "edges", "points"]) if (map.getLayer(id)) map.removeLayer(id);
  if (map.getSource("buildings")) map.removeSource("buildings");
  state.shown = null;
}

async function show(map, state, buildings, paint, on) {
  await state.ready;
  clear(map, state);
  state.shown = features(buildings, paint.classes);
  state.buildings = buildings;
  state.chosen = -1;
  state.paint = paint;
  const {collection, shapes} = state.shown;
  if (!collection.features.length) return on.drawn();
  state.flat = state.wanted || !shapes;
  state.gathering = performance.now() + GATHERING;
  fit(map, state, false);
  map.addSource("buildings", {type: "geojson", data: collection, maxzoom: 15, tolerance: 0.2, buffer: 32});
  for (const layer of layersOf(state)) map.addLayer(layer);
  map.setLight({anchor: "viewport", color: "#ffffff", intensity: 0.28, position: [1.3, 205, 28]});
  return map.once("idle").then(on.drawn);
}

// What is not to be seen is not laid out in the worker, either.
function layersOf({paint, flat}) {
  const colour = colourOf(paint), shape = ["!=", ["geometry-type"], "Point"], source = "buildings";
  const seen = when => ({visibility: when ? "visible" : "none"});
  return [
    {id: "grounds", type: "fill", source, filter: shape, layout: seen(flat), paint: {"fill-color": colour}},
    {id: "edges", type: "line", source, filter: shape, minzoom: 12.5, layout: seen(flat), paint: {
      "line-color": edgeOf(paint), "line-width": ["case", CHOSEN, 3, 0.6]}},
    {id: "bodies", type: "fill-extrusion", source, filter: shape, layout: seen(!flat), paint: {
      "fill-extrusion-color": colour, "fill-extrusion-height": ["get", "h"]}},
    {id: "points", type: "circle", source, filter: ["==", ["geometry-type"], "Point"], paint: {
      "circle-color": colour, "circle-stroke-color": edgeOf(paint), "circle-pitch-alignment": "map",
      "circle-stroke-width": ["case", CHOSEN, 2.5, 0.8],
      "circle-radius": ["interpolate", ["exponential", 1.6], ["zoom"], 8, 1.6, 13, 3.5, 17, 9, 20, 22]}},
  ];
}

// A building's colour: chosen, or that of its class.
function colourOf({ramp, other}) {
  const colours = [...ramp, ...OTHERS.map(name => other[name])];
  return ["case", CHOSEN, other.chosen, ["match", ["get", "c"], ...colours.flatMap((colour, k) => [k, colour]), other.none]];
}

const edgeOf = ({other, edge}) => ["case", CHOSEN, other.chosen, edge];

function repaint(map, state, paint) {
  const before = state.paint;
  state.paint = paint;
  if (!map.getLayer("bodies")) return;
  if (before.measure !== paint.measure) {
    state.shown = features(state.buildings, paint.classes);
    map.getSource("buildings").setData(state.shown.collection);
  }
  map.setPaintProperty("grounds", "fill-color", colourOf(paint));
  map.setPaintProperty("bodies", "fill-extrusion-color", colourOf(paint));
  map.setPaintProperty("points", "circle-color", colourOf(paint));
  map.setPaintProperty("edges", "line-color", edgeOf(paint));
  map.setPaintProperty("points", "circle-stroke-color", edgeOf(paint));
}

// Seen from above, on the ground, or tilted and with heights.
function setFlat(map, state, wanted) {
  state.wanted = wanted;
  if (!map.getLayer("bodies")) return;
  state.flat = wanted || !state.shown.shapes;
  const seen = {bodies: !state.flat, grounds: state.flat, edges: state.flat};
  for (const [id, on] of Object.entries(seen)) map.setLayoutProperty(id, "visibility", on ? "visible" : "none");
  map.easeTo({pitch: state.flat ? 0 : PITCH, duration: still() ? 0 : 300});
}

const still = () => matchMedia("(prefers-reduced-motion: reduce)").matches;

// A view of all buildings: a tilted map shows its corners nearer or farther, so the box is fitted as it is seen.
function fit(map, state, animate) {
  if (!state.shown?.collection.features.length) return;
  const [west, south, east, north] = state.shown.box;
  const {clientWidth: wide, clientHeight: high} = map.getContainer();
  const room = {left: wide * 0.04, right: wide * 0.04 + 44, top: Math.min(60, high * 0.14), bottom: high * 0.05};
  const pitch = state.flat ? 0 : PITCH, before = camera(map);
  map.jumpTo({pitch, bearing: 0});
  map.fitBounds([[west, south], [east, north]], {animate: false, maxZoom: MOST, padding: 0});
  for (let k = 0; k < 4; k++) {
    const seen = [[west, south], [west, north], [east, south], [east, north]].map(corner => map.project(corner));
    const [x0, x1] = extremes(seen.map(point => point.x)), [y0, y1] = extremes(seen.map(point => point.y));
    map.panBy([(x0 + x1 - wide - room.left + room.right) / 2, (y0 + y1 - high - room.top + room.bottom) / 2], {animate: false});
    const by = Math.log2(Math.min((wide - room.left - room.right) / (x1 - x0), (high - room.top - room.bottom) / (y1 - y0)));
    if (Number.isFinite(by)) map.jumpTo({zoom: Math.min(MOST, map.getZoom() + by)});
  }
  if (!animate || still()) return;
  const after = camera(map);
  map.jumpTo(before);
  map.easeTo({...after, duration: 400});
}

const camera = map => ({center: map.getCenter(), zoom: map.getZoom(), pitch: map.getPitch(), bearing: map.getBearing()});
const extremes = values => [Math.min(...values), Math.max(...values)];

// Marks a building, and brings it into view when asked to.
function choose(map, state, row, look) {
  if (!map.getSource("buildings")) return;
  if (state.chosen >= 0) map.setFeatureState({source: "buildings", id: state.chosen}, {chosen: false});
  state.chosen = row;
  if (row < 0) return;
  map.setFeatureState({source: "buildings", id: row}, {chosen: true});
  if (!look) return;
  const first = placeOf(state.buildings, row);
  if (!first) return;
  map.easeTo({center: first, zoom: Math.max(map.getZoom(), 16), duration: still() ? 0 : 500});
}
