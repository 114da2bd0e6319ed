import type { Snapshot, Verdict } from './snapshot.ts';
import { clockSeconds, clockTime, dayTime, span } from './time-text.ts';

type Facts = Omit<Snapshot, 'verdict'>;

/** How the token is, who was paged for it, and what comes next, for somebody who has never seen this page. */
export function verdictOf(facts: Facts): Verdict {
  const { now, lives, settings } = facts;
  const life = lives.at(-1);
  const [next, onCall, mended] = [nextStep(facts), whoIsPaged(facts), whatMends(facts)];
  if (life === undefined) return danger('no token', ['There is no token yet.', onCall, mended], next);
  const { version, expiresAt, deadAt, dueAt } = life;
  if (deadAt !== undefined && deadAt <= now) {
    const title = [`The service has ended version ${version} before its time.`, onCall, mended ?? BY_REPORT];
    return danger(
      'ended early',
      title,
      `Only readers can notice; one that reports it starts a tick within seconds. ${next}`,
    );
  }
  if (expiresAt <= now) {
    const title = [`Version ${version} has expired.`, onCall, mended];
    return danger('expired', title, `Readers get an error that says why, not a dead token. ${next}`);
  }
  const left = span(expiresAt - now);
  if (onCall !== undefined) {
    return danger('paged', [onCall, `Version ${version} still lives for ${left}.`, mended ?? IS_MENDED], next);
  }
  if (mended !== undefined) {
    const title = `Ticks fail, and nobody is harmed: version ${version} still lives for ${left}.`;
    const pageAt = expiresAt - settings.pageBelowSeconds * 1000;
    const page = now < pageAt ? `soon after ${dayTime(pageAt, now)}` : 'soon';
    const detail = `${mended} ${next} The person on call is paged ${page}.`;
    return { kind: 'warning', state: 'failing', title, detail };
  }
  const replaced =
    now < dueAt ? `It is replaced from ${dayTime(dueAt, now)} on.` : 'It is due: the next tick replaces it.';
  const title = `All is well: version ${version} lives for ${left}.`;
  return { kind: 'well', state: 'well', title, detail: `${replaced} ${next}` };
}

const BY_REPORT = 'A reader that reports it mends it, or RefreshNow.';
const IS_MENDED = 'It is mended: the alarm ends with its next looks.';

/** @param title its sentences, of which some may not apply */
function danger(state: Verdict['state'], title: readonly (string | undefined)[], detail: string): Verdict {
  return { kind: 'danger', state, title: title.filter((one) => one !== undefined).join(' '), detail };
}

function whoIsPaged({ alarms }: Facts): string | undefined {
  const paging = alarms.filter(({ pages, state }) => pages && state === 'ALARM').map(({ name }) => name);
  return paging.length === 0 ? undefined : `The person on call is paged: ${paging.join(' and ')}.`;
}

/** Undefined where no tick fails. */
function whatMends({ lastTick, attempt }: Facts): string | undefined {
  const isFailing = lastTick?.kind === 'failed' || lastTick?.kind === 'held';
  const code = attempt?.code ?? (isFailing ? lastTick.code : undefined);
  if (code === undefined) return undefined;
  if (code.startsWith('CREDENTIALS_')) return 'The right credentials in the secret mend it.';
  if (code === 'STORE_FAILED') return 'Parameter Store mends it, once it takes writes again.';
  return 'The service mends it, once it gives tokens again.';
}

function nextStep({ attempt, nextTickAt, now, settings }: Facts): string {
  const time = settings.checkEverySeconds < 60 ? clockSeconds : clockTime;
  const tick = `Next tick at ${time(nextTickAt)}.`;
  if (attempt?.code === undefined) return tick;
  if (attempt.askAgainAt === 'never') return `${tick} The service is not asked again with this password.`;
  if (attempt.askAgainAt <= now) return tick;
  return `${tick} The service is asked again from ${dayTime(attempt.askAgainAt, now)} on.`;
}
