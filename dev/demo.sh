#!/usr/bin/env bash
# demo.sh PROGRAM FOLDER: simulate a short stream and inspect it.
set -euo pipefail
trigloop=$1 folder=$2
mkdir -p "$folder"
"$trigloop" simulate scouting --help
