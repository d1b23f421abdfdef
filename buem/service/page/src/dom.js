// Elements by id, and new ones.

export const byId = id => document.getElementById(id);

/** An element with text or children in it; attributes as they are written in HTML. */
export function element(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === true) node.setAttribute(name, "");
    else if (value !== false && value !== null && value !== undefined) node.setAttribute(name, value);
  }
  node.append(...children.filter(child => child !== null && child !== undefined));
  return node;
}

/** A sentence in a live region; `bad` for what went wrong. */
export function say(node, text, bad = false) {
  node.classList.toggle("bad", bad);
  if (node.textContent !== text) node.textContent = text;
}
