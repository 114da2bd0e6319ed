import type { LocalAwsOptions } from '../world/aws/aws-server.ts';
import { ENDPOINT_FAULTS } from '../world/soap/endpoint-faults.ts';
import type { SoapEndpointOptions } from '../world/soap/soap-endpoint.ts';
import { NO_CONNECTION } from '../world/soap/vendor.ts';
import type { VirtualWorld } from '../world/virtual-world.ts';

/** Puts the world's AWS on the wire: what is broken there is broken for the `aws` command, too. */
export function awsOfWorld({ aws, clock }: VirtualWorld): LocalAwsOptions {
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
export function soapOfWorld({ vendor, clock }: VirtualWorld): Pick<SoapEndpointOptions, 'service' | 'now' | 'faults'> {
  return {
    service: vendor.service,
    now: () => new Date(clock.now()),
    faults: () => {
      if (vendor.fault === undefined) return undefined;
      return vendor.fault === NO_CONNECTION ? { bytes: Buffer.alloc(0), end: 'reset' } : ENDPOINT_FAULTS.truncated();
    },
  };
}
