const TYPE = 'the compiler reports it';
const ALIKE = 'undefined, which is as false here';
const MILLISECOND = 'one millisecond of one machine\u2019s clock';
const OWN_CLIENT = 'seconds of real time: of the own client, which no test makes wait';
const IMPOSSIBLE = 'the case that it is for cannot be made: the types ask for it';

/** Survivors that no test can miss, by file and change, and why. `npm run mutants` fails where one of them is killed or gone. */
export const MEANS_NOTHING: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'lambda/services/element-path.ts': {
    'only.children.length > 0 → (only.children.length) >= (0)': 'no path leads on from an element without children',
    "stepsOf(path).at(-1) ?? '' → stepsOf(path).at(-1)": IMPOSSIBLE,
  },
  'lambda/services/judge.ts': {
    "contentType ?? '' → contentType": TYPE,
    'isCertain: false → (left out)': ALIKE,
    'isCodePlace: false → (left out)': ALIKE,
    'close < 0 → (close) <= (0)': 'a closing tag stands behind its opening one',
    '0 → 1': 'a closing tag, and its end, stand behind an opening one',
    'end > 0 → true': 'an empty text is no envelope',
    'end > 0 → (end) >= (0)': 'an empty text is no envelope',
    'close + tag.length → (close) - (tag.length)': 'an envelope is looked at once more',
    'start.lastIndex = close + tag.length; → (left out)': 'an envelope is looked at once more',
    'filter → slice': 'elements without a text of their own, and empty lines, which become one space',
  },
  'lambda/services/listed-code.ts': {
    '1 → 2': 'a code that begins with a letter stands at no two places side by side',
    'find → findLast': 'no profile lists the empty token twice',
  },
  'lambda/attempt-record.ts': {
    'at > attempt.on + 1 → (at) >= (attempt.on + 1)': 'the version after `on` is the announcement of that run itself',
  },
  'lambda/refresher/rules/attempt.ts': { '0 → 1': MILLISECOND },
  'lambda/refresher/rules/stored-state.ts': {
    'stored.token?.changedAt ?? 0 → stored.token?.changedAt': 'without a token there is no record of the stored one',
    '0 → 1': 'without a token there is no record of the stored one',
    'isUnreadable(status.content) → false': 'what is unreadable has no token',
    'isUnreadable(attempts.content) → false': 'what is unreadable has no attempt and no logins',
  },
  'lambda/refresher/rules/token-record.ts': {
    'same.expiresAt < promised.expiresAt → (same.expiresAt) <= (promised.expiresAt)': 'the same end either way',
  },
  'lambda/refresher/rules/decision.ts': {
    '0 → 1': 'a minute is waited for in any case',
    '2 → 3': 'both are more than half of a life, which is the most',
  },
  'lambda/refresher/rules/hold.ts': {
    "outcome.reason ?? '' → outcome.reason": IMPOSSIBLE,
  },
  'lambda/reader/token-reader.ts': {
    'client → (left out)': TYPE,
    'parameterName → (left out)': TYPE,
    'clock → (left out)': TYPE,
    'isBridged → (left out)': TYPE,
    'hungLately = undefined; → (left out)':
      'it ends by itself after half a minute, before which SSM is not asked again',
    'clock.now() - lastReadAt > FROZEN_MS → (clock.now() - lastReadAt) >= (FROZEN_MS)': MILLISECOND,
    'await reading?.catch(() => undefined); → (left out)':
      'a second passes between two reads, which is longer than one takes',
    '1_000 → 2000': OWN_CLIENT,
    'connectionTimeout: 1_000 → (left out)': OWN_CLIENT,
    '2_000 → 4000': OWN_CLIENT,
    'requestTimeout: 2_000 → (left out)': OWN_CLIENT,
    'throwOnRequestTimeout: true → (left out)': OWN_CLIENT,
    'requestHandler: { connectionTimeout: 1_000, requestTimeout: 2_000, throwOnRequestTimeout: true } → (left out)':
      OWN_CLIENT,
  },
  'lambda/reader/stored-token.ts': {
    'find → findLast': 'SSM names each parameter once',
    'value !== undefined && version !== undefined → (value !== undefined) || (version !== undefined)': IMPOSSIBLE,
    'isUnreadable(status) → false': TYPE,
    'error instanceof Error → true': 'what the SDK throws is an error',
    'error instanceof Error → false': 'its words are in the text of the new one',
  },
  'lambda/reader/last-attempt.ts': {
    'earlier?.Value === undefined → false': 'what cannot be read ends the looking back as what cannot be had does',
  },
  'lambda/reader/rejection-report.ts': {
    'await earlier; → (left out)': 'two reports of one reader at a time lie seconds apart',
    'last?.version === version → true': 'two reports of one reader at a time lie seconds apart',
  },
};
