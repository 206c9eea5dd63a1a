#!/bin/sh
# SPDX-License-Identifier: MIT
#
# Builds the libFuzzer harness tests/fuzz/NAME.c with all of lib/ and runs it:
#
#	tests/fuzz/run.sh NAME [libFuzzer's arguments, e.g. -runs=100000 or -max_total_time=60]
#
# The corpus grows in $O/fuzz/NAME.corpus (O is check/ here if not set); a failing input lands
# beside it. As in ARCH=host, our names collide with the C library's, so everything but the entry
# is made local first.
set -eu
cd "$(dirname "$0")/../.."
name=$1
shift
out=${O:-check}/fuzz
work=$out/$name.o.d
mkdir -p "$work/generated" "$out/$name.corpus"
: > "$work/generated/autoconf.h"

flags="-std=gnu11 -O1 -g -ffreestanding -nostdinc -isystem $(clang -print-resource-dir)/include
	-fno-strict-aliasing -fwrapv -fno-omit-frame-pointer -fno-sanitize-recover=all
	-fsanitize=fuzzer-no-link,address,undefined -Iinclude -Iarch/host/include
	-I$work -include include/exo/kconfig.h -D__KERNEL__"
for source in lib/*.c "tests/fuzz/$name.c"; do
	case $source in *_test.c) continue ;; esac
	# shellcheck disable=SC2086
	clang $flags -c "$source" -o "$work/$(echo "$source" | tr / _).o"
done
ld -r -o "$work/all" "$work"/*.o
objcopy --keep-global-symbol=LLVMFuzzerTestOneInput "$work/all"
clang -fsanitize=fuzzer,address,undefined -o "$out/$name" "$work/all"
# Something whole to start from: magic numbers are found by themselves, but slowly.
seed=$out/$name.corpus/seed
case $name in
tar) tar --format=pax -cf "$seed" lib/Makefile ;;
inflate) gzip -nc lib/Makefile | tail -c +11 > "$seed" ;;
elf) head -c 16384 "$out/$name" > "$seed" ;;
cpio)
	z=0000000000000000 fields=$z$z$z$z${z}00000000
	printf '070701%s0000000200000000a\0070701%s0000000b00000000TRAILER!!!\0' \
		$fields $fields > "$seed" ;;
cmdline) echo 'key="a b" "key=c d" key=e -- key' > "$seed" ;;
esac
exec "$out/$name" -artifact_prefix="$out/$name." -close_fd_mask=1 -print_final_stats=0 "$@" \
	"$out/$name.corpus"
