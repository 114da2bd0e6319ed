/** What one refresh costs in a warm process: the deployed artefact, called directly. Sends its parent the CPU milliseconds. */
const artefact: { handler(event: unknown, context: object): Promise<{ outcome: string }> } = await import(
  process.argv[2] ?? ''
);
/** Enough of them, so that the clock's grain does not show; the first ones warm the process up. */
const REFRESHES = 300;
const WARM_UP_REFRESHES = 100;

async function refresh(times: number): Promise<void> {
  const context = { awsRequestId: 'bench', getRemainingTimeInMillis: () => 60_000 };
  // One after the other: of two at once, one leaves the refresh to the other.
  for (let done = 0; done < times; done += 1) {
    const { outcome } = await artefact.handler({ force: true }, context);
    if (outcome !== 'refreshed') throw new Error('A refresh did not refresh.');
  }
}

await refresh(WARM_UP_REFRESHES);
const before = process.cpuUsage();
await refresh(REFRESHES);
const { user, system } = process.cpuUsage(before);
process.send?.((user + system) / 1000 / REFRESHES);
