/** Preloaded into a Node process: notes the address of every file of code that it loads, one a line. */
import { appendFileSync } from 'node:fs';
import { registerHooks } from 'node:module';

registerHooks({
  load(url, context, nextLoad) {
    if (url.startsWith('file:')) appendFileSync(process.env.LOADED_CODE_FILE ?? '', `${url}\n`);
    return nextLoad(url, context);
  },
});
