import { Aws } from 'aws-cdk-lib';
import { statusParameterName } from '../lambda/token-status.ts';

/** What a person types, ready to paste; used by the stack's outputs and by the alarms' descriptions. */
export function putCredentialsCommand(secretArn: string): string {
  // From a file: what is typed on a command line stays in the shell's history.
  return aws(`secretsmanager put-secret-value --secret-id ${secretArn} --secret-string file://credentials.json`);
}

export function readTokenCommand(tokenParameterName: string): string {
  return aws(`ssm get-parameter --name ${tokenParameterName} --with-decryption --query Parameter.Value --output text`);
}

export function showStatusCommand(tokenParameterName: string): string {
  return aws(
    `ssm get-parameter --name ${statusParameterName(tokenParameterName)} --query Parameter.Value --output text`,
  );
}

export function refreshNowCommand(functionName: string): string {
  return aws(
    `lambda invoke --function-name ${functionName} --cli-binary-format raw-in-base64-out --payload '{"force":true}' /dev/stdout`,
  );
}

function aws(command: string): string {
  return `aws --region ${Aws.REGION} ${command}`;
}
