import { parseJsonObject } from '../../lambda/parse-json.ts';
import { NO_CONNECTION, NONSENSE, type VendorFault } from '../world/soap/vendor.ts';
import type { VirtualWorld } from '../world/virtual-world.ts';
import type { Button } from './snapshot.ts';

/** What a button does to the world. */
interface ButtonEffect {
  /** As the page names it. */
  readonly label: string;
  readonly press: (world: VirtualWorld, refreshNow: () => void) => void;
  /** Whether what it does lasts at the moment; left out where it is over at once. */
  readonly lasts?: (world: VirtualWorld) => boolean;
}

/** The buttons of the page. */
export const BUTTONS: Readonly<Record<Button, ButtonEffect>> = {
  'service-down': faultOfService('The service is down', NO_CONNECTION),
  'service-nonsense': faultOfService('It answers nonsense', NONSENSE),
  'token-ended': {
    label: 'It ends the token early',
    press: ({ vendor, clock }) => vendor.service.revokeAll(new Date(clock.now())),
  },
  'password-refused': {
    label: 'It refuses the password',
    press: (world) => {
      // Right, but no longer what the secret holds.
      if (isPasswordRight(world)) world.vendor.service.changePassword();
    },
    lasts: (world) => !isPasswordRight(world),
  },
  'password-right': { label: 'The password is put right', press: putPasswordRight },
  'store-no-writes': {
    label: 'Parameter Store takes no writes',
    press: ({ aws }) => void aws.faults.add('writes-throttled'),
    lasts: ({ aws }) => aws.faults.has('writes-throttled'),
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

/** Whether this is one of them. */
export function isButton(name: unknown): name is Button {
  return typeof name === 'string' && Object.hasOwn(BUTTONS, name);
}

/** The buttons whose effect lasts at the moment. */
export function lastingFaults(world: VirtualWorld): readonly Button[] {
  return Object.keys(BUTTONS)
    .filter(isButton)
    .filter((button) => BUTTONS[button].lasts?.(world));
}

function faultOfService(label: string, fault: VendorFault): ButtonEffect {
  const press = ({ vendor }: VirtualWorld) => {
    vendor.fault = fault;
  };
  return { label, press, lasts: ({ vendor }) => vendor.fault === fault };
}

/** Whether the secret holds the password that the service takes. */
function isPasswordRight({ aws, vendor }: VirtualWorld): boolean {
  // As the function reads it: the `aws` command hands over the mark at the start of a file.
  const secret = parseJsonObject(aws.secretText().replace(/^\ufeff/, ''));
  return Object.entries(vendor.service.credentials).every(([name, value]) => secret?.[name] === value);
}

function putPasswordRight({ aws, vendor }: VirtualWorld): void {
  aws.putSecret(JSON.stringify(vendor.service.credentials));
}
