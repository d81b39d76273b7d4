#!/usr/bin/env bash
# ./run from other folders, through links and paths with spaces, and with wrong words. Never builds anything.
set -uo pipefail
root=$1
scratch=$(mktemp -d)
trap 'chmod -R u+w "$scratch"; rm -rf "$scratch"' EXIT
failed=0

# expect CODE TEXT COMMAND...: the command exits with CODE and prints TEXT somewhere.
expect() {
  local code=$1 text=$2 out
  shift 2
  out=$("$@" 2>&1)
  local got=$?
  if [[ $got -ne $code || $out != *"$text"* ]]; then
    printf 'FAILED: %s\n  exit %d (expected %d), expected text: %s\n%s\n' "$*" "$got" "$code" "$text" "$out"
    failed=1
  fi
}

mkdir "$scratch/a path with spaces"
ln -s "$root/run" "$scratch/a path with spaces/run it"
cp -r "$root/run" "$root/dev" "$scratch/a path with spaces/"
cd "$scratch" || exit 1

expect 0 "usage: ./run TASK" "$root/run" help
expect 0 "usage: ./run TASK" "$scratch/a path with spaces/run it" --help
expect 2 "usage: ./run TASK" "$root/run"
expect 2 "there is no task 'nonsense'" "$root/run" nonsense
expect 2 "no preset 'fast'" "$root/run" build fast
expect 2 "a number of seconds" "$root/run" fuzz soon
expect 2 "test takes --all or nothing" "$root/run" test everything
expect 2 "takes no argument" "$root/run" lint more

# A copy whose path has spaces: a second run waits for the first, and says so.
copy="$scratch/a path with spaces"
expect 2 "there is no benchmark 'none'" "$copy/run" bench none
mkdir -p "$copy/.cache"
(flock 9 && sleep 2) 9>"$copy/.cache/run.lock" &
sleep 0.5
expect 2 "waiting for another ./run" "$copy/run" bench none
wait

# Root may write everywhere, so only others can see a clone that is read-only.
if [[ $(id -u) -ne 0 ]]; then
  rm -rf "$copy/.cache"
  chmod a-w "$copy"
  expect 3 "cannot be written" "$copy/run" lint
fi
exit $failed
