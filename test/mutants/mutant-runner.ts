import { writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { type RunnerTestCase, TestRunner } from 'vitest';

/** What one process has found out. */
export interface Findings {
  readonly killed: string[];
  /** Asked for while a module was loaded, and killed by no test after that. */
  readonly atLoad: string[];
}

/** The mutant that is tried from the start: one that a module asks for while it is loaded. */
const tried = process.env.MUTANT;

function newState() {
  return {
    active: tried,
    calls: 0,
    budget: Number.POSITIVE_INFINITY,
    reached: new Set<string>(),
    atLoad: new Set<string>(),
    killed: new Set<string>(),
    isTesting: false,
  };
}

declare global {
  var mutantState: ReturnType<typeof newState> | undefined;
  var $mutant: (id: string) => boolean;
}

// Modules of all test files are loaded in one process, and so is this.
globalThis.mutantState ??= newState();
const state = globalThis.mutantState;
globalThis.$mutant = (id) => {
  state.calls += 1;
  if (state.calls > state.budget) throw new Error('goes round for ever');
  if (state.isTesting) state.reached.add(id);
  else state.atLoad.add(id);
  return state.active === id;
};

/** Runs each test as it is, once more, and then with each mutant that it reaches and that nothing has killed so far. */
export default class MutantRunner extends TestRunner {
  async runTask(test: RunnerTestCase): Promise<void> {
    const run = TestRunner.getTestFn(test);
    state.isTesting = true;
    try {
      if (tried !== undefined) return await run();
      await this.#tryAll(run, test.name);
    } finally {
      state.isTesting = false;
    }
  }

  async #tryAll(run: () => unknown, name: string): Promise<void> {
    state.reached.clear();
    state.calls = 0;
    const startedAt = Date.now();
    await run();
    const tookMs = Date.now() - startedAt;
    const calls = state.calls;
    const alive = [...state.reached].filter((id) => !state.killed.has(id));
    if (alive.length === 0) return;
    try {
      await run();
    } catch {
      console.log(`runs only once: ${name}`);
      return;
    }
    for (const id of alive) {
      state.active = id;
      state.calls = 0;
      state.budget = 10 * calls + 10_000;
      const running = Promise.resolve().then(run);
      running.catch(() => {});
      try {
        await Promise.race([running, never(1000 + 20 * tookMs)]);
      } catch {
        state.killed.add(id);
      } finally {
        state.active = undefined;
        state.budget = Number.POSITIVE_INFINITY;
      }
    }
  }

  override onAfterRunFiles(): void {
    const findings: Findings = {
      killed: [...state.killed],
      atLoad: [...state.atLoad].filter((id) => !state.killed.has(id)),
    };
    writeFileSync(process.env.MUTANTS_FINDINGS ?? '/dev/null', JSON.stringify(findings));
  }
}

/** Of a test that a mutant makes wait for ever. */
async function never(ms: number): Promise<never> {
  await sleep(ms, undefined, { ref: false });
  throw new Error('waits for ever');
}
