import { type Deployment, readDeployment } from './deployment.ts';
import { type Assessment, assess, watch } from './judge/assessment.ts';
import { type InvariantReport, judge } from './judge/invariants.ts';
import { type Month, simulateMonth } from './model/month.ts';
import { MINUTE_MS, type Scenario, type Settings } from './model/scenario.ts';
import {
  atNineTenths,
  oncePerLifetime,
  refresherStrategy,
  type Strategy,
  twicePerLifetimeWithRetries,
} from './strategies.ts';

/** By the names that they have where a token lives four hours. */
export const STRATEGIES = [
  'this project',
  'every 4 h',
  'every 2 h, Lambda retries',
  'at 90 % of the lifetime',
] as const;
export type StrategyName = (typeof STRATEGIES)[number];

export interface Trial {
  readonly month: Month;
  readonly assessment: Assessment;
  /** What must hold of this project; the others are judged by their figures alone. */
  readonly verdict: InvariantReport;
  /** Errors that no RefreshError explains: mistakes in the code under test, or in the simulation. */
  readonly mistakes: readonly string[];
}

/** Templates by the settings that they were synthesised for. */
export type Templates = ReadonlyMap<string, unknown>;

export function templateKey(settings: Settings): string {
  return JSON.stringify(settings);
}

const deployments = new WeakMap<object, Deployment>();

export function deploymentOf(templates: Templates, settings: Settings): Deployment {
  const template = templates.get(templateKey(settings));
  if (typeof template !== 'object' || template === null) throw new TypeError('no template for these settings');
  const deployment = deployments.get(template) ?? readDeployment(template);
  deployments.set(template, deployment);
  return deployment;
}

/** One month of one strategy, from the first event to the last judgement. */
export async function tryOut(name: StrategyName, scenario: Scenario, templates: Templates): Promise<Trial> {
  const { refresher, alarms } = strategy(name, scenario, templates);
  const month = await simulateMonth(scenario, refresher);
  const assessment = assess(month, refresher.tokenParameterName, watch(month, alarms));
  return {
    month,
    assessment,
    verdict: judge(month, refresher.tokenParameterName, assessment),
    mistakes: mistakes(month, name),
  };
}

function strategy(name: StrategyName, scenario: Scenario, templates: Templates): Strategy {
  const { tokenLifetimeMinutes = 240, checkEveryMinutes = 15 } = scenario.settings;
  switch (name) {
    case 'this project':
      return refresherStrategy(deploymentOf(templates, scenario.settings), scenario);
    case 'every 4 h':
      return oncePerLifetime(tokenLifetimeMinutes * MINUTE_MS);
    case 'every 2 h, Lambda retries':
      return twicePerLifetimeWithRetries(tokenLifetimeMinutes * MINUTE_MS);
    case 'at 90 % of the lifetime':
      return atNineTenths(checkEveryMinutes * MINUTE_MS);
  }
}

function mistakes({ invocations }: Month, name: StrategyName): string[] {
  if (name !== 'this project') return [];
  return invocations.flatMap(({ error }) =>
    error === undefined || (error instanceof Error && error.name === 'RefreshError') ? [] : [String(error)],
  );
}
