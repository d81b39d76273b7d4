'use strict';
// The dashboard: asks the server every few seconds for as many points as the screen can show, and draws them.

const everySeconds = 5;
const dark = window.matchMedia('(prefers-color-scheme: dark)');
const palette = () => dark.matches ? ['#56b4e9', '#e69f00', '#2fc79a', '#e59ac6', '#f0e442', '#4f9bd9']
                                   : ['#0072b2', '#d55e00', '#009e73', '#cc79a7', '#8a6d00', '#56b4e9'];
const at = id => document.getElementById(id);

const view = {last: 0, zoom: null, chosen: []};  // zoom: [from, to) in lumisections of the list; null: `last` ones

async function ask(path, values = {}) {
  const query = new URLSearchParams(Object.entries(values).filter(([, value]) => value !== undefined));
  const answer = await fetch('api/' + path + (query.size ? '?' + query : ''));
  const body = await answer.json();
  if (!answer.ok) throw new Error(body.error);
  return body;
}

// ---- small parts of pages

function element(tag, text, attributes = {}) {
  const made = document.createElement(tag);
  if (text !== undefined) made.textContent = text;
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  return made;
}

// rows: lists of cells; a cell is a text, or {text, wide}.
function table(headers, rows) {
  const cell = (tag, content) => element(tag, content?.text ?? content, content?.wide ? {class: 'text'} : {});
  const line = (tag, cells) => { const row = element('tr'); row.append(...cells.map(c => cell(tag, c))); return row; };
  const made = element('table'), head = element('thead'), body = element('tbody');
  head.append(line('th', headers));
  body.append(...rows.map(cells => line('td', cells)));
  made.append(head, body);
  return made;
}

function absent(name, why) {
  const card = at(name + '-card'), place = at(name);
  card.classList.add('nothing');
  if (place.classList.contains('plot')) Plotly.purge(place);
  place.replaceChildren(element('p', why));
}

function present(name) {
  const card = at(name + '-card');
  if (card.classList.contains('nothing')) at(name).replaceChildren();
  card.classList.remove('nothing');
}

const bytes = n => {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  let i = 0;
  while (n >= 1000 && i < units.length - 1) { n /= 1000; ++i; }
  return n.toPrecision(3) + ' ' + units[i];
};
const number = n => n === null || n === undefined ? '-' : Number(n.toPrecision(4)).toLocaleString('en');

// ---- plots

function layout(extra) {
  const style = getComputedStyle(document.documentElement);
  const colour = name => style.getPropertyValue(name).trim();
  const axis = more => ({gridcolor: colour('--line'), zeroline: false, automargin: true, ...more});
  return {font: {color: colour('--text'), size: 13}, paper_bgcolor: 'rgba(0,0,0,0)', plot_bgcolor: 'rgba(0,0,0,0)',
    margin: {l: 56, r: 12, t: 8, b: 40}, legend: {orientation: 'h', y: 1.02, yanchor: 'bottom', x: 0},
    uirevision: 'kept', ...extra, xaxis: axis(extra.xaxis), yaxis: axis(extra.yaxis)};
}

async function plot(name, traces, extra) {
  present(name);
  await Plotly.react(name, traces, layout(extra), {responsive: true, displaylogo: false, displayModeBar: false});
  const place = at(name);
  if (place.dataset.zooms) return;
  place.dataset.zooms = 'yes';
  place.on('plotly_relayout', change => {
    if (change['xaxis.range[0]'] !== undefined) zoomTo(change['xaxis.range[0]'], change['xaxis.range[1]']);
    if (change['xaxis.autorange']) choose(view.last);
  });
}

const lumisections = {xaxis: {title: {text: 'lumisection of the list', standoff: 8}}};

async function drawRates() {
  const rates = await ask('rates', {...range(), points: Math.min(2000, Math.max(200, at('rates').clientWidth))});
  if (!rates.x.length) return absent('rates', rates.why || 'no lumisection is here yet');
  const colours = palette(), traces = [];
  rates.working_points.forEach((point, i) => {
    const colour = colours[i % colours.length], band = {x: rates.x, line: {width: 0}, hoverinfo: 'skip', showlegend: false,
      type: 'scatter', mode: 'lines', legendgroup: point.name};
    traces.push({...band, y: point.most}, {...band, y: point.least, fill: 'tonexty', fillcolor: colour + '33'});
    traces.push({type: 'scatter', mode: rates.x.length > 300 ? 'lines' : 'lines+markers', name: point.name,
      legendgroup: point.name, x: rates.x, y: point.rate, text: rates.labels, line: {color: colour, width: 2},
      marker: {size: 4}, error_y: rates.x.length > 300 ? undefined : {type: 'data', array: point.error, thickness: 1, width: 0},
      hovertemplate: '%{text}<br>%{y:.4g} Hz<extra>' + point.name + '</extra>'});
  });
  await plot('rates', traces, {...lumisections, yaxis: {title: {text: 'rate (Hz)'}, type: 'log', exponentformat: 'power'}});
  at('range').textContent = 'lumisections ' + rates.from + ' to ' + (rates.to - 1) + ' of ' + rates.total +
      ' (' + rates.labels[0].split(' to ')[0] + ' to ' + rates.labels.at(-1).split(' to ').at(-1) + ')';
}

async function drawHeatmap() {
  const map = await ask('heatmap', {...range(), columns: Math.min(600, Math.max(100, at('heatmap').clientWidth >> 1))});
  if (!map.x.length) return absent('heatmap', map.why || 'no lumisection is here yet');
  const z = map.z.map(row => row.map(v => v > 0 ? Math.log10(v) : null));
  const flat = z.flat().filter(v => v !== null);
  const powers = [];
  for (let i = Math.ceil(Math.min(...flat)); i <= Math.max(...flat); ++i) powers.push(i);
  await plot('heatmap', [{type: 'heatmap', x: map.x, y: map.y, z, text: map.z, colorscale: 'Cividis',
    colorbar: {title: {text: 'Hz', side: 'right'}, thickness: 12, tickvals: powers,
      ticktext: powers.map(i => '10<sup>' + i + '</sup>')},
    hovertemplate: 'lumisection %{x}<br>score %{y:.4g}<br>%{text:.3g} Hz<extra></extra>'}],
  {...lumisections, yaxis: {title: {text: 'score'}, type: 'log'}});
}

async function drawDrift() {
  const drift = await ask('drift', {...range(), points: Math.min(2000, Math.max(200, at('drift').clientWidth))});
  at('guarantee').textContent = drift.guarantee || '';
  drawAlarms(drift);
  if (!drift.x.length) return absent('drift', drift.why || 'nothing was watched yet');
  const colours = palette(), dashes = ['solid', 'dash', 'dot', 'dashdot', 'longdash', 'longdashdot'];
  const traces = drift.curves.map((curve, i) => ({type: 'scatter', mode: 'lines', name: curve.name, x: drift.x, y: curve.evidence,
    line: {color: colours[i % colours.length], dash: dashes[i % dashes.length], width: curve.name === 'all' ? 3 : 1.5},
    text: drift.labels, hovertemplate: '%{text}<br>10<sup>%{y:.2f}</sup><extra>' + curve.name + '</extra>'}));
  const line = drift.alarm_at, colour = getComputedStyle(document.documentElement).getPropertyValue('--bad').trim();
  await plot('drift', traces, {...lumisections, yaxis: {title: {text: 'log<sub>10</sub> evidence'}},
    shapes: [{type: 'line', xref: 'paper', x0: 0, x1: 1, y0: line, y1: line, line: {color: colour, width: 2}}],
    annotations: [{xref: 'paper', x: 1, y: line, xanchor: 'right', yanchor: 'bottom', showarrow: false, text: 'alarm',
      font: {color: colour}}]});
}

function drawAlarms(drift) {
  if (!drift.alarms.length) return absent('alarms', drift.x.length ? 'none' : drift.why || 'nothing was watched yet');
  present('alarms');
  at('alarms').replaceChildren(table([{text: 'what moved', wide: true}, 'alarm at', 'since', 'detector'],
    drift.alarms.map(alarm => [{text: alarm.what, wide: true}, alarm.at, alarm.since, alarm.detector])));
}

// ---- state of the pipeline

async function drawPipeline() {
  const {status, quarantine} = await ask('pipeline');
  if (!status) absent('pipeline', 'no stream is followed here (`trigloop scout run --follow`)');
  else {
    present('pipeline');
    at('pipeline').replaceChildren(
      table(['stage', 'events/s', 'MB/s', 'events', 'busy s'], status.stages.map(s => [s.name, number(s.events_per_second),
        number(s.bytes_per_second / 1e6), number(s.events), number(s.seconds)])),
      table(['', ''], [
        ['state', status.pause.reason ? 'paused: ' + status.pause.reason : status.state],
        ['backlog', bytes(status.backlog.bytes) + ', ' + number(status.backlog.lumisections) + ' lumisections'],
        ['lag', number(status.lag_seconds) + ' s'],
        ['committed lumisections', number(status.lumisections.committed) + ' (' + number(status.lumisections.incomplete) + ' incomplete)'],
        ['lost inputs', number(status.lost.inputs)],
        ['memory', bytes(status.memory.resident_bytes) + ', at most ' + bytes(status.memory.peak_bytes)],
        ['disk', bytes(status.disk.free_bytes) + ' free of ' + bytes(status.disk.total_bytes)],
        ...status.stores.map(store => [store.name, bytes(store.bytes) + ' in ' + number(store.files) + ' files'])]));
  }
  if (quarantine.length) at('pipeline').append(table(['in quarantine', {text: 'why', wide: true}],
    quarantine.map(q => [q.name, {text: q.message, wide: true}])));
}

async function drawOverview() {
  const overview = await ask('overview');
  at('subtitle').textContent = overview.output;
  const verdict = at('verdict');
  verdict.textContent = overview.verdict.text;
  verdict.className = overview.verdict.kind;
  document.title = overview.verdict.text + ' - trigloop';
  at('study').hidden = !overview.study;
  at('facts').replaceChildren(...overview.facts.map(([name, value]) => {
    const fact = element('div');
    fact.append(element('dt', name), element('dd', value));
    return fact;
  }));
}

// ---- loop

function roundParts(round) {
  const parts = [element('h3', 'round ' + round.id + ': ' + round.state),
    element('p', [round.cause, round.outcome, round.why].filter(Boolean).join(' - '))];
  for (const command of round.commands) parts.push(element('pre', command));
  for (const point of round.points) parts.push(element('p', point));
  parts.push(table(['step', 'when', 'by'], round.steps.map(step => [step.state, step.time, step.user])));
  if (round.merits.length) parts.push(table(['on the same new events', 'mean efficiency'],
    round.merits.map(([name, value]) => [name, number(Number(value))])));
  if (round.gates.length) parts.push(table(['gate', '', {text: 'measured, demanded', wide: true}],
    round.gates.map(gate => [gate.gate, gate.verdict, {text: gate.text, wide: true}])));
  return parts;
}

async function drawLoop() {
  const loop = await ask('loop');
  if (!loop.rounds.length) {
    absent('loop', loop.why);
    return absent('audit', loop.why);
  }
  present('loop');
  present('audit');
  at('loop').replaceChildren(...loop.rounds.flatMap(roundParts));
  at('audit').replaceChildren(element('p', 'head ' + loop.head), table(['entry', 'when', 'by', 'what', {text: 'of', wide: true}],
    loop.audit.map(e => [e.entry, e.time, e.user, e.action, {text: [e.key, e.artifact].filter(Boolean).join(' '), wide: true}])));
}

// ---- registry

async function drawRegistry() {
  const registry = await ask('registry');
  if (!registry.models) {
    absent('models', registry.why);
    return absent('lineage', registry.why);
  }
  present('models');
  if (!registry.models.length) return absent('models', 'no model is registered yet');
  const made = table(['model', 'name', 'made', 'stage', 'names that point to it'], registry.models.map(model =>
    [model.id.slice(0, 12), {text: model.name, wide: true}, model.made, model.stage || '-', model.aliases.join(', ') || '-']));
  [...made.tBodies[0].rows].forEach((row, i) => {
    const id = registry.models[i].id;
    row.classList.toggle('chosen', view.chosen.includes(id));
    row.addEventListener('click', () => { view.chosen = [id, ...view.chosen.filter(c => c !== id)].slice(0, 2); refresh(); });
  });
  at('models').replaceChildren(made);
  const id = view.chosen[0] || registry.models[0].id;
  drawLineage(await ask('registry/lineage', {id}), id);
  if (view.chosen.length < 2) return at('comparison').replaceChildren(element('p', 'Choose two models to compare them.'));
  const difference = await ask('registry/diff', {a: view.chosen[1], b: view.chosen[0]});
  at('comparison').replaceChildren(table([{text: 'differs in', wide: true}, view.chosen[1].slice(0, 12), view.chosen[0].slice(0, 12)],
    difference.rows.map(row => [{text: row.what, wide: true}, row.a, row.b])));
}

// Parents left of children; a column for each distance from the oldest.
function drawLineage(graph, chosen) {
  present('lineage');
  const depth = new Map(graph.nodes.map(node => [node.id, 0]));
  for (let i = 0; i < graph.nodes.length; ++i)
    for (const [from, to] of graph.edges) depth.set(to, Math.max(depth.get(to), Math.min(depth.get(from) + 1, graph.nodes.length)));
  const columns = [], places = new Map();
  for (const node of graph.nodes) (columns[depth.get(node.id)] ||= []).push(node);
  columns.forEach((column, x) => column.forEach((node, y) => places.set(node.id, [x * 210 + 4, y * 52 + 4])));
  const svg = (tag, attributes) => {
    const made = document.createElementNS('http://www.w3.org/2000/svg', tag);
    for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
    return made;
  };
  const tallest = Math.max(...columns.filter(Boolean).map(column => column.length));
  const picture = svg('svg', {width: columns.length * 210, height: tallest * 52 + 8, role: 'img'});
  for (const [from, to] of graph.edges) {
    const [x0, y0] = places.get(from), [x1, y1] = places.get(to);
    picture.append(svg('path', {d: `M${x0 + 170},${y0 + 20} C${x0 + 190},${y0 + 20} ${x1 - 20},${y1 + 20} ${x1},${y1 + 20}`}));
  }
  for (const node of graph.nodes) {
    const [x, y] = places.get(node.id);
    const group = svg('g', {transform: `translate(${x},${y})`, class: node.id === chosen ? 'chosen' : ''});
    const [kind, name, hint] = [svg('text', {x: 8, y: 16}), svg('text', {x: 8, y: 33}), svg('title', {})];
    kind.textContent = node.kind + ' ' + node.id.slice(0, 8);
    name.textContent = node.name.length > 24 ? node.name.slice(0, 23) + '…' : node.name;
    hint.textContent = node.kind + ' ' + node.name + '\n' + node.id;
    group.append(svg('rect', {width: 170, height: 40, rx: 6}), kind, name, hint);
    picture.append(group);
  }
  at('lineage').replaceChildren(picture);
}

// ---- what is shown

function range() {
  if (view.zoom) return {from: view.zoom[0], to: view.zoom[1]};
  return view.last ? {last: view.last} : {};
}

function choose(last) {
  view.last = last;
  view.zoom = null;
  for (const button of document.querySelectorAll('button[data-last]'))
    button.setAttribute('aria-pressed', String(Number(button.dataset.last) === last));
  refresh();
}

function zoomTo(from, to) {
  view.zoom = [Math.max(0, Math.floor(from)), Math.max(1, Math.ceil(to))];
  for (const button of document.querySelectorAll('button[data-last]')) button.setAttribute('aria-pressed', 'false');
  refresh();
}

let running = false, again = false;
async function refresh() {
  if (running) { again = true; return; }
  running = true;
  const parts = [drawOverview, drawRates, drawHeatmap, drawDrift, drawPipeline, drawLoop, drawRegistry];
  const results = await Promise.allSettled(parts.map(part => part()));
  const failed = results.find(result => result.status === 'rejected');
  if (failed) {
    at('verdict').textContent = 'not up to date: ' + failed.reason.message;
    at('verdict').className = 'unknown';
  }
  document.body.dataset.drawn = String(Number(document.body.dataset.drawn || 0) + 1);
  running = false;
  if (again) { again = false; refresh(); }
}

for (const button of document.querySelectorAll('button[data-last]'))
  button.addEventListener('click', () => choose(Number(button.dataset.last)));
dark.addEventListener('change', refresh);
setInterval(() => { if (!document.hidden) refresh(); }, 1000 * everySeconds);
refresh();
