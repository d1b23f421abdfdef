// Requests to the service: its key, its errors, its streams.

const BATCH = "/api/v1/batch";
let key = sessionStorage.getItem("buem-key");
let askForKey = null, asking = null;

export class ServiceError extends Error {
  constructor(message, status, code) {
    super(message);
    this.status = status;
    this.code = code;
  }
}

/** What to call when the service wants a key: a promise of one, or of null. */
export function onKeyWanted(ask) {
  askForKey = ask;
}

export function useKey(value) {
  key = value;
  if (value) sessionStorage.setItem("buem-key", value);
  else sessionStorage.removeItem("buem-key");
}

export const hasKey = () => Boolean(key);

/** A request, sent again with a key when the service wants one. */
export async function request(path, options = {}) {
  for (;;) {
    const used = key;
    const headers = {...options.headers, ...(used ? {"X-Api-Key": used} : {})};
    let answer;
    try {
      answer = await fetch(path, {...options, headers});
    } catch (error) {
      if (error.name === "AbortError") throw error;
      throw new ServiceError("The service does not answer. Is it still running?", 0, "NO_ANSWER");
    }
    if (answer.ok) return answer;
    if (answer.status !== 401 || !(await newKey(used))) throw await problem(answer);
  }
}

// Whether there is another key than the one that was refused; requests that are refused together ask once.
async function newKey(used) {
  if (key !== used) return true;
  asking ??= Promise.resolve(askForKey?.(Boolean(used))).finally(() => { asking = null; });
  const given = await asking;
  if (given) useKey(given);
  return Boolean(given);
}

async function problem(answer) {
  let found = {};
  try {
    found = (await answer.json()).error ?? {};
  } catch {
    // Not JSON: the status is all there is.
  }
  const details = (found.details ?? []).slice(0, 3).map(d => d.message ?? d).filter(Boolean);
  let text = found.message ?? `The service answered with ${answer.status}.`;
  if (details.length && !details.every(d => text.includes(d))) text += ` ${details.join("; ")}`;
  if (answer.status === 429) text = `Too many requests for now; try again in ${answer.headers.get("Retry-After") ?? "some"} s.`;
  return new ServiceError(text, answer.status, found.code ?? "");
}

const json = async (path, options) => (await request(path, options)).json();
const data = async (path, options) => (await json(path, options)).data;

export const jobPath = job => `${BATCH}/jobs/${encodeURIComponent(job)}`;
export const listJobs = query => data(`${BATCH}/jobs${query ? `?${new URLSearchParams(query)}` : ""}`);
export const readJob = job => data(jobPath(job));
export const readMap = (job, options) => data(`${jobPath(job)}/map`, options);
export const readBuilding = (job, index, options) => data(`${jobPath(job)}/buildings/${index}`, options);
export const readErrors = (job, query) => data(`${jobPath(job)}/errors?${new URLSearchParams(query)}`);

/** Hands a file in to be simulated, with the country of outlines that name none; the id of its job. */
export async function runFile(file, country) {
  const headers = {Prefer: "respond-async", "Content-Type": "application/geo+json", "Idempotency-Key": crypto.randomUUID()};
  if (file.name.endsWith(".gz")) headers["Content-Encoding"] = "gzip";
  const answer = await request(`/api/geojson?${new URLSearchParams({description: file.name, ...(country ? {country} : {})})}`, {method: "POST", body: file, headers});
  return (await answer.json()).data.job_id;
}

/** Figures of a job as they change, until it has ended: `event: progress` and `event: end` with JSON in them. */
export async function follow(job, take, signal) {
  const answer = await request(`${jobPath(job)}/events`, {signal, headers: {Accept: "text/event-stream"}});
  let rest = "";
  for await (const text of pieces(answer.body)) {
    rest += text;
    const events = rest.split("\n\n");
    rest = events.pop();
    for (const event of events) {
      const fields = event.split("\n").filter(line => line.startsWith("data:")).map(line => line.slice(5).trim());
      if (fields.length) take(JSON.parse(fields.join("\n")));
      if (event.includes("event: end")) return;
    }
  }
}

async function* pieces(body) {
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  for (;;) {
    const {done, value} = await reader.read();
    if (done) return;
    yield value;
  }
}

/** Fetches a file with the key and hands it to the browser to keep. */
export async function download(path, name) {
  const answer = await request(path);
  const link = document.createElement("a");
  link.href = URL.createObjectURL(await answer.blob());
  link.download = name;
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}
