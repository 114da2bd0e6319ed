import { CfnResource, Validations } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';

interface Acknowledgement {
  /** For example `AwsSolutions-IAM4`. */
  readonly rule: string;
  /** Which of the rule's findings, for rules that have several. */
  readonly finding?: string;
  readonly reason: string;
}

/** Says why our own resource breaks a rule of cdk-nag, which checks the whole app of whoever uses the construct. */
export function acknowledgeNag(construct: IConstruct, { rule, finding, reason }: Acknowledgement): void {
  // cdk-nag 3 asks CDK.
  Validations.of(construct).acknowledge({ id: finding === undefined ? rule : `${rule}[${finding}]`, reason });
  // cdk-nag 2 looks into the resource's own metadata.
  const resource = construct.node.defaultChild ?? construct;
  if (!CfnResource.isCfnResource(resource)) throw new Error(`${construct.node.path} is no single resource`);
  const suppression = { id: rule, reason, ...(finding !== undefined && { applies_to: [finding] }) };
  resource.addMetadata('cdk_nag', { rules_to_suppress: [suppression] });
}
