// SPDX-License-Identifier: MIT
// XSAVE, XSAVEC and XSAVEOPT store their images through any operand, into a page that
// holds code that was run and into one that is made accessible by the handler of their
// fault, and leave flags and all other registers alone.
#include <asm/prctl.h>
#include <cpuid.h>
#include <sys/mman.h>
#include <sys/syscall.h>

#include "check.h"

#define PAGE  4096
#define HALF  640 /* of an image: in front of most of the AVX state */
#define BYTES 1024

/* The registers' upper halves are all ones (used) or initial. Returns the flags. */
#define STORE(name, insn)                                                                     \
	extern uint64_t name(void *image, int used);                                          \
	__asm__(".text\n" #name ": push %rbx\n mov %rdi, %rbx\n vzeroall\n fninit\n"         \
		"test %esi, %esi\n jz 1f\n vpcmpeqd %ymm1, %ymm1, %ymm1\n"                    \
		"vmovdqa %ymm1, %ymm9\n fldpi\n"                                              \
		"1: mov $2, %ecx\n xor %edx, %edx\n mov $0x7fffffff, %eax\n add $1, %eax\n"   \
		"mov $7, %eax\n stc\n" insn "\n pushf\n pop %rax\n cmp $2, %rcx\n jne 2f\n" \
		"test %rdx, %rdx\n jz 3f\n 2: xor %eax, %eax\n"                               \
		"3: vzeroall\n fninit\n pop %rbx\n ret\n")

#define FLAGS	  0x8d5
#define FLAGS_SET 0x895

STORE(save, "xsave64 (%rbx)");
STORE(save_compact, "xsavec64 (%rbx)");
STORE(save_optimized, "xsaveopt64 -128(%rbx, %rcx, 8)");
STORE(save_by_32_bits, "addr32 xsavec (%ebx, %edx)");
STORE(save_by_segment, "xsavec64 %gs:64(, %rcx, 8)");
STORE(save_by_name, "xsavec64 register_image(%rip)");

uint8_t register_image[BYTES] __attribute__((aligned(64)));

static uint8_t *pages; /* two, below 4 GiB */
static volatile int faults;

/* The processor need not store what is not in use: where that goes, there are zeros. */
static void check(uint8_t *image, uint64_t flags, int used)
{
	static const uint8_t none[16];
	uint8_t ones[16];

	memset(ones, 0xff, sizeof(ones));
	CHECK((flags & FLAGS) == FLAGS_SET);
	CHECK(!used || (image[512] & 7) == 7);
	CHECK(!used || (image[0] == 0x7f && image[1] == 3));
	for (int i = 0; i < 16; i++) {
		const uint8_t *is = used && (i == 1 || i == 9) ? ones : none;

		CHECK(!memcmp(image + 160 + i * 16, is, 16));
		CHECK(!memcmp(image + 576 + i * 16, is, 16));
	}
	memset(image, 0, BYTES);
}

static void check_operands(int used)
{
	uint8_t *image = pages + 1024;

	check(image, save(image, used), used);
	check(image, save_compact(image, used), used);
	check(image, save_optimized(image + 112, used), used);
	check(image, save_by_32_bits(image, used), used);
	CHECK(!syscall(SYS_arch_prctl, ARCH_SET_GS, image - 80));
	check(image, save_by_segment(NULL, used), used);
	check(register_image, save_by_name(NULL, used), used);
}

/* The end of the image lies where a function was run, and then another one. */
static void check_beside_code(int used)
{
	uint8_t *image = pages + PAGE - HALF, *code = pages + 2 * PAGE - 64;

	CHECK(!mprotect(pages, 2 * PAGE, PROT_READ | PROT_WRITE | PROT_EXEC));
	for (uint8_t i = 0; i < 3; i++) {
		memcpy(code, (uint8_t[]){ 0xb8, i, 0, 0, 0, 0xc3 }, 6);
		CHECK(((int (*)(void))code)() == i);
		check(image, save_compact(image, used), used);
		CHECK(((int (*)(void))code)() == i);
		check(image, save(image, used), used);
	}
}

static void make_accessible(int signo, siginfo_t *info, void *context)
{
	(void)signo;
	(void)context;
	CHECK((uint8_t *)info->si_addr >= pages + PAGE && (uint8_t *)info->si_addr < pages + 2 * PAGE);
	faults++;
	CHECK(!mprotect(pages, 2 * PAGE, PROT_READ | PROT_WRITE));
}

/* What is not in use need not be stored, so there may be no fault. */
static void check_faults(int used)
{
	uint8_t *image = pages + PAGE - HALF;
	int before = faults;

	handle(SIGSEGV, make_accessible, 0);
	CHECK(!mprotect(pages + PAGE, PAGE, PROT_READ));
	check(image, save(image, used), used);
	CHECK(faults >= before + 1);
	CHECK(!mprotect(pages + PAGE, PAGE, PROT_READ));
	check(image, save_compact(image, used), used);
	CHECK(faults >= before + 1 + used);
	CHECK(!mprotect(pages + PAGE, PAGE, PROT_READ));
	check(image, save_optimized(image + 112, used), used);
	CHECK(faults >= before + 1 + 2 * used);
}

int main(void)
{
	unsigned a, b, c, d;

	if (!__builtin_cpu_supports("avx2") || !__get_cpuid_count(0xd, 1, &a, &b, &c, &d) ||
	    !(a & 2))
		SKIP("no XSAVEC");
	pages = mmap(NULL, 2 * PAGE, PROT_READ | PROT_WRITE,
		     MAP_PRIVATE | MAP_ANONYMOUS | MAP_32BIT, -1, 0);
	CHECK(pages != MAP_FAILED);
	for (int used = 0; used < 2; used++) {
		check_operands(used);
		check_beside_code(used);
		check_faults(used);
	}
	return 0;
}
