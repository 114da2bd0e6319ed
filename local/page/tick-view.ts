import { isObject } from '../../lambda/parse-json.ts';
import { METRIC_NAMESPACE, METRICS } from '../../lambda/refresher/metric-names.ts';
import type { Invocation } from '../invoke.ts';
import type { TickView } from './snapshot.ts';

/** A tick as the page tells it. */
export function tickView(id: number, at: number, tick: Invocation, line: TickView['line']): TickView {
  return { id, at, kind: kindOf(tick), summary: summaryOf(tick), code: tick.code, line };
}

function kindOf({ outcome, trigger, secretVersionId, code }: Invocation): TickView['kind'] {
  if (outcome === 'fresh') return 'left alone';
  if (outcome !== 'failed') return outcome;
  // A tick that wants a token says why; one that could not decide has not read the secret.
  const isHeld = trigger === undefined && secretVersionId !== undefined;
  return isHeld || code === 'REFRESH_IN_PROGRESS' ? 'held' : 'failed';
}

function summaryOf({ outcome, trigger, tokenVersion, message = '' }: Invocation): string {
  switch (outcome) {
    case 'refreshed':
      return `Stored version ${tokenVersion}: ${trigger}.`;
    case 'unchanged':
      return `The service handed out version ${tokenVersion} again.`;
    case 'fresh':
      return `Version ${tokenVersion} is not due.`;
    case 'failed':
      return `${message}.`;
  }
}

/** The metrics of a run, out of what it wrote to its log in CloudWatch's embedded metric format. */
export function emittedMetrics(output: string): readonly (readonly [name: string, value: number])[] {
  const lines = output.split('\n').filter((line) => line.includes(`"Namespace":"${METRIC_NAMESPACE}"`));
  return lines.flatMap((line) => {
    const emitted: unknown = JSON.parse(line);
    if (!isObject(emitted)) return [];
    return Object.values(METRICS).flatMap((name) => {
      const value = emitted[name];
      return [value].flat().flatMap((one) => (typeof one === 'number' ? [[name, one] as const] : []));
    });
  });
}
