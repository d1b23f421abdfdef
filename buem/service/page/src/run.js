// Handing in a file.

import {runFile} from "./api.js";
import {byId, element, say} from "./dom.js";

/** As the service's own limit of a body, unless it says otherwise. [B] */
const LARGEST = 64e6;
let file = null;

/** Begins the form; `started(job, name)` hears of a job that was made. */
export function startRun(started) {
  const input = byId("file"), drop = byId("drop");
  input.addEventListener("change", () => take(input.files[0]));
  for (const name of ["dragenter", "dragover"]) drop.addEventListener(name, event => { event.preventDefault(); drop.classList.add("over"); });
  for (const name of ["dragleave", "drop"]) drop.addEventListener(name, () => drop.classList.remove("over"));
  drop.addEventListener("drop", event => { event.preventDefault(); take(event.dataTransfer.files[0]); });
  byId("run").addEventListener("submit", event => { event.preventDefault(); send(started); });
}

function take(chosen) {
  file = chosen ?? null;
  byId("run-button").disabled = !file;
  if (!file) return;
  byId("file-name").replaceChildren(element("b", {}, file.name));
  const size = file.size >= 1e6 ? `${(file.size / 1e6).toFixed(1)} MB` : `${Math.max(1, Math.round(file.size / 1e3))} kB`;
  if (file.size > LARGEST) {
    byId("run-button").disabled = true;
    say(byId("run-state"), `${size} is more than a request may hold; hand it in through /api/v1/uploads.`, true);
  } else say(byId("run-state"), size);
}

async function send(started) {
  if (!file) return;
  byId("run-button").disabled = true;
  say(byId("run-state"), `Sending ${file.name} …`);
  try {
    const job = await runFile(file, byId("country").value.toUpperCase());
    say(byId("run-state"), "Accepted; its progress is in the list of jobs.");
    started(job, file.name);
  } catch (error) {
    say(byId("run-state"), error.message, true);
  }
  byId("run-button").disabled = false;
}
