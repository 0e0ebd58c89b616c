export { evaluateGate, type GateScope } from './evaluate.ts';
