#!/bin/bash
# SPDX-License-Identifier: MIT
# timeout: 400
# gcc -O2 and g++ compile, link; the programs run; one throws through frames.
. "$(dirname "$0")/../roundtrip_lib.sh"
need gcc g++
SECONDS_EACH=120
prepare()
{
	cat >a.c <<'C'
#include <stdio.h>
#include <math.h>
static int fib(int n) { return n < 2 ? n : fib(n - 1) + fib(n - 2); }
int main(void) { printf("%d %.6f\n", fib(20), sqrt(2)); return 3; }
C
	cat >b.cc <<'CXX'
#include <iostream>
#include <map>
#include <stdexcept>
#include <string>
struct Guard { ~Guard() { std::cout << "unwound\n"; } };
static int deep(int n) { Guard g; if (!n) throw std::runtime_error("thrown"); return deep(n - 1) + 1; }
int main() {
	std::map<std::string, int> m;
	for (int i = 0; i < 100; i++) m["k" + std::to_string(i % 7)] += i;
	for (auto &p : m) std::cout << p.first << ' ' << p.second << '\n';
	try { deep(3); } catch (const std::exception &e) { std::cout << e.what() << '\n'; }
	return 0;
}
CXX
}
roundtrip gcc sh -c 'gcc -O2 -Wall a.c -o a -lm && ./a'
roundtrip g++ sh -c 'g++ -O2 b.cc -o b && ./b'
roundtrip error gcc -c -x c - </dev/null
finish
