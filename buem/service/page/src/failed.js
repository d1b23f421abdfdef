// The list of what failed, with the reason of each.

import {readErrors} from "./api.js";
import {byId, element, say} from "./dom.js";
import {whole} from "./format.js";

let state = {job: null, cursor: null, take: () => {}, shown: 0};

export function startFailed(take) {
  state.take = take;
  byId("failed-more").addEventListener("click", more);
}

export function clearFailed() {
  state = {...state, job: null, cursor: null, shown: 0};
  byId("failed").replaceChildren();
  byId("failed-more").hidden = true;
  byId("tab-failed").textContent = "Failed";
  say(byId("failed-state"), "No building failed.");
}

/** Reads the failed operations of a job; `count` of them are known to be. */
export async function showFailed(job, count) {
  clearFailed();
  state.job = job;
  if (!count) return;
  byId("tab-failed").textContent = `Failed (${whole(count)})`;
  say(byId("failed-state"), "Reading the reasons …");
  await more();
}

async function more() {
  const {job, cursor} = state;
  try {
    const {errors, next_cursor: next} = await readErrors(job, cursor === null ? {} : {cursor});
    if (job !== state.job) return;
    state.cursor = next ?? null;
    state.shown += errors.length;
    byId("failed").append(...errors.map(item));
    byId("failed-more").hidden = state.cursor === null;
    say(byId("failed-state"), state.shown ? `${whole(state.shown)} failed; the others were not held up by them.` : "No building failed.");
  } catch (error) {
    if (job === state.job) say(byId("failed-state"), error.message, true);
  }
}

function item({operation_index: index, resource_id: id, error}) {
  const button = element("button", {type: "button"}, id || `Operation ${index}`);
  button.addEventListener("click", () => state.take(index));
  return element("li", {}, button, element("p", {}, error.message), element("code", {}, error.code));
}
