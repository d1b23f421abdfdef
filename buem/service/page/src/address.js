// Where one is, as it stands in the address: #/jobs/ID and #/jobs/ID/INDEX.

export const addressOf = (job, index = null) => `#/jobs/${encodeURIComponent(job)}${index === null ? "" : `/${index}`}`;

/** The job and the index of the building that an address names; null for what it does not. */
export function placeIn(hash) {
  const [, job, index] = hash.match(/^#\/jobs\/([^/]+)(?:\/(\d+))?$/) ?? [];
  try {
    return {job: job ? decodeURIComponent(job) : null, index: index === undefined ? null : Number(index)};
  } catch {
    // A percent sign that stands for nothing.
    return {job: null, index: null};
  }
}
