import { Aws } from 'aws-cdk-lib';
import { attemptParameterName } from '../lambda/attempt-record.ts';
import { LONGEST_RUN_SECONDS } from '../lambda/timing.ts';
import { rejectedParameterName, statusParameterName } from '../lambda/token-status.ts';

/** Stores the credentials out of the file credentials.json. Ready to paste, as are the other commands here. */
export function putCredentialsCommand(secretArn: string): string {
  // From a file: what is typed on a command line stays in the shell's history.
  return aws(`secretsmanager put-secret-value --secret-id ${secretArn} --secret-string file://credentials.json`);
}

/** Prints the token itself. */
export function readTokenCommand(tokenParameterName: string): string {
  return aws(`ssm get-parameter --name ${tokenParameterName} --with-decryption --query Parameter.Value --output text`);
}

/** Prints the status and the last attempt, which hold no secret. */
export function showStatusCommand(tokenParameterName: string): string {
  const names = [statusParameterName, attemptParameterName].map((nameOf) => nameOf(tokenParameterName));
  return aws(`ssm get-parameters --names ${names.join(' ')} --query 'Parameters[].Value' --output text`);
}

/** Prints the log of the last hour. */
export function showLogCommand(logGroupName: string): string {
  return aws(`logs tail ${logGroupName} --since 1h`);
}

/** Asks for a new token now, whatever the status says, and prints the result of that tick. */
export function refreshNowCommand(functionName: string): string {
  // The command gives up after a minute by itself, as the function does, and would then invoke it once more.
  const wait = `--cli-read-timeout ${LONGEST_RUN_SECONDS + 30}`;
  return aws(
    `lambda invoke --function-name ${functionName} ${wait} --cli-binary-format raw-in-base64-out --payload '{"force":true}' /dev/stdout`,
  );
}

/** Removes the token with all that belongs to it. Names that do not exist are no error. */
export function deleteParametersCommand(tokenParameterName: string): string {
  const others = [statusParameterName, attemptParameterName, rejectedParameterName].map((of) => of(tokenParameterName));
  return aws(`ssm delete-parameters --names ${[tokenParameterName, ...others].join(' ')}`);
}

/** Makes an alarm notify as if it fired. Metric alarms return to their real state by themselves, within seconds as a rule. */
export function testAlarmCommand(alarmName: string): string {
  return aws(
    `cloudwatch set-alarm-state --alarm-name ${alarmName} --state-value ALARM --state-reason 'A test: nothing is wrong'`,
  );
}

function aws(command: string): string {
  return `aws --region ${Aws.REGION} ${command}`;
}
