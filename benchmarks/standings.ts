// The contenders of one part of a run, from their start, over the proof that they answer rightly, to their end.
import type { Contender } from './contenders.ts';
import { checkAll } from './correctness.ts';
import { type ActiveContender, type Ground, type Standing, startContender } from './ground.ts';
import { describeOutcomes, type Outcomes, readOutcomes } from './outcomes.ts';
import { howToInstall } from './programs.ts';
import { IncorrectAnswer, type Run } from './section.ts';

export interface Choice {
  readonly active: readonly ActiveContender[];
  /** A sentence for each that cannot take part. */
  readonly leftOut: readonly string[];
}

export function chooseContenders(
  contenders: readonly Contender[],
  { programs }: Pick<Ground, 'programs'>,
  only?: ReadonlySet<string>,
): Choice {
  const wanted = contenders.filter(({ name }) => !only || only.has(name));
  const judged = wanted.map((contender) => ({ contender, why: reasonToLeaveOut(contender, programs) }));
  return {
    active: judged.flatMap(({ contender, why }) => (why || contender.kind === 'skipped' ? [] : [contender])),
    leftOut: judged.flatMap(({ contender, why }) => (why ? [`left out: ${contender.name}: ${why}`] : [])),
  };
}

function reasonToLeaveOut(contender: Contender, programs: Ground['programs']): string | undefined {
  if (contender.kind === 'skipped') return contender.why;
  if (contender.kind === 'direct' || !contender.needs || programs[contender.needs]) return undefined;
  return howToInstall([contender.needs]);
}

/** Starts them, and throws unless each answers as the backend behind it does. */
export async function startAll(
  { ground, onProgress }: Run,
  contenders: readonly ActiveContender[],
): Promise<readonly Standing[]> {
  const standings: Standing[] = [];
  for (const contender of contenders) {
    onProgress(`starting ${contender.name}`);
    standings.push(await startContender(ground, contender));
  }
  const faults = await checkAll(ground.legacy, standings);
  if (faults.length > 0) throw new IncorrectAnswer(faults.join('\n'));
  return standings;
}

export interface Recorded {
  readonly name: string;
  readonly outcomes: Outcomes;
}

/** Ends them and reads what those that keep a store have recorded. */
export async function stopStandings(standings: readonly Standing[]): Promise<readonly Recorded[]> {
  await Promise.all(standings.map(({ child }) => child?.stop()));
  return standings.flatMap(({ name, configFile }) =>
    configFile === undefined ? [] : [{ name, outcomes: readOutcomes(configFile) }],
  );
}

export function describeRecorded(recorded: readonly Recorded[]): string {
  return recorded.map(({ name, outcomes }) => `- ${name}: ${describeOutcomes(outcomes)}`).join('\n');
}
