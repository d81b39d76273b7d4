"""Opens the dashboard in a browser: dashboard.py URL CHROMIUM WORDS...

Exit code 1 with what is wrong: an error on the console, a request that failed, parts that were not drawn, or words that do
not stand in the page.
"""
import html
import re
import subprocess
import sys
import tempfile

url, chromium, words = sys.argv[1], sys.argv[2], sys.argv[3:]
with tempfile.TemporaryDirectory() as profile:
    browser = subprocess.run(
        [chromium, "--headless", "--no-sandbox", "--disable-gpu", f"--user-data-dir={profile}", "--enable-logging=stderr",
         "--virtual-time-budget=2500", "--window-size=1400,2200", "--dump-dom", url],
        capture_output=True, text=True, timeout=120)
problems = [line for line in browser.stderr.splitlines() if "CONSOLE" in line]
if not re.search(r'data-drawn="[1-9]', browser.stdout):
    problems.append("the page was not drawn")
for plot in ("rates", "heatmap", "drift"):
    card = re.search(rf'id="{plot}".*?</figure>', browser.stdout, re.S)
    if not card or 'class="main-svg"' not in card[0]:
        problems.append(f"there is no drawing of {plot}")
text = html.unescape(re.sub(r"<[^>]*>", " ", re.sub(r"<(script|style).*?</\1>", "", browser.stdout, flags=re.S)))
if "not up to date" in text:
    problems.append(re.search(r"not up to date.{0,200}", text, re.S)[0])
problems += [f"'{word}' is not in the page" for word in words if word not in text]
print("\n".join(problems[:20]))
sys.exit(1 if problems else 0)
