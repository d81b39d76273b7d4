#!/usr/bin/env bash
# demo.sh PROGRAM FOLDER: twenty lumisections arrive while they are scouted; then the run is looked at. Makes everything
# that it needs; the network is examples/demo_network.onnx.
set -euo pipefail
trigloop=$1 folder=$2
model=$(dirname -- "$(readlink -f -- "${BASH_SOURCE[0]}")")/../examples/demo_network.onnx
inbox=$folder/inbox records=$folder/records
lumisections=20 first=214
rm -rf -- "$inbox" "$records"
mkdir -p -- "$inbox" "$records"

show() {
  printf '\n$ trigloop %s\n' "$*"
  "$trigloop" "$@"
}

# One file a lumisection. From the sixteenth on a calorimeter tower is noisy.
detector() {
  local n
  for ((n = first; n < first + lumisections; ++n)); do
    "$trigloop" simulate scouting --quiet --events 40000 --lumisections 1 --first-lumisection "$n" --seed "$n" \
      --orbits 1050 --drift noisy-tower:start=LS$((first + 15)),eta=1.2,phi=45,size=300GeV,rate=0.1% \
      --output "$inbox/lumisection_$n.root"
  done
}

committed() {
  find "$records" -name 'run_*.record' | wc -l
}

# What the simulated stream holds of the data taking: without it rates could not be known.
stream=(--sampling random --kept-fraction 0.015 --bunches 2544)
run=(scout run --follow "$inbox" --model "$model" --output "$records" "${stream[@]}" --rescan 1s)
printf '$ trigloop %s &\n' "${run[*]}"
"$trigloop" "${run[@]}" --quiet >"$folder/scout.log" 2>&1 &
scout=$!
detector &
detector=$!
trap 'kill "$scout" "$detector" 2>/dev/null || true' EXIT

seen=0
for ((i = 0; i < 600 && seen < lumisections; ++i)); do
  if ! kill -0 "$scout" 2>/dev/null; then
    cat "$folder/scout.log" >&2
    exit 1
  fi
  now=$(committed)
  if ((now >= seen + 5 || (now == lumisections && now > seen))); then
    show scout status "$records"
    seen=$now
  fi
  sleep 0.2
done
wait "$detector"
kill -TERM "$scout"
wait "$scout"
trap - EXIT
((seen == lumisections))

show tail list --from "$records" --top 5
show tail show --from "$records" --model "$model"
show tail group --from "$records"
show plot "$inbox/lumisection_$((first + 19)).root" --output "$folder/events.html"
# Two seconds of data taking in all: working points that some events reach.
show scout page "$records" --model "$model" --raw 20000 --pure 5000 --output "$folder/scouting.html"
printf '\nOpen it in a browser: %s\n' "$(realpath "$folder/scouting.html")"
