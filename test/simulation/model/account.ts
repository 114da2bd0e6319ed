import type { VirtualWorld } from '../../../local/world/virtual-world.ts';

/** One write of a parameter. */
export interface ParameterWrite {
  readonly at: number;
  readonly name: string;
  readonly value: string;
  /** Written by the function, not changed by somebody else. */
  readonly isOwn: boolean;
}

/** What somebody does to the parameters with the aws command, and who wrote what when. */
export interface Account {
  readonly writes: readonly ParameterWrite[];
  readonly deletions: readonly { readonly at: number; readonly name: string }[];
  deleteParameter(name: string): void;
  overwriteParameter(name: string, value: string, type: 'String' | 'SecureString'): void;
}

/** Writes down from now on what becomes of every parameter. */
export function recordAccount({ aws, clock }: Pick<VirtualWorld, 'aws' | 'clock'>): Account {
  const { services } = aws;
  const writes: ParameterWrite[] = [];
  const deletions: { at: number; name: string }[] = [];
  let isOwn = true;
  services.parameters.subscribe((name) => {
    const { value = '' } = services.parameters.parameter(name) ?? {};
    writes.push({ at: clock.now(), name, value, isOwn });
  });
  const perform = (operation: string, input: Readonly<Record<string, unknown>>) =>
    services.perform(operation, input, new Date(clock.now()));
  return {
    writes,
    deletions,
    deleteParameter(name) {
      if (services.parameters.parameter(name) !== undefined) perform('DeleteParameter', { Name: name });
      deletions.push({ at: clock.now(), name });
    },
    overwriteParameter(name, value, type) {
      isOwn = false;
      perform('PutParameter', { Name: name, Value: value, Type: type, Overwrite: true });
      isOwn = true;
    },
  };
}
