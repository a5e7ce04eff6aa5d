#!/bin/bash
# SPDX-License-Identifier: MIT
# Jumps by slots of linkage tables that the dynamic linker has made read-only are
# translated as what they lead to: they lead elsewhere when the slots change all the
# same, or are others in another process or run.
. "$(dirname "$0")/../roundtrip/roundtrip_lib.sh"
need cc
cd "$work"
export DEJA_CACHE_DIR=$work/cache

cat >lib.h <<'END'
#include <sys/syscall.h>

#define OWN __attribute__((noipa))

/* The resolvers run while slots are not protected yet: no libc here. */
static inline int exists(const char *name)
{
	long r;

	__asm__ volatile("syscall" : "=a"(r)
			 : "a"(SYS_access), "D"(name), "S"(0) : "rcx", "r11", "memory");
	return !r;
}
END
cat >lib.c <<'END'
#include "lib.h"

OWN int f(void) { return 1; }
OWN int g(void) { return 2; }

__asm__(".globl call_f\n"
	"call_f: jmp *f@GOTPCREL(%rip)\n"
	".globl slot_of_f\n"
	"slot_of_f: leaq f@GOTPCREL(%rip), %rax\n"
	"ret\n");
extern int call_f(void);

/* By the linkage table, twice as it calls, not only jumps. */
OWN int both(void) { return f() * 10 + call_f(); }

static int early = -1;

static int get_early(void) { return early; }

static int (*resolve_early(void))(void)
{
	if (exists("early"))
		early = both();
	return get_early;
}

int seen_early(void) __attribute__((ifunc("resolve_early")));
END
cat >pick.c <<'END'
#include "lib.h"

OWN int one(void) { return 1; }
OWN int two(void) { return 2; }

static int (*resolve_one_of(void))(void)
{
	return exists("other") ? two : one;
}

int one_of(void) __attribute__((ifunc("resolve_one_of")));

OWN int call_one_of(void) { return one_of() + 3; }
END
cat >program.c <<'END'
#define _GNU_SOURCE
#include <setjmp.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

int call_f(void), g(void), both(void), seen_early(void), call_one_of(void);
int (**slot_of_f(void))(void);

static char *page;
static sigjmp_buf out;

static void show(const char *what)
{
	for (int i = 0; i < 3; i++)
		printf("%s %d %d %d\n", what, call_f(), both(), call_one_of());
	fflush(stdout);
}

static void protect(int prot)
{
	if (mprotect(page, 4096, prot))
		exit(3);
}

static char *changed_copy(void)
{
	char *copy = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	int (*to)(void) = g;

	memcpy(copy, page, 4096);
	memcpy(copy + ((char *)slot_of_f() - page), &to, sizeof(to));
	return copy;
}

static void change(void)
{
	protect(PROT_READ | PROT_WRITE);
	*slot_of_f() = g;
	show("changed, writable");
	protect(PROT_READ);
	show("changed");
}

static void replace(void)
{
	char *copy = changed_copy(), *kept = changed_copy();

	memcpy(kept, page, 4096);
	if (mremap(copy, 4096, 4096, MREMAP_MAYMOVE | MREMAP_FIXED, page) != page)
		exit(3);
	show("moved there");
	if (mmap(page, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED,
		 -1, 0) != page)
		exit(3);
	memcpy(page, kept, 4096);
	protect(PROT_READ);
	show("mapped there");
}

static void on_segv(int sig)
{
	siglongjmp(out, sig);
}

/* The file has no address there: the kernel's is not relocated. */
static void forget(void)
{
	signal(SIGSEGV, on_segv);
	if (madvise(page, 4096, MADV_DONTNEED))
		exit(3);
	if (sigsetjmp(out, 1))
		puts("nowhere");
	else
		call_f();
	fflush(stdout);
}

static void in_child(void (*what)(void))
{
	int status;

	if (!fork()) {
		what();
		show("child");
		_exit(0);
	}
	wait(&status);
	show("parent");
}

static void forget_only(void)
{
	forget();
	_exit(0);
}

/* Runs itself with another library while it is there, too. */
static void side_by_side(char *program, char *lib)
{
	if (!fork()) {
		setenv("LD_PRELOAD", lib, 1);
		fclose(fopen("other", "w"));
		execl(program, program, "calls", (char *)NULL);
	}
	wait(NULL);
	remove("other");
	show("after that");
}

int main(int argc, char **argv)
{
	page = (char *)((uintptr_t)slot_of_f() & ~4095ul);
	if (argc == 1)
		return 0;
	printf("early %d\n", seen_early());
	if (strcmp(argv[1], "late"))
		show("first");
	if (!strcmp(argv[1], "late") || !strcmp(argv[1], "beside")) {
		side_by_side(argv[0], argc > 2 ? argv[2] : "");
	} else if (!strcmp(argv[1], "changes")) {
		in_child(change);
		in_child(replace);
		in_child(forget_only);
		change();
		show("last");
	}
	return 0;
}
END
echo 'int unused(void) { return 42; }' >a.c
echo 'int f(void) { return 42; }' >b.c
for lib in lib pick a b; do
	cc -O2 -fPIC -shared -Wl,-z,now,-z,relro,--hash-style=sysv $lib.c -o $lib.so ||
		fail "compile $lib"
done
cc -O2 -Wl,-z,now,-z,relro program.c -L. -l:lib.so -l:pick.so -Wl,-rpath,"$work" -o program || fail "compile"

# run NAME COMMAND...: recorded and replayed; prints what it does natively
run()
{
	local name=$1
	shift
	"$@" >native 2>&1
	rm -rf trace
	timeout 60 "$DEJA" record --verify=2000 -o trace "$@" >recorded 2>err || fail "$name: $(cat err)"
	cmp -s native recorded || fail "$name: recorded it prints otherwise: $(diff native recorded)"
	timeout 60 "$DEJA" replay -a trace >replayed 2>err || fail "$name, replayed: $(cat err)"
	cmp -s native replayed || fail "$name: replayed it prints otherwise: $(diff native replayed)"
}

calls='./program calls'
run "not changed" $calls
run "slots that change" ./program changes
run "the same once more" ./program changes
grep -q "^first 1 11 4$" native && grep -q "^child 2 22 4$" native &&
	grep -q "^last 2 22 4$" native && grep -q "^nowhere$" native ||
	fail "the program does not do what is to be tested: $(cat native)"

# The same places, other slots.
rm -rf cache
run "preloaded" env LD_PRELOAD=./a.so $calls
run "from disk, with another function" env LD_PRELOAD=./b.so $calls
grep -q "^first 42 462 4$" native || fail "b.so does not come first: $(cat native)"
rm -rf cache
run "one after the other" sh -c "LD_PRELOAD=./a.so $calls; LD_PRELOAD=./b.so $calls
	LD_PRELOAD=./a.so $calls"
rm -rf cache
run "one after the other, the same files" sh -c "$calls; touch other; $calls; rm other; $calls"
grep -q "^first 1 11 5$" native || fail "no other function is taken: $(cat native)"
# The first one leaves a cache that those side by side share.
for first in ./program "$calls"; do
	for way in beside late; do
		rm -rf cache
		run "$way" sh -c "$first; LD_PRELOAD=./a.so ./program $way ./b.so"
		rm -rf cache
		run "$way, the same files" sh -c "$first; ./program $way"
		touch other
		run "from disk, with another slot" $calls
		rm other
	done
done

# A library that another one calls is closed with it, and is another one then.
cat >outer.c <<'END'
int inner(void);
int outer(void) { return inner() + 1; }
int outer_jumps(void) { return inner(); }
END
cat >opens.c <<'END'
#include <dlfcn.h>
#include <stdio.h>
#include <unistd.h>

static void try(int rounds)
{
	void *lib = dlopen("./outer.so", RTLD_NOW);
	int (*outer)(void) = (int (*)(void))dlsym(lib, "outer");
	int (*jumps)(void) = (int (*)(void))dlsym(lib, "outer_jumps");

	while (rounds--)
		printf("opened %d %d\n", outer(), jumps());
	fflush(stdout);
	dlclose(lib);
}

int main(void)
{
	for (int i = 0; i < 6; i++) {
		unlink("inner.so");
		if (link(i % 2 ? "inner1.so" : "inner2.so", "inner.so"))
			return 1;
		try(3);
	}
	return 0;
}
END
for n in 1 2; do
	echo "int inner(void) { return 10 * $n; }" | cc -O2 -fPIC -shared -x c - -o inner.so &&
		mv inner.so inner$n.so || fail "compile inner"
done
ln inner1.so inner.so
cc -O2 -fPIC -shared -Wl,-z,now,-z,relro outer.c -L. -l:inner.so -Wl,-rpath,"$work" -o outer.so &&
	cc opens.c -o opens || fail "compile opens"
rm -rf cache
for how in "opened again" "opened again, from disk"; do
	run "$how" ./opens
	grep -q " 11 10$" recorded && grep -q " 21 20$" recorded || fail "$how: $(cat recorded)"
done

# Where one library has code, another one had its slots in an earlier run. They are large
# enough for the translations to be kept.
{
	for i in $(seq 300); do
		echo "int f$i(int n) { for (int i = 0; i < 3; i++) n = n * VALUE + i; return n; }"
	done
	echo 'int plug(void) { int n = 1;'
	for i in $(seq 300); do echo "n = f$i(n);"; done
	echo 'return n; }'
	echo 'char unused[ROOM];'
} >plug.c
cat >loads.c <<'END'
#include <dlfcn.h>
#include <stdio.h>
int main(int argc, char **argv)
{
	for (int i = 1; i < argc; i++) {
		void *lib = dlopen(argv[i], RTLD_NOW);

		for (int n = 0; n < 3; n++)
			printf("plugged %d\n", ((int (*)(void))dlsym(lib, "plug"))());
		fflush(stdout);
		if (i + 1 < argc)
			dlclose(lib);
	}
	return 0;
}
END
for pages in 0 2 4 6; do
	cc -O1 -fPIC -shared -Wl,-z,now,-z,relro -DVALUE=$((pages + 5)) -DROOM=$((pages * 4096 + 1)) \
		plug.c -o plug$pages.so || fail "compile plug"
done
cc loads.c -o loads || fail "compile loads"
rm -rf cache
run "plug 0" ./loads ./plug0.so
for pages in 2 4 6; do
	rm -rf trace
	DEJA_LOG=debug timeout 60 "$DEJA" record -o trace ./loads ./plug$pages.so >recorded 2>err
	blocks=$(translated_blocks err)
	[ "$blocks" -lt 400 ] || fail "plug $pages: $blocks blocks were translated, not those of the library alone"
done
for plugs in 6 4 2 0 "4 0 6 2" 2; do
	run "plugs $plugs" ./loads $(printf './plug%s.so ' $plugs)
done

# Before the slots are protected.
rm -rf cache
run "not early" env LD_PRELOAD=./a.so $calls
touch early
run "early, from disk" env LD_PRELOAD=./b.so $calls
grep -q "^early 462$" native || fail "nothing runs early: $(cat native)"
finish
