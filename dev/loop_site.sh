# shellcheck shell=bash
# A site for the loop on a simulated stream: what the demonstration and the benchmark share. Sourced in the site's
# folder, with $trigloop, $events (of a lumisection), $orbits, $reservoir and $point (Hz, raw) set.

: "${trigloop:?}" "${events:?}" "${orbits:?}" "${reservoir:?}" "${point:?}"
run=396102 kept=0.015 follower=''
# Of the stream's files; of the seeds of lumisections; events of one that are kept whole, all beyond the working point.
: "${codec:=zstd:5}" "${seed_offset:=0}" "${tail:=100}"
started=$(date +%s)

# Whatever ends it, nothing goes on behind it, and an early end is told. `clean_up` may be defined before.
finish() {
  local status=$?
  [[ -z $follower ]] || kill "$follower" 2>/dev/null || true
  ((status == 0)) || printf '\nStopped early, with exit code %d, in %s.\nNothing there is half written; started again, it begins anew.\n' "$status" "$PWD" >&2
  [[ $(type -t clean_up) != function ]] || clean_up
}
trap finish EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

say() { printf '\n[%3d s] %s\n' "$(($(date +%s) - started))" "$*"; }
show() { printf '$ trigloop %s\n' "$*"; "$trigloop" "$@"; }

# detector FIRST LAST [DRIFT...]: one file a lumisection.
detector() {
  local first=$1 last=$2 n drift=()
  shift 2
  for d; do drift+=(--drift "$d"); done
  for ((n = first; n <= last; ++n)); do
    "$trigloop" simulate scouting --quiet --events "$events" --lumisections 1 --first-lumisection "$n" \
      --seed $((n + seed_offset)) --orbits "$orbits" --kept "$kept" --codec "$codec" "${drift[@]}" --output ".ls_$n.root"
    mv -- ".ls_$n.root" "stream/ls_$n.root"
  done
}

# follow: scout, beside all else, with the model that the conditions name for a lumisection; it keeps zero bias, and after
# a switch the model before goes on scoring for a while.
follow() {
  local models=(models/*.onnx)
  "$trigloop" scout run --quiet --follow stream --rescan 1s --model "${models[0]}" --conditions conditions.yaml \
    --models models --overlap 10 \
    --output records --reservoir "$reservoir" --tail-count "$tail" \
    --sampling random --kept-fraction "$kept" --bunches 2544 >scout.log 2>&1 &
  follower=$!
}

stop_following() {
  kill -TERM "$follower"
  wait "$follower"
  follower=''
}

# scouted LAST: waits until it is.
scouted() {
  local i
  for ((i = 0; i < 6000; ++i)); do
    [[ ! -e records/run_${run}_lumi_$1.record ]] || return 0
    kill -0 "$follower" 2>/dev/null || { cat scout.log >&2; return 1; }
    sleep 0.1
  done
  echo "lumisection $1 was not scouted" >&2
  return 1
}

lumisections() { detector "$@"; scouted "$2"; }

# keys: of one person in the team and one in the committee, made on the spot.
keys() {
  team=$("$trigloop" key new team.pem)
  committee=$("$trigloop" key new committee.pem)
}

# site SEEDS BAND TRIGGER GATES DEPLOYMENT: writes site.yml.
site() {
  cat >site.yml <<YAML
version: 1
site: demo
stream:
  files: stream
  zerobias: first.h5
  options: [--sampling, random, --kept-fraction, "$kept", --bunches, "2544", --tail-count, "$tail"]
training: {config: train.yml, seeds: $1, test_share: ${test_share:-0.5}}
working_points:
  - {name: nominal, raw: $point, band: $2}
trigger: {$3}
gates: {$4}
deployment: {$5}
approval:
  - {role: team, needed: 1, people: [{name: Ada, key: "$team"}]}
  - {role: committee, needed: 1, people: [{name: Cleo, key: "$committee"}]}
YAML
}

# The round that is on its way.
current_round() { "$trigloop" loop status --config site.yml --json | sed -n 's/.*"round":"\([^"]*\)".*/\1/p'; }

approve() {
  local id
  id=$(current_round)
  show approve "$id" --config site.yml --role team --key team.pem
  show approve "$id" --config site.yml --role committee --key committee.pem
}

advance() { show loop run --config site.yml --until-idle; }
