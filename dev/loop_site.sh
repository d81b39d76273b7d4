# shellcheck shell=bash
# A site for the loop on a simulated stream: what the demonstration and the benchmark share. Sourced in the site's
# folder, with $trigloop, $events (of a lumisection), $orbits, $reservoir and $point (Hz, raw) set.

: "${trigloop:?}" "${events:?}" "${orbits:?}" "${reservoir:?}" "${point:?}"
run=396102 kept=0.015
started=$(date +%s)

say() { printf '\n[%3d s] %s\n' "$(($(date +%s) - started))" "$*"; }
show() { printf '$ trigloop %s\n' "$*"; "$trigloop" "$@"; }

# detector FIRST LAST [DRIFT...]: one file a lumisection.
detector() {
  local first=$1 last=$2 n drift=()
  shift 2
  for d; do drift+=(--drift "$d"); done
  for ((n = first; n <= last; ++n)); do
    "$trigloop" simulate scouting --quiet --events "$events" --lumisections 1 --first-lumisection "$n" --seed "$n" \
      --orbits "$orbits" --kept "$kept" "${drift[@]}" --output ".ls_$n.root"
    mv -- ".ls_$n.root" "stream/ls_$n.root"
  done
}

# scout FIRST LAST: scores them with the model that the conditions name, and keeps zero bias.
scout() {
  local n model
  for ((n = $1; n <= $2; ++n)); do
    model=$("$trigloop" conditions show conditions.yaml --at "$run:$n" --json | sed 's/.*"model":"\([0-9a-f]*\)".*/\1/')
    "$trigloop" scout run --quiet --model "models/$model.onnx" --input "stream/ls_$n.root" \
      --output "records/${model:0:12}" --reservoir "$reservoir" --sampling random --kept-fraction "$kept" --bunches 2544 \
      >/dev/null
  done
}

lumisections() { detector "$@"; scout "$1" "$2"; }

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
  options: [--sampling, random, --kept-fraction, "$kept", --bunches, "2544"]
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
