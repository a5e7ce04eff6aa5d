// SPDX-License-Identifier: MIT
// Children that share their parent's translations crash, catch it, change code, leave their
// stack, execute and fork, in changing orders: none of it is anybody else's business.
#include <alloca.h>
#include <fcntl.h>
#include <setjmp.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <ucontext.h>

#include "check.h"

typedef int function(void);

static sigjmp_buf out;
static volatile int caught;

static void jump_out(int signo)
{
	caught = signo;
	siglongjmp(out, signo);
}

static void on_own_stack(int signo, void (*handler)(int))
{
	static char memory[65536];
	const stack_t stack = { .ss_sp = memory, .ss_size = sizeof(memory) };
	const struct sigaction action = { .sa_handler = handler, .sa_flags = SA_ONSTACK };

	CHECK(!sigaltstack(&stack, NULL) && !sigaction(signo, &action, NULL));
}

/* ---- wild jumps and stacks ---- */

static int calls_nothing(void)
{
	function *volatile f = NULL;

	return f();
}

static int calls_data(void)
{
	static unsigned char ret[] = { 0xc3 };

	return ((function *)(void *)ret)();
}

static int returns_nowhere(void)
{
	__asm__ volatile("pushq $0x77\n\tret");
	return 1;
}

static int returns_to_no_address(void)
{
	__asm__ volatile("movabs $0x4141414141414141, %rax\n\tpush %rax\n\tret");
	return 1;
}

static int loses_stack(void)
{
	__asm__ volatile("mov $8, %esp\n\tpush %rax");
	return 1;
}

static int stack_is_no_address(void)
{
	__asm__ volatile("movabs $0x8000000000000000, %rax\n\tmov %rax, %rsp\n\tret");
	return 1;
}

static int deep(int n)
{
	volatile char frame[3000];

	frame[0] = (char)n;
	return n ? deep(n - 1) + frame[0] : 0;
}

static int overflows(void)
{
	return deep(1 << 30);
}

static int goes_deep(void)
{
	char *volatile large = alloca(3 << 20);

	memset(large, 1, 3 << 20);
	printf("deep %d\n", deep(1000) & 255);
	return 0;
}

/* ---- caught ---- */

static int catches(function *f, int signo)
{
	on_own_stack(signo, jump_out);
	for (volatile int i = 0; i < 3; i++) {
		if (!sigsetjmp(out, 1))
			f();
		printf("caught %d\n", caught);
	}
	return 0;
}

static int catches_call(void) { return catches(calls_nothing, SIGSEGV); }
static int catches_overflow(void) { return catches(overflows, SIGSEGV); }

static int loops(void)
{
	const struct itimerval soon = { .it_value = { 0, 20000 } };

	CHECK(!setitimer(ITIMER_REAL, &soon, NULL));
	for (volatile unsigned long n = 1; n; n++)
		;
	return 1;
}

static int catches_in_loop(void) { return catches(loops, SIGALRM); }

static void call_nothing(int signo)
{
	(void)signo;
	calls_nothing();
}

static int crashes_in_handler(void)
{
	signal(SIGUSR1, call_nothing);
	return raise(SIGUSR1);
}

static void execute(int signo)
{
	(void)signo;
	execl("/bin/echo", "echo", "from the handler", (char *)NULL);
}

static int executes_in_handler(void)
{
	on_own_stack(SIGSEGV, execute);
	return calls_nothing();
}

/* ---- code ---- */

static void *code_page(void)
{
	void *page = mmap(NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC,
			  MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	CHECK(page != MAP_FAILED);
	return page;
}

/* mov eax, value; ret */
static int run_code(void *at, int value)
{
	const unsigned char code[] = { 0xb8, (unsigned char)value, 0, 0, 0, 0xc3 };

	memcpy(at, code, sizeof(code));
	return ((function *)at)();
}

static int generates(void)
{
	void *page = code_page();
	int sum = 0, status;
	pid_t pid;

	for (int i = 0; i < 20; i++)
		sum += run_code(page, i);
	fflush(NULL);
	pid = fork();
	if (!pid)
		_exit(run_code(page, 9));
	CHECK(waitpid(pid, &status, 0) == pid);
	printf("generated %d %d %d\n", sum, WEXITSTATUS(status), run_code(page, 8));
	return 0;
}

static int patches(void)
{
	char *page = (char *)((uintptr_t)&catches & ~4095ul);

	CHECK(!mprotect(page, 8192, PROT_READ | PROT_WRITE | PROT_EXEC));
	printf("patched %d\n", run_code((void *)(uintptr_t)&catches_overflow, 77));
	return 0;
}

static int writes_to_text(void)
{
	*(volatile char *)(uintptr_t)&deep = 1;
	return 1;
}

/* ---- stacks of its own, processes ---- */

static ucontext_t here, there;

static void side(void)
{
	for (int i = 0; i < 5; i++) {
		printf("side %d\n", i);
		swapcontext(&there, &here);
	}
}

static int changes_stacks(void)
{
	CHECK(!getcontext(&there));
	there.uc_stack.ss_sp = malloc(65536);
	there.uc_stack.ss_size = 65536;
	there.uc_link = &here;
	makecontext(&there, side, 0);
	for (int i = 0; i < 6; i++)
		swapcontext(&here, &there);
	return 0;
}

static int changes_stacks_and_forks(void)
{
	changes_stacks();
	printf("child %x\n", wait_for(spawn(changes_stacks)));
	printf("child %x\n", wait_for(spawn(calls_nothing)));
	return 0;
}

static int vfork_crashes(void)
{
	pid_t pid = vfork();

	if (!pid)
		calls_nothing();
	printf("vfork %x\n", wait_for(pid));
	return 0;
}

static void fork_here(int signo)
{
	pid_t pid = fork();

	(void)signo;
	if (!pid)
		_exit(3);
	CHECK(wait_for(pid) == 0x300);
}

static int forks_in_handler(void)
{
	signal(SIGUSR1, fork_here);
	return raise(SIGUSR1) || raise(SIGUSR1);
}

static int has_small_stack(void)
{
	const struct rlimit small = { 65536, 65536 };

	CHECK(!setrlimit(RLIMIT_STACK, &small));
	return deep(100);
}

static const struct {
	const char *name;
	function *f;
} ways[] = {
#define WAY(f) { #f, f }
	WAY(calls_nothing), WAY(calls_data), WAY(returns_nowhere), WAY(returns_to_no_address),
	WAY(loses_stack), WAY(stack_is_no_address), WAY(overflows), WAY(goes_deep),
	WAY(catches_call), WAY(catches_overflow), WAY(catches_in_loop),
	WAY(crashes_in_handler), WAY(executes_in_handler),
	WAY(generates), WAY(patches), WAY(writes_to_text), WAY(changes_stacks),
	WAY(changes_stacks_and_forks), WAY(vfork_crashes), WAY(forks_in_handler),
	WAY(has_small_stack),
};

static size_t way;

static int goes_its_way(void) { return ways[way].f(); }

/* A child's child does, and the child has what it had. */
static int lets_another(void)
{
	printf("  of another: %x\n", wait_for(spawn(goes_its_way)));
	return goes_its_way();
}

int main(void)
{
	const size_t n = sizeof(ways) / sizeof(ways[0]);
	const struct rlimit none = { 0, 0 };
	unsigned seed = 1;

	CHECK(!setrlimit(RLIMIT_CORE, &none));
	for (size_t i = 0; i < 3 * n; i++) {
		seed = seed * 1103515245 + 12345;
		way = i < n ? i : (seed >> 8) % n;
		printf("%s\n", ways[way].name);
		printf("%x\n", wait_for(spawn(seed >> 20 & 1 ? lets_another : goes_its_way)));
	}
	return 0;
}
