#!/usr/bin/env bash
# Installs what is missing: scripts/setup.sh build|test|bench. Each level holds the one before.
#   build   Debian packages, oneDNN and onnx.proto           -> the system, .deps/
#   test    Clang and its tools; Python packages of tests    -> the system, .venv/
#   bench   Python packages of the benchmarks                -> .venv/
# Works without a network once everything is there. Each piece is put in place whole or not at all.
set -euo pipefail
cd "$(dirname "$(readlink -f "$0")")/.."
level=${1:-test}

build_packages=(g++ cmake ninja-build ccache mold git pkg-config python3 python3-venv libfmt-dev libhwy-dev
  libxxhash-dev libflatbuffers-dev flatbuffers-compiler libprotobuf-dev protobuf-compiler libcli11-dev
  nlohmann-json3-dev libgtest-dev libbenchmark-dev)
test_packages=(clang clang-tidy libomp-dev)
onednn=(onednn-cpu-gomp==2023.2.0 onednn-devel-cpu-gomp==2023.2.0)
onnx=onnx==1.23.2

main() {
  system_packages "${build_packages[@]}"
  virtual_environment
  fetch_onednn
  fetch_onnx_proto
  [ "$level" != build ] || return 0
  system_packages "${test_packages[@]}"
  system_packages "libclang-rt-$(clang_version)-dev"
  python_packages scripts/requirements.txt
  python_packages tests/requirements.txt
  python_packages tests/bindings-requirements.txt --no-deps
  [ "$level" != test ] || return 0
  python_packages bench/requirements.txt
}

# system_packages NAME...: those that dpkg does not know are installed, or named where nobody may install.
system_packages() {
  if ! command -v dpkg-query >/dev/null; then
    echo "This is not Debian or Ubuntu; these packages must be there under your system's names: $*"
    return
  fi
  local missing=() name
  for name in "$@"; do
    [ "$(dpkg-query -W -f '${db:Status-Status}' "$name" 2>/dev/null)" = installed ] || missing+=("$name")
  done
  [ ${#missing[@]} -gt 0 ] || return 0
  local sudo=()
  if [ "$(id -u)" != 0 ]; then
    if ! command -v sudo >/dev/null; then
      echo "These packages are missing, and neither root nor sudo is at hand. Have them installed:" >&2
      echo "  apt-get install ${missing[*]}" >&2
      exit 1
    fi
    sudo=(sudo)
  fi
  echo "Installing ${missing[*]}"
  "${sudo[@]}" apt-get update -qq
  "${sudo[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" \
    >/dev/null
}

clang_version() { clang --version | sed -n 's/.*clang version \([0-9]*\).*/\1/p'; }

virtual_environment() {
  .venv/bin/python -m pip --version >/dev/null 2>&1 && return
  rm -rf .venv
  python3 -m venv .venv
}

pip() { .venv/bin/python -m pip "$@" --quiet --no-input --disable-pip-version-check; }

# A folder of .deps that holds what its file .requirements says is complete. A .deps that is a link belongs to
# somebody else and is used as it is.
is_complete() {
  [ -d ".deps/$1" ] && { [ -L .deps ] || [ "$(cat ".deps/$1/.requirements" 2>/dev/null)" = "$2" ]; }
}

# put_in_place NAME REQUIREMENTS: .deps/NAME.partial becomes .deps/NAME.
put_in_place() {
  echo "$2" >".deps/$1.partial/.requirements"
  rm -rf ".deps/$1"
  mv ".deps/$1.partial" ".deps/$1"
}

fetch_onednn() {
  is_complete onednn "${onednn[*]}" && return
  echo "Fetching ${onednn[*]}"
  mkdir -p .deps && rm -rf .deps/onednn.partial
  pip install --no-deps --ignore-installed --no-warn-script-location --prefix .deps/onednn.partial "${onednn[@]}"
  put_in_place onednn "${onednn[*]}"
}

fetch_onnx_proto() {
  is_complete onnx "$onnx" && return
  echo "Fetching onnx.proto of $onnx"
  mkdir -p .deps && rm -rf .deps/onnx.partial .deps/wheel
  pip download --no-deps --only-binary :all: --dest .deps/wheel "$onnx"
  .venv/bin/python - .deps/wheel/*.whl .deps/onnx.partial <<'PYTHON'
import pathlib, sys, zipfile
wheel, folder = zipfile.ZipFile(sys.argv[1]), pathlib.Path(sys.argv[2])
folder.mkdir()
(folder / "onnx.proto").write_bytes(wheel.read("onnx/onnx.proto"))
PYTHON
  rm -rf .deps/wheel
  put_in_place onnx "$onnx"
}

# python_packages FILE [PIP OPTION...]: installs a requirements file unless it was installed as it is now.
python_packages() {
  local file=$1 done_file=.venv/.installed-${1//\//-}
  cmp -s "$file" "$done_file" && return
  echo "Installing the Python packages of $file"
  pip install -r "$@"
  cp "$file" "$done_file"
}

main
