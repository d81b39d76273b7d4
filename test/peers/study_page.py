"""Opens a study in a browser: study_page.py URL CHROMIUM HEADINGS... URL is the dashboard's; its page must lead to the study.

Exit code 1 with what is wrong: no way there, an error on the console, a heading without its drawing.
"""
import re
import subprocess
import sys
import tempfile

url, chromium, headings = sys.argv[1], sys.argv[2], sys.argv[3:]


def opened(page):
    with tempfile.TemporaryDirectory() as profile:
        browser = subprocess.run(
            [chromium, "--headless", "--no-sandbox", "--disable-gpu", f"--user-data-dir={profile}", "--enable-logging=stderr",
             "--virtual-time-budget=2500", "--window-size=1400,2200", "--dump-dom", page],
            capture_output=True, text=True, timeout=120)
    return browser.stdout, [line for line in browser.stderr.splitlines() if "CONSOLE" in line]


page, problems = opened(url)
problems = [line for line in problems if "lumisection" not in line]
if not re.search(r'<p id="study"><a href="study">', page):
    problems.append("no link leads from the dashboard to the study")
page, said = opened(url + "study")
problems += said
if 'href="./"' not in page:
    problems.append("no link leads back")
figures = re.findall(r"<figure.*?</figure>", page, re.S)
for heading in headings:
    if not any(heading in figure and 'class="main-svg"' in figure for figure in figures):
        problems.append(f"'{heading}' is not drawn")
print("\n".join(problems[:20]))
sys.exit(1 if problems else 0)
