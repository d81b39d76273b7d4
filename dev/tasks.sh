# shellcheck shell=bash
# What each task of ./run does, once its needs are met. Sourced by ./run.

presets=(default debug asan tsan coverage fuzz)

# As many compilers as cores, but no more than the memory holds (1.5 GB each).
parallelism() {
  awk -v cores="$(nproc)" '/MemAvailable/ {n = int($2 / 1.5e6); print (n < 1) ? 1 : (n < cores) ? n : cores}' \
    /proc/meminfo
}

build_folder() { if [[ $1 == default ]]; then echo build; else echo "build-$1"; fi; }

plotly_js() { compgen -G "$root/.venv/lib/python3*/site-packages/plotly/package_data/plotly.min.js" | head -n 1; }

# cached FOLDER VARIABLE: its value in CMake's cache.
cached() { sed -n "s/^$2:[A-Z]*=//p" "$1/CMakeCache.txt"; }

# build PRESET [TARGET...]: configures if something about the configuration changed, then builds.
build() {
  local preset=$1 folder werror=OFF plotly
  shift
  folder=$(build_folder "$preset")
  plotly=$(plotly_js || true)
  [[ ${CI-} != true ]] || werror=ON
  if [[ ! -f $folder/build.ninja || CMakePresets.json -nt $folder/CMakeCache.txt ||
    $(cached "$folder" TRIGLOOP_WERROR) != "$werror" || $(cached "$folder" TRIGLOOP_PLOTLY_JS) != "$plotly" ]]; then
    cmake --preset "$preset" -DTRIGLOOP_WERROR=$werror -DTRIGLOOP_PLOTLY_JS="$plotly" >.cache/configure.log 2>&1 || {
      tail -n 30 .cache/configure.log >&2
      return 1
    }
    touch "$folder/CMakeCache.txt"
  fi
  cmake --build "$folder" -j "$(parallelism)" -- "$@"
}

# tests PRESET [CTEST-ARGUMENTS...]: in parallel, closing with ctest's summary.
tests() {
  local folder
  folder=$(build_folder "$1")
  shift
  say "   log: $root/$folder/Testing/Temporary/LastTest.log"
  # One more than compilers: some tests wait for a server, a browser, a batch system. None of these may keep the
  # lock of ./run (9), should it outlive its test.
  ctest --test-dir "$folder" -j $(($(parallelism) + 1)) --output-on-failure --no-tests=error "$@" 9>&-
}

task_build() {
  need_packages build
  [[ ${1-} != fuzz ]] || need_packages fuzz
  want_page_python
  step "build ${1-default}" build "${1-default}"
}

task_demo() {
  need_packages build
  want_page_python
  step "build" build default trigloop
  case "${1-}" in
    --real) step "demo --real" dev/demo_real.sh build/bin/trigloop build/demo-real "${@:2}" ;;
    scout) step "demo scout" dev/demo.sh build/bin/trigloop build/demo ;;
    *) step "demo" dev/demo_loop.sh build/bin/trigloop build/demo-loop ;;
  esac
}

task_test() {
  need_packages build
  want_packages test "tests of pages in a browser and against other programs are skipped"
  want_peers
  want_promtool
  want_mlflow
  step "build" build default
  step "test" tests default
  [[ ${1-} == --all ]] || return 0
  step "random kills" env TRIGLOOP_KILLS=200 build/bin/test_app --gtest_filter='ScoutCrash.KillsAtRandomTimes*'
  step "random kills of the loop" env TRIGLOOP_KILLS=100 build/bin/test_loop --gtest_filter='*KillsAtRandomInstants*:LoopSearch.*'
  step "errors at every call" env TRIGLOOP_FAULT_STRIDE=1 build/bin/test_app --gtest_filter='ScoutCrash.AnErrorAtAnyCall*'
  want_packages neon "the engines are not tested on 64-bit ARM"
  step "test neon" dev/neon.sh build/neon
  local preset
  for preset in asan tsan; do
    step "build $preset" build "$preset"
    step "test $preset" tests "$preset"
  done
  task_fuzz 60
}

task_bench() {
  if [[ $# -eq 0 ]]; then
    say "benchmarks (./run bench NAME):"
    find bench -mindepth 2 -maxdepth 2 -name run -printf '  %h\n' | sed 's|bench/||' | sort
    return
  fi
  [[ -x bench/$1/run && $1 != */* ]] || bad_usage "there is no benchmark '$1'"
  need_packages build
  want_peers
  step "build" build default
  # The script prepares the input, where the benchmark needs some, and runs the competitors.
  step "bench $1" env TRIGLOOP_BUILD="$root/build" "bench/$1/run" "${@:2}"
}

task_lint() {
  need_packages build
  need_packages lint
  want_page_python
  step "configure" build default trigloop
  step "lint" dev/lint.sh build
}

task_fuzz() {
  need_packages build
  need_packages fuzz
  step "build fuzz" build fuzz fuzz
  step "fuzz $1 s each" dev/fuzz.sh build-fuzz "$1"
}
