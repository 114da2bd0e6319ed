/**
 * Packs dist/refresher as dist/refresher.zip, for those who deploy it without CDK, and puts its SHA-256 beside it. The same
 * bytes on every machine: fflate compresses in JavaScript, while Node's zlib depends on the processor.
 */
import { createHash } from 'node:crypto';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type ZipAttributes, type Zippable, zipSync } from 'fflate';

const FOLDER = 'dist/refresher';
const UNIX = 3;
const ENTRY: ZipAttributes = {
  // zip has local times only. Noon, for some zones had no midnight on that day.
  mtime: new Date(1980, 0, 1, 12),
  os: UNIX,
  // Lambda reads them as another user.
  attrs: 0o100644 << 16,
};

const entries: Zippable = {};
for (const name of (await readdir(FOLDER)).toSorted()) entries[name] = [await readFile(join(FOLDER, name)), ENTRY];
const zip = zipSync(entries, { level: 9 });
await writeFile('dist/refresher.zip', zip);
const hash = createHash('sha256').update(zip).digest('hex');
// As sha256sum writes and checks it.
await writeFile('dist/refresher.zip.sha256', `${hash}  refresher.zip\n`);
