import type { Snapshot, Verdict } from './snapshot.ts';
import { clockSeconds, clockTime, span } from './time-text.ts';

/** How the token is, and what comes next, for somebody who has never seen this page. */
export function verdictOf(snapshot: Omit<Snapshot, 'verdict'>): Verdict {
  const { now, lives, lastTick, alarms, attempt, settings } = snapshot;
  const life = lives.at(-1);
  const next = nextStep(snapshot);
  if (life === undefined) {
    return { kind: 'danger', title: 'There is no token yet.', detail: next };
  }
  const { version, expiresAt, deadAt, dueAt } = life;
  if (deadAt !== undefined && deadAt <= now) {
    return {
      kind: 'danger',
      title: `The service has ended version ${version} before its time.`,
      detail: `Only readers can notice; one that reports it starts a tick within seconds. ${next}`,
    };
  }
  if (expiresAt <= now) {
    return {
      kind: 'danger',
      title: `Version ${version} has expired.`,
      detail: `Readers get an error that says why, not a dead token. ${next}`,
    };
  }
  const left = span(expiresAt - now);
  const paging = alarms.find(({ pages, state }) => pages && state === 'ALARM');
  if (paging !== undefined) {
    const title = `A person is paged: ${paging.name}. Version ${version} still lives for ${left}.`;
    return { kind: 'danger', title, detail: next };
  }
  const isFailing = lastTick?.kind === 'failed' || lastTick?.kind === 'held';
  if (isFailing || attempt?.code !== undefined) {
    const title = `Ticks fail, and nobody is harmed: version ${version} still lives for ${left}.`;
    const pageAt = expiresAt - settings.pageBelowSeconds * 1000;
    const page = now < pageAt ? ` A person is paged soon after ${clockTime(pageAt)}.` : ' A person is paged soon.';
    return { kind: 'warning', title, detail: `${next}${page}` };
  }
  const replaced =
    now < dueAt ? `It is replaced from ${clockTime(dueAt)} on.` : 'It is due: the next tick replaces it.';
  return { kind: 'well', title: `All is well: version ${version} lives for ${left}.`, detail: `${replaced} ${next}` };
}

function nextStep({ attempt, nextTickAt, now, settings }: Omit<Snapshot, 'verdict'>): string {
  const time = settings.checkEverySeconds < 60 ? clockSeconds : clockTime;
  const tick = nextTickAt === undefined ? '' : `Next tick at ${time(nextTickAt)}.`;
  if (attempt?.code === undefined) return tick;
  if (attempt.askAgainAt === 'never') return `${tick} The service is not asked again with this password.`;
  if (attempt.askAgainAt <= now) return tick;
  return `${tick} The service is asked again from ${clockTime(attempt.askAgainAt)} on.`;
}
