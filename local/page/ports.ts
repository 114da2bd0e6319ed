import type { LocalAwsOptions } from '../world/aws/aws-server.ts';
import type { SoapEndpointOptions } from '../world/soap/soap-endpoint.ts';
import { FAILURES } from '../world/soap/soap-failures.ts';
import type { LocalWorld } from './local-world.ts';

/** Puts the world's AWS on the wire: what is broken there is broken for the `aws` command, too. */
export function awsOfWorld({ aws, clock }: LocalWorld): LocalAwsOptions {
  return {
    services: aws.services,
    now: () => new Date(clock.now()),
    faults: (operation) =>
      operation === 'PutParameter' && aws.faults.has('writes-throttled')
        ? { type: 'ThrottlingException', message: 'Rate exceeded' }
        : undefined,
  };
}

/** Puts the world's SOAP service on the wire. */
export function soapOfWorld({ vendor, clock }: LocalWorld): Pick<SoapEndpointOptions, 'service' | 'now' | 'trouble'> {
  return {
    service: vendor.service,
    now: () => new Date(clock.now()),
    trouble: () => {
      if (vendor.disturbance === undefined) return undefined;
      return vendor.disturbance === 'no-connection' ? { bytes: Buffer.alloc(0), end: 'reset' } : FAILURES.truncated();
    },
  };
}
