// Make elements; every text that comes from a program is set as text.

const SVG = "http://www.w3.org/2000/svg";

/** Return the element of the page that has an id. */
export const $ = (id) => document.getElementById(id);

function filled(node, attributes, children) {
  for (const [name, value] of Object.entries(attributes ?? {})) {
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else if (value !== undefined && value !== null && value !== false) {
      node.setAttribute(name, value === true ? "" : String(value));
    }
  }
  node.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined));
  return node;
}

/** Return an element of HTML; attributes that begin with `on` are listeners. */
export function el(name, attributes, ...children) {
  return filled(document.createElement(name), attributes, children);
}

/** Return an element of SVG. */
export function svg(name, attributes, ...children) {
  return filled(document.createElementNS(SVG, name), attributes, children);
}
