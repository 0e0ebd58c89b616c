export { type FlagsDocument, planWeight, type WeightPlan } from './plan-weight.ts';
export { replaceFile } from './replace-file.ts';
export { type SetWeightRequest, setWeight, type WeightChange } from './set-weight.ts';
