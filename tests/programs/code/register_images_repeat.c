// SPDX-License-Identifier: MIT
// Whether registers that hold 0 are in use, an XSAVEC image says as it did when
// recorded, though the kernel switches tasks elsewhere: each save is code that runs
// for the first time, which is translated in the recording only.
// output: varies
#include <cpuid.h>

#include "check.h"

#define SAVES 64

extern const char saves[], saves_end[];
char register_image[4096] __attribute__((aligned(64)));

__asm__(".text\n"
	".balign 64\n"
	"saves: .rept 64\n"
	".balign 64\n"
	"mov $0xe7, %eax\n xor %edx, %edx\n xsavec64 register_image(%rip)\n ret\n"
	".endr\n"
	".balign 64\n"
	"saves_end:\n");

int main(void)
{
	unsigned a, b, c, d;

	if (!__get_cpuid(1, &a, &b, &c, &d) || !(c & bit_OSXSAVE) ||
	    !__get_cpuid_count(0xd, 1, &a, &b, &c, &d) || !(a & 2))
		return 0;
	CHECK(saves_end - saves == SAVES * 64);
	for (int i = 0; i < SAVES; i++) {
		memset(register_image, 0xa5, sizeof(register_image));
		memset(register_image + 512, 0, 64);
		__asm__ volatile("pxor %%xmm0, %%xmm0\n pxor %%xmm1, %%xmm1\n"
				 "fninit\n fldz\n fstp %%st(0)\n"
				 "vzeroall\n call *%0"
				 :
				 : "r"(saves + i * 64)
				 : "rax", "rdx", "memory");
		printf("%02x %02x%02x\n", register_image[512] & 0xff, register_image[160] & 0xff,
		       register_image[576] & 0xff);
	}
	return 0;
}
