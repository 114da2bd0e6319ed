import { SaxesParser } from 'saxes';
import type { XmlElement } from '../../lambda/soap/strict-xml.ts';

/**
 * The root element as an independent, conforming XML parser sees it.
 * @throws for anything that is not one namespace-well-formed XML 1.0 document
 */
export function referenceParse(xml: string): XmlElement {
  const parser = new SaxesParser({ xmlns: true, fragment: false });
  const document = { namespace: '', name: '', text: '', children: [] };
  const open: { text: string; readonly children: XmlElement[] }[] = [document];
  parser.on('error', (error) => {
    throw error;
  });
  parser.on('opentag', ({ uri, local }) => {
    const element = { namespace: uri, name: local, text: '', children: [] };
    open.at(-1)?.children.push(element);
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
  const [root] = open[0]?.children ?? [];
  if (root === undefined) throw new Error('no root element');
  return root;
}
