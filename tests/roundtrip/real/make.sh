#!/bin/bash
# SPDX-License-Identifier: MIT
# label: slow
# timeout: 600
# make of a project of 20 files.
. "$(dirname "$0")/../roundtrip_lib.sh"
need make gcc
SECONDS_EACH=250
prepare()
{
	local i
	for i in $(seq 20); do
		echo "#include <stdio.h>
int f$i(int n) { int s = $i; for (int i = 0; i < n; i++) s = s * 31 + i; return s; }" >f$i.c
	done
	{
		seq -f 'int f%.0f(int);' 20
		echo '#include <stdio.h>'
		echo 'int main(void) { unsigned s = 0;'
		seq -f 's += (unsigned)f%.0f(10);' 20
		echo 'printf("%u\n", s); return 0; }'
	} >main.c
	printf 'objects = main.o $(patsubst %%,f%%.o,%s)\nprogram: $(objects)\n\t$(CC) -o $@ $^\n' "$(seq -s ' ' 20)" >Makefile
}
roundtrip make sh -c 'make CFLAGS=-O1 && ./program && make'
finish
