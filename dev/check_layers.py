#!/usr/bin/env python3
"""The layers of src: every #include of a folder must be allowed by its build file, and dependencies point one way.

A folder may include itself, what its trigloop_library() call names, and what those name as PUBLIC_DEPS. It may name only
folders that src/**/CMakeLists.txt adds before it: that order is the table of docs/architecture.md.
"""
import re
import sys
from pathlib import Path

SRC = Path(sys.argv[1] if len(sys.argv) > 1 else Path(__file__).parent.parent / "src")
# Slow to compile: their users pay for them in a .cpp file, not everybody through a header.
HEAVY = ("nlohmann/", "yaml-cpp/", "CLI/", "hwy/", "hdf5.h", "boost/")
KEYWORDS = {"SOURCES": "", "PUBLIC_DEPS": "public", "PRIVATE_DEPS": "private", "PUBLIC": "public", "PRIVATE": "private"}


def targets(folder):
    """(name, {"public": [...], "private": [...]}) of each library and program, in the order of add_subdirectory."""
    text = re.sub(r"#.*", "", (folder / "CMakeLists.txt").read_text())
    for command, body in re.findall(r"(trigloop_library|target_link_libraries|add_subdirectory)\s*\(([^)]*)\)", text):
        first, *words = body.split()
        if command == "add_subdirectory":
            yield from targets(folder / first)
            continue
        deps, group = {"public": [], "private": []}, ""
        for word in words:
            if word in KEYWORDS:
                group = KEYWORDS[word]
            elif group and word.startswith("trigloop::"):
                deps[group].append(word.removeprefix("trigloop::"))
        yield first if command == "trigloop_library" else folder.relative_to(SRC).as_posix(), deps


def main():
    layers, problems = {}, []
    for name, deps in targets(SRC):
        known = layers.setdefault(name, {"public": [], "private": []})
        for group in deps:
            known[group] += deps[group]
    order = list(layers)
    folder_of = {name.replace("/", "_"): name for name in order}

    def reach(name, seen):
        for dep in layers[name]["public"]:
            if folder_of.get(dep, dep) not in seen:
                seen.add(folder_of.get(dep, dep))
                reach(folder_of.get(dep, dep), seen)
        return seen

    for name in order:
        for dep in (folder_of.get(d, d) for group in layers[name].values() for d in group):
            if dep not in layers:
                problems.append(f"src/{name}/CMakeLists.txt: there is no folder '{dep}'")
            elif order.index(dep) > order.index(name):
                problems.append(f"src/{name}/CMakeLists.txt: uses '{dep}', which comes after it in the order of the layers")
    if problems:
        return problems

    by_length = sorted(order, key=len, reverse=True)
    owner = lambda path: next((name for name in by_length if path.startswith(name + "/")), None)
    for file in sorted(p for p in SRC.rglob("*") if p.suffix in (".hpp", ".cpp")):
        here = file.relative_to(SRC).as_posix()
        name = owner(here)
        if name is None:
            problems.append(f"src/{here}: its folder has no trigloop_library()")
            continue
        private = [folder_of.get(d, d) for d in layers[name]["private"]]
        allowed = reach(name, {name}).union(private, *(reach(d, set()) for d in private))
        for number, line in enumerate(file.read_text().splitlines(), 1):
            if heavy := re.match(r"#include <([^>]*)>", line):
                if file.suffix == ".hpp" and heavy[1].startswith(HEAVY) and name != "app" and "-inl" not in file.name:
                    problems.append(f"src/{here}:{number}: <{heavy[1]}> in a header; include it in a .cpp file")
            if include := re.match(r'#include "([^"]*)"', line):
                target = owner(include[1])
                if target and target not in allowed:
                    problems.append(f"src/{here}:{number}: includes {include[1]}, but '{name}' does not name '{target}'")
    return problems


found = main()
print("\n".join(found) or "layers: every #include is allowed")
sys.exit(1 if found else 0)
