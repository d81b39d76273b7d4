#!/usr/bin/env bash
# shellcheck disable=SC2317  # functions are called through check()
# lint.sh BUILD: everything that can be said of the sources without running them. All checks run; any finding fails.
set -uo pipefail
build=$1 failed=0
jobs=$(nproc)

check() {
  local name=$1 start=$SECONDS
  shift
  if "$@"; then echo "   $name: clean ($((SECONDS - start)) s)"; else
    echo "   $name: FAILED"
    failed=1
  fi
}

sources() { find src test bench fuzz examples -name '*.[ch]pp' -not -path '*/corpus/*' -print0 | sort -z; }
formatting() { sources | xargs -0 clang-format-16 --dry-run -Werror; }
shell_scripts() { shellcheck -x run .ci/run dev/lint.sh dev/fuzz.sh dev/demo.sh dev/demo_loop.sh dev/demo_real.sh dev/loop_site.sh dev/neon.sh; }
headers() { cmake --build "$build" --target check_headers -j "$jobs" >"$build/check_headers.log" || { cat "$build/check_headers.log"; false; }; }

# tidy_one KEY FILE: a file that was clean with the same headers and the same rules is not read again.
tidy_one() {
  local stamp=.cache/tidy/$1
  [[ -e $stamp ]] && return 0
  clang-tidy-16 -p "$build" --quiet --extra-arg=-Wno-unknown-warning-option "$2" 2>/dev/null && : >"$stamp"
}
export -f tidy_one
export build
tidy() {
  mkdir -p .cache/tidy
  local rules
  rules=$(find src -name '*.hpp' -print0 | sort -z | xargs -0 cat .clang-tidy | sha256sum)
  find src -name '*.cpp' | sort | while read -r file; do
    printf '%s\0%s\0' "$({ echo "$rules $file"; cat "$file"; } | sha256sum | cut -c 1-32)" "$file"
  done | xargs -0 -n 2 -P "$jobs" bash -c 'tidy_one "$@"' tidy
}

check "layers" python3 dev/check_layers.py
check "tree" python3 dev/check_tree.py
check "formatting (clang-format-16)" formatting
check "shell scripts (shellcheck)" shell_scripts
check "headers compile alone" headers
check "clang-tidy-16" tidy
exit $failed
