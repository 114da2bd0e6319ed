import { Duration } from 'aws-cdk-lib';
import { durationText } from '../lambda/timing.ts';

/** One thing that is wrong with a setting. */
export interface Fault {
  /** The setting, and then those that it does not go together with. */
  readonly names: readonly [string, ...string[]];
  /** Left out where the name says it; undefined where nothing was given. */
  readonly value?: unknown;
  /** What to do, as an order: "use whole minutes". */
  readonly remedy: string;
}

/** All faults in one text, a line each: name, value, remedy. */
export function faultList(title: string, faults: readonly Fault[]): string {
  const lines = faults.map((fault) => `  - ${faultText(fault)}`);
  return [`${title}: ${faults.length === 1 ? '1 fault' : `${faults.length} faults`}`, ...lines].join('\n');
}

/** One fault, or a warning, as a sentence. */
export function faultText(fault: Fault): string {
  const is = 'value' in fault ? ` is ${valueText(fault.value)}` : '';
  return `${fault.names[0]}${is}: ${fault.remedy}`;
}

function valueText(value: unknown): string {
  if (value === undefined) return 'not set';
  if (value instanceof Duration) return durationText(value.toMilliseconds() / 1000);
  const text = JSON.stringify(value) ?? typeof value;
  return text.length > 300 ? `${text.slice(0, 300)}…` : text;
}
