#!/usr/bin/env bash
# slurm_cluster.sh FOLDER NODES COMMAND...: a real SLURM of virtual nodes on this machine, on loopback, while COMMAND runs.
# No root: everything runs as this user, state and logs are below FOLDER; a munged of its own signs, where munge is installed.
# Jobs of the partition `urgent` preempt others, which are queued again. Ends with COMMAND's status.
set -euo pipefail
folder=$1 nodes=$2
shift 2
mkdir -p "$folder"/{state,spool}
host=$(hostname -s) user=$(id -un)
port=$((20000 + $$ % 20000))
export SLURM_CONF=$folder/slurm.conf
daemons=()
PATH=$PATH:/usr/sbin
auth=none
if command -v munged > /dev/null && command -v mungekey > /dev/null; then
  auth=munge
  mungekey --create --keyfile "$folder/munge.key"
  munged --foreground --force --key-file "$folder/munge.key" --socket "$folder/munge.socket" \
    --pid-file "$folder/munge.pid" --log-file "$folder/munge.log" --seed-file "$folder/munge.seed" > /dev/null 2>&1 &
  daemons+=($!)
  for ((i = 0; i < 50; i++)); do
    [[ -S $folder/munge.socket ]] && break
    sleep 0.1
  done
fi
cat > "$SLURM_CONF" <<TEXT
ClusterName=test
SlurmctldHost=$host(127.0.0.1)
SlurmctldPort=$port
AuthType=auth/$auth
CredType=cred/$auth
SlurmUser=$user
SlurmdUser=$user
StateSaveLocation=$folder/state
SlurmdSpoolDir=$folder/spool/%n
SlurmctldPidFile=$folder/slurmctld.pid
SlurmdPidFile=$folder/slurmd-%n.pid
SlurmctldLogFile=$folder/slurmctld.log
SlurmdLogFile=$folder/slurmd-%n.log
ProctrackType=proctrack/pgid
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/none
MpiDefault=none
SelectType=select/linear
SchedulerType=sched/builtin
SchedulerParameters=sched_interval=1,sched_min_interval=100000
KillWait=2
SlurmdTimeout=10
PreemptType=preempt/partition_prio
PreemptMode=REQUEUE
TEXT
for ((i = 0; i < nodes; i++)); do
  echo "NodeName=n$i NodeHostname=$host NodeAddr=127.0.0.1 Port=$((port + 1 + i)) CPUs=$(nproc)" >> "$SLURM_CONF"
done
cat >> "$SLURM_CONF" <<TEXT
PartitionName=all Nodes=ALL Default=YES State=UP PriorityTier=1 GraceTime=5
PartitionName=urgent Nodes=ALL State=UP PriorityTier=10 PreemptMode=OFF
TEXT
[[ $auth == none ]] || echo "AuthInfo=socket=$folder/munge.socket" >> "$SLURM_CONF"

stop() {
  kill "${daemons[@]}" 2> /dev/null || true
  for ((i = 0; i < 50; i++)); do
    kill -0 "${daemons[@]}" 2> /dev/null || break
    sleep 0.1
  done
  kill -9 "${daemons[@]}" 2> /dev/null || true
}
trap stop EXIT
slurmctld -D > /dev/null 2>&1 & daemons+=($!)
for ((i = 0; i < nodes; i++)); do
  slurmd -D -N "n$i" > /dev/null 2>&1 & daemons+=($!)
done
for ((i = 0; i < 150; i++)); do
  [[ $(sinfo -h -t idle -o %D 2> /dev/null) == "$nodes" ]] && break
  sleep 0.2
done
timeout "${CLUSTER_SECONDS:-120}" "$@"
