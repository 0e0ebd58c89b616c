export { contractPatch } from './breaches.ts';
export { titleOf } from './clusters.ts';
export { createReport, type ReportInputs, type WeightMark } from './create.ts';
export { type AcceptanceEntry, type ReportDocument, reportJsonSchema, reportSchema } from './document.ts';
export { renderHtml } from './html.ts';
export { renderJunit } from './junit.ts';
export { renderMarkdown } from './markdown.ts';
export { type NoiseInput, rulesDraft } from './noise.ts';
