# shellcheck shell=bash
# Messages, timed steps, and the log of durations. Sourced by ./run.

say() { printf '%s\n' "$*"; }
warn() { printf 'run: %s\n' "$*" >&2; }
# die CODE TEXT...
die() {
  warn "${@:2}"
  exit "$1"
}

# step NAME COMMAND...: says what is being done and how long it took.
step() {
  local name=$1 start=$SECONDS
  shift
  say "== $name"
  if "$@"; then
    note_duration "$name" ok $((SECONDS - start))
    if ((SECONDS - start > 1)); then say "== $name: $((SECONDS - start)) s"; fi
  else
    note_duration "$name" failed $((SECONDS - start))
    die 1 "failed: $name (after $((SECONDS - start)) s)"
  fi
}

# One line a step in .cache/durations.tsv: when, task, step, outcome, seconds.
note_duration() {
  printf '%s\t%s\t%s\t%s\t%d\n' "$(date -u +%FT%TZ)" "$task" "$1" "$2" "$3" >>.cache/durations.tsv
}

finish() {
  local outcome=ok
  [[ $1 -eq 0 ]] || outcome="exit $1"
  note_duration total "$outcome" "$SECONDS"
  if [[ $1 -eq 130 ]]; then warn "stopped; run it again to go on from here"; fi
}
