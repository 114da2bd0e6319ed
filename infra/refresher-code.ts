import { existsSync } from 'node:fs';
import { join } from 'node:path';

/** Where the prebuilt bundle stands, seen from the published package (dist/infra) and from the source tree (infra). */
const BUNDLE_FOLDERS = ['../refresher', '../dist/refresher'];

/**
 * The folder with the function's code, for a module in this folder. Built beforehand: whoever deploys it needs no bundler.
 * @throws when there is none, saying how to make it.
 */
export function bundleFolder(folderOfModule: string): string {
  const folder = BUNDLE_FOLDERS.map((path) => join(folderOfModule, path)).find((path) =>
    existsSync(join(path, 'handler.mjs')),
  );
  if (folder === undefined)
    throw new Error('dist/refresher/handler.mjs is missing: the function is not built. Run: npm run build');
  return folder;
}
