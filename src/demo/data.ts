import {
  createOrchestrationRecord,
  type OrchestrationRecord,
  type OrchestrationSummary,
  orchestrationIdOf,
} from './orchestrations.ts';
import { createTaskRecord, type Queue, summarizeQueues, type Task, type TaskRecord, taskIdOf } from './tasks.ts';
import { createTradeRecord, type Trade, type TradeRecord, tradeIdOf } from './trades.ts';

/** Everything that both backends know, found by the id as it stands in the path. */
export interface DataSet {
  readonly trades: ReadonlyMap<string, TradeRecord>;
  readonly tasks: ReadonlyMap<string, TaskRecord>;
  readonly orchestrations: ReadonlyMap<string, OrchestrationRecord>;
  readonly tradeList: readonly Trade[];
  readonly taskList: readonly Task[];
  readonly orchestrationList: readonly OrchestrationSummary[];
  readonly queues: readonly Queue[];
}

/** How many trades there are, and as many tasks and orchestrations. */
export const RECORDS = 300;

/** The same data for the same seed, in either backend. */
export function createDataSet(seed: number): DataSet {
  const numbers = Array.from({ length: RECORDS }, (_, index) => index + 1);
  const trades = numbers.map((number) => createTradeRecord(seed, number));
  const tasks = numbers.map((number) => createTaskRecord(seed, number));
  const orchestrations = numbers.map((number) => createOrchestrationRecord(seed, number));
  const taskList = tasks.map(({ task }) => task);
  return {
    trades: new Map(trades.map((record) => [String(tradeIdOf(record.number)), record])),
    tasks: new Map(tasks.map((record) => [taskIdOf(record.number), record])),
    orchestrations: new Map(orchestrations.map((record) => [orchestrationIdOf(record.number), record])),
    tradeList: trades.map(({ trade }) => trade),
    taskList,
    orchestrationList: orchestrations.map(({ summary }) => summary),
    queues: summarizeQueues(taskList),
  };
}
