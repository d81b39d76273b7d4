"""Opens a report in Chromium, and compares what it has drawn with the bundle's own numbers as h5py reads them.

Usage: report_page.py PAGE.html CHROMIUM [BUNDLE.h5]. Prints what differs; exit code 1 if anything does: words on the
console, requests, figures that were not drawn, other numbers, or tables that do not sort.
"""
import json
import re
import subprocess
import sys
import tempfile

import h5py
import numpy as np

page, chromium = sys.argv[1:3]
problems = []

# Runs in the page after its own script: shows every choice of every figure and notes what the library holds then.
PROBE = """<script>(async () => {
  const blocked = [];
  document.addEventListener('securitypolicyviolation', e => blocked.push(e.blockedURI));
  while (+document.body.dataset.drawn !== views.length) await new Promise(done => setTimeout(done, 20));
  const drawn = {};
  const note = view => view.place.data.map(t => ({name: t.name, x: t.x, y: t.y, z: t.z, text: t.text,
    low: t.error_x && t.error_x.arrayminus, high: t.error_x && t.error_x.array}));
  for (const [i, view] of views.entries()) {
    const name = figures[i].title, choices = view.names.length ? view.names : [''];
    drawn[name] = {};
    for (const [k, choice] of choices.entries()) {
      view.chosen = k;
      await view.draw();
      drawn[name][choice] = note(view);
    }
  }
  const sorts = {};
  for (const table of document.querySelectorAll('table')) {
    const title = table.closest('figure').querySelector('h2,h3').textContent;
    sorts[title] = [...table.tHead.rows[0].cells].map((cell, column) => {
      const seen = [];
      for (const twice of [0, 1]) {
        cell.querySelector('button').click();
        seen.push([...table.tBodies[0].rows].map(row => row.cells[column].textContent));
      }
      return {header: cell.textContent, seen};
    });
  }
  const rows = [...document.querySelectorAll('table[data-choose]')].map(t =>
    [...t.tBodies[0].rows].filter(row => !row.hidden).length);
  const out = document.createElement('pre');
  out.id = 'probe';
  out.textContent = JSON.stringify({drawn, sorts, rows, blocked,
    requests: performance.getEntriesByType('resource').map(e => e.name)});
  document.body.append(out);
})();</script>"""


def browse():
    with tempfile.TemporaryDirectory() as scratch:
        probed = scratch + "/page.html"
        with open(page, encoding="utf-8") as source, open(probed, "w", encoding="utf-8") as out:
            out.write(source.read().replace("</body>", PROBE + "</body>"))
        browser = subprocess.run(
            [chromium, "--headless", "--no-sandbox", "--disable-gpu", f"--user-data-dir={scratch}/profile",
             "--enable-logging=stderr", "--virtual-time-budget=60000", "--dump-dom", "file://" + probed],
            capture_output=True, text=True, timeout=240)
    problems.extend(line for line in browser.stderr.splitlines() if "CONSOLE" in line)
    found = re.search(r'<pre id="probe">(.*?)</pre>', browser.stdout, re.S)
    if not found:
        sys.exit("\n".join(problems + ["the page did not finish drawing"]))
    return json.loads(found[1].replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&"))


def expect(what, got, wanted, tolerance=1e-12):
    got = np.array([np.nan if v is None else v for v in got], float)
    wanted = np.asarray(wanted, float)
    if got.shape != wanted.shape or not np.allclose(got, wanted, rtol=tolerance, atol=0, equal_nan=True):
        problems.append(f"{what}: {got[:5]}... is not {wanted[:5]}...")


def shown(values):
    """A logarithmic scale leaves out what is not positive."""
    values = np.asarray(values, float)
    return np.where(values > 0, values, np.nan)


def density(histogram):
    counts, bins = histogram["count"][:].astype(float), histogram["bin"][:].astype(float)
    return shown(counts / counts.sum() / np.diff(bins))


def compare(drawn, rows, results, history):
    thresholds = results["threshold"]
    for i, kind in enumerate(["raw", "pure"]):
        trace = drawn["Thresholds against rate"][""][i]
        expect(f"{kind} rates", trace["x"], thresholds["rate"][:])
        expect(f"{kind} thresholds", trace["y"], shown(thresholds[kind][:]))
    curve = drawn["Raw rate at a pure rate"][""][0]
    expect("raw of pure", curve["y"], shown(results["raw_wrt_pure/raw"][:]))

    columns = ["AXO raw-raw", "AXO pure-raw", "AXO raw-pure", "AXO pure-pure", "L1 Efficiency", "HT Efficiency"]
    choices = list(drawn["Efficiencies by rate"].items())
    rates = sorted(results["axo_scores"], key=float)
    if len(choices) != len(rates):
        problems.append(f"efficiencies at {len(choices)} rates, not {len(rates)}")
    for rate, (choice, traces) in zip(rates, choices):
        table = results["axo_scores"][rate]
        names = [name.decode() for name in table["Signal Name"][:]]
        for column, trace in zip(columns, traces):
            if trace["y"] != names:
                problems.append(f"{choice}: other signals")
            expect(f"{choice} {column}", trace["x"], shown(table[column][:]))
            # 68 % by Clopper and Pearson: near the binomial error where neither count is small.
            events = np.array([results["score_hist/signal"][name]["count"][:].sum() for name in names])
            share = table[column][:] / 100
            many = events * share * (1 - share) > 400
            error = 100 * np.sqrt(share * (1 - share) / events)
            for side in ("low", "high"):
                expect(f"{choice} {column} {side}", np.asarray(trace[side])[many], error[many], 0.1)
    for signal, traces in drawn["Scores of signals"].items():
        expect("scores of background", traces[0]["y"], density(results["score_hist/background"]), 1e-9)
        expect("scores of " + signal, traces[1]["y"], density(results["score_hist/signal"][signal]), 1e-9)
    for signal, traces in drawn["Efficiency while training"].items():
        for trace in traces:
            expect(f"history {trace['name']} {signal}", trace["y"], history[trace["name"]][signal][:])

    if rows != [len(results["axo_scores"][rates[0]]["Signal Name"])]:
        problems.append(f"the table of efficiencies shows {rows} rows")


seen = browse()
if seen["requests"] or seen["blocked"]:
    problems.append(f"the page asked for {seen['requests']} {seen['blocked']}")

for title, table in seen["sorts"].items():
    for column in table:
        first, second = column["seen"]
        numbers = [[float(m[0]) for text in cells if (m := re.match(r"-?[\d.]+(e-?\d+)?", text.replace(",", "")))]
                   for cells in (first, second)]
        if len(numbers[0]) == len(first):  # all of them numbers
            if numbers[0] != sorted(numbers[0]) or numbers[1] != sorted(numbers[1], reverse=True):
                problems.append(f"table {title}: {column['header']} is not sorted")
if len(sys.argv) > 3:
    file = h5py.File(sys.argv[3])
    compare(seen["drawn"], seen["rows"], file["results"], file["history"])
print("\n".join(problems[:20]))
sys.exit(1 if problems else 0)
