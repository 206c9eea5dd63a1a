#!/bin/busybox sh
# SPDX-License-Identifier: MIT
# The first program of the comparison with Linux: prepares, runs the session, ends.
export PATH=/bin:/sbin
/bin/busybox mkdir -p /bin /sbin /proc /sys /dev /tmp /etc /root
/bin/busybox --install -s /bin
mount -t proc proc /proc
mount -t devtmpfs devtmpfs /dev 2>/dev/null
mount -t tmpfs tmpfs /tmp
echo 1 > /proc/sys/kernel/printk
echo "=== BEGIN SESSION"
sh /session.sh 2>&1
echo "=== END SESSION $?"
poweroff -f
