import { NO_CONNECTION, NONSENSE } from '../world/soap/vendor.ts';
import type { VirtualWorld } from '../world/virtual-world.ts';
import type { Button, PlayedFaults } from './snapshot.ts';

/** What a button does to the world. */
interface ButtonEffect {
  /** As the page names it. */
  readonly label: string;
  readonly press: (world: VirtualWorld, refreshNow: () => void) => void;
}

/** The buttons of the page. */
export const BUTTONS: Readonly<Record<Button, ButtonEffect>> = {
  'service-down': {
    label: 'The service is down',
    press: ({ vendor }) => {
      vendor.fault = NO_CONNECTION;
    },
  },
  'service-nonsense': {
    label: 'It answers nonsense',
    press: ({ vendor }) => {
      vendor.fault = NONSENSE;
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
      world.vendor.fault = undefined;
      world.aws.faults.clear();
      if (!isPasswordRight(world)) putPasswordRight(world);
    },
  },
};

/** What is wrong at the moment. */
export function playedFaults(world: VirtualWorld): PlayedFaults {
  const { fault } = world.vendor;
  return {
    service: fault === undefined ? 'well' : fault === NO_CONNECTION ? 'down' : 'nonsense',
    password: isPasswordRight(world) ? 'right' : 'refused',
    store: world.aws.faults.has('writes-throttled') ? 'no writes' : 'well',
  };
}

/** Whether the secret holds the password that the service takes. */
function isPasswordRight({ aws, vendor }: VirtualWorld): boolean {
  return aws.secretText().includes(JSON.stringify(vendor.password));
}

function putPasswordRight({ aws, vendor }: VirtualWorld): void {
  aws.putSecret(JSON.stringify(vendor.service.credentials));
}
