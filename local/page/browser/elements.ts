const SVG = 'http://www.w3.org/2000/svg';

/** An HTML element with a class and a text. */
export function make(name: string, className: string, words = ''): HTMLElement {
  const element = document.createElement(name);
  if (className !== '') element.className = className;
  element.textContent = words;
  return element;
}

/** One of the signs that the page defines; words beside it say the same. */
export function icon(name: string): SVGElement {
  const element = document.createElementNS(SVG, 'svg');
  element.setAttribute('class', 'sign');
  element.setAttribute('aria-hidden', 'true');
  const use = document.createElementNS(SVG, 'use');
  use.setAttribute('href', `#sign-${name}`);
  element.append(use);
  return element;
}
