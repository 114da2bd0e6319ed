import { Stack, Token, TokenComparison } from 'aws-cdk-lib';
import { Grant, type IGrantable, type IPrincipal, Role } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { Construct, type IConstruct } from 'constructs';
import { parameterNameRemedies } from '../lambda/setting-rules.ts';
import { type Fault, faultList } from './fault.ts';
import { aliasFaults, keyItself, knownPlace, namedKey, regionFaults } from './resource-rules.ts';
import { grantKey, type TokenArns, tokenArns } from './token-arns.ts';

/** The token that a refresher keeps fresh, seen by those who read it. */
export interface IRefreshedToken extends IConstruct {
  /** Name of the SecureString parameter. Give it to the reader. */
  readonly parameterName: string;

  /**
   * Lets a principal of this account read the token, its status and the last attempt to get one, and nothing else: not
   * the history, which holds old tokens, and no other parameter under the same key.
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
}

/** What `RefreshedToken.fromParameterName` takes besides the token's name. */
export interface RefreshedTokenOptions {
  /**
   * The key that encrypts the token: the `encryptionKey` of its refresher.
   *
   * @default - any key of the account; the grant is still limited to what was encrypted for this one parameter
   */
  readonly encryptionKey?: IKey;

  /**
   * The region in which the token is kept.
   *
   * @default - that of the stack
   */
  readonly region?: string;

  /**
   * The account in which the token is kept. SSM lets no other account in: only principals of this one can be granted it.
   *
   * @default - that of the stack
   */
  readonly account?: string;
}

/** Props of `readerRole`. */
export interface ReaderRoleProps {
  /** Who may assume the role, for example `new ArnPrincipal('arn:aws:iam::210987654321:role/invoicing')`. */
  readonly assumedBy: IPrincipal;
}

/** How another stack gets hold of a token: `RefreshedToken.fromParameterName`. */
export class RefreshedToken extends Construct implements IRefreshedToken {
  /**
   * A token that another stack keeps fresh.
   *
   * @param parameterName the `tokenParameterName` of its refresher
   * @throws for a name that no refresher can have, and for a key of which only an alias is known.
   * @example
   * const token = RefreshedToken.fromParameterName(this, 'Token', '/masters-india-staging/access-token');
   * token.grantRead(invoicing);
   * invoicing.addEnvironment('TOKEN_PARAMETER_NAME', token.parameterName);
   */
  static fromParameterName(
    scope: Construct,
    id: string,
    parameterName: string,
    options: RefreshedTokenOptions = {},
  ): IRefreshedToken {
    return new RefreshedToken(scope, id, parameterName, options);
  }

  readonly parameterName: string;
  readonly #account: string;
  readonly #arns: TokenArns;

  private constructor(scope: Construct, id: string, parameterName: string, options: RefreshedTokenOptions) {
    super(scope, id);
    const stack = Stack.of(this);
    const { region = stack.region, account = stack.account } = options;
    const key = options.encryptionKey && keyItself(options.encryptionKey);
    const tokenKey = namedKey('encryptionKey', key);
    // A name that is known only when deploying is taken on trust.
    const remedies = Token.isUnresolved(parameterName) ? [] : parameterNameRemedies(`${parameterName}`);
    const faults = [
      ...remedies.map((remedy): Fault => ({ names: ['parameterName'], value: parameterName, remedy })),
      ...aliasFaults({ tokenKey }),
      ...regionFaults({ place: knownPlace({ region }), tokenKey }, 'the token'),
    ];
    if (faults.length > 0) throw new Error(faultList(`RefreshedToken ${this.node.path}`, faults));
    this.parameterName = parameterName;
    this.#account = account;
    this.#arns = tokenArns(this, parameterName, key, { region, account });
  }

  grantRead(grantee: IGrantable): Grant {
    this.#refuseOtherAccount(grantee);
    return Grant.addToPrincipal({
      grantee,
      actions: ['ssm:GetParameter', 'ssm:GetParameters'],
      resourceArns: [this.#arns.token, this.#arns.status, ...this.#arns.attempt],
    }).combine(grantKey(this.#arns, grantee, 'kms:Decrypt'));
  }

  grantReport(grantee: IGrantable): Grant {
    this.#refuseOtherAccount(grantee);
    return Grant.addToPrincipal({
      grantee,
      actions: ['ssm:GetParameters', 'ssm:PutParameter'],
      resourceArns: [this.#arns.rejected],
    });
  }

  readerRole(scope: Construct, id: string, { assumedBy }: ReaderRoleProps): Role {
    const role = new Role(scope, id, { assumedBy, description: `Reads the access token ${this.parameterName}` });
    this.grantRead(role);
    return role;
  }

  #refuseOtherAccount({ grantPrincipal: { principalAccount } }: IGrantable): void {
    const isOther = (account: string) => Token.compareStrings(account, this.#account) === TokenComparison.DIFFERENT;
    if (principalAccount === undefined || !isOther(principalAccount)) return;
    throw new Error(
      `${this.node.path}: account ${principalAccount} cannot be granted ${this.parameterName} of account ${this.#account}, ` +
        'because SSM has no access from another account. Make a role there with readerRole() and assume it.',
    );
  }
}
