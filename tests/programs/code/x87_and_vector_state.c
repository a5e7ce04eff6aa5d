// SPDX-License-Identifier: MIT
// Floating point of all ages, with a saved environment that names an address of
// the program.
#include <fenv.h>
#include <math.h>

#include "check.h"

int main(void)
{
	struct {
		uint32_t control, status, tag, ip, selector, operand, data;
	} environment;
	long double x = 2.0L;
	float vector[8] = { 1, 2, 3, 4, 5, 6, 7, 8 };
	double sum = 0;

	for (int i = 0; i < 50; i++)
		x = sqrtl(x + 1.0L);
	__asm__ volatile("fldpi\n fstp %%st(0)\n fnstenv %0" : "=m"(environment));
	/* AMD's processors forget it when the kernel switches tasks. */
	CHECK(!environment.ip || environment.ip - (uint32_t)(uintptr_t)main < 4096);
	for (int i = 0; i < 8; i++)
		sum += sqrt(vector[i]);
	CHECK(!fesetround(FE_TOWARDZERO));
	printf("%.15Lf %.12f %.3f\n", x, sum, 2.0 / 3);
	return 0;
}
