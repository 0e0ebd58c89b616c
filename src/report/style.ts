// The style sheet of the HTML report. Text colours keep 4.5:1 on their grounds in both schemes (WCAG 2.2, 1.4.3), bars
// and borders that carry meaning 3:1 (1.4.11), and nothing is said by colour alone (1.4.1).
export const STYLE = `
:root {
  color-scheme: light dark;
  --ground: #f6f7f9; --sheet: #ffffff; --sunken: #f0f2f5; --line: #d5dae1; --edge: #7a8494;
  --text: #17202c; --soft: #515c6b;
  --fail: #b3141f; --fail-ground: #fdecec; --fail-strong: #b3141f;
  --wait: #8a5200; --wait-ground: #fff4dc; --wait-strong: #8a5200;
  --pass: #12683a; --pass-ground: #e5f5ec; --pass-strong: #12683a;
  --rest: #515c6b; --rest-ground: #eceff3;
  --link: #0b57b5; --equal: #3f8f66; --alike: #74b695; --known: #5b83b8; --odd: #9a6fc0; --void: #848d9c;
}
@media (prefers-color-scheme: dark) {
  :root {
    --ground: #0f141b; --sheet: #171e28; --sunken: #10161e; --line: #2e3846; --edge: #76839a;
    --text: #e7ecf3; --soft: #a5b0c0;
    --fail: #ff9a97; --fail-ground: #3a1719; --fail-strong: #a8202a;
    --wait: #f5c35b; --wait-ground: #362707; --wait-strong: #7d4b00;
    --pass: #79d9a2; --pass-ground: #0f2f1f; --pass-strong: #17683c;
    --rest: #a5b0c0; --rest-ground: #232c39;
    --link: #8ab8ff; --equal: #4aa577; --alike: #2f7a55; --known: #6f9ad2; --odd: #b48ada; --void: #6d7889;
  }
}
* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; scroll-padding-top: 1rem; }
body { margin: 0; background: var(--ground); color: var(--text); font: 15px/1.5 system-ui, "Segoe UI", Roboto, "Liberation Sans", sans-serif; }
main, .strip > div, footer { max-width: 84rem; margin: 0 auto; padding: 0 1.25rem; }
code, .mono { font-family: ui-monospace, "SF Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace; font-size: .88em; overflow-wrap: anywhere; }
a { color: var(--link); } a:focus-visible, summary:focus-visible, .scroll:focus-visible { outline: 3px solid var(--link); outline-offset: 2px; border-radius: 3px; }
h1, h2, h3, p, dl, dd, ul { margin: 0; } ul { padding: 0; list-style: none; }
h2 { font-size: 1.25rem; line-height: 1.3; letter-spacing: -.01em; } h3 { font-size: 1rem; line-height: 1.4; overflow-wrap: anywhere; }
section { margin-top: 2.5rem; } section > p { margin-top: .5rem; } section > h2 + p { color: var(--soft); margin-top: .15rem; max-width: 60rem; }
.soft { color: var(--soft); } .small { font-size: .86rem; } .num { font-variant-numeric: tabular-nums; text-align: right; white-space: nowrap; }
.sr { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }

.strip { color: #fff; padding: 1.5rem 0 1.6rem; }
.strip.fail { background: var(--fail-strong); } .strip.inconclusive { background: var(--wait-strong); } .strip.pass { background: var(--pass-strong); }
.strip .head { display: flex; align-items: center; gap: 1rem; }
.strip .mark { flex: none; display: grid; place-items: center; width: 3.25rem; height: 3.25rem; border: 3px solid #fff; border-radius: 50%; font-size: 1.7rem; font-weight: 700; line-height: 1; }
.strip h1 { font-size: 1rem; font-weight: 500; line-height: 1.35; } .strip h1 b { display: block; font-size: 2rem; line-height: 1.1; letter-spacing: .01em; text-transform: uppercase; }
.strip .summary { margin-top: .9rem; font-size: 1.1rem; overflow-wrap: anywhere; max-width: 62rem; }
.strip dl { display: flex; flex-wrap: wrap; gap: .35rem 1.75rem; margin-top: 1rem; font-size: .88rem; }
.strip dl div { display: flex; gap: .45rem; flex-wrap: wrap; } .strip dd { font-weight: 600; overflow-wrap: anywhere; }

nav ul { display: flex; flex-wrap: wrap; gap: .3rem 1.4rem; padding: .8rem 0; border-bottom: 1px solid var(--line); font-size: .92rem; }
.tiles { display: grid; grid-template-columns: repeat(auto-fit, minmax(10.5rem, 1fr)); gap: .75rem; margin-top: 1.25rem; }
.tiles div { background: var(--sheet); border: 1px solid var(--line); border-radius: 8px; padding: .7rem .9rem; display: flex; flex-direction: column; }
.tiles dt { font-size: .86rem; color: var(--soft); } .tiles dd { font-size: 1.55rem; font-weight: 650; line-height: 1.25; font-variant-numeric: tabular-nums; } .tiles dd + dd { font-size: .84rem; font-weight: 400; color: var(--soft); }
.tiles .fail dd:first-of-type { color: var(--fail); }

.mix { display: flex; gap: 2px; height: 1.1rem; margin-top: 1.1rem; border-radius: 4px; overflow: hidden; } .mix i { min-width: 3px; }
.mix.thin { height: .55rem; margin-top: .35rem; min-width: 8rem; }
.o-equal { background: var(--equal); } .o-equivalent { background: var(--alike); } .o-accepted, .o-noise { background: var(--known); } .o-drift { background: var(--odd); }
.o-flaky { background: repeating-linear-gradient(45deg, var(--fail) 0 4px, var(--sheet) 4px 6px); } .o-different, .o-candidate-error, .o-legacy-error { background: var(--fail); }
.o-candidate-error { background: repeating-linear-gradient(90deg, var(--fail) 0 5px, var(--sheet) 5px 7px); } .o-legacy-error { background: repeating-linear-gradient(0deg, var(--fail) 0 3px, var(--sheet) 3px 5px); }
.o-noise { background: repeating-linear-gradient(45deg, var(--known) 0 4px, var(--sheet) 4px 6px); }
.o-uncompared { background: var(--void); } .o-in-flight { background: repeating-linear-gradient(45deg, var(--void) 0 4px, var(--sheet) 4px 8px); }
.legend { display: flex; flex-wrap: wrap; gap: .25rem 1.2rem; margin-top: .6rem; font-size: .88rem; } .legend i { display: inline-block; width: .8rem; height: .8rem; border-radius: 2px; margin-right: .4rem; vertical-align: -.08rem; }
.legend b { font-variant-numeric: tabular-nums; }

.note { background: var(--wait-ground); border: 1px solid var(--line); border-left: 4px solid var(--wait); border-radius: 6px; padding: .7rem 1rem; margin-top: 1.25rem; }
.note li { overflow-wrap: anywhere; } .note li + li { margin-top: .25rem; }
.scroll { overflow-x: auto; margin-top: .9rem; background: var(--sheet); border: 1px solid var(--line); border-radius: 8px; }
table { border-collapse: collapse; width: 100%; font-size: .9rem; }
caption { text-align: left; padding: .6rem .8rem; color: var(--soft); font-size: .86rem; }
th, td { padding: .45rem .8rem; text-align: left; vertical-align: top; border-top: 1px solid var(--line); }
thead th { font-weight: 600; font-size: .84rem; color: var(--soft); background: var(--sunken); vertical-align: bottom; } thead th.num { white-space: normal; }
tbody th { font-weight: 600; } tfoot th, tfoot td { font-weight: 650; border-top: 2px solid var(--edge); background: var(--sunken); }
td.words { min-width: 17rem; overflow-wrap: anywhere; } th.name { min-width: 9rem; overflow-wrap: anywhere; } th.name small { display: block; font-weight: 400; color: var(--soft); }
.pair { white-space: nowrap; font-variant-numeric: tabular-nums; } .pair b { font-weight: 650; } .pair small { display: block; color: var(--soft); }
.dense th, .dense td { padding: .4rem .5rem; } .dense table { font-size: .86rem; } .dense thead th { font-size: .78rem; }
.keep code { overflow-wrap: normal; white-space: nowrap; }
.zero { color: var(--soft); } th.group { text-align: center; border-left: 1px solid var(--line); } .first { border-left: 1px solid var(--line); }

.state, .class { display: inline-block; padding: .08rem .5rem; border-radius: 99px; font-size: .82rem; font-weight: 650; white-space: nowrap; border: 1px solid currentColor; }
.state.fail, .class.breaking { color: var(--fail); background: var(--fail-ground); } .state.inconclusive, .class.inconclusive, .class.undocumented { color: var(--wait); background: var(--wait-ground); }
.state.pass { color: var(--pass); background: var(--pass-ground); } .state.exempt, .class.additive, .class.cosmetic { color: var(--rest); background: var(--rest-ground); } .class.value { color: var(--link); background: var(--sunken); }
.scale { position: relative; display: block; width: 11rem; height: 1.5rem; } .scale::before { content: ""; position: absolute; inset: 50% 0 auto; border-top: 1px solid var(--edge); }
.scale i { position: absolute; } .scale .span { top: .45rem; height: .6rem; border-radius: 3px; min-width: 3px; background: var(--rest); opacity: .55; } .scale .fail.span { background: var(--fail); } .scale .pass.span { background: var(--pass); }
.scale .value { top: .2rem; height: 1.1rem; width: 4px; margin-left: -2px; border-radius: 2px; background: var(--text); } .scale .limit { top: 0; bottom: 0; border-left: 2px dashed var(--link); }

details { margin-top: .9rem; } summary { cursor: pointer; padding: .25rem 0; font-weight: 600; width: fit-content; } details > .scroll { margin-top: .4rem; }
.cause { background: var(--sheet); border: 1px solid var(--line); border-radius: 8px; padding: 1rem 1.1rem; margin-top: .9rem; } .cause.breaking { border-left: 4px solid var(--fail); }
.cause header { display: flex; gap: .4rem .7rem; align-items: baseline; flex-wrap: wrap; } .cause header h3 { flex: 1 1 24rem; }
.facts { display: grid; grid-template-columns: max-content 1fr; gap: .15rem 1rem; margin-top: .6rem; font-size: .9rem; } .facts dt { color: var(--soft); } .facts dd { overflow-wrap: anywhere; min-width: 0; }
.cause details { margin-top: .7rem; border-top: 1px solid var(--line); padding-top: .5rem; } .cause details details { border-top: 0; margin-top: .3rem; }
.sides { table-layout: fixed; border: 1px solid var(--line); margin-top: .4rem; } .sides caption { padding: .3rem 0; overflow-wrap: anywhere; } .sides th, .sides td { padding: .12rem .6rem; } .sides thead th { padding: .35rem .6rem; } .sides th + th, .sides td + td { border-left: 1px solid var(--line); } .sides tbody td { border-top: 0; }
.sides td { white-space: pre-wrap; overflow-wrap: anywhere; font-family: ui-monospace, "SF Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace; font-size: .84rem; line-height: 1.45; } .sides .sign { display: inline-block; width: 1.2em; font-weight: 700; user-select: none; }
.sides .left { background: var(--fail-ground); box-shadow: inset 3px 0 var(--fail); } .sides .right { background: var(--pass-ground); box-shadow: inset 3px 0 var(--pass); } .sides .left b, .sides .right b { font-weight: 650; text-decoration: underline; text-decoration-thickness: 1px; text-underline-offset: 3px; } .sides .none { background: var(--sunken); color: var(--soft); font-style: italic; }
pre { margin: .3rem 0 0; padding: .7rem .9rem; background: var(--sunken); border: 1px solid var(--line); border-radius: 6px; white-space: pre-wrap; overflow-wrap: anywhere; font: .84rem/1.45 ui-monospace, "SF Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace; }
.lists { display: grid; grid-template-columns: repeat(auto-fit, minmax(20rem, 1fr)); gap: 1rem 2rem; margin-top: 1rem; } .lists ul { margin-top: .3rem; font-size: .9rem; columns: 14rem; } .lists ul.plain { columns: auto; } .lists li { overflow-wrap: anywhere; break-inside: avoid; }
footer { margin-top: 3rem; padding-top: 1rem; padding-bottom: 2.5rem; color: var(--soft); font-size: .88rem; border-top: 1px solid var(--line); }

@media (max-width: 40rem) {
  body { font-size: 14px; } main, .strip > div, footer { padding-left: .9rem; padding-right: .9rem; } .strip h1 b { font-size: 1.6rem; }
  .tiles { grid-template-columns: repeat(2, 1fr); } .facts { grid-template-columns: 1fr; gap: 0; } .facts dd { margin-bottom: .35rem; } .sides td, .sides th { padding: .12rem .35rem; } .lists { grid-template-columns: 1fr; }
  .gates thead { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); } .gates table, .gates tbody, .gates caption { display: block; }
  .gates tr { display: grid; grid-template-columns: auto 1fr; gap: .3rem .8rem; padding: .7rem .8rem; border-top: 1px solid var(--line); } .gates th, .gates td { padding: 0; border: 0; min-width: 0; }
  .gates td:nth-child(6), .gates td.words { grid-column: 1 / -1; } .gates td:nth-child(5)::before { content: "limit "; color: var(--soft); } .gates .pair small { display: inline; margin-left: .4rem; } .gates .scale { width: 100%; }
}
@media print {
  :root { --ground: #fff; --sheet: #fff; --sunken: #f4f5f7; }
  body { font-size: 10pt; } nav { display: none; } main, .strip > div, footer { max-width: none; }
  .strip, .mix i, .legend i, .scale i, .state, .class, .sides td { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
  .scroll { overflow: visible; border: 0; } table { font-size: 8.5pt; } th, td { padding: .2rem .4rem; } td.words, th.name { min-width: 0; } thead { display: table-header-group; } tr, .cause header, h2, h3 { break-inside: avoid; break-after: auto; } h2, h3 { break-after: avoid; }
  details::details-content { content-visibility: visible !important; display: block !important; block-size: auto !important; }
}
`;
