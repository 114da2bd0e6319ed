import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { type AssetCode, Code } from 'aws-cdk-lib/aws-lambda';

/** Where the prebuilt bundle stands, seen from the published package (dist/infra) and from the source tree (infra). */
const BUNDLE_FOLDERS = ['../refresher/', '../dist/refresher/'];

/** The function's code, built beforehand, so that whoever deploys it needs no bundler. */
export function refresherCode(): AssetCode {
  return Code.fromAsset(bundleFolder(import.meta.url));
}

/**
 * The folder with the function's bundle, for a module at this address.
 * @throws when there is none, saying how to make it.
 */
export function bundleFolder(moduleUrl: string): string {
  const folder = BUNDLE_FOLDERS.map((path) => new URL(path, moduleUrl)).find((url) =>
    existsSync(new URL('handler.mjs', url)),
  );
  if (folder === undefined)
    throw new Error('dist/refresher/handler.mjs is missing: the function is not built. Run: npm run build');
  return fileURLToPath(folder);
}
