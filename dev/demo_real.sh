#!/usr/bin/env bash
# demo_real.sh PROGRAM FOLDER FILES [OPTIONS OF scout run...]: the loop on scouting files of a user: zero bias from them,
# the first model, its shadow, signatures, the switch, and the watch. Signals are simulated. Where the files hold a
# drift and enough lumisections (36 for a reference), the loop answers it by itself.
set -euo pipefail
trigloop=$(realpath -- "$1") folder=$2 files=$(realpath -- "$3")
shift 3
here=$(dirname -- "$(readlink -f -- "${BASH_SOURCE[0]}")")
rm -rf -- "$folder"
mkdir -p -- "$folder/stream"
cd -- "$folder"
options=("$@")
[[ $# -gt 0 ]] || options=(--sampling nonempty)
events=1 orbits=1 reservoir=200000 point=1
# shellcheck source=dev/loop_site.sh
. "$here/loop_site.sh"

say 'zero bias of the files'
if [[ -d $files ]]; then ln -s "$files"/* stream/; else ln -s "$files" stream/; fi
"$trigloop" scout run --quiet --model "$here/../examples/demo_network.onnx" --input stream/* --output before \
  --reservoir "$reservoir" "${options[@]}"
show reservoir export before --output first.h5
lumisections=$("$trigloop" reservoir list before --json | grep -o '"lumisection":' | wc -l)
# A working point that about 200 events of a lumisection reach, as if each row were a collision of 2544 bunches.
point=$("$trigloop" reservoir list before --json |
  awk -F'"rows":' '{for (i = 2; i <= NF; ++i) rows += $i + 0; printf "%d", 200 * (NF - 1) / rows * 2544 * 11245.6}')
shadow=$((lumisections < 10 ? lumisections : 10))

keys
cat >train.yml <<'YAML'
data_config: {Read_configs: {SIGNAL: {file_path: signals.h5, MAX_NUM_SIGNALS: 3000}}}
train:
  Contrastive_VAE:
    epochs_contrastive: 20
    epochs_vae: 100
    optimiser_config_contrastive: {learning_rate: 0.001}
    optimiser_config_vae: {learning_rate: 0.001}
YAML
words=$(printf ', "%s"' "${options[@]}")
site '[1]' 0.2 'exposure: 10, patience: 20, cool_down: 5, reference: 36' "shadow: $shadow, stability: 100" \
  "delay: 1, probation: $shadow"
sed -i "s|  options: .*|  options: [${words#, }]|" site.yml
"$trigloop" simulate signals --quiet --events 3000 --seed 3 --output signals.h5

say "the first model; working point $point Hz"
show loop start --config site.yml --why 'the first model'
advance
approve
advance
say 'the files through the deployed model'
model=$(basename -- models/*.onnx .onnx)
"$trigloop" scout run --quiet --model "models/$model.onnx" --input stream/* --output "records/${model:0:12}" \
  --reservoir "$reservoir" "${options[@]}"
advance
show watch --spectra records/"${model:0:12}" --raw "$point"
show loop history --config site.yml
show audit verify --config site.yml
printf '\nThe report: %s\n' "$(find "$PWD/work"/rounds -name report.html | tail -n 1)"
