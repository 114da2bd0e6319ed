import type { LambdaService } from '../../../local/world/aws/lambda-service.ts';
import type { VirtualAws } from '../../../local/world/aws/virtual-aws.ts';
import type { Vendor, VendorSettings } from '../../../local/world/soap/vendor.ts';
import { type Incident, MINUTE_MS, type Trouble, type TroubleKind, type TroubleOf } from './scenario.ts';

/** What lasts for as long as something is wrong, and is set anew whenever that changes. */
export interface Conditions {
  skewMs: number;
  diesAtStep: number | undefined;
  isScheduled: boolean;
}

/** All that a trouble can change. */
export interface TroubledWorld {
  readonly vendor: Vendor;
  /** What the service does by itself. */
  readonly usual: VendorSettings;
  readonly aws: VirtualAws;
  readonly lambda: LambdaService;
  readonly conditions: Conditions;
  readonly tokenParameterName: string;
  /** Puts a password into the secret, as an operator does. */
  putSecret(password: string): void;
  /** A password that was never used before. */
  newPassword(): string;
  now(): Date;
}

interface Effects<Kind extends TroubleKind> {
  /** Holds from the beginning to the end. */
  readonly lasts?: (world: TroubledWorld, what: TroubleOf<Kind>) => void;
  readonly begins?: (world: TroubledWorld, what: TroubleOf<Kind>) => void;
  readonly ends?: (world: TroubledWorld, what: TroubleOf<Kind>) => void;
}

const putRightPassword = ({ vendor, putSecret }: TroubledWorld) => putSecret(vendor.password);
const statusOf = ({ tokenParameterName }: TroubledWorld) => `${tokenParameterName}/status`;

const EFFECTS: { readonly [Kind in TroubleKind]: Effects<Kind> } = {
  vendor: {
    lasts: ({ vendor }, { disturbance }) => {
      vendor.disturbance = disturbance;
    },
  },
  store: {
    lasts: ({ aws }, { fault }) => {
      aws.faults.add(fault);
    },
  },
  'credentials-rotated': {
    begins: ({ vendor, newPassword }) => {
      vendor.password = newPassword();
    },
    ends: putRightPassword,
  },
  'wrong-password': {
    begins: ({ putSecret }) => putSecret('a slip of the hand'),
    ends: putRightPassword,
  },
  'account-locked': {
    lasts: ({ vendor }) => {
      vendor.service.isAccountLocked = true;
    },
    ends: ({ lambda }) => lambda.invoke({ force: true }),
  },
  forced: { begins: ({ lambda }) => lambda.invoke({ force: true }) },
  'schedule-disabled': {
    lasts: ({ conditions }) => {
      conditions.isScheduled = false;
    },
  },
  'process-dies': {
    lasts: ({ conditions }, { atStep }) => {
      conditions.diesAtStep = atStep;
    },
  },
  'status-deleted': { begins: (world) => world.aws.deleteParameter(statusOf(world)) },
  'status-garbled': {
    begins: (world) => world.aws.overwriteParameter(statusOf(world), '{"token":{"version":1}}', 'String'),
  },
  'token-deleted': { begins: ({ aws, tokenParameterName }) => aws.deleteParameter(tokenParameterName) },
  'token-overwritten': {
    begins: ({ aws, tokenParameterName }) =>
      aws.overwriteParameter(tokenParameterName, 'by-somebody-else', 'SecureString'),
  },
  'tokens-revoked': { begins: ({ vendor, now }) => vendor.service.revokeAll(now()) },
  'tokens-revoked-and-reported': {
    begins: ({ vendor, now, aws, lambda, tokenParameterName }) => {
      vendor.service.revokeAll(now());
      const version = aws.versionOf(tokenParameterName);
      aws.overwriteParameter(`${tokenParameterName}/rejected`, String(version), 'String');
      lambda.invoke({});
    },
  },
  'lifetime-cut': {
    begins: ({ vendor }, { lifetimeMinutes }) => {
      vendor.service.tokenLifetimeSeconds = (lifetimeMinutes * MINUTE_MS) / 1000;
    },
    ends: ({ vendor, usual }) => {
      vendor.service.tokenLifetimeSeconds = usual.lifetimeSeconds;
    },
  },
  'clock-skew': {
    lasts: ({ conditions }, { skewMs }) => {
      conditions.skewMs = skewMs;
    },
  },
};

function effectsOf<Kind extends TroubleKind>(kind: Kind): Effects<Kind> {
  return EFFECTS[kind];
}

/** Sets everything that lasts back to normal, and then to what the incidents that are active now make of it. */
export function settle(world: TroubledWorld, active: Iterable<Incident>): void {
  const { vendor, aws, conditions } = world;
  vendor.disturbance = undefined;
  vendor.service.isAccountLocked = false;
  aws.faults.clear();
  Object.assign(conditions, NORMAL);
  for (const { what } of active) effectsOf(what.kind).lasts?.(world, what);
}

export function begin(world: TroubledWorld, what: Trouble): void {
  effectsOf(what.kind).begins?.(world, what);
}

export function end(world: TroubledWorld, what: Trouble): void {
  effectsOf(what.kind).ends?.(world, what);
}

export const NORMAL: Readonly<Conditions> = { skewMs: 0, diesAtStep: undefined, isScheduled: true };
