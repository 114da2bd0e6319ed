import { Stack, Token, TokenComparison } from 'aws-cdk-lib';
import { Grant, type IGrantable, type IPrincipal, Role } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { Construct, type IConstruct } from 'constructs';
import { rejectedParameterName, statusParameterName } from '../lambda/token-status.ts';

/** The token that a refresher keeps fresh, seen by those who read it. */
export interface IRefreshedToken extends IConstruct {
  /** Name of the SecureString parameter. Give it to the reader. */
  readonly parameterName: string;

  /**
   * Lets a principal of this account read the token and its status, and nothing else: not the history, which holds old
   * tokens, and no other parameter under the same key.
   *
   * @throws for a principal of another account, to which SSM gives no access: use `readerRole`.
   */
  grantRead(grantee: IGrantable): Grant;

  /**
   * Lets a principal of this account report that the service rejects the stored token: `createTokenReader` does so with
   * `reportRejections: true`. It may write the parameter `<parameterName>/rejected`, and read it, so as not to write what
   * it says already. Reading the token is `grantRead`.
   *
   * @throws for a principal of another account, as `grantRead` does: grant it to the role that `readerRole` makes.
   */
  grantReport(grantee: IGrantable): Grant;

  /** A role of this account that others, of another account as a rule, may assume to read the token. */
  readerRole(scope: Construct, id: string, props: ReaderRoleProps): Role;

  /**
   * What the refresher itself needs: it looks at the versions of token and status and at what readers reported, in one
   * call and without decrypting, and writes token and status. PutParameter encrypts Standard-tier values with kms:Encrypt
   * alone, so the writer cannot read the token back.
   */
  grantRefresh(grantee: IGrantable, options?: GrantRefreshOptions): Grant;
}

/** What `RefreshedToken.fromParameterName` can be told about a token besides its name. */
export interface RefreshedTokenOptions {
  /**
   * The key that encrypts the token: the `encryptionKey` of its refresher.
   *
   * @default - any key of the account; the grant is still limited to what was encrypted for this one parameter
   */
  readonly encryptionKey?: IKey;
}

/** What `grantRefresh` can be told besides the grantee. */
export interface GrantRefreshOptions {
  /**
   * Whether tokens may be longer than 4,096 bytes: SSM then stores them in the Advanced tier, for which the writer needs
   * kms:GenerateDataKey too.
   *
   * @default false
   */
  readonly longTokens?: boolean;
}

/** Props of `readerRole`. */
export interface ReaderRoleProps {
  /** Who may assume the role, for example `new ArnPrincipal('arn:aws:iam::210987654321:role/invoicing')`. */
  readonly assumedBy: IPrincipal;
}

/**
 * Every key id has 36 characters, those of multi-Region keys too. With "*" cdk-nag and its like would refuse the reader's
 * own role (AwsSolutions-IAM5); what keeps the grant narrow are its conditions.
 */
const ANY_KEY_ID = '?'.repeat(36);

/** How another stack gets hold of a token: `RefreshedToken.fromParameterName`. */
export class RefreshedToken extends Construct implements IRefreshedToken {
  /**
   * A token that another stack of the same account and region keeps fresh.
   *
   * @param parameterName the `tokenParameterName` of its refresher, for example `/masters-india-staging/access-token`
   */
  static fromParameterName(
    scope: Construct,
    id: string,
    parameterName: string,
    options: RefreshedTokenOptions = {},
  ): IRefreshedToken {
    return new RefreshedToken(scope, id, parameterName, options.encryptionKey);
  }

  readonly parameterName: string;
  readonly #tokenArn: string;
  readonly #statusArn: string;
  readonly #rejectedArn: string;
  readonly #keyArn: string;

  private constructor(scope: Construct, id: string, parameterName: string, encryptionKey: IKey | undefined) {
    super(scope, id);
    const stack = Stack.of(this);
    const parameterArn = (name: string) => stack.formatArn({ service: 'ssm', resource: `parameter${name}` });
    this.parameterName = parameterName;
    this.#tokenArn = parameterArn(parameterName);
    this.#statusArn = parameterArn(statusParameterName(parameterName));
    this.#rejectedArn = parameterArn(rejectedParameterName(parameterName));
    this.#keyArn =
      encryptionKey?.keyArn ?? stack.formatArn({ service: 'kms', resource: 'key', resourceName: ANY_KEY_ID });
  }

  grantRead(grantee: IGrantable): Grant {
    this.#refuseOtherAccount(grantee);
    return Grant.addToPrincipal({
      grantee,
      actions: ['ssm:GetParameter', 'ssm:GetParameters'],
      resourceArns: [this.#tokenArn, this.#statusArn],
    }).combine(this.#grantKey(grantee, 'kms:Decrypt'));
  }

  grantReport(grantee: IGrantable): Grant {
    this.#refuseOtherAccount(grantee);
    return Grant.addToPrincipal({
      grantee,
      actions: ['ssm:GetParameters', 'ssm:PutParameter'],
      resourceArns: [this.#rejectedArn],
    });
  }

  readerRole(scope: Construct, id: string, { assumedBy }: ReaderRoleProps): Role {
    const role = new Role(scope, id, { assumedBy, description: `Reads the access token ${this.parameterName}` });
    this.grantRead(role);
    return role;
  }

  grantRefresh(grantee: IGrantable, { longTokens = false }: GrantRefreshOptions = {}): Grant {
    return Grant.addToPrincipal({
      grantee,
      actions: ['ssm:GetParameters'],
      resourceArns: [this.#tokenArn, this.#statusArn, this.#rejectedArn],
    })
      .combine(
        Grant.addToPrincipal({
          grantee,
          actions: ['ssm:PutParameter'],
          resourceArns: [this.#tokenArn, this.#statusArn],
        }),
      )
      .combine(this.#grantKey(grantee, 'kms:Encrypt', ...(longTokens ? ['kms:GenerateDataKey'] : [])));
  }

  /** The key may be shared: only through SSM, and only for what is bound to this very parameter. */
  #grantKey(grantee: IGrantable, ...actions: readonly string[]): Grant {
    return Grant.addToPrincipal({
      grantee,
      actions: [...actions],
      resourceArns: [this.#keyArn],
      conditions: {
        StringEquals: {
          'kms:ViaService': `ssm.${Stack.of(this).region}.amazonaws.com`,
          'kms:EncryptionContext:PARAMETER_ARN': this.#tokenArn,
        },
      },
    });
  }

  #refuseOtherAccount({ grantPrincipal: { principalAccount } }: IGrantable): void {
    const { account } = Stack.of(this);
    if (principalAccount === undefined || Token.compareStrings(principalAccount, account) !== TokenComparison.DIFFERENT)
      return;
    throw new Error(
      `${this.node.path}: account ${principalAccount} cannot be granted ${this.parameterName} of account ${account}, ` +
        'because SSM has no access from another account. Make a role there with readerRole() and assume it.',
    );
  }
}
