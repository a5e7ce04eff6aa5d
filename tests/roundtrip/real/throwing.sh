#!/bin/bash
# SPDX-License-Identifier: MIT
# A C++ program that throws through frames and out of main; a crash in a handler.
. "$(dirname "$0")/../roundtrip_lib.sh"
need g++
cat >"$work/t.cc" <<'CXX'
#include <cstdio>
#include <stdexcept>
struct Guard { int n; ~Guard() { std::printf("~%d\n", n); } };
static void deep(int n) { Guard g{n}; if (n == 0) throw std::out_of_range("deep"); deep(n - 1); }
int main() {
	for (int i = 0; i < 50; i++) { try { deep(i % 10); } catch (std::logic_error &e) { std::puts(e.what()); } }
	try { try { deep(2); } catch (...) { throw; } } catch (std::exception &) { std::puts("again"); }
	std::fflush(stdout);
	throw 42;
}
CXX
cat >"$work/h.c" <<'C'
#include <signal.h>
#include <unistd.h>
static void h(int s) { (void)s; write(1, "in handler\n", 11); *(volatile int *)8 = 1; }
int main(void) { signal(SIGUSR1, h); raise(SIGUSR1); return 0; }
C
g++ -O1 -g "$work/t.cc" -o "$work/t" && gcc -g "$work/h.c" -o "$work/h" 2>/dev/null || fail "compile"
roundtrip throw "$work/t"
roundtrip crash "$work/h"
finish
