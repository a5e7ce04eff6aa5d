#!/bin/bash
# SPDX-License-Identifier: MIT
# Translations on disk: used by the next recording and by replay, and never in the
# place of code that is not what it was.
. "$(dirname "$0")/../roundtrip/roundtrip_lib.sh"
need cc od dd
cd "$work"
cache=$work/cache
export DEJA_CACHE_DIR=$cache DEJA_LOG=debug

# run COMMAND...: recorded; leaves out and err, and in $translated how many blocks
# were made
run()
{
	rm -rf trace
	timeout 60 "$DEJA" record -o trace "$@" >out 2>err || fail "record $*: status $?: $(cat err)"
	count
}

count()
{
	translated=$(translated_blocks err)
}

replay_it()
{
	timeout 60 "$DEJA" replay -a trace >out 2>err || fail "replay: status $?: $(cat err)"
	count
}

prints()
{
	[ "$(cat out)" = "$1" ] || fail "$2: it prints $(cat out), not $1"
}

few() { [ "$translated" -lt 30 ] || fail "$1: $translated blocks were translated"; }
many() { [ "$translated" -gt 300 ] || fail "$1: only $translated blocks were translated"; }
files() { ls -A "$cache" | wc -l; }
inodes() { ls -Ai "$cache"; }

cat >prog.c <<END
#include <stdio.h>
int value(void);
static __attribute__((noinline)) int own(void) { return OWN; }
int main(void) { printf("%d %d\n", own(), value()); return 0; }
END
echo 'int value(void) { return VALUE; }' >lib.c
# build OWN VALUE: the same bytes but for the two numbers, in the same files
build()
{
	cc -O1 -Wl,--build-id=none -shared -fPIC -DVALUE="$2" lib.c -o new.so &&
		cc -O1 -Wl,--build-id=none,-z,now -DOWN="$1" prog.c -L. -l:new.so -Wl,-rpath,"$work" -o new || exit 1
	cat new.so >libvalue.so
	sed 's/new\.so/lib.so/' new >prog
	cat new.so >lib.so
	chmod +x prog
	touch -d @1000000000 prog lib.so
}
build 1 2

# ---- it is used ----

run ./prog
prints "1 2" "the first run"
many "the first run"
[ "$(files)" = 1 ] || fail "one file was to be kept: $(ls -A "$cache")"
[ "$(stat -c %a "$cache" "$cache"/*)" = "$(printf '700\n600')" ] || fail "others may look into it"
first=$(inodes)
run ./prog
prints "1 2" "the second run"
few "the second run"
[ "$(inodes)" = "$first" ] || fail "what had not grown was written again"
replay_it
prints "1 2" "the replay"
few "the replay"

# A replay writes nothing.
rm -rf "$cache"
replay_it
many "a replay without the cache"
[ ! -e "$cache" ] || fail "the replay kept translations"

# ---- other code in the same place ----

run ./prog
build 3 2
run ./prog
prints "3 2" "a program that was built again, with the same time and size"
build 3 4
run ./prog
prints "3 4" "a library that was built again"
few "a library that was built again"
run ./prog
prints "3 4" "the same once more"
few "the same once more"
replay_it
prints "3 4" "its replay"

# Code that a run may change, and the next one does.
cat >changes.c <<END
#include <stdio.h>
__attribute__((noipa, section(".changes,\"awx\",@progbits#"))) int f(void) { return 0x11223344; }
int main(int argc, char **argv)
{
	volatile unsigned char *p = (void *)f;
	(void)argv;
	for (int n = 0; n < argc; n++) {
		printf("%x\n", f());
		for (int i = 0; i < 16; i++)
			if (p[i] == 0x44 + n) {
				p[i]++;
				break;
			}
	}
	printf("%x\n", f());
	return 0;
}
END
cc -O1 -Wl,--no-warn-rwx-segments changes.c -o changes 2>/dev/null || cc -O1 changes.c -o changes || exit 1
for arguments in "" "1 2" "" "1" "1 2 3"; do
	./changes $arguments >native
	run ./changes $arguments
	cmp -s native out || fail "changed code ($arguments): $(cat out)"
	sh -c "./changes; ./changes $arguments; ./changes" >native
	DEJA_CACHE_DIR= run sh -c "./changes; ./changes $arguments; ./changes"
	cmp -s native out || fail "shared changed code ($arguments): $(cat out)"
done

# ---- damage ----

rm -rf "$cache"
run ./prog
file=$(echo "$cache"/*)
cp "$file" good
size=$(stat -c %s good)
for i in $(seq 0 24); do
	at=$((i < 4 ? i * 16 : size * i / 25))
	byte=$(od -An -tu1 -j$at -N1 good)
	printf "\\$(printf %o $((byte ^ 255)))" | dd of="$file" bs=1 seek=$at conv=notrunc 2>/dev/null
	cmp -s good "$file" && fail "damage at $at: nothing was damaged"
	run ./prog
	prints "3 4" "damage at $at of $size"
	many "damage at $at of $size"
	cp good "$file"
done
for bytes in 0 1 100 $((size / 2)) $((size - 1)); do
	head -c "$bytes" good >"$file"
	run ./prog
	prints "3 4" "cut at $bytes"
	many "cut at $bytes"
	run ./prog
	few "replaced after it was cut at $bytes"
done

# ---- whose it is ----

chmod 666 "$file"
run ./prog
many "a file that others may write"
chmod 777 "$cache"
run ./prog
many "a directory that others may write"
chmod 700 "$cache"
rm "$cache"/*
cp good target
ln -s "$work/target" "$file"
run ./prog
prints "3 4" "a link"
many "a link"
cmp -s good target || fail "the link was followed"

DEJA_CACHE_DIR=$work/file/cache
touch "$work/file"
run ./prog
prints "3 4" "a place that cannot be"
DEJA_CACHE_DIR=
run ./prog
many "switched off"
unset DEJA_CACHE_DIR HOME
run ./prog
many "no home"
export HOME=$work/home
run ./prog
[ -d "$HOME/.cache/deja" ] || fail "the default place is not used"
run --aslr ./prog
[ "$(ls "$HOME/.cache/deja" | wc -l)" = 1 ] || fail "kept with address randomisation"

# ---- several at once ----

export DEJA_CACHE_DIR=$work/at-once
for i in 1 2 3 4; do
	DEJA_LOG= "$DEJA" record -o "trace$i" sh -c './prog; ./prog' >"out$i" 2>&1 &
done
wait
for i in 1 2 3 4; do
	[ "$(cat "out$i")" = "$(printf '3 4\n3 4')" ] || fail "at once: $(cat "out$i")"
done
[ "$(ls -A "$DEJA_CACHE_DIR" | wc -l)" = 2 ] || fail "at once: $(ls -A "$DEJA_CACHE_DIR")"
run ./prog
few "after several at once"
finish
