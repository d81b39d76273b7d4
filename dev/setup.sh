# shellcheck shell=bash
# What a task needs before it starts: a clone of its own, Debian packages, a private Python. Sourced by ./run.

# One run a clone at a time; a second one waits. The kernel drops the lock with the process, so none is ever stale.
own_the_clone() {
  task=$1
  { mkdir -p .cache && : >>.cache/run.lock; } 2>/dev/null ||
    die 3 "this clone ($root) cannot be written: clone it into a folder of yours (git clone '$root' trigloop)"
  exec 9<>.cache/run.lock
  if ! flock -n 9; then
    warn "waiting for another ./run in this clone: $(cat .cache/run.lock)"
    flock 9
  fi
  printf '%s (process %d)\n' "$task" $$ >.cache/run.lock
  [[ -w ${HOME:-/} ]] || export CCACHE_DIR="$root/.cache/ccache"
  # Clones share each other's compiled files: ccache sees paths below the root as relative ones.
  export CCACHE_BASEDIR=$root CCACHE_NOHASHDIR=1
}

# missing_packages GROUP: those of dev/apt-packages.txt in GROUP that are not installed.
missing_packages() {
  local wanted
  mapfile -t wanted < <(awk -v group="$1" '$1 == group {print $2}' dev/apt-packages.txt)
  comm -23 <(printf '%s\n' "${wanted[@]}" | sort) \
    <(dpkg-query -W -f '${Package} ${db:Status-Abbrev}\n' "${wanted[@]}" 2>/dev/null | awk '$2 == "ii" {print $1}' | sort)
}

# install_packages GROUP: 0 if all of the group are there in the end; else says what is missing and how to get it.
install_packages() {
  local missing
  if ! command -v dpkg-query >/dev/null; then
    warn "not a Debian system: the packages of dev/apt-packages.txt ($1) are taken for granted"
    return 0
  fi
  mapfile -t missing < <(missing_packages "$1")
  [[ ${#missing[@]} -gt 0 ]] || return 0
  if [[ $(id -u) -eq 0 ]]; then
    say "== Debian packages: ${missing[*]}"
    apt-get update -q >.cache/apt.log 2>&1 || warn "apt-get update failed; trying with the lists that are there"
    DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends "${missing[@]}" >>.cache/apt.log 2>&1 &&
      return 0
    tail -n 5 .cache/apt.log >&2
  fi
  warn "missing Debian packages: ${missing[*]}"
  warn "install them with: sudo apt-get install --no-install-recommends ${missing[*]}"
  return 1
}

need_packages() { install_packages "$1" || exit 3; }
want_packages() { install_packages "$1" || warn "going on without them: $2"; }

# python_packages NAME WHY PIP-ARGUMENTS...: installs into .venv once per content of the lock file.
python_packages() {
  local name=$1 why=$2 stamp=.venv/.have-$1 lock
  shift 2
  lock=$(sha256sum <dev/peers.txt)
  [[ -f $stamp && $(<"$stamp") == "$lock" ]] && return 0
  local base=/usr/bin/python3
  [[ -x $base ]] || base=python3
  say "== Python packages ($name) into .venv"
  # .made comes last: a folder whose making was interrupted is made again.
  if { [[ -f .venv/.made ]] || { "$base" -m venv --clear .venv && touch .venv/.made; }; } >.cache/pip.log 2>&1 &&
    .venv/bin/python -m pip install --quiet --disable-pip-version-check --retries 2 --timeout 30 "$@" \
      >>.cache/pip.log 2>&1; then
    printf '%s' "$lock" >"$stamp"
    return 0
  fi
  tail -n 3 .cache/pip.log >&2
  warn "no Python packages ($name): $why. The log is .cache/pip.log; the next run tries again"
  # Half an environment would make tests fail instead of skip.
  rm -rf .venv
}

# Programs out of Debian packages that are not installed: theirs is a service that would start to listen.
want_promtool() {
  [[ ! -x .cache/tools/promtool ]] || return 0
  mkdir -p .cache/tools
  say "== promtool into .cache/tools"
  if (cd .cache/tools && apt-get download -q prometheus && dpkg --fsys-tarfile prometheus_*.deb |
    tar --extract --strip-components 3 ./usr/bin/promtool) >.cache/promtool.log 2>&1; then
    rm -f .cache/tools/*.deb
  else
    rm -rf .cache/tools
    warn "no promtool (.cache/promtool.log): metrics and alert rules are not checked by it"
  fi
}

# The server that `registry push` is tested against: large, and its needs contradict those of the peers, so it has a
# folder of its own.
want_mlflow() {
  local stamp=.venv-mlflow/.have lock base=/usr/bin/python3
  lock=$(sha256sum <dev/mlflow.txt)
  [[ -f $stamp && $(<"$stamp") == "$lock" ]] && return 0
  [[ -x $base ]] || base=python3
  say "== MLflow into .venv-mlflow"
  if { "$base" -m venv --clear .venv-mlflow &&
    .venv-mlflow/bin/python -m pip install --quiet --disable-pip-version-check --retries 2 --timeout 30 -r dev/mlflow.txt; } \
    >>.cache/pip.log 2>&1; then
    printf '%s' "$lock" >"$stamp"
    return 0
  fi
  warn "no MLflow: tests against its server are skipped. The log is .cache/pip.log"
  rm -rf .venv-mlflow
}

# The drawing library of the pages, and the programs that tests compare with.
want_page_python() { python_packages page "pages cannot be drawn" --constraint dev/peers.txt plotly; }
want_peers() {
  want_page_python
  [[ -d .venv ]] || return 0
  python_packages peers "tests that compare with other programs are skipped" -r dev/peers.txt
}
