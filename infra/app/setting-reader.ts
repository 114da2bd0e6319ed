import type { Fault } from '../fault.ts';
import { closest } from './closest.ts';

/** Takes the settings of one token, and remembers which were asked for: every other one is a mistake. */
export class SettingReader {
  readonly faultyNames = new Set<string>();
  readonly #known = new Set<string>();
  readonly #at: string;
  readonly #settings: Readonly<Record<string, unknown>>;
  readonly #faults: Fault[];

  constructor(at: string, settings: Readonly<Record<string, unknown>>, faults: Fault[]) {
    this.#at = at;
    this.#settings = settings;
    this.#faults = faults;
  }

  optional<T>(name: string, rule: string, parse: (value: unknown) => T | undefined): T | undefined {
    this.#known.add(name);
    const value = this.#settings[name];
    if (value === undefined) return undefined;
    const parsed = parse(value);
    if (parsed === undefined) this.#fault(name, value, rule);
    return parsed;
  }

  required<T>(name: string, rule: string, parse: (value: unknown) => T | undefined): T | undefined {
    if (this.#settings[name] === undefined) this.#fault(name, undefined, rule);
    return this.optional(name, rule, parse);
  }

  refuseUnknown(): void {
    for (const [name, value] of Object.entries(this.#settings)) {
      if (this.#known.has(name)) continue;
      const near = closest(name, this.#known);
      this.#fault(
        name,
        value,
        near ? `there is no such setting; did you mean ${near}?` : 'there is no such setting; remove it',
      );
    }
  }

  #fault(name: string, value: unknown, remedy: string): void {
    this.faultyNames.add(name);
    this.#faults.push({ names: [`${this.#at}.${name}`], value, remedy });
  }
}
