# SPDX-License-Identifier: MIT
# For bash scripts that run programs natively, record and replay them, and
# compare. A script sources this file, calls `roundtrip` as often as it likes,
# and ends with `finish`. Everything lies in one temporary directory with a HOME
# and a place for traces of its own; at the end it is removed, and a process
# that is still there is an error.
#
#	. "$(dirname "$0")/../roundtrip_lib.sh"
#	need perl
#	prepare() { seq 1000 >numbers; }	# fills the fresh working directory
#	roundtrip sum perl -e 'print eval join "+", 1..10'
#	finish
#
# What a script may set before roundtrip:
#	VARIES=1	the output of two runs differs (pids, times): the native
#			output is not compared, that of the replay always is
#	RECORD_OPTIONS	options of `deja record`
#	RECORD_ENVIRONMENT, REPLAY_ENVIRONMENT	settings (NAME=VALUE ...) for deja
#	STDIN		file for standard input (/dev/null)
#	SECONDS_EACH	limit for one run (60)

set -u
ulimit -c 0
umask 022

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
DEJA=${DEJA:-$here/../../build/deja}
DEJA=$(realpath "$DEJA") && [ -x "$DEJA" ] || { echo "no deja: build it, or set DEJA"; exit 1; }
work=$(mktemp -d "${TMPDIR:-/tmp}/deja-test.XXXXXX")
mkdir "$work/home" "$work/traces" "$work/results" "$work/tmp"
export HOME=$work/home DEJA_TRACE_DIR=$work/traces TMPDIR=$work/tmp
export DEJA_TEST_ID=${work##*/} LC_ALL=C.UTF-8 TZ=UTC0 PATH=/usr/local/sbin:/usr/sbin:/sbin:/usr/local/bin:/usr/bin:/bin
unset XDG_DATA_HOME XDG_CONFIG_HOME XDG_CACHE_HOME DEJA_CACHE_DIR DEJA_LOG PYTHONPATH PERL5LIB
failures=0
# The scripts of tests/roundtrip/real are told the variant.
case ${1:-plain} in
verify) RECORD_OPTIONS=--verify=1000000 ;;
esac

fail()
{
	echo "FAILED: $*" >&2
	failures=$((failures + 1))
}

skip()
{
	echo "skipped: $*"
	rm -rf "$work"
	trap - EXIT
	exit 77
}

need()
{
	local tool
	for tool; do
		command -v "$tool" >/dev/null || skip "$tool is not installed (tools/setup installs it)"
	done
}

# The processes that this test started, by its mark in their environment.
leftover_processes()
{
	local dir
	for dir in /proc/[0-9]*; do
		[ "${dir#/proc/}" = $$ ] && continue
		[ "${dir#/proc/}" = "$BASHPID" ] && continue
		tr '\0' '\n' 2>/dev/null <"$dir/environ" | grep -qx "DEJA_TEST_ID=$DEJA_TEST_ID" || continue
		# The subshells and pipes of this very function are gone by now.
		[ -d "$dir" ] && echo "${dir#/proc/}"
	done 2>/dev/null
}

# They may be about to end: up to 5 s are theirs.
check_no_process_left()
{
	local left deadline=$((SECONDS + 5))
	while left=$(leftover_processes) && [ -n "$left" ]; do
		if [ $SECONDS -ge $deadline ]; then
			fail "processes were left behind:"
			ps -o pid,ppid,stat,args -p "$(echo $left | tr ' ' ,)" >&2
			kill -KILL $left 2>/dev/null
			return
		fi
		sleep 0.05
	done
}

cleanup()
{
	local status=$?
	trap - EXIT
	check_no_process_left
	cd / && rm -rf "$work"
	[ "$status" = 0 ] && [ "$failures" != 0 ] && status=1
	exit "$status"
}
trap cleanup EXIT
trap 'exit 1' INT TERM

finish()
{
	[ "$failures" = 0 ] && echo "passed"
	exit $((failures != 0))
}

# translated_blocks FILE: how many, by what deja said there with DEJA_LOG=debug
translated_blocks()
{
	sed -n 's/^deja: translator: \([0-9]*\) blocks.*/\1/p' "$1" | awk '{ n += $1 } END { print n + 0 }'
}

prepare() { :; }

fresh_cwd()
{
	cd / && rm -rf "$work/cwd" && mkdir "$work/cwd" && cd "$work/cwd" && prepare
}

# run_step NAME STEP COMMAND...: results/NAME.STEP.{out,err,status}
run_step()
{
	local base=$work/results/$1.$2 limit=${SECONDS_EACH:-60} began=$SECONDS
	shift 2
	{
		timeout -k 5 "$limit" "$@" <"${STDIN:-/dev/null}" >"$base.out" 2>"$base.err.all"
		echo $? >"$base.status"
	} 2>/dev/null
	# What deja itself says is no output of the program.
	grep -av '^deja: ' "$base.err.all" >"$base.err"
	[ $((SECONDS - began)) -lt "$limit" ] || fail "${base##*/}: no end after $limit s"
}

# same NAME STEP1 STEP2 PART
same()
{
	local a=$work/results/$1.$2.$4 b=$work/results/$1.$3.$4
	cmp -s "$a" "$b" && return
	fail "$1: $4 of $2 and $3 differ:"
	diff -a "$a" "$b" | head -20 >&2
	# The cause, when deja gave one.
	grep -ah '^deja: ' "$work/results/$1.$3.err.all" | head -30 >&2
	return 1
}

status_of()
{
	cat "$work/results/$1.$2.status"
}

native()
{
	local name=$1
	shift
	fresh_cwd
	run_step "$name" native "$@"
}

record()
{
	local name=$1
	shift
	fresh_cwd
	run_step "$name" recorded env ${RECORD_ENVIRONMENT:-} "$DEJA" record ${RECORD_OPTIONS:-} -o "$work/traces/$name" "$@"
}

# The program's files are gone by then: a replay must not need them.
replay()
{
	cd / && rm -rf "$work/cwd"
	run_step "$1" replayed env ${REPLAY_ENVIRONMENT:-} "$DEJA" replay -a "$work/traces/$1"
}

# roundtrip NAME COMMAND...
roundtrip()
{
	local name=$1
	native "$@"
	record "$@"
	same "$name" native recorded status
	if [ -z "${VARIES:-}" ]; then
		same "$name" native recorded out
		same "$name" native recorded err
	fi
	replay "$name"
	same "$name" recorded replayed status &&
		same "$name" recorded replayed out &&
		same "$name" recorded replayed err
	grep -ah '^deja: .*no rule' "$work/results/$name.recorded.err.all" | sort | uniq -c
	rm -rf "$work/traces/$name"
}
