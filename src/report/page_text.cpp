// HTML, CSS and JavaScript of every page. Colours: Okabe and Ito's set, which stays apart for colour-blind readers
// (https://jfly.uni-koeln.de/color/); lines differ by dashes too. Heat maps use cividis.
#include "report/page_text.hpp"

namespace trigloop::report {

const std::string_view page_head = R"html(<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta http-equiv="Content-Security-Policy"
 content="default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data: blob:">
)html";

const std::string_view page_style = R"css(
:root { --back: #ffffff; --text: #1b1f24; --dim: #57606a; --line: #d0d7de; --card: #f6f8fa; }
@media (prefers-color-scheme: dark) {
  :root { --back: #0d1117; --text: #e6edf3; --dim: #9198a1; --line: #30363d; --card: #161b22; }
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--back); color: var(--text); font: 16px/1.5 system-ui, sans-serif; }
header, main, .tables { max-width: 1400px; margin: 0 auto; padding: 16px; }
h1 { font-size: 1.5rem; margin: 0; } h2 { font-size: 1rem; margin: 0 0 4px; }
header p, figcaption { color: var(--dim); margin: 4px 0; overflow-wrap: anywhere; }
dl { display: flex; flex-wrap: wrap; gap: 4px 32px; margin: 12px 0 0; }
dt { color: var(--dim); font-size: 0.8rem; } dd { margin: 0; font-variant-numeric: tabular-nums; }
main, .tables { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 420px), 1fr)); gap: 16px; }
.tables { align-items: start; }
figure { margin: 0; padding: 12px; border: 1px solid var(--line); border-radius: 8px; background: var(--card);
  min-width: 0; }
figcaption { font-size: 0.85rem; } .plot { height: 320px; } .scroll { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-size: 0.85rem; font-variant-numeric: tabular-nums; }
th, td { text-align: right; padding: 2px 8px; border-top: 1px solid var(--line); white-space: nowrap; }
th:first-child, td:first-child { text-align: left; white-space: normal; } th { color: var(--dim); font-weight: 500; }
)css";

const std::string_view page_script = R"js(
'use strict';
const dark = window.matchMedia('(prefers-color-scheme: dark)');
const figures = JSON.parse(document.getElementById('data').textContent).figures;
const colours = {
  light: ['#0072b2', '#d55e00', '#009e73', '#cc79a7', '#8a6d00', '#56b4e9'],
  dark: ['#56b4e9', '#e69f00', '#2fc79a', '#e59ac6', '#f0e442', '#4f9bd9'],
};
const dashes = ['solid', 'dash', 'dot', 'dashdot', 'longdash', 'longdashdot'];

function traces(figure, palette) {
  if (figure.kind === 'heat map') {
    const z = figure.log_z ? figure.z.map(row => row.map(v => v > 0 ? Math.log10(v) : null)) : figure.z;
    const most = Math.ceil(Math.max(...figure.z.flat().map(v => Math.log10(Math.max(v, 1)))));
    const powers = Array.from({length: most + 1}, (_, i) => i);
    const ticks = figure.log_z ? {tickvals: powers, ticktext: powers.map(i => '10<sup>' + i + '</sup>')} : {};
    return [{type: 'heatmap', x: figure.x, y: figure.y, z, text: figure.z, colorscale: 'Cividis',
      colorbar: {title: {text: figure.z_title, side: 'right'}, thickness: 12, ...ticks},
      hovertemplate: figure.x_title + ' %{x:.4g}<br>' + figure.y_title + ' %{y:.4g}<br>%{text}<extra></extra>'}];
  }
  return figure.series.map((series, i) => ({type: 'scatter', name: series.name,
    mode: figure.steps && series.x.length > 2 ? 'lines' : 'lines+markers', marker: {size: 5}, x: series.x, y: figure.log_y ? series.y.map(v => v > 0 ? v : null) : series.y,
    line: {shape: figure.steps ? 'hvh' : 'linear', width: 2, color: palette[i % palette.length],
      dash: dashes[i % dashes.length]},
    error_y: series.error ? {type: 'data', array: series.error, thickness: 1, width: 2} : undefined}));
}

// Decades alone carry numbers, unless there are too few of them to read a value.
function decades(figure) {
  const counts = figure.series.flatMap(series => series.y).filter(v => v > 0);
  return Math.max(...counts) > 100 * Math.min(...counts) ? 1 : undefined;
}

function layout(figure, style) {
  const colour = name => style.getPropertyValue(name).trim();
  const axis = title => ({title: {text: title, standoff: 8}, gridcolor: colour('--line'), zeroline: false,
    linecolor: colour('--dim'), automargin: true});
  return {font: {color: colour('--text'), size: 13}, paper_bgcolor: 'rgba(0,0,0,0)', plot_bgcolor: 'rgba(0,0,0,0)',
    margin: {l: 56, r: 12, t: 8, b: 48}, xaxis: axis(figure.x_title),
    yaxis: {...axis(figure.y_title), type: figure.log_y ? 'log' : 'linear', exponentformat: 'power',
      rangemode: figure.kind === 'curves' && figure.steps ? 'tozero' : 'normal', dtick: figure.log_y ? decades(figure) : undefined},
    showlegend: figure.kind === 'curves' && figure.series.length > 1,
    legend: {orientation: 'h', y: 1.02, yanchor: 'bottom', x: 0}};
}

async function draw() {
  const style = getComputedStyle(document.documentElement);
  const palette = dark.matches ? colours.dark : colours.light;
  const config = {responsive: true, displaylogo: false, displayModeBar: false};
  let drawn = 0;
  for (const [i, figure] of figures.entries()) {
    await Plotly.react('figure' + i, traces(figure, palette), layout(figure, style), config);
    document.body.dataset.drawn = ++drawn;
  }
}
dark.addEventListener('change', draw);
draw();
)js";

}  // namespace trigloop::report
