import type { LocalWorld } from './local-world.ts';
import type { Button } from './snapshot.ts';

/** What a button does to the world. */
interface ButtonEffect {
  /** As the page names it. */
  readonly label: string;
  readonly press: (world: LocalWorld, refreshNow: () => void) => void;
}

/** The buttons of the page. */
export const BUTTONS: Readonly<Record<Button, ButtonEffect>> = {
  'service-down': {
    label: 'The service is down',
    press: ({ vendor }) => {
      vendor.disturbance = 'no-connection';
    },
  },
  'service-nonsense': {
    label: 'It answers nonsense',
    press: ({ vendor }) => {
      vendor.disturbance = 'malformed';
    },
  },
  'token-ended': {
    label: 'It ends the token early',
    press: ({ vendor, clock }) => vendor.service.revokeAll(new Date(clock.now())),
  },
  'password-refused': {
    label: 'It refuses the password',
    press: (world) => {
      // Right, but no longer what the secret holds.
      if (isPasswordRight(world)) world.vendor.password = `${world.vendor.password}-changed`;
    },
  },
  'password-right': {
    label: 'The password is put right',
    press: putPasswordRight,
  },
  'store-no-writes': {
    label: 'Parameter Store takes no writes',
    press: ({ aws }) => {
      aws.faults.add('writes-throttled');
    },
  },
  'refresh-now': { label: 'RefreshNow', press: (_, refreshNow) => refreshNow() },
  'all-well': {
    label: 'Back to well',
    press: (world) => {
      world.vendor.disturbance = undefined;
      world.aws.faults.clear();
      if (!isPasswordRight(world)) putPasswordRight(world);
    },
  },
};

/** Whether the secret holds the password that the service takes. */
export function isPasswordRight({ aws, vendor }: LocalWorld): boolean {
  return aws.secretText().includes(JSON.stringify(vendor.password));
}

function putPasswordRight({ aws, vendor }: LocalWorld): void {
  aws.putSecret(JSON.stringify(vendor.service.credentials));
}
