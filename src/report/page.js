'use strict';
// Draws the figures of the page with plotly.js, those in sight first, and makes tables sortable.
// Colours: Okabe and Ito's set, which stays apart for colour-blind readers (https://jfly.uni-koeln.de/color/); lines
// differ by dashes and points by symbols too. Heat maps use cividis.
const dark = window.matchMedia('(prefers-color-scheme: dark)');
const figures = JSON.parse(document.getElementById('data').textContent).figures;
const colours = {
  light: ['#0072b2', '#d55e00', '#009e73', '#cc79a7', '#8a6d00', '#56b4e9'],
  dark: ['#56b4e9', '#e69f00', '#2fc79a', '#e59ac6', '#f0e442', '#4f9bd9'],
};
const dashes = ['solid', 'dash', 'dot', 'dashdot', 'longdash', 'longdashdot'];
const symbols = ['circle', 'square', 'diamond', 'triangle-up', 'cross', 'x'];
const mostBars = 60;  // points with bars of errors; more get a band
let printing = false;

const positive = (log, values) => log ? values.map(v => v > 0 ? v : null) : values;
const pick = (list, i) => list[i % list.length];

// The ends of each value's interval, as plotly wants them: lengths of the bars. Symmetric errors are ends, too.
function ends(series) {
  if (series.low) return {low: series.low, high: series.high};
  if (!series.error) return null;
  return {low: series.y.map((v, i) => v - series.error[i]), high: series.y.map((v, i) => v + series.error[i])};
}
function bars(values, interval) {
  const length = (a, b) => a === null || b === null ? 0 : Math.max(0, a - b);
  return {type: 'data', symmetric: false, thickness: 1, width: 2,
    array: values.map((v, i) => length(interval.high[i], v)),
    arrayminus: values.map((v, i) => length(v, interval.low[i]))};
}
const told = interval => interval.low.map((low, i) => [low, interval.high[i]]);
const interval_text = ' [%{customdata[0]:.4~g}, %{customdata[1]:.4~g}]';

function band(series, i, palette, log) {
  const {low, high} = ends(series);
  const edge = {type: 'scatter', mode: 'lines', x: series.x, line: {width: 0}, showlegend: false, hoverinfo: 'skip',
    legendgroup: 'g' + i};
  const floor = log ? Math.min(...series.y.filter(v => v > 0)) / 10 : -Infinity;
  return [{...edge, y: low.map(v => v === null ? null : Math.max(v, floor))},
    {...edge, y: high, fill: 'tonexty', fillcolor: pick(palette, i) + '33'}];
}

function curve(series, i, figure, palette, many) {
  const interval = ends(series);
  const wide = interval && series.x.length > mostBars;
  const trace = {type: 'scatter', name: series.name, legendgroup: 'g' + i,
    mode: figure.steps && series.x.length > 2 || wide || series.x.length > 200 ? 'lines' : 'lines+markers',
    marker: {size: 5, symbol: pick(symbols, i)}, x: positive(figure.log_x, series.x),
    y: positive(figure.log_y, series.y),
    // Dashes would tear the bars of sparse histograms apart; there the first line is the thick one.
    line: {shape: figure.steps ? 'hvh' : 'linear', color: pick(palette, i), dash: figure.steps ? 'solid' : pick(dashes, i),
      width: many || (figure.steps && i > 0) ? 1.5 : 2.2}};
  if (interval) {
    trace.customdata = told(interval);
    trace.hovertemplate = '%{x:.4~g}, %{y:.4~g}' + interval_text;
    if (!wide) trace.error_y = bars(series.y, interval);
  }
  return wide ? [...band(series, i, palette, figure.log_y), trace] : [trace];
}

function heat(figure, palette) {
  const most = Math.ceil(Math.max(0, ...figure.z.map(row => Math.log10(Math.max(1, ...row)))));
  const powers = Array.from({length: most + 1}, (_, i) => i);
  const ticks = figure.log_z ? {tickvals: powers, ticktext: powers.map(i => '10<sup>' + i + '</sup>')} : {};
  const z = figure.log_z ? figure.z.map(row => row.map(v => v > 0 ? Math.log10(v) : null)) : figure.z;
  const map = {type: 'heatmap', x: figure.x, y: figure.y, z, text: figure.z, colorscale: 'Cividis',
    colorbar: {title: {text: figure.z_title, side: 'right'}, thickness: 12, ...ticks},
    hovertemplate: figure.x_title + ' %{x:.4g}<br>' + figure.y_title + ' %{y:.4g}<br>%{text}<extra></extra>'};
  const over = (figure.over || []).map((series, i) => ({...curve(series, i + 1, figure, palette, false)[0],
    mode: 'lines', line: {width: 2, color: '#ff5a4d'}}));
  return [map, ...over];
}

const rows = (figure, palette) => figure.series.map((series, i) => {
  const interval = ends(series);
  const trace = {type: 'scatter', mode: 'markers', name: series.name, y: figure.names,
    x: positive(figure.log_x, series.y), marker: {size: 7, color: pick(palette, i), symbol: pick(symbols, i)},
    hovertemplate: '%{y}<br>%{x:.4~g}'};
  if (interval) {
    trace.error_x = bars(series.y, interval);
    trace.customdata = told(interval);
    trace.hovertemplate += interval_text;
  }
  return trace;
});

const contours = (figure, palette) => figure.layers.map((layer, i) => {
  const held = figure.held;
  const step = held.length > 1 ? (held[held.length - 1] - held[0]) / (held.length - 1) : 1;
  const colour = pick(palette, i);
  return {type: 'contour', name: layer.name, x: figure.x, y: figure.y, z: layer.z, showscale: false, showlegend: true,
    contours: {start: held[0], end: held[held.length - 1], size: step, coloring: 'none'},
    line: {color: colour, width: i === 0 ? 3 : 1.5, smoothing: 1}, hoverinfo: 'name',
    visible: i < 3 ? true : 'legendonly'};
});

function traces(figure, palette) {
  switch (figure.kind) {
    case 'heat map': return heat(figure, palette);
    case 'rows': return rows(figure, palette);
    case 'contours': return contours(figure, palette);
    default: return figure.series.flatMap((s, i) => curve(s, i, figure, palette, figure.series.length > 6));
  }
}

// Decades alone carry numbers, unless there are too few of them to read a value: then 2 and 5 do, too.
function decades(lists) {
  const values = lists.flat().filter(v => v > 0);
  return values.length && Math.max(...values) > 100 * Math.min(...values) ? 1 : 'D2';
}

// Marks that lie close together share a label, so that none hides another.
function marks(figure, colour) {
  const place = x => figure.log_x ? Math.log10(x) : x;
  const seen = (figure.marks || []).filter(mark => !figure.log_x || mark.x > 0);
  return {
    shapes: seen.map(mark => ({type: 'line', x0: mark.x, x1: mark.x, yref: 'paper', y0: 0, y1: 1,
      line: {color: colour, width: 1, dash: 'dot'}})),
    annotations: seen.map((mark, i) => ({x: place(mark.x), yref: 'paper', y: 1 - 0.34 * (i % 3), yanchor: 'top',
      xanchor: 'right', text: mark.name, textangle: -90, showarrow: false, font: {size: 11, color: colour}})),
  };
}

// Names of rows get at most two fifths of the width; the hover text has them whole.
function shortened(name, width) {
  const most = Math.max(10, Math.floor(width * 0.4 / 7));
  return name.length <= most ? name : name.slice(0, most - 7) + '…' + name.slice(-6);
}

function layout(figure, style, width) {
  const colour = name => style.getPropertyValue(name).trim();
  const axis = (title, log, values) => ({title: {text: title, standoff: 8}, gridcolor: colour('--line'),
    zeroline: false, linecolor: colour('--dim'), automargin: true, exponentformat: 'power', hoverformat: '.4~g',
    type: log ? 'log' : 'linear', dtick: log ? decades(values) : undefined});
  const all = figure.series || [];
  const is_rows = figure.kind === 'rows';
  const result = {font: {color: colour('--text'), size: 13}, paper_bgcolor: 'rgba(0,0,0,0)',
    plot_bgcolor: 'rgba(0,0,0,0)', margin: {l: 56, r: 12, t: 8, b: 48}, hovermode: 'closest',
    xaxis: axis(figure.x_title, figure.log_x, figure.z ? [figure.x] : all.map(s => is_rows ? s.y : s.x)),
    yaxis: {...axis(figure.y_title, figure.log_y, figure.z ? [figure.y] : all.map(s => s.y)),
      rangemode: figure.kind === 'curves' && figure.steps ? 'tozero' : 'normal'},
    showlegend: (figure.series || figure.layers || []).length > 1,
    legend: {orientation: 'h', y: 1.02, yanchor: 'bottom', x: 0}, ...marks(figure, colour('--dim'))};
  if (is_rows) {
    result.yaxis = {...axis('', false, []), type: 'category', autorange: 'reversed', tickmode: 'array',
      tickvals: figure.names, ticktext: figure.names.map(name => shortened(name, width))};
  }
  return result;
}

const grows = middles => middles.length > 2 && middles[0] > 0 &&
  middles[middles.length - 1] - middles[middles.length - 2] > 4 * (middles[1] - middles[0]);

// ---- one figure: what the reader has chosen, and the buttons to choose by

class View {
  constructor(figure, i) {
    this.place = document.getElementById('figure' + i);
    this.plots = figure.kind === 'choice' ? figure.plots.map(p => p.plot) : [figure];
    this.names = figure.kind === 'choice' ? figure.plots.map(p => p.name) : [];
    this.label = figure.label;
    this.chosen = figure.chosen || 0;
    // log_x, log_y, log_z as far as the reader set them; cells that grow fill a logarithmic scale evenly
    const start = this.plots[this.chosen];
    this.scales = start.kind === 'heat map' ? {log_x: grows(start.x), log_y: grows(start.y)} : {};
    this.drawn = false;
    this.tools = document.createElement('div');
    this.tools.className = 'tools';
    this.place.before(this.tools);
    this.offer();
    const plot = this.plots[0];
    if (plot.kind === 'contours') this.place.style.height = '480px';
    if (plot.kind !== 'rows') return;
    this.place.style.height = 110 + 20 * plot.names.length + 'px';
    this.place.parentNode.classList.add('rows');
  }
  get plot() { return {...this.plots[this.chosen], ...this.scales}; }

  offer() {
    if (this.names.length > 1) {
      const select = document.createElement('select');
      select.ariaLabel = this.label;
      select.append(...this.names.map((name, i) => new Option(name, i)));
      select.value = this.chosen;
      select.onchange = () => { this.chosen = +select.value; this.draw(); };
      this.tools.append(this.label, select);
    }
    const kind = this.plots[0].kind;
    if (kind !== 'contours') this.offer_scale('log_x', 'log x');
    if (kind === 'curves' || kind === 'heat map') this.offer_scale('log_y', 'log y');
    if (kind === 'heat map') this.offer_scale('log_z', 'log colours');
  }
  offer_scale(scale, text) {
    const button = document.createElement('button');
    button.type = 'button';
    button.textContent = text;
    button.ariaPressed = String(!!this.plot[scale]);
    button.onclick = () => {
      this.scales[scale] = !this.plot[scale];
      button.ariaPressed = String(this.scales[scale]);
      this.draw();
    };
    this.tools.append(button);
  }

  draw() {
    const light = printing || !dark.matches;
    const style = getComputedStyle(document.documentElement);
    const paper = this.plot.kind === 'rows' ? 680 : 330;  // pixels: a page's width, and half of it
    const width = printing ? paper : this.place.clientWidth;
    const size = printing ? {width, height: this.place.clientHeight, autosize: false} : {autosize: true};
    const config = {responsive: true, displaylogo: false, displayModeBar: false};
    this.drawn = true;
    return Plotly.react(this.place, traces(this.plot, light ? colours.light : colours.dark),
      {...layout(this.plot, style, width), ...size}, config);
  }
}

const views = figures.map((figure, i) => new View(figure, i));

// Those in sight first, then the others: a long page opens at once, and is whole soon after.
async function draw_next() {
  const inSight = view => view.place.getBoundingClientRect().top < window.innerHeight && !view.drawn;
  const next = views.find(inSight) || views.find(view => !view.drawn);
  if (!next) return;
  await next.draw();
  document.body.dataset.drawn = views.filter(view => view.drawn).length;
  setTimeout(draw_next);  // the browser answers the reader in between
}
draw_next();
dark.addEventListener('change', () => views.filter(view => view.drawn).forEach(view => view.draw()));
const print = state => () => { printing = state; views.forEach(view => view.draw()); };
window.addEventListener('beforeprint', print(true));
window.addEventListener('afterprint', print(false));

// ---- tables

// The first number of a cell; words are compared as words.
function key(cell) {
  const number = parseFloat(cell.textContent.replace(/,/g, '').replace(/^[^0-9+-]*/, ''));
  return Number.isNaN(number) ? cell.textContent : number;
}
function before(a, b) {
  if (typeof a === typeof b) return a < b ? -1 : a > b ? 1 : 0;
  return typeof a === 'number' ? -1 : 1;
}
function sort(table, column, header) {
  const cells = [...table.tBodies[0].rows].map(row => row.cells[column].textContent);
  const words = cells.filter(text => /^[<≥+-]?\s*\d/.test(text)).length * 2 < cells.length;  // names may hold numbers
  const down = header.ariaSort === 'ascending';
  const value = row => words ? row.cells[column].textContent : key(row.cells[column]);
  const sorted = [...table.tBodies[0].rows].sort((a, b) => before(value(a), value(b)) * (down ? -1 : 1));
  table.tBodies[0].append(...sorted);
  for (const other of header.parentNode.cells) other.removeAttribute('aria-sort');
  header.ariaSort = down ? 'descending' : 'ascending';
}
function choose(table, column) {
  const rows = [...table.tBodies[0].rows];
  const title = table.tHead.rows[0].cells[column].textContent;
  const select = document.createElement('select');
  select.ariaLabel = title;
  select.append(...new Set(rows.map(row => row.cells[column].textContent)));
  for (const value of [...select.childNodes]) value.replaceWith(new Option(value.textContent));
  select.append(new Option('all'));
  select.onchange = () => rows.forEach(row => {
    row.hidden = select.value !== 'all' && row.cells[column].textContent !== select.value;
  });
  select.value = table.dataset.start || select.options[0].value;
  select.onchange();
  const tools = document.createElement('div');
  tools.className = 'tools';
  tools.append(title, select);
  table.parentNode.before(tools);
}
for (const table of document.querySelectorAll('table')) {
  [...table.tHead.rows[0].cells].forEach((header, column) => {
    const button = document.createElement('button');
    button.type = 'button';
    button.textContent = header.textContent;
    button.onclick = () => sort(table, column, header);
    header.replaceChildren(button);
  });
  if (table.dataset.choose) choose(table, +table.dataset.choose);
}
