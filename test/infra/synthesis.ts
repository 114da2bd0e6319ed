import { App, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { TokenRefresher } from '../../infra/token-refresher.ts';
import type { TokenRefresherProps } from '../../infra/token-refresher-props.ts';
import { isObject } from '../../lambda/parse-json.ts';

export const TOKEN = '/masters-india-staging/access-token';

/** The least that a refresher needs. */
export const LEAST: TokenRefresherProps = {
  endpoint: 'https://soap.example.test/api.php',
  tokenParameterName: TOKEN,
  alarmActions: 'none',
};

/** Props that need objects of the stack. */
export type PropsFor = (stack: Stack) => Partial<TokenRefresherProps>;

/** A stack of some team with a refresher in it. */
export function team(props: PropsFor = () => ({}), context = {}): { stack: Stack; refresher: TokenRefresher } {
  const stack = new Stack(new App({ context }), 'Team');
  const refresher = new TokenRefresher(stack, 'Refresher', { ...LEAST, ...props(stack) });
  return { stack, refresher };
}

/** The same, synthesised: nothing can be added any more. */
export function deployed(props?: PropsFor, context?: object) {
  const { stack, refresher } = team(props, context);
  return { stack, refresher, template: Template.fromStack(stack) };
}

/** A role whose statements `statementsOf` finds as those of "Reader". */
export function readerIn(stack: Stack): Role {
  return new Role(stack, 'Reader', {
    description: 'Reader',
    assumedBy: new ServicePrincipal('lambda.amazonaws.com'),
  });
}

/** What the function finds in its environment, as CloudFormation fills it in: a name without the brackets of a reference. */
export function environmentOf({ template }: { template: Template }): Readonly<Record<string, string>> {
  const { Environment } = only(template, 'AWS::Lambda::Function');
  if (!isObject(Environment) || !isObject(Environment.Variables)) throw new Error('The function has no environment');
  return Object.fromEntries(
    Object.entries(Environment.Variables).map(([name, value]) => [name, String(value).replace(/^<([\w.:-]+)>$/, '$1')]),
  );
}

/** The properties of the only resource of this type, with joined texts as `arn:<AWS::Partition>:…`. */
export function only(template: Template, type: string, properties: object = {}): Readonly<Record<string, unknown>> {
  const found = Object.values(template.findResources(type, { Properties: properties }));
  const shown = readable(found[0]?.Properties);
  if (found.length !== 1 || !isObject(shown)) throw new Error(`${found.length} resources of type ${type}`);
  return shown;
}

/** What the role whose description begins so may do: every statement of its policies. */
export function statementsOf(template: Template, roleDescription: string): readonly unknown[] {
  const [roleId] =
    Object.entries(template.findResources('AWS::IAM::Role')).find(([, { Properties }]) =>
      String(Properties.Description).startsWith(roleDescription),
    ) ?? [];
  return Object.values(template.findResources('AWS::IAM::Policy'))
    .filter(({ Properties }) => Properties.Roles.some(({ Ref }: { Ref: string }) => Ref === roleId))
    .flatMap(({ Properties }) => Properties.PolicyDocument.Statement.map(readable));
}

/** CloudFormation's functions as one reads them: `<Key.Arn>` for Fn::GetAtt, `<AWS::Region>` for Ref, joins joined. */
export function readable(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(readable);
  if (typeof value !== 'object' || value === null) return value;
  if ('Ref' in value) return `<${value.Ref}>`;
  if ('Fn::GetAtt' in value && Array.isArray(value['Fn::GetAtt'])) return `<${value['Fn::GetAtt'].join('.')}>`;
  if ('Fn::Join' in value && Array.isArray(value['Fn::Join'])) {
    const [separator, parts] = value['Fn::Join'];
    return parts.map(readable).join(separator);
  }
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, readable(inner)]));
}
