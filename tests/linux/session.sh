#!/bin/sh
# SPDX-License-Identifier: MIT
# What the comparison with Linux runs. Nothing in it may depend on time, process numbers or the
# machine, so that every line must be the same on both kernels.
cd /tmp
section() { echo "--- $*"; }

section uname
uname -s; uname -m; uname -r | cut -d. -f1,2
id; whoami 2>&1; pwd; umask

section pipelines
seq 1 1000 | awk '{s += $1} END {print s}'
yes | head -n 3
echo one two three | tr ' ' '\n' | sort -r | paste -s -d, -
false | true; echo "status $?"
true | false; echo "status $?"
seq 1 5 | while read -r n; do echo "line $n"; done | wc -l
dd if=/dev/zero bs=1000 count=300 2>/dev/null | wc -c
(echo a; echo b >&2) 2>&1 | sort
{ echo x; exit 3; } | cat; echo "after $?"

section here-documents
name=world
cat <<END
hello $name $((6 * 7))
	tab
END
cat <<'END'
no $expansion here
END
cat <<-END
	stripped
	END
wc -c <<END
$(seq 1 2000)
END

section variables and expansion
v=abcdef; echo "${v#abc} ${v%def} ${#v} ${v:2:2} ${none:-default}"
set -- a 'b c' d; echo $#; for x in "$@"; do echo "[$x]"; done
echo "$(echo nested $(echo substitution))"
case foobar in foo*) echo matched;; *) echo no;; esac
i=0; while [ $i -lt 3 ]; do i=$((i + 1)); done; echo $i
f() { local y=$1; echo "f $y"; return 4; }; f arg; echo "returned $?"
echo *.none; touch q1 q2 q3; echo q?; rm q?

section traps
sh -c 'trap "echo got TERM; exit 9" TERM; kill -TERM $$; echo not reached'; echo "status $?"
sh -c 'trap "echo leaving" EXIT; exit 5'; echo "status $?"
sh -c 'trap "" INT; kill -INT $$; echo survived'; echo "status $?"
sh -c 'trap "echo usr1" USR1; kill -USR1 $$; kill -USR1 $$; echo done'
sh -c 'trap "echo child" CHLD; (exit 3) & wait $!; echo waited $?'

section exit statuses
sh -c 'exit 7'; echo "exit $?"
sh -c 'kill -KILL $$'; echo "killed $?"
sh -c 'kill -SEGV $$'; echo "segv $?"
sh -c 'kill -ABRT $$' ; echo "abrt $?"
sh -c 'kill -TERM $$'; echo "term $?"
/nonexistent; echo "missing $?"
echo text > noexec; ./noexec; echo "not executable $?"; rm noexec
printf '#!/bin/sh\necho script "$0" "$@"\n' > script; chmod +x script; ./script 1 2; echo $?
printf '#!/nonexistent\n' > bad; chmod +x bad; ./bad; echo "bad interpreter $?"
printf '#!/bin/cat\nshown by cat\n' > catme; chmod +x catme; ./catme
printf '\177ELFgarbage' > elf; chmod +x elf; ./elf 2>/dev/null; echo "bad elf $?"

section background jobs
sleep 100 & p=$!; kill $p; wait $p; echo "sleep ended with $?"
(sleep 0.1; exit 6) & wait $!; echo "subshell $?"
for n in 1 2 3; do (exit $n) & done; wait; echo "all waited $?"
{ sleep 0.2; echo second; } & echo first; wait
sh -c 'sleep 100 & sleep 100 & kill $(jobs -p); wait; echo none left'
cat /dev/null & wait; echo end of jobs

section forks
n=0; i=0
while [ $i -lt 200 ]; do (exit $((i % 7))); n=$((n + $?)); i=$((i + 1)); done
echo "200 forks, sum $n"
i=0; while [ $i -lt 50 ]; do (exit 0) & i=$((i + 1)); done; wait; echo "50 at once"
echo "$(for a in 1 2 3 4 5; do echo $(echo $a | cat); done)" | paste -s -d' ' -

section files
mkdir -p d/e/f; echo data > d/e/file; ln d/e/file d/hard; ln -s e/file d/soft
ln -s nowhere d/dangling
ls -l d | awk '{print $1, $2, $NF}' | tail -n +2
cat d/soft d/hard; readlink d/soft; cat d/dangling; echo $?
stat -c '%F %a %h %s' d/e/file d/soft; stat -c '%F %a %h' d
mv d/e/file d/e/moved; cat d/hard; cat d/soft; echo "soft $?"
chmod 640 d/hard; stat -c %a d/e/moved; chmod u+s,g-r d/hard; stat -c %a d/hard
rmdir d/e; echo "rmdir $?"; rm -r d; ls d; echo "ls $?"
mkdir x; mkdir x; echo "again $?"; touch x/y; rmdir x; rm -rf x
echo 12345 > t; truncate -s 3 t; cat t; echo; truncate -s 8 t; od -c t; rm t
umask 027; touch masked; stat -c %a masked; umask 022; rm masked
cp /bin/busybox bb; cmp bb /bin/busybox && echo same; rm bb
ln -s loop1 loop2; ln -s loop2 loop1; cat loop1; rm loop1 loop2
touch -d '2020-01-02 03:04:05' old; stat -c %Y old; [ old -ot /init ] && echo older; rm old

section redirection
echo out > o; echo more >> o; cat < o; wc -l < o
sh -c 'echo err >&2; echo out' > o 2> e; cat o; cat e
sh -c 'echo err >&2; echo out' > o 2>&1; sort o
exec 5> o; echo five >&5; exec 5>&-; cat o; echo x >&5; echo "closed $?"
set -C; echo clobber > o; echo "noclobber $?"; set +C
cat < /nonexistent; echo "no file $?"; rm o e
echo full > /dev/full; echo "full $?"
cat /dev/null | wc -c; head -c 10 /dev/zero | od -An -tx1; head -c 100 /dev/urandom | wc -c

section tar and gzip
mkdir tree; seq 1 500 > tree/numbers; echo hi > tree/hi; ln -s hi tree/link
mkdir tree/sub; chmod 700 tree/sub
tar -cf tree.tar tree; tar -tf tree.tar | sort
gzip -k tree.tar; gunzip -c tree.tar.gz | cmp - tree.tar && echo intact
mkdir out; tar -xzf tree.tar.gz -C out; diff -r tree out/tree && echo identical
stat -c %a out/tree/sub; readlink out/tree/link; rm -r tree out tree.tar*
seq 1 100 | gzip | gzip -d | md5sum
seq 1 100 | bzip2 | bunzip2 | sha256sum
mkdir c; echo 1 > c/1; echo 2 > c/2
(cd c; ls | cpio -o -H newc 2>/dev/null) | cpio -t 2>/dev/null; rm -r c

section text tools
printf 'pear 3\napple 10\nfig 2\n' > fruit
sort fruit; sort -k2 -n fruit; sort -r fruit | head -n 1
awk '{n += $2; print NR, toupper($1)} END {printf "%d items %.2f\n", NR, n / NR}' fruit
sed -e 's/p\(.\)/P\1/g' -e '/fig/d' fruit; sed -n '2,3p' fruit
grep -c p fruit; grep -v apple fruit; grep -E '^(fig|pear) ' fruit; grep none fruit
echo "grep $?"
cut -d' ' -f1 fruit | uniq; tr a-z A-Z < fruit; rev fruit; tac fruit
printf 'a b\nc d\n' | xargs -n1 echo item; expr 7 \* 6; printf '%05d|%-5s|%x\n' 42 ab 255
seq 10 -3 1 | paste -s -d' ' -; echo 'scale' | md5sum | cut -c1-8
base64 fruit | base64 -d | cmp - fruit && echo base64
diff fruit - <<END
pear 3
apple 11
fig 2
END
rm fruit

section find
mkdir -p a/b/c; touch a/1.txt a/b/2.txt a/b/c/3.log; chmod 600 a/1.txt
find a | sort; find a -name '*.txt' | sort; find a -type d | wc -l; find a -perm 600
find a -name '*.log' -exec echo found {} \; ; find a -type f -exec rm {} +
find a -type f | wc -l; rm -r a

section fifo
mkfifo fifo; stat -c %F fifo
cat fifo > got & echo through the fifo > fifo; wait; cat got
(echo 1; echo 2) > fifo & sort -r fifo; wait; rm fifo got

section dd
dd if=/dev/zero of=z bs=512 count=4 2>&1 | head -n 2; stat -c %s z
printf abcdef > z; dd if=z bs=1 skip=2 count=3 2>/dev/null; echo
dd if=/dev/zero of=z bs=1 count=1 seek=9999 conv=notrunc 2>/dev/null; stat -c %s z
od -An -c z | head -n 2; rm z

section timeout
timeout 1 sleep 10; echo "timeout $?"
timeout 10 sh -c 'exit 3'; echo "in time $?"
timeout -s KILL 1 sleep 10; echo "killed $?"

section users
grep -c . /etc/passwd
su nobody -s /bin/sh -c 'id -u; id -g; touch /denied; echo "denied $?"; cat /etc/secret'
su nobody -s /bin/sh -c 'kill -0 1; echo "kill $?"; echo mine > /tmp/mine;
	stat -c %u /tmp/mine; chown 0 /tmp/mine; echo "chown $?"'
mkdir sticky; chmod 1777 sticky; touch sticky/root
su nobody -s /bin/sh -c 'rm -f sticky/root'; ls sticky; rm -rf sticky mine

section processes
ps -o pid,comm | awk '$1 == 1 {print $2}'; cat /proc/1/comm
tr '\0' ' ' < /proc/self/cmdline; echo
grep -E '^(Name|State|PPid):' /proc/self/status | tr -d '\t' | sed 's/PPid:.*/PPid:N/'
readlink /proc/self/exe; ls -l /proc/self/fd/0 | awk '{print $1}'; ls /proc/self/task | wc -l
awk '{print NF}' /proc/self/stat; awk '{print NF}' /proc/uptime; awk '{print NF}' /proc/loadavg
grep -c '^processor' /proc/cpuinfo
grep -E '^(MemTotal|MemFree|MemAvailable|Buffers|Cached):' /proc/meminfo | wc -l
sleep 5 & kill -STOP $!; sleep 0.1; sed 's/.*) \(.\).*/\1/' /proc/$!/stat; kill -CONT $!
sleep 0.1; sed 's/.*) \(.\).*/\1/' /proc/$!/stat; kill $!; wait
ulimit -n 64; ulimit -n; setsid sh -c 'echo in a new session'
pidof nothing; echo "pidof $?"; kill -0 99999; echo "no process $?"

section mounts
mkdir m; mount -t tmpfs -o size=64k,mode=700 none m; stat -c %a m
grep ' /tmp/m ' /proc/mounts | cut -d' ' -f1-3
dd if=/dev/zero of=m/big bs=1k count=100 2>&1 | tail -n 1 | cut -d, -f1; umount m; ls m | wc -l
mkdir m/x; mount -o bind m m/x; touch m/x/seen; ls m; umount m/x; mount -t nosuch none m
echo "type $?"
mount -t tmpfs none m; mount -o remount,ro none m; touch m/f; echo "read-only $?"
umount m; umount m; echo "umount $?"; rm -r m

section limits and errors
sh -c 'ulimit -f 1; dd if=/dev/zero of=big bs=1k count=10 2>/dev/null; echo "fsize $?"'
rm -f big
sh -c 'cd /nonexistent'; echo "cd $?"; cat /tmp; echo "directory $?"; sh -c ': > /'
echo "is a directory $?"
echo x > /proc/version; echo "proc $?"; rm /proc/version; echo "rm $?"
n=$(printf '%300s' x | tr ' ' y); touch "$n"; echo "long name $?"
sh -c 'ulimit -v 20000; echo still runs'
printf 'a%.0s' $(seq 1 3000) | wc -c

section devices
[ -c /dev/null ] && echo null; mknod n c 1 3; echo lost > n; cat n | wc -c; rm n
echo hello > /dev/tty 2>/dev/null || echo no tty; tty; echo "tty $?"
ls -l /dev/zero | awk '{print $1, $5, $6}'

section time
[ "$(date +%Y)" -ge 2020 ] && echo after 2020; sleep 0.01 && echo slept
a=$(cut -d. -f1 /proc/uptime); [ "$a" -lt 3600 ] && echo just started
