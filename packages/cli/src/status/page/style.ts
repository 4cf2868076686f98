/** The page's style sheet: two colour schemes, whose text has a contrast of 4.5 and whose marks one of 3 on what is behind them. */
export const style = `
:root {
  --back: #f5f6f8; --card: #ffffff; --text: #1b2230; --quiet: #566072; --line: #dde1e8; --link: #1f5fa8;
  --delivered: #2f78b7; --skipped: #8a94a3; --refused: #c26a00; --failed: #b3261e; --lag: #6a4fb3;
  --ok-text: #14633c; --ok-back: #e4f4ea; --warning-text: #734b00; --warning-back: #fdf1d8; --failed-text: #9b1c15; --failed-back: #fde8e6;
}
@media (prefers-color-scheme: dark) {
  :root {
    --back: #12161d; --card: #1a2029; --text: #e5e9f0; --quiet: #9aa5b5; --line: #2e3744; --link: #82b6ee;
    --delivered: #5ba3e0; --skipped: #7d8896; --refused: #e59a3c; --failed: #f2726a; --lag: #ab96ea;
    --ok-text: #8fdbae; --ok-back: #15301f; --warning-text: #f0cb7e; --warning-back: #35290f; --failed-text: #ffb0aa; --failed-back: #401a18;
  }
}
* { box-sizing: border-box; }
body { margin: 0 auto; padding: 20px; max-width: 1100px; background: var(--back); color: var(--text);
  font: 15px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "DejaVu Sans", sans-serif; overflow-wrap: anywhere; }
header { display: flex; flex-wrap: wrap; gap: 4px 16px; align-items: baseline; justify-content: space-between; margin-bottom: 12px; }
h1 { margin: 0; font-size: 18px; font-weight: 650; } h1 span { color: var(--quiet); font-weight: 400; }
h2 { margin: 0 0 10px; font-size: 16px; font-weight: 650; }
p { margin: 0; } p:empty, #connection:empty { display: none; }
a { color: var(--link); }
.quiet, footer, caption { color: var(--quiet); font-size: 13px; font-weight: 400; }
#connection { color: var(--failed-text); background: var(--failed-back); border-radius: 6px; padding: 2px 10px; font-size: 13px; }
.stale main { opacity: .75; }
.target, section[data-part="budget"], section[data-part="dead-letters"] { background: var(--card); border: 1px solid var(--line); border-radius: 10px; padding: 16px 18px; margin: 14px 0; }
.banner { display: flex; gap: 14px; border-radius: 10px; padding: 14px 18px; font-size: 16px; }
.banner .sign { flex: none; width: 30px; height: 30px; border-radius: 50%; display: grid; place-items: center; font-weight: 700; }
.ok .sign { background: var(--ok-text); color: var(--ok-back); } .warning .sign { background: var(--warning-text); color: var(--warning-back); } .failed .sign { background: var(--failed-text); color: var(--failed-back); }
.banner #remedy { margin-top: 2px; color: var(--text); } .banner .quiet { margin-top: 4px; }
.ok.banner, .badge.ok { color: var(--ok-text); background: var(--ok-back); }
.warning.banner, .badge.warning { color: var(--warning-text); background: var(--warning-back); }
.failed.banner, .badge.failed { color: var(--failed-text); background: var(--failed-back); }
.badge { border-radius: 20px; padding: 2px 10px; font-size: 12px; font-weight: 600; vertical-align: 2px; }
.troubles { margin: 10px 0 0; padding: 0; list-style: none; } .troubles li { padding: 6px 14px; border-left: 4px solid; margin-top: 6px; background: var(--card); border-radius: 0 6px 6px 0; }
.troubles .failed { border-color: var(--failed-text); } .troubles .warning { border-color: var(--warning-text); }
.facts { display: grid; grid-template-columns: repeat(auto-fit, minmax(150px, 1fr)); gap: 10px; margin: 14px 0; }
.facts div { background: var(--card); border: 1px solid var(--line); border-radius: 10px; padding: 10px 14px; }
dt { color: var(--quiet); font-size: 13px; } dd { margin: 0; font-weight: 600; font-variant-numeric: tabular-nums; }
nav { display: flex; gap: 6px; margin: 4px 0; } nav a { padding: 3px 12px; border-radius: 20px; border: 1px solid var(--line); text-decoration: none; font-size: 13px; background: var(--card); }
nav a[aria-current] { background: var(--link); border-color: var(--link); color: var(--card); font-weight: 600; }
table { width: 100%; border-collapse: collapse; font-size: 13px; font-variant-numeric: tabular-nums; }
caption { position: absolute; clip-path: inset(50%); width: 1px; height: 1px; overflow: hidden; white-space: nowrap; }
th { text-align: left; color: var(--quiet); font-weight: 500; } th, td { padding: 5px 12px 5px 0; border-bottom: 1px solid var(--line); vertical-align: top; unicode-bidi: isolate; }
th { white-space: nowrap; } td { overflow-wrap: anywhere; min-width: 9em; } td.number, th.number { text-align: right; } td.number, td.short, td.none { min-width: 0; white-space: nowrap; }
code { font: 0.93em ui-monospace, "DejaVu Sans Mono", monospace; }
figure { margin: 18px 0 0; } figcaption { font-weight: 600; font-size: 14px; margin-bottom: 4px; }
.chart { display: grid; grid-template-columns: 52px 1fr; gap: 8px; } svg { display: block; width: 100%; overflow: visible; }
svg text { fill: var(--quiet); font-size: 11px; } .level { stroke: var(--line); } .hover { fill: transparent; } .step:hover .hover { fill: var(--text); fill-opacity: .08; }
rect.delivered { fill: var(--delivered); } rect.skipped { fill: var(--skipped); } rect.refused { fill: var(--refused); } rect.failed { fill: var(--failed); }
line.lag { stroke: var(--lag); stroke-width: 2; } circle.lag { fill: var(--lag); }
.legend { display: flex; flex-wrap: wrap; gap: 2px 16px; margin: 2px 0 0 60px; padding: 0; list-style: none; font-size: 12px; color: var(--quiet); }
.legend li::before { content: ""; display: inline-block; width: 10px; height: 10px; border-radius: 2px; margin-right: 6px; }
.legend .delivered::before { background: var(--delivered); } .legend .skipped::before { background: var(--skipped); } .legend .refused::before { background: var(--refused); } .legend .failed::before { background: var(--failed); height: 4px; vertical-align: 3px; }
details { margin-top: 12px; } summary { cursor: pointer; color: var(--link); font-size: 13px; } details table { margin-top: 8px; }
progress { width: 100%; height: 10px; accent-color: var(--delivered); }
footer { margin-top: 18px; } .note { margin-bottom: 10px; color: var(--quiet); }
:focus-visible { outline: 2px solid var(--link); outline-offset: 2px; border-radius: 3px; }
@media (max-width: 860px) {
  body { padding: 12px; } .facts { grid-template-columns: 1fr 1fr; gap: 8px; }
  .target, section[data-part="budget"], section[data-part="dead-letters"] { padding: 12px; } .banner { padding: 12px; }
  thead { position: absolute; clip-path: inset(50%); width: 1px; height: 1px; overflow: hidden; }
  tbody, tr { display: block; } tr { border-bottom: 1px solid var(--line); padding: 6px 0; }
  td, td.number, td.short { display: grid; white-space: normal; grid-template-columns: 92px 1fr; gap: 8px; text-align: left; border: 0; padding: 1px 0; } td.none { display: none; }
  td::before { content: attr(data-label); color: var(--quiet); }
  .chart { grid-template-columns: 42px 1fr; } .legend { margin-left: 50px; }
}
`;
