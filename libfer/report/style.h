// The style of every page: light and dark, one column on a phone.
#pragma once

namespace fer::report {

inline constexpr char kStyle[] = R"css(
:root { color-scheme: light dark; --paper: #fbfbfa; --card: #fff; --ink: #1c1f23; --dim: #667; --line: #e2e3e6;
  --train: #2f6fde; --validation: #d9601a; --best: #1a8f5a; --other: #7a52c7; --hit: 16, 128, 80; --miss: 217, 82, 26; }
@media (prefers-color-scheme: dark) { :root { --paper: #15171a; --card: #1d2024; --ink: #e8e9eb; --dim: #9aa0a8;
  --line: #34383e; --train: #6ea2ff; --validation: #ff9a5c; --best: #4cc98e; --other: #b294f5; --hit: 60, 176, 120;
  --miss: 232, 110, 56; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--paper); color: var(--ink); font: 15px/1.45 system-ui, "Segoe UI", Roboto,
  "DejaVu Sans", sans-serif; }
main { max-width: 1060px; margin: 0 auto; padding: 28px 20px 40px; }
h1 { font-size: 25px; line-height: 1.25; margin: 0 0 18px; overflow-wrap: anywhere; }
h2 { font-size: 17px; margin: 34px 0 12px; }
p.note, footer { color: var(--dim); font-size: 13px; margin: 6px 0 0; }
footer { margin-top: 40px; border-top: 1px solid var(--line); padding-top: 10px; }
.tiles { display: grid; grid-template-columns: repeat(auto-fit, minmax(130px, 1fr)); gap: 10px; }
.tiles div { background: var(--card); border: 1px solid var(--line); border-radius: 8px; padding: 10px 14px; }
.tiles span { display: block; color: var(--dim); font-size: 12.5px; }
.tiles b { font-size: 21px; font-weight: 600; font-variant-numeric: tabular-nums; white-space: nowrap; }
.charts { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 420px), 1fr)); gap: 14px; }
figure { margin: 0; }
.chart { background: var(--card); border: 1px solid var(--line); border-radius: 8px; padding: 12px 12px 6px; }
.chart figcaption { display: flex; flex-wrap: wrap; gap: 2px 14px; align-items: baseline; margin: 0 0 4px 4px; }
.key { color: var(--dim); font-size: 13px; }
.key::before { content: ""; display: inline-block; width: 16px; height: 3px; border-radius: 2px; margin-right: 6px;
  vertical-align: middle; background: currentColor; }
.key.train::before { background: var(--train); }
.key.validation::before { background: var(--validation); }
svg { display: block; width: 100%; height: auto; }
svg text { font-size: 12.5px; fill: var(--dim); font-variant-numeric: tabular-nums; }
svg text.best { fill: var(--best); }
svg .grid { stroke: var(--line); }
svg .axis { stroke: var(--dim); }
svg .best { stroke-dasharray: 4 3; }
svg line.best { stroke: var(--best); }
svg path { fill: none; stroke-width: 2; stroke-linejoin: round; stroke-linecap: round; }
svg .train { stroke: var(--train); } svg .train circle { fill: var(--train); }
svg .validation { stroke: var(--validation); } svg .validation circle { fill: var(--validation); }
svg .other { stroke: var(--other); } svg .other circle { fill: var(--other); }
svg circle { stroke: var(--card); stroke-width: 1.5; }
svg circle.hidden { opacity: 0; } svg circle.hidden:hover { opacity: 1; }
.scroll { overflow-x: auto; background: var(--card); border: 1px solid var(--line); border-radius: 8px;
  padding: 8px 12px; }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
th { text-align: left; font-weight: 600; font-size: 13px; color: var(--dim); padding: 5px 8px; }
th.num, td.num { text-align: right; }
td { padding: 5px 8px; border-top: 1px solid var(--line); }
.settings td:first-child { color: var(--dim); white-space: nowrap; width: 1%; padding-right: 24px; }
.settings td:last-child { overflow-wrap: anywhere; }
.bar { display: flex; align-items: center; gap: 8px; justify-content: flex-end; }
.bar i { flex: 1; min-width: 24px; max-width: 150px; height: 9px; border-radius: 2px; background:
  linear-gradient(var(--train), var(--train)) 0 / var(--share) 100% no-repeat, var(--line); }
.bar span { min-width: 3.4em; text-align: right; white-space: nowrap; }
.two { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 420px), 1fr)); gap: 0 14px; }
.two > section { min-width: 0; }
.confusion { table-layout: fixed; }
.confusion th { padding: 4px 2px; text-align: center; overflow: hidden; }
.confusion th:first-child { text-align: right; width: 82px; padding-right: 8px; }
.confusion td { text-align: center; padding: 6px 2px; border: 2px solid var(--card); border-radius: 6px; font-size: 14px;
  line-height: 1.2; }
.confusion td small { display: block; opacity: 0.75; font-size: 11px; }
.confusion td.full { color: #fff; }
.mistakes { display: grid; grid-template-columns: repeat(auto-fill, minmax(108px, 1fr)); gap: 12px; }
.mistakes figure { background: var(--card); border: 1px solid var(--line); border-radius: 8px; padding: 8px;
  font-size: 13px; line-height: 1.35; }
.mistakes img { display: block; width: 100%; aspect-ratio: 1; object-fit: contain; border-radius: 4px;
  margin-bottom: 6px; }
.mistakes b { color: var(--validation); }
.mistakes small { color: var(--dim); display: block; }
@media (max-width: 560px) {
  main { padding: 18px 12px 30px; }
  h1 { font-size: 21px; }
  .scroll { padding: 6px; }
  th, td { padding: 5px; }
  .tiles { grid-template-columns: repeat(auto-fit, minmax(104px, 1fr)); }
  .tiles div { padding: 8px 10px; }
  .tiles b { font-size: 18px; }
  .bar i { display: none; }
  .bar span { min-width: 0; }
  .settings td:first-child { white-space: normal; width: 34%; padding-right: 8px; }
  .confusion th { font-size: 11.5px; }
  .confusion th:first-child { width: 58px; padding-right: 5px; }
  .confusion thead th { writing-mode: vertical-rl; transform: rotate(180deg); text-align: left; padding: 2px; }
  .confusion td { font-size: 12px; border-width: 1px; padding: 5px 0; }
  .confusion td small { font-size: 9.5px; }
  .mistakes { grid-template-columns: repeat(auto-fill, minmax(96px, 1fr)); gap: 8px; }
}
@media print { .scroll, .chart, .mistakes figure { break-inside: avoid; } }
)css";

}  // namespace fer::report
