import { didYouMean } from '../../lambda/did-you-mean.ts';
import { elementsAt, type PathScope, stepsOf } from '../../lambda/services/element-path.ts';
import { judge } from '../../lambda/services/judge.ts';
import type { ServiceProfile } from '../../lambda/services/profile.ts';
import { rootPart } from '../../lambda/services/root-part.ts';
import { decodeBody } from '../../lambda/soap/decode-body.ts';
import { parseSoap, type SoapReply } from '../../lambda/soap/soap-reply.ts';
import type { XmlElement } from '../../lambda/soap/strict-xml.ts';
import { durationText, PERIODS_TO_PAGE, spanText, type Timing, timingOf } from '../../lambda/timing.ts';

/** Where codes are looked for, if the profile lists some and names no place for them. */
export function codeHint({ code, codes }: ServiceProfile): string | undefined {
  if (code !== undefined || Object.values(codes).flat().length === 0) return undefined;
  return "codes are listed and no `code` is named: they are looked for in faults, in the other texts of the answer, and in the token's place";
}

/** What follows where the tokens of a service live shorter or longer than expected, by more than a tenth. */
export function lifetimeHint(expected: Timing, seconds: number): string | undefined {
  // Some have passed since the answer.
  const livesSeconds = Math.max(1, Math.round(seconds / 60)) * 60;
  const { tokenLifetimeSeconds, pageBelowSeconds, checkEverySeconds } = expected;
  if (Math.abs(livesSeconds - tokenLifetimeSeconds) <= tokenLifetimeSeconds / 10) return undefined;
  const real = timingOf({ ...expected, tokenLifetimeSeconds: livesSeconds });
  const [logins, expectedLogins] = [real, expected].map((timing) => Math.ceil(86_400 / timing.replacedAfterSeconds));
  const secondsBelow = pageBelowSeconds - (livesSeconds - real.replacedAfterSeconds);
  const page = `TokenExpiring, which pages below ${spanText(pageBelowSeconds)}, would page`;
  const pages =
    livesSeconds <= pageBelowSeconds
      ? `; ${page} for ever`
      : secondsBelow >= PERIODS_TO_PAGE * checkEverySeconds
        ? `; ${page} before each renewal`
        : '';
  return (
    `the token lives ${spanText(livesSeconds)}, where tokenLifetime is ${spanText(tokenLifetimeSeconds)}: ` +
    `${logins} logins a day${logins === expectedLogins ? '' : `, not ${expectedLogins}`}${pages}. ` +
    `Set timing.tokenLifetime to "${durationText(livesSeconds)}"`
  );
}

/**
 * Paths of the profile that lead nowhere in an answer to a login, with the name that was probably meant. A refusal need
 * not have what stands beside a token: there, only a near name is worth a word.
 * @param redact takes out of a name what must not be shown
 */
export function pathHints(profile: ServiceProfile, reply: SoapReply, redact = (name: string): string => name) {
  const scope = scopeOf(profile, reply);
  if (scope?.child.name !== profile.answer) return [];
  const judged = judge(profile, reply);
  const isWanted = 'accessToken' in judged || judged.code === 'REPLY_MALFORMED';
  const { token, code, expiresIn, expiresAt } = profile;
  return Object.entries({ token, code, expiresIn, expiresAt }).flatMap(([key, path]) => {
    const lost = path === undefined ? undefined : firstLostStep(path, scope);
    if (lost === undefined) return [];
    const { step, from } = lost;
    const names = new Set(from.flatMap(({ children }) => children.map(({ name }) => redact(name))));
    const meant = names.has(step)
      ? `; ${step} stands there in a namespace that the profile does not list`
      : didYouMean(step, names, '; ');
    if (meant === '' && !isWanted) return [];
    return [`${key}: ${path} leads nowhere, ${redact(from[0]?.name ?? '')} has no ${step}${meant}`];
  });
}

function scopeOf({ namespaces }: ServiceProfile, reply: SoapReply): PathScope | undefined {
  const { contentType, body } = reply;
  const root = typeof body === 'string' ? undefined : rootPart({ contentType, body });
  const document = root === undefined ? '' : parseSoap(decodeBody(root.body, root.contentType).text);
  return typeof document === 'string' ? undefined : { ...document, namespaces };
}

/** The step of a path that finds nothing, and the elements from which it starts. */
function firstLostStep(path: string, scope: PathScope): { step: string; from: readonly XmlElement[] } | undefined {
  const isAbsolute = path.startsWith('/');
  let from: readonly XmlElement[] = isAbsolute ? [scope.envelope] : withWrapped(scope.child);
  const steps = stepsOf(path);
  for (const [index, step] of steps.entries()) {
    const found = elementsAt(`${isAbsolute ? '/' : ''}${steps.slice(0, index + 1).join('/')}`, scope);
    if (found.length === 0) return { step, from };
    from = found;
  }
  return undefined;
}

/** `return` of the rpc style may stand between. */
function withWrapped(child: XmlElement): readonly XmlElement[] {
  return child.children.length === 1 ? [child, ...child.children] : [child];
}
