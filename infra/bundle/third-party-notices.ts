import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** What esbuild's metafile says of each file that it wrote: how many bytes came from which source file. */
type Outputs = Readonly<Record<string, { inputs: Readonly<Record<string, { bytesInOutput: number }>> }>>;

/**
 * The licences of all packages of which code was bundled: each text once, below the packages that it covers.
 * @throws for a package that names no licence: somebody has to look.
 */
export async function thirdPartyNotices(outputs: Outputs): Promise<string> {
  const packagesByText = new Map<string, string[]>();
  for (const folder of bundledPackages(outputs)) {
    const { name, version, license, author } = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8'));
    if (typeof license !== 'string') throw new Error(`${folder} is bundled, and names no licence`);
    const by = author === undefined ? '' : `, by ${author.name ?? author}`;
    const text = await licenceText(folder);
    packagesByText.set(text, [...(packagesByText.get(text) ?? []), `${name} ${version} (${license})${by}`]);
  }
  const sections = [...packagesByText].map(([text, packages]) => `${packages.join('\n')}\n\n${text}\n`);
  return ['handler.mjs and its parts hold code of these packages.\n', ...sections].join(`\n${'-'.repeat(80)}\n\n`);
}

function bundledPackages(outputs: Outputs): readonly string[] {
  const used = Object.values(outputs)
    .flatMap(({ inputs }) => Object.entries(inputs))
    .filter(([, { bytesInOutput }]) => bytesInOutput > 0);
  const folders = used.flatMap(([path]) => /^.*\bnode_modules\/(?:@[^/]+\/)?[^/]+/.exec(path)?.[0] ?? []);
  return [...new Set(folders)].toSorted();
}

async function licenceText(folder: string): Promise<string> {
  const names = (await readdir(folder)).filter((name) => /^(?:licen[cs]e|notice)\b/i.test(name)).toSorted();
  if (names.length === 0) return 'The package carries no text of its licence.';
  const texts = await Promise.all(names.map((name) => readFile(join(folder, name), 'utf8')));
  return texts.map((text) => text.replaceAll('\r\n', '\n').trim()).join('\n\n');
}
