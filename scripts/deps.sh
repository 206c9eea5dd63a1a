#!/bin/bash
# SPDX-License-Identifier: MIT
#
# The tools of the build and where Debian keeps them.
#
#   deps.sh require FILE    all there: write FILE (make reads it). Else say what to type, and fail.
#   deps.sh install FILE    first install what is missing, where root or sudo makes that possible.
#
# FILE names the python3 that was found: the first one in PATH may lack the modules while
# /usr/bin/python3 has them.
set -u

# package, then what shows that it is there: a command, a /file, or py:module.
list() {
	cat <<-END
	make			make
	gcc			gcc
	binutils		ld
	libc6-dev		/usr/include/stdio.h
	nasm			nasm
	clang			clang
	lld			ld.lld
	sparse			sparse
	gdb			gdb
	musl-tools		musl-gcc
	linux-libc-dev		/usr/include/linux/futex.h
	busybox-static		/usr/share/doc/busybox-static
	grub-common		grub-mkrescue
	grub-pc-bin		/usr/lib/grub/i386-pc/multiboot2.mod
	grub-efi-amd64-bin	/usr/lib/grub/x86_64-efi/multiboot2.mod
	xorriso			xorriso
	mtools			mformat
	qemu-system-x86		qemu-system-x86_64
	ovmf			/usr/share/OVMF/OVMF_CODE.fd
	psf-unifont		/usr/share/consolefonts/Unifont-APL8x16.psf.gz
	e2fsprogs		/sbin/mke2fs
	git			git
	python3			python3
	python3-kconfiglib	py:kconfiglib
	python3-pytest		py:pytest
	python3-pexpect		py:pexpect
	END
}

modules=$(list | sed -n 's/.*py:/import /p' | tr '\n' ';')
python=

# The first python3 that has every module; else any.
python_find() {
	local candidate
	for candidate in python3 /usr/bin/python3 /usr/local/bin/python3; do
		if "$candidate" -c "$modules" 2>/dev/null; then
			python=$(command -v "$candidate")
			return
		fi
	done
	python=/usr/bin/python3
}

present() {
	case $1 in
	/*)	[ -e "$1" ] ;;
	py:*)	"$python" -c "import ${1#py:}" 2>/dev/null ;;
	*)	PATH=$PATH:/usr/sbin:/sbin command -v "$1" >/dev/null ;;
	esac
}

missing() {
	local package probe
	python_find
	list | while read -r package probe; do
		present "$probe" || echo "$package"
	done
}

install() {
	local sudo=
	[ "$(id -u)" = 0 ] || sudo=sudo
	command -v apt-get >/dev/null || return 1
	if [ -n "$sudo" ]; then
		command -v sudo >/dev/null || return 1
		# Without a terminal nobody could type a password.
		[ -t 0 ] || sudo -n true 2>/dev/null || return 1
	fi
	echo "  installing $*"
	$sudo apt-get -q -y update </dev/null &&
	$sudo env DEBIAN_FRONTEND=noninteractive \
		apt-get -q -y install --no-install-recommends "$@" </dev/null
}

main() {
	local mode=$1 file=$2 lacking
	lacking=$(missing)
	if [ -n "$lacking" ] && [ "$mode" = install ]; then
		install $lacking && lacking=$(missing)
	fi
	if [ -n "$lacking" ]; then
		echo "Missing packages. Please type:" >&2
		echo "  apt-get update && apt-get install --no-install-recommends" $lacking >&2
		exit 1
	fi
	python_find
	mkdir -p "$(dirname "$file")"
	printf '# Made by scripts/deps.sh.\nPYTHON := %s\n' "$python" > "$file"
}

main "$@"
