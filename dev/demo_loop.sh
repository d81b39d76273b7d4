#!/usr/bin/env bash
# demo_loop.sh PROGRAM FOLDER: the closed loop on a simulated stream, from the first model to its validated successor
# after a drift, and one fault that is not learned. Makes everything that it needs.
set -euo pipefail
trigloop=$(realpath -- "$1") folder=$2
here=$(dirname -- "$(readlink -f -- "${BASH_SOURCE[0]}")")
rm -rf -- "$folder"
mkdir -p -- "$folder/stream"
cd -- "$folder"
events=40000 orbits=1050 reservoir=20000 point=150000 tail=400 codec=zstd:1
# shellcheck source=dev/loop_site.sh
. "$here/loop_site.sh"

cat <<TEXT
Scaled down: a lumisection has 40,000 events of 70 million, and the working point is 150 kHz of 28.6 MHz of collisions in
the place of 50 Hz, so that 210 events of a lumisection are beyond it. All else is what a site runs.
TEXT

cat >train.yml <<'YAML'
data_config:
  Read_configs:
    SIGNAL: {file_path: signals.h5, MAX_NUM_SIGNALS: 3000}
train:
  Contrastive_VAE:
    epochs_contrastive: 20
    epochs_vae: 150
    optimiser_config_contrastive: {learning_rate: 0.001}
    optimiser_config_vae: {learning_rate: 0.001}
YAML
keys
site '[1, 2]' 0.1 'exposure: 10, patience: 20, cool_down: 5, reference: 36' 'shadow: 10, margin: 0.03' \
  'delay: 1, probation: 10'

say 'the first model: trained, evaluated, in shadow on ten lumisections'
"$trigloop" simulate zerobias --quiet --events 200000 --seed 7 --output first.h5
"$trigloop" simulate signals --quiet --events 3000 --seed 3 --output signals.h5
detector 1 10
show loop check --config site.yml
show loop start --config site.yml --why 'the first model'
advance
say 'people read the evidence, and sign'
approve
advance
say 'it scores the stream: a reference of what is normal, then the watch'
follow
lumisections 11 45
advance
say 'thirty lumisections are watched: nothing happens'
lumisections 46 75
advance
say 'the jet energy scale moves by 3 %'
lumisections 76 90 'jet-scale:start=LS76,size=+3%'
advance
say 'people read the evidence, and sign'
approve
advance
say 'the switch, and the probation of the new model'
lumisections 91 120 'jet-scale:start=LS76,size=+3%'
advance
say 'a tower becomes noisy: that is not learned'
lumisections 121 135 'jet-scale:start=LS76,size=+3%' \
  'noisy-tower:start=LS126,eta=1.2,phi=45,size=100GeV,rate=2%'
advance
say 'what happened when'
show loop history --config site.yml
show audit verify --config site.yml
printf '\nThe report of the successor: %s\n' "$(find "$PWD/work"/rounds -name report.html -printf '%T@ %p\n' | sort -n | tail -n 1 | cut -d ' ' -f 2)"
printf 'The comparison with its predecessor: %s\n' "$(find "$PWD/work"/rounds -name comparison.html | tail -n 1)"
stop_following
# Models and thresholds are those of the conditions that the loop wrote, so rates go on over the switch; drift is that from
# the first model's reference.
printf 'The dashboard: http://localhost:8710, by\n  %s dashboard %s --registry %s --conditions %s --reference %s\n' "$trigloop" \
  "$PWD/records" "$PWD/registry" "$PWD/conditions.yaml" "$(find "$PWD/work"/references -name '*.json' -printf '%T@ %p\n' | sort -n | sed -n '1s/^[^ ]* //p')"
