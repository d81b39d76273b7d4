"""check_layers.py finds what it is there for: each case is a small src tree with one fault (or none)."""
import subprocess
import sys
import tempfile
from pathlib import Path

SCRIPT = Path(__file__).parents[2] / "dev/check_layers.py"
GOOD = {
    "CMakeLists.txt": "add_subdirectory(core)\nadd_subdirectory(io)\nadd_subdirectory(app)\n",
    "core/CMakeLists.txt": "trigloop_library(core SOURCES a.cpp PUBLIC_DEPS PRIVATE_DEPS)\n",
    "core/a.hpp": "#include <vector>\n",
    "core/a.cpp": '#include "core/a.hpp"\n',
    "io/CMakeLists.txt": "trigloop_library(io PUBLIC_DEPS trigloop::core)\nadd_subdirectory(root)\n",
    "io/source.hpp": '#include "core/a.hpp"\n',
    "io/root/CMakeLists.txt": "trigloop_library(io/root SOURCES t.cpp PRIVATE_DEPS trigloop::io)\n",
    "io/root/t.cpp": '#include "io/source.hpp"\n#include "core/a.hpp"\n#include <nlohmann/json.hpp>\n',
    "app/CMakeLists.txt": "add_executable(t m.cpp)\ntarget_link_libraries(t PRIVATE trigloop::io_root)\n",
    "app/m.cpp": "",
}
FAULTS = {
    "an include of a folder further down": ("core/a.cpp", '#include "io/source.hpp"\n', "core/a.cpp:1"),
    "an include that the build file does not name": ("app/m.cpp", '#include "core/a.hpp"\n', "app/m.cpp:1"),
    "a dependency that points down": (
        "core/CMakeLists.txt", "trigloop_library(core PRIVATE_DEPS trigloop::io)\n", "comes after it"),
    "a heavy header in a header": ("core/a.hpp", "#include <nlohmann/json.hpp>\n", "core/a.hpp:1"),
    "a dependency that does not exist": (
        "io/root/CMakeLists.txt", "trigloop_library(io/root PUBLIC_DEPS trigloop::nothing)\n", "no folder 'nothing'"),
}


def run(tree):
    with tempfile.TemporaryDirectory() as folder:
        for name, text in tree.items():
            path = Path(folder, name)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        return subprocess.run([sys.executable, SCRIPT, folder], capture_output=True, text=True)


result = run(GOOD)
assert result.returncode == 0, result.stdout + result.stderr
for fault, (name, text, expected) in FAULTS.items():
    result = run({**GOOD, name: text})
    assert result.returncode == 1 and expected in result.stdout, f"{fault}: {result.stdout + result.stderr}"
