/**
 * What one refresh costs in a warm process, at so many at once: the deployed artefact, called directly. Prints a JSON
 * object from the number at once to CPU milliseconds for each.
 */
const artefact: { handler(event: unknown, context: object): Promise<{ outcome: string }> } = await import(
  process.argv[2] ?? ''
);
const AT_ONCE = [1, 10, 100];
/** Enough of them, so that the clock's grain does not show; the first ones warm the process up. */
const REFRESHES = 300;
const WARM_UP_REFRESHES = 100;

async function refresh(atOnce: number): Promise<void> {
  const context = { awsRequestId: 'bench', getRemainingTimeInMillis: () => 60_000 };
  const results = await Promise.all(Array.from({ length: atOnce }, () => artefact.handler({ force: true }, context)));
  if (results.some(({ outcome }) => outcome !== 'refreshed')) throw new Error('A refresh did not refresh.');
}

const cpuMs: Record<number, number> = {};
for (const atOnce of AT_ONCE) {
  for (let done = 0; done < WARM_UP_REFRESHES; done += atOnce) await refresh(atOnce);
  const before = process.cpuUsage();
  let refreshes = 0;
  for (; refreshes < REFRESHES; refreshes += atOnce) await refresh(atOnce);
  const { user, system } = process.cpuUsage(before);
  cpuMs[atOnce] = (user + system) / 1000 / refreshes;
}
process.send?.(cpuMs);
