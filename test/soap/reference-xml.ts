import { type SaxesAttributeNS, SaxesParser } from 'saxes';

/** An element as an independent, conforming XML parser sees it. */
export interface ReferenceElement {
  readonly namespace: string;
  readonly name: string;
  readonly attributes: Readonly<Record<string, SaxesAttributeNS>>;
  readonly children: ReferenceElement[];
  text: string;
}

/** @throws for anything that is not one namespace-well-formed XML 1.0 document. */
export function referenceParse(xml: string): ReferenceElement {
  const parser = new SaxesParser({ xmlns: true, fragment: false });
  const open: ReferenceElement[] = [];
  let root: ReferenceElement | undefined;
  parser.on('error', (error) => {
    throw error;
  });
  parser.on('opentag', ({ uri, local, attributes }) => {
    const element: ReferenceElement = { namespace: uri, name: local, attributes, children: [], text: '' };
    open.at(-1)?.children.push(element);
    root ??= element;
    open.push(element);
  });
  const addText = (text: string) => {
    const element = open.at(-1);
    if (element !== undefined) element.text += text;
  };
  parser.on('text', addText);
  parser.on('cdata', addText);
  parser.on('closetag', () => {
    open.pop();
  });
  parser.write(xml).close();
  if (root === undefined) throw new Error('no root element');
  return root;
}

/** Every element of that local name, in document order. */
export function findAll(element: ReferenceElement, name: string): readonly ReferenceElement[] {
  return [...(element.name === name ? [element] : []), ...element.children.flatMap((child) => findAll(child, name))];
}
