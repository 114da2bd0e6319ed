export const ON_CALL = 'arn:aws:sns:ap-south-1:123456789012:on-call';
export const VPC = {
  vpcId: 'vpc-0a1b2c3d',
  subnetIds: ['subnet-0a1b2c3d', 'subnet-0b2c3d4e'],
  securityGroupIds: ['sg-0a1b2c3d'],
};

/** Each setting with a value that makes a difference, and what has to be left out together with it. */
export const VALUES: Readonly<
  Record<string, { readonly value: unknown; readonly with?: string; readonly instead?: unknown }>
> = {
  endpoint: { value: 'http://soap.example.test/', instead: 'http://other.example.test/' },
  alarmActions: {
    value: { page: ON_CALL, ticket: 'team@example.test' },
    instead: 'none',
  },
  allowHttp: { value: true },
  soapAction: { value: 'urn:server#access_new_token' },
  service: { value: 'sabre' },
  proxy: { value: 'http://proxy.example.test:3128' },
  tokenParameterName: { value: '/billing/token' },
  tokenLifetime: { value: '6 hours' },
  refreshEvery: { value: '90 minutes' },
  checkEvery: { value: '10 minutes' },
  renewalWindow: { value: '1 hour' },
  // Refused beside refreshEvery, which is in all.
  renewal: { value: undefined, instead: 'at expiry' },
  loginsPerDay: { value: 50 },
  credentialsSecretArn: {
    value: 'arn:aws:secretsmanager:ap-south-1:123456789012:secret:service-a1B2c3',
    with: 'credentialsKeyArn',
  },
  credentialsKeyArn: { value: 'arn:aws:kms:ap-south-1:123456789012:key/1111' },
  encryptionKeyArn: { value: 'arn:aws:kms:ap-south-1:123456789012:key/2222' },
  credentialsMaxAge: { value: '80 days' },
  owner: { value: 'invoicing' },
  runbookUrl: { value: 'https://wiki.example.test/token' },
  paused: { value: true },
  reservedConcurrency: { value: 2 },
  logRetention: { value: '90 days' },
  reportRule: { value: false },
  removalPolicy: { value: 'destroy', with: 'encryptionKeyArn' },
  vpc: { value: VPC },
  tags: { value: { team: 'billing' } },
  terminationProtection: { value: true },
};

/** All of them at once. */
export const ALL = Object.fromEntries(Object.entries(VALUES).map(([name, { value }]) => [name, value]));
