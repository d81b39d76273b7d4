#!/usr/bin/env python3
"""What the documents promise about the tree, and what no tracked file may hold.

README.md: each path of its table of folders exists, and each folder of src is in it, in docs/architecture.md, and has a
README of its own. Links to files of the project lead somewhere. No tracked file names a path of somebody's machine or a package registry.
"""
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
# Written so that this file does not find itself.
FORBIDDEN = re.compile("|".join([r"/wo" r"rk/", r"/ho" r"me/\w", r"/tm" r"p/tl\b", r"(?<![\w}])/ro" r"ot/\w", r"pypi\.o" r"rg",
                                 r"pythonhos" r"ted", r"deb\.deb" r"ian\.org", r"docker\.i" r"o"]))
TEXT_LIMIT = 1 << 20


def tracked():
    # The tree may belong to somebody else (a clone read by another user); an unpacked archive has no history at all.
    git = subprocess.run(["git", "-c", "safe.directory=*", "-C", ROOT, "ls-files", "-z"], capture_output=True)
    if git.returncode == 0:
        return [ROOT / name for name in git.stdout.decode().split("\0") if name and (ROOT / name).is_file()]
    skip = re.compile(r"/(build[^/]*|\.venv[^/]*|\.cache|\.git|__pycache__)(/|$)")
    return [p for p in ROOT.rglob("*") if p.is_file() and not skip.search("/" + p.relative_to(ROOT).as_posix())]


def table_paths(text):
    return re.findall(r"^\| `([^`]+)`", text, re.MULTILINE)


def link_targets(text):
    return [target for target in re.findall(r"\]\(([^)#:]+)[^):]*\)", text)]


def problems():
    for document in [*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md")]:
        for target in link_targets(document.read_text()):
            if not (document.parent / target).exists():
                yield f"{document.relative_to(ROOT)}: links to {target}, which does not exist"
    for document in ("README.md", "docs/architecture.md"):
        for path in table_paths((ROOT / document).read_text()):
            if not (ROOT / path).exists():
                yield f"{document}: names `{path}`, which does not exist"
    architecture = (ROOT / "docs/architecture.md").read_text()
    readme = (ROOT / "README.md").read_text()
    for folder in sorted(p.parent.name for p in (ROOT / "src").glob("*/CMakeLists.txt")):
        if f"`src/{folder}`" not in readme:
            yield f"README.md: its table misses `src/{folder}`"
    for build_file in sorted((ROOT / "src").rglob("CMakeLists.txt")):
        folder = build_file.parent.relative_to(ROOT).as_posix()
        if folder != "src" and f"`{folder}`" not in architecture:
            yield f"docs/architecture.md: its table misses `{folder}`"
        if folder != "src" and not (ROOT / folder / "README.md").exists():
            yield f"{folder}: has no README.md"
    for file in tracked():
        data = file.read_bytes()[:TEXT_LIMIT]
        if b"\0" in data:
            continue
        for number, line in enumerate(data.decode(errors="replace").splitlines(), 1):
            if found := FORBIDDEN.search(line):
                yield f"{file.relative_to(ROOT)}:{number}: '{found[0]}' is a path or host of one machine"


found = list(problems())
print("\n".join(found) or "tree: the documents' tables agree with it, and no file names a machine")
sys.exit(1 if found else 0)
