#!/usr/bin/env bash
# demo.sh PROGRAM FOLDER: simulates a short stream, shows what the file holds, and draws it.
set -euo pipefail
trigloop=$1 folder=$2
mkdir -p "$folder"

show() {
  printf '\n$ trigloop %s\n' "$*"
  "$trigloop" "$@"
}

show simulate scouting --events 300000 --seed 1 --force --output "$folder/scouting.root"
show inspect "$folder/scouting.root"
show plot "$folder/scouting.root" --output "$folder/scouting.html"
printf '\nOpen it in a browser: %s\n' "$(realpath "$folder/scouting.html")"
