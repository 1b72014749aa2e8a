#!/usr/bin/env bash
# A Slurm cluster of two nodes on this machine, for the tests: no systemd, no cgroups, no database.
#
#   cluster.sh start FOLDER            controller, nodes n1 and n2; everything is kept below FOLDER
#   cluster.sh stop FOLDER
#   cluster.sh kill FOLDER NAME        as a power cut: NAME is controller, n1 or n2
#   cluster.sh restart FOLDER NAME     the same, back again
#
# Needs root and the packages slurmctld, slurmd, slurm-client and munge, which it installs on a Debian.
set -euo pipefail

[ $# -ge 2 ] || { sed -n '2,9s/^# \{0,1\}//p' "$0"; exit 2; }
[ "$(id -u)" = 0 ] || exec sudo "$0" "$@"
here=$(cd "$(dirname "$0")" && pwd)
command=$1
folder=$(mkdir -p "$2" && cd "$2" && pwd)
export SLURM_CONF=$folder/slurm.conf
host=$(hostname -s)
nodes="n1 n2"

install() {
  local program missing=
  for program in slurmctld slurmd sbatch munged; do
    command -v "$program" >/dev/null || missing=yes
  done
  [ -n "$missing" ] || return 0
  "$here/../../scripts/install.sh" slurmctld slurmd slurm-client munge
}

# Tries a command for some seconds.
until_ok() {
  local end=$((SECONDS + $1))
  shift
  until "$@" >/dev/null 2>&1; do
    [ $SECONDS -lt $end ] || { echo "in vain: $*" >&2; return 1; }
    sleep 0.1
  done
}

# Whether the process of a pid file lives; a dead one that nobody has reaped yet does not.
lives() {
  local pid
  pid=$(cat "$1" 2>/dev/null) && [ -n "$pid" ] && [ -d "/proc/$pid" ] &&
    ! grep -q '^State:.Z' "/proc/$pid/status" 2>/dev/null
}

configure() {
  mkdir -p "$folder"/{key,state,log,run}
  chmod 755 "$folder" "$folder/run"
  chmod 700 "$folder/key"
  [ -s "$folder/key/key" ] || (umask 077 && head -c 1024 /dev/urandom > "$folder/key/key")
  cat > "$SLURM_CONF" <<CONF
ClusterName=test
SlurmctldHost=$host(127.0.0.1)
SlurmUser=root
SlurmdUser=root
AuthType=auth/munge
AuthInfo=socket=$folder/run/munge.socket,cred_expire=5
CredType=cred/munge
SlurmctldPort=26817
StateSaveLocation=$folder/state
SlurmdSpoolDir=$folder/state/%n
SlurmctldPidFile=$folder/run/controller.pid
SlurmdPidFile=$folder/run/%n.pid
SlurmctldLogFile=$folder/log/controller.log
SlurmdLogFile=$folder/log/%n.log
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SwitchType=switch/none
MpiDefault=none
ReturnToService=2
MessageTimeout=5
TCPTimeout=2
BatchStartTimeout=10
SlurmctldTimeout=30
SlurmdTimeout=5
KillWait=5
JobRequeue=1
SchedulerParameters=bf_interval=1,sched_interval=1,batch_sched_delay=0,sched_min_interval=0,requeue_delay=0
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
NodeName=n1 NodeHostname=$host NodeAddr=127.0.0.1 Port=27001 CPUs=2 State=UNKNOWN
NodeName=n2 NodeHostname=$host NodeAddr=127.0.0.1 Port=27002 CPUs=2 State=UNKNOWN
PartitionName=main Nodes=n[1-2] Default=YES MaxTime=INFINITE State=UP
CONF
  echo "CgroupAutomount=no" > "$folder/cgroup.conf"
}

start_controller() {
  lives "$folder/run/controller.pid" && return
  rm -f "$folder/run/controller.pid"
  slurmctld -i -f "$SLURM_CONF"
  until_ok 15 scontrol ping
}

start_node() {
  lives "$folder/run/$1.pid" && return
  rm -f "$folder/run/$1.pid"
  mkdir -p "$folder/state/$1"
  slurmd -N "$1" -f "$SLURM_CONF"
  until_ok 10 test -s "$folder/run/$1.pid"
}

ready() {
  [ "$(sinfo -h -N -t idle,alloc,mix -o %N | sort -u | wc -l)" = 2 ]
}

start() {
  install
  configure
  if ! lives "$folder/run/munged.pid"; then
    rm -f "$folder"/run/munge.socket*
    munged --force --key-file="$folder/key/key" --socket="$folder/run/munge.socket" \
      --pid-file="$folder/run/munged.pid" --log-file="$folder/key/log" --seed-file="$folder/key/seed"
    until_ok 10 sh -c "munge -n -S $folder/run/munge.socket | unmunge -S $folder/run/munge.socket"
  fi
  start_controller
  local node
  for node in $nodes; do start_node "$node"; done
  until_ok 30 ready
}

stop() {
  local file
  for file in "$folder"/run/{n1,n2,controller,munged}.pid; do
    if lives "$file"; then
      kill "$(cat "$file")"
      for _ in $(seq 50); do lives "$file" || break; sleep 0.1; done
      if lives "$file"; then kill -9 "$(cat "$file")"; fi
    fi
    rm -f "$file"
  done
}

descendants() {
  local child
  for child in $(cat "/proc/$1/task/"*/children 2>/dev/null); do
    descendants "$child"
    echo "$child"
  done
}

# The node's daemon, the steps that it left behind, and all that they started.
kill_node() {
  local step pid
  for step in $(pgrep -x slurmstepd || true); do
    ls -l "/proc/$step/fd" 2>/dev/null | grep -q "log/$1.log" || continue
    for pid in $(descendants "$step") "$step"; do kill -9 "$pid" 2>/dev/null || true; done
  done
  if lives "$folder/run/$1.pid"; then kill -9 "$(cat "$folder/run/$1.pid")"; fi
  rm -f "$folder/run/$1.pid"
}

case $command in
  start) start ;;
  stop) stop ;;
  kill)
    if [ "$3" = controller ]; then
      if lives "$folder/run/controller.pid"; then kill -9 "$(cat "$folder/run/controller.pid")"; fi
    else
      kill_node "$3"
    fi
    ;;
  restart) if [ "$3" = controller ]; then start_controller; else start_node "$3"; fi ;;
  *) sed -n '2,9s/^# \{0,1\}//p' "$0"; exit 2 ;;
esac
