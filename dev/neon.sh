#!/usr/bin/env bash
# The engines on 64-bit ARM: compiles them and their numerical tests for NEON, and runs those under an emulator.
# usage: dev/neon.sh FOLDER     (the objects are kept there)
#
# Only what the tests of src/score need is compiled, so that no library of that machine is wanted: of Highway the headers
# do, and GoogleTest comes as source.
set -euo pipefail
cd "$(dirname "$0")/.."
folder=${1:?usage: dev/neon.sh FOLDER}
compiler=aarch64-linux-gnu-g++-12
emulator=qemu-aarch64-static
export gtest=/usr/src/googletest/googletest folder compiler

for needed in "$compiler" "$emulator" "$gtest/src/gtest-all.cc"; do
  command -v "$needed" >/dev/null || [[ -e $needed ]] || {
    echo "skipped: $needed is not here (the packages are the group 'neon' of dev/apt-packages.txt)"
    exit 0
  }
done

sources=(
  src/core/{error,fixed_point,text}.cpp
  src/model/{derive,graph,interval}.cpp
  src/score/{compile,drafts,engine,exact,kernels,kernels_scalar,linear,pairing,plan,prove,reference,scaling,simd}.cpp
  test/score/{reference,scaling,simd}.test.cpp
  "$gtest"/src/{gtest-all,gtest_main}.cc
)

compile_one() {
  ${CCACHE-$(command -v ccache || true)} "$compiler" -std=c++20 -O2 -DNDEBUG -Isrc -I. -isystem "$folder/headers" \
    -isystem "$gtest/include" -isystem "$gtest" -c "$1" -o "$folder/$(basename "$1").o"
}
export -f compile_one

mkdir -p "$folder/headers"
ln -sfn /usr/include/hwy "$folder/headers/hwy"
printf '%s\n' "${sources[@]}" | xargs -P "$(nproc)" -I{} bash -c 'compile_one {}'
"$compiler" -static "$folder"/*.o -o "$folder/test_score_neon"
"$emulator" "$folder/test_score_neon" --gtest_brief=1
