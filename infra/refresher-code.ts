import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { type AssetCode, Code } from 'aws-cdk-lib/aws-lambda';
import { moduleFolder } from './module-folder.cjs';

/** Where the prebuilt bundle stands, seen from the published package (dist/infra) and from the source tree (infra). */
const BUNDLE_FOLDERS = ['../refresher', '../dist/refresher'];

/** The function's code, built beforehand, so that whoever deploys it needs no bundler. */
export function refresherCode(): AssetCode {
  return Code.fromAsset(bundleFolder(moduleFolder));
}

/**
 * The folder with the function's bundle, for a module in this folder.
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
