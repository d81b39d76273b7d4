#!/usr/bin/env bash
# tune_on_slurm.sh PROGRAM CLUSTER: submits study.jobs/tune.sbatch on the cluster of slurm_cluster.sh; half-way it kills node
# n0 with all that runs there, and preempts what runs on n1. Ends when all 60 trials are there.
set -euo pipefail
program=$1 cluster=$2
complete() { "$program" tune status --study study.yml --json | sed 's/.*"complete":\([0-9]*\).*/\1/'; }
until_complete() {
  for ((i = 0; i < 2000; i++)); do
    (($(complete) >= $1)) && return
    sleep 0.1
  done
  squeue; cat study.jobs/*.log; exit 1
}
tree() { # a process and all below it
  local child
  for child in $(ps -o pid= --ppid "$1"); do tree "$child"; done
  echo "$1"
}

sbatch study.jobs/tune.sbatch
until_complete 15
job=$(squeue -h -t running -w n0 -o %A | head -1)
step=$(pgrep -f "slurmstepd: \[$job.batch\]" | head -1)
kill -9 "$(cat "$cluster/slurmd-n0.pid")" $(tree "$step") || true
echo "node killed, at $(complete) trials"

until_complete 20
victim=$(squeue -h -t running -w n1 -o %A | head -1)
sbatch -p urgent -w n1 -o /dev/null --wrap 'sleep 1' > /dev/null
for ((i = 0; i < 300; i++)); do
  [[ $(scontrol show job "$victim" | sed -n 's/.*Restarts=\([0-9]*\).*/\1/p') -ge 1 ]] && break
  sleep 0.1
done
((i < 300)) && echo "preempted, at $(complete) trials"
until_complete 60
