'use strict';
// Draws a study with plotly.js. Colours: Okabe and Ito's set, as on the other pages.
const data = JSON.parse(document.getElementById('data').textContent);
const dark = window.matchMedia('(prefers-color-scheme: dark)').matches;
const palette = dark ? ['#56b4e9', '#e69f00', '#2fc79a', '#e59ac6', '#f0e442']
  : ['#0072b2', '#d55e00', '#009e73', '#cc79a7', '#8a6d00'];
const style = name => getComputedStyle(document.body).getPropertyValue(name).trim();
const trials = data.study.trials;
const complete = trials.filter(t => t.state === 'complete');
const sign = data.study.directions.map(d => d === 'maximize' ? -1 : 1);
const parameters = [...new Set(trials.flatMap(t => Object.keys(t.parameters)))];
const mostLines = 400;  // more lines than these are one colour of ink

function figure(title, caption, traces, layout = {}, wide = false) {
  const place = document.createElement('figure');
  if (wide) place.className = 'wide';
  const heading = document.createElement('h2'), plot = document.createElement('div'),
    text = document.createElement('figcaption');
  heading.textContent = title;
  text.textContent = caption;
  plot.className = 'plot';
  plot.setAttribute('role', 'img');
  plot.setAttribute('aria-label', title + ': ' + caption);
  place.append(heading, plot, text);
  document.getElementById('figures').append(place);
  const axis = extra => ({gridcolor: style('--line'), linecolor: style('--dim'), zeroline: false, automargin: true,
    ...extra});
  Plotly.newPlot(plot, traces, {font: {color: style('--text'), size: 13}, paper_bgcolor: 'rgba(0,0,0,0)',
    plot_bgcolor: 'rgba(0,0,0,0)', margin: {l: 56, r: 12, t: 8, b: 48}, hovermode: 'closest',
    legend: {orientation: 'h', y: 1.02, yanchor: 'bottom', x: 0}, ...layout,
    xaxis: axis(layout.xaxis), yaxis: axis(layout.yaxis)}, {responsive: true, displayModeBar: false});
}

const told = t => 'trial ' + t.number + '<br>' + Object.entries(t.parameters)
  .map(([name, v]) => name + ': ' + (typeof v === 'number' ? +v.toPrecision(5) : v)).join('<br>').replaceAll('</', '');

function history(k) {
  let best = Infinity;
  const line = complete.map(t => (best = Math.min(best, sign[k] * t.values[k])) * sign[k]);
  const pruned = trials.filter(t => t.state === 'pruned' && t.values.length > k);
  const points = (list, name, i, symbol) => ({type: 'scatter', mode: 'markers', name, x: list.map(t => t.number),
    y: list.map(t => t.values[k]), text: list.map(told), marker: {size: 6, color: palette[i], symbol}});
  figure('History of ' + data.metrics[k], 'Each complete trial, and the best until then.', [
    points(complete, 'complete', 0, 'circle'), ...(pruned.length ? [points(pruned, 'pruned', 3, 'x')] : []),
    {type: 'scatter', mode: 'lines', name: 'best', x: complete.map(t => t.number), y: line,
      line: {shape: 'hv', width: 2.2, color: palette[1]}}],
  {xaxis: {title: {text: 'trial'}}, yaxis: {title: {text: data.metrics[k]}}});
}

// A parameter's values as places in [0, 1], and the words at its ends.
function scale(name) {
  const values = complete.map(t => t.parameters[name]).filter(v => v !== undefined);
  if (!values.every(v => typeof v === 'number')) {
    const choices = [...new Set(values.map(String))];
    return {place: v => choices.length > 1 ? choices.indexOf(String(v)) / (choices.length - 1) : 0.5,
      low: choices[0], high: choices[choices.length - 1]};
  }
  const low = Math.min(...values), high = Math.max(...values);
  const log = low > 0 && high / low > 30, f = log ? Math.log : v => v;
  return {place: v => high > low ? (f(v) - f(low)) / (f(high) - f(low)) : 0.5, low: low.toPrecision(3),
    high: high.toPrecision(3)};
}

function parallel() {
  if (complete.length === 0 || parameters.length === 0) return;
  const scales = parameters.map(scale);
  const ranked = [...complete].sort((a, b) => sign[0] * (a.values[0] - b.values[0])).slice(0, mostLines);
  const cut = Math.max(1, Math.ceil(ranked.length / 10));
  const lines = (list, name, colour, width) => {
    const x = [], y = [], text = [];
    for (const t of list) {
      parameters.forEach((p, i) => {
        x.push(i);
        y.push(t.parameters[p] === undefined ? null : scales[i].place(t.parameters[p]));
        text.push(told(t));
      });
      x.push(null);
      y.push(null);
      text.push('');
    }
    return {type: 'scatter', mode: 'lines+markers', name, x, y, text, hoverinfo: 'text', connectgaps: false,
      line: {width, color: colour}, marker: {size: 4, color: colour}};
  };
  figure('Parallel coordinates', 'A line is a trial; a parameter reaches from its lowest value tried to its highest, by logarithm where '
    + 'that spans more than a factor of 30. The best tenth of ' + data.metrics[0] + ' is drawn over the others.',
  [lines(ranked.slice(cut).reverse(), 'others', style('--dim') + '55', 0.8), lines(ranked.slice(0, cut), 'best tenth', palette[1], 2)],
  {xaxis: {tickmode: 'array', tickvals: parameters.map((_, i) => i), ticktext: parameters.map((p, i) =>
    `${p}<br>${scales[i].low} to ${scales[i].high}`.replaceAll('</', ''))}, yaxis: {showticklabels: false}}, true);
}

function pareto() {
  const beats = (a, b) => sign.every((s, k) => s * a.values[k] <= s * b.values[k]) &&
    sign.some((s, k) => s * a.values[k] < s * b.values[k]);
  const front = complete.filter(t => !complete.some(other => beats(other, t)))
    .sort((a, b) => a.values[0] - b.values[0]);
  const points = (list, name, i, mode) => ({type: 'scatter', mode, name, x: list.map(t => t.values[0]),
    y: list.map(t => t.values[1]), text: list.map(told), marker: {size: 7, color: palette[i]},
    line: {shape: sign[0] * sign[1] > 0 ? 'hv' : 'vh', color: palette[i]}});
  figure('Pareto front', 'Trials that no other beats in every objective, joined.',
    [points(complete, 'complete', 0, 'markers'), points(front, 'front', 1, 'lines+markers')],
    {xaxis: {title: {text: data.metrics[0]}}, yaxis: {title: {text: data.metrics[1]}}});
}

function curves() {
  const some = trials.filter(t => Object.keys(t.intermediate).length > 1).slice(-mostLines);
  if (some.length === 0) return;
  const colour = {complete: palette[0], pruned: palette[3], running: palette[2]};
  const kinds = [...new Set(some.map(t => t.state))].map(state => {
    const x = [], y = [];
    for (const t of some.filter(t => t.state === state)) {
      for (const [step, value] of Object.entries(t.intermediate)) {
        x.push(+step);
        y.push(value);
      }
      x.push(null);
      y.push(null);
    }
    return {type: 'scatter', mode: 'lines', name: state, x, y, line: {width: 1, color: colour[state] || style('--dim')}};
  });
  figure('Learning curves', data.metrics[0] + ' as trials reported it, step by step.', kinds,
    {xaxis: {title: {text: 'step'}}, yaxis: {title: {text: data.metrics[0]}}});
}

function importance() {
  if (data.importance.length === 0) return;
  const list = [...data.importance].reverse();
  figure('Importance', 'How much of the variation of ' + data.metrics[0] + ' is each parameter\'s own (functional analysis of variance).',
    [{type: 'bar', orientation: 'h', y: list.map(e => e[0]), x: list.map(e => e[1]), marker: {color: palette[0]}}],
    {xaxis: {title: {text: 'share'}, range: [0, 1]}});
}

document.title = document.getElementById('title').textContent = data.title;
for (const [name, value] of data.facts) {
  const pair = document.createElement('div'), term = document.createElement('dt'), text = document.createElement('dd');
  term.textContent = name;
  text.textContent = value;
  pair.append(term, text);
  document.getElementById('facts').append(pair);
}
for (const warning of data.warnings) {
  const item = document.createElement('li');
  item.textContent = warning;
  document.getElementById('warnings').append(item);
  document.getElementById('warnings').hidden = false;
}
data.metrics.forEach((_, k) => history(k));
if (data.metrics.length > 1) pareto();
importance();
curves();
parallel();
// The first ones were drawn when they had the page for themselves.
for (const plot of document.querySelectorAll('.plot')) Plotly.Plots.resize(plot);
