import { statusParameterName } from '../../lambda/token-status.ts';
import { filledLines } from '../first-contact/wrap-text.ts';
import type { SoapCredentials } from '../world/soap/soap-service.ts';
import { SECRET_ID } from './secret.ts';
import { TOKEN_PARAMETER_NAME } from './stage.ts';

const READ = 'ssm get-parameter --query Parameter.Value --output text --name';
/** The commands, without `aws`, that read the token and its status. */
export const READ_TOKEN = `${READ} ${TOKEN_PARAMETER_NAME} --with-decryption`;
export const READ_STATUS = `${READ} ${statusParameterName(TOKEN_PARAMETER_NAME)}`;

/** The command, without `aws`, that puts these credentials, or those of a file, into the local secret. */
export function putCredentials(credentials: SoapCredentials | string): string {
  // For a shell: no demo value holds a single quotation mark.
  const secretString = typeof credentials === 'string' ? `file://${credentials}` : `'${JSON.stringify(credentials)}'`;
  return `secretsmanager put-secret-value --secret-id ${SECRET_ID} --secret-string ${secretString}`;
}

/**
 * A command for a POSIX shell that can be pasted as it stands, indented by two spaces. It goes on in the next line where
 * there is a blank, and within an argument in JSON after a comma, where JSON allows a line end. A longer word stays whole.
 */
export function shellCommand(command: string, width: number): string {
  // With room for the indentation and " \\".
  const lines = filledLines(command.split(/(?<= )|(?<=",)/), width - 6);
  return lines
    .map((line, at) => {
      const isLast = at === lines.length - 1;
      return `${at === 0 ? '  ' : '    '}${line.trimEnd()}${isLast || line.endsWith(',') ? '' : ' \\'}`;
    })
    .join('\n');
}
