/** Elements, made one by one: a content security policy needs no exception for them. */

type Attributes = Readonly<Record<string, string | number>>;

const NAMESPACE = 'http://www.w3.org/2000/svg';

/** @param title shown when somebody points at it */
export function svg(name: string, attributes: Attributes, title?: string): SVGElement {
  const element = document.createElementNS(NAMESPACE, name);
  for (const [key, value] of Object.entries(attributes)) {
    element.setAttribute(key, typeof value === 'number' ? String(Math.round(value * 10) / 10) : value);
  }
  if (title !== undefined) element.append(svgText('title', {}, title));
  return element;
}

/** A line of text. */
export function text(x: number, y: number, words: string, attributes: Attributes = {}): SVGElement {
  return svgText('text', { x, y, ...attributes }, words);
}

/** One of the signs that the page defines, its middle at this point. */
export function sign(name: string, x: number, y: number, size: number, title?: string): SVGElement {
  const box = { x: x - size / 2, y: y - size / 2, width: size, height: size };
  const group = svg('g', {}, title);
  group.append(svg('use', { href: `#sign-${name}`, ...box }));
  return group;
}

/** A picture with its summary in words. */
export function drawing(width: number, height: number, summary: string, ...parts: readonly SVGElement[]): SVGElement {
  const picture = svg('svg', { viewBox: `0 0 ${width} ${height}`, height, role: 'img', 'aria-label': summary });
  picture.append(...parts);
  return picture;
}

function svgText(name: string, attributes: Attributes, words: string): SVGElement {
  const element = svg(name, attributes);
  element.textContent = words;
  return element;
}

/** One of the signs that the page defines, beside words that say the same. */
export function icon(name: string): SVGElement {
  const element = svg('svg', { class: 'sign', 'aria-hidden': 'true' });
  element.append(svg('use', { href: `#sign-${name}` }));
  return element;
}

/** An HTML element with a class, and what stands in it. */
export function make(name: string, className: string, ...content: readonly (string | Element)[]): HTMLElement {
  const element = document.createElement(name);
  if (className !== '') element.className = className;
  element.append(...content);
  return element;
}
