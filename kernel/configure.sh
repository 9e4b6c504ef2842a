#!/bin/sh
# Makes <source>/.config of the fragments in a folder, and fails naming every
# wanted option that did not survive: Kconfig drops an option whose
# dependencies are not met without a word.
#
# usage: configure.sh <kernel source> <folder of *.config>
set -eu

[ $# -eq 2 ] || { echo "usage: $0 <kernel source> <folder of *.config>" >&2; exit 2; }
source=$1
wanted=$source/.config.wanted

cat "$2"/*.config | sed -n 's/[[:space:]]*$//; /^CONFIG_/p' >"$wanted"

twice=$(sed 's/=.*//' "$wanted" | sort | uniq -d)
if [ -n "$twice" ]; then
  echo "Options that two fragments set; keep one of each:" >&2
  echo "$twice" >&2
  exit 1
fi

# allnoconfig takes what the file says and answers all other questions with no:
# https://docs.kernel.org/kbuild/kconfig.html
make -C "$source" KCONFIG_ALLCONFIG="$(cd "$source" && pwd)/.config.wanted" allnoconfig >/dev/null

# Off is told as a missing line or as "# CONFIG_X is not set".
lost=$(awk -F= '
  { name = $1; value = substr($0, length(name) + 2) }
  FNR == NR { if (name ~ /^CONFIG_/) got[name] = value; next }
  { is = (name in got) ? got[name] : "n" }
  is != value { print "  " $0 " became " is }' "$source/.config" "$wanted")
if [ -n "$lost" ]; then
  echo "Options that did not survive, since this kernel does not know them or they depend on others:" >&2
  echo "$lost" >&2
  exit 1
fi
echo "$(grep -c '=y$' "$source/.config") options built in, $(grep -c '=m$' "$source/.config" || true) as modules"
