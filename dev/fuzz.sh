#!/usr/bin/env bash
# fuzz.sh BUILD SECONDS: runs every fuzz target in BUILD that long, and names the reproducer of a crash.
set -euo pipefail
build=$1 seconds=$2 failed=0

mapfile -t targets < <(find fuzz -maxdepth 1 -name '*.cpp' -printf '%f\n' | sort)
[[ ${#targets[@]} -gt 0 ]] || { echo "there are no fuzz targets" >&2; exit 1; }

# Symbols in reports; allocations that a file asks for must fail as bad_alloc, not end the program.
export ASAN_OPTIONS=allocator_may_return_null=1 ASAN_SYMBOLIZER_PATH=/usr/bin/llvm-symbolizer-16
for file in "${targets[@]}"; do
  name=${file%.cpp}
  finds=$build/corpus/$name crashes=$build/crashes/$name log=$build/fuzz-$name.log
  mkdir -p "$finds" "$crashes"
  seeds=()
  [[ ! -d fuzz/corpus/$name ]] || seeds=("fuzz/corpus/$name")
  printf '%-12s ' "$name"
  if "$build/bin/fuzz_$name" -max_total_time="$seconds" -rss_limit_mb=2048 -timeout=10 -max_len=65536 \
    -print_final_stats=1 -artifact_prefix="$crashes/" "$finds" "${seeds[@]}" >"$log" 2>&1; then
    awk '/number_of_executed_units/ {n = $2} / cov: / {for (i = 1; i < NF; ++i) if ($i == "cov:") c = $(i + 1)}
      END {printf "clean: %d inputs, %d code edges reached\n", n, c}' "$log"
  else
    failed=1
    echo "FAILED"
    grep -m 3 -E 'ERROR|SUMMARY|runtime error' "$log" || tail -n 5 "$log"
    reproducer=$(sed -n 's/.*Test unit written to //p' "$log" | head -n 1)
    echo "  log: $log"
    echo "  again: $build/bin/fuzz_$name ${reproducer:-(no reproducer was written)}"
  fi
done
exit $failed
