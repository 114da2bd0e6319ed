import type { VirtualWorld } from '../../../local/world/virtual-world.ts';

/** One write of a parameter, or its deletion. */
export interface ParameterChange {
  readonly at: number;
  readonly name: string;
  /** Undefined: deleted. */
  readonly value: string | undefined;
  /** Written by the function, not changed by somebody else. */
  readonly isOwn: boolean;
}

export type Account = ReturnType<typeof recordAccount>;

/** Writes down from now on what becomes of every parameter; what somebody does to them with the aws command. */
export function recordAccount({ aws, clock }: Pick<VirtualWorld, 'aws' | 'clock'>) {
  const { services } = aws;
  const changes: ParameterChange[] = [];
  let isOwn = true;
  services.parameters.subscribe((name) => {
    changes.push({ at: clock.now(), name, value: services.parameters.parameter(name)?.value, isOwn });
  });
  const perform = (operation: string, input: Readonly<Record<string, unknown>>) =>
    services.perform(operation, input, new Date(clock.now()));
  return {
    changes,
    deleteParameter(name: string) {
      if (services.parameters.parameter(name) !== undefined) perform('DeleteParameter', { Name: name });
      changes.push({ at: clock.now(), name, value: undefined, isOwn: false });
    },
    overwriteParameter(name: string, value: string, type: 'String' | 'SecureString') {
      isOwn = false;
      perform('PutParameter', { Name: name, Value: value, Type: type, Overwrite: true });
      isOwn = true;
    },
  };
}
