// The list of jobs, with the progress of those that run.

import {addressOf} from "./address.js";
import {follow, listJobs} from "./api.js";
import {byId, element, say} from "./dom.js";
import {when, whole} from "./format.js";

/** Streams at once: a browser opens six connections to a server, and needs some for all else. */
const STREAMS = 3;
const LIVE = new Set(["queued", "running", "paused"]);
const jobs = new Map();
const streams = new Map();
let chosen = null, older = null, tell = () => {};

export const isLive = status => LIVE.has(status);
export const jobOf = id => jobs.get(id);

/** Begins the list; `on(job)` hears of every change of a job. */
export function startJobs(on) {
  tell = on;
  byId("jobs-more").addEventListener("click", () => readList(older));
}

export async function readList(cursor = null) {
  try {
    const {jobs: found, next_cursor: next} = await listJobs(cursor ? {cursor} : null);
    for (const job of found) jobs.set(job.job_id, job);
    older = next ?? null;
    say(byId("jobs-state"), jobs.size ? "" : "No jobs yet. Choose a file above and run it.");
  } catch (error) {
    say(byId("jobs-state"), error.message, true);
  }
  byId("jobs-more").hidden = !older;
  draw();
  watch();
  return jobs;
}

/** Takes in what is known of a job. */
export function put(job) {
  jobs.set(job.job_id, {...jobs.get(job.job_id), ...job});
  say(byId("jobs-state"), "");
  draw();
  watch();
}

export function mark(id) {
  chosen = id;
  draw();
  watch();
}

function watch() {
  const live = [...jobs.values()].filter(job => isLive(job.status)).map(job => job.job_id);
  const wanted = live.filter(id => id === chosen).concat(live.filter(id => id !== chosen)).slice(0, STREAMS);
  for (const [id, stop] of streams) if (!wanted.includes(id)) { stop.abort(); streams.delete(id); }
  for (const id of wanted) if (!streams.has(id)) listen(id);
}

async function listen(id) {
  const stop = new AbortController();
  streams.set(id, stop);
  let heard = 0;
  for (let lost = 0; !stop.signal.aborted && isLive(jobs.get(id).status) && lost < 6; lost++) {
    try {
      await follow(id, job => { heard += 1; lost = 0; change(job); }, stop.signal);
    } catch (error) {
      if (error.name === "AbortError" || error.status === 404 || error.status === 401) break;
    }
    if (!stop.signal.aborted && isLive(jobs.get(id).status)) await new Promise(done => setTimeout(done, 500 * 2 ** lost));
  }
  streams.delete(id);
  if (heard && !stop.signal.aborted) watch();
}

function change(job) {
  jobs.set(job.job_id, {...jobs.get(job.job_id), ...job});
  const line = [...byId("jobs").children].find(each => each.dataset.job === job.job_id);
  if (line) line.replaceChildren(content(jobs.get(job.job_id)));
  tell(jobs.get(job.job_id));
}

function draw() {
  const focused = document.activeElement?.closest?.("#jobs li")?.dataset.job;
  const sorted = [...jobs.values()].sort((a, b) => b.created_at.localeCompare(a.created_at));
  byId("jobs").replaceChildren(...sorted.map(job => element("li", {"data-job": job.job_id}, content(job))));
  if (focused) [...byId("jobs").children].find(line => line.dataset.job === focused)?.querySelector("a").focus();
}

export const nameOf = job => job.description || job.type || job.job_id;

function content(job) {
  const {progress, status} = job;
  const bar = isLive(status) ? element("progress", {max: "100", value: String(progress.percentage), "aria-label": `Progress of ${nameOf(job)}`}) : null;
  const count = progress.total_operations ? whole(progress.total_operations) : "";
  return element("a", {href: addressOf(job.job_id), "aria-current": job.job_id === chosen ? "true" : null},
    element("span", {class: "name", title: nameOf(job)}, nameOf(job)),
    element("span", {class: `state ${status}`}, status === "running" ? `${progress.percentage} %` : status),
    element("span", {class: "when"}, when(job.created_at)),
    element("span", {class: "count"}, count), bar);
}
