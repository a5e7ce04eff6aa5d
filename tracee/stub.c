// SPDX-License-Identifier: MIT
// Empty processes for replay. The first is a fork of the supervisor that executes a
// program of one page, and is never run; all others are copies of it: a copy has
// little to copy, is traced from its start and has the filter.
#include <elf.h>
#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/personality.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "common/cleanup.h"
#include "preload/runtime.h"
#include "tracee/private.h"

/* Where the stub lies: below deja's own memory. */
#define STUB_ADDR (RT_BASE - 0x20000)

/* A static program of one page that does nothing but hold a SYSCALL. */
struct stub {
	Elf64_Ehdr header;
	Elf64_Phdr segment;
	uint8_t code[8];
};

static int make_stub(void)
{
	static const uint8_t code[8] = { 0x0f, 0x05, 0xeb, 0xfc };
	struct stub stub = {
		.header = { .e_ident = { ELFMAG0, ELFMAG1, ELFMAG2, ELFMAG3, ELFCLASS64,
					 ELFDATA2LSB, EV_CURRENT },
			    .e_type = ET_EXEC,
			    .e_machine = EM_X86_64,
			    .e_version = EV_CURRENT,
			    .e_entry = STUB_ADDR + offsetof(struct stub, code),
			    .e_phoff = offsetof(struct stub, segment),
			    .e_ehsize = sizeof(Elf64_Ehdr),
			    .e_phentsize = sizeof(Elf64_Phdr),
			    .e_phnum = 1 },
		.segment = { .p_type = PT_LOAD,
			     .p_flags = PF_R | PF_X,
			     .p_vaddr = STUB_ADDR,
			     .p_paddr = STUB_ADDR,
			     .p_filesz = sizeof(struct stub),
			     .p_memsz = sizeof(struct stub),
			     .p_align = DEJA_PAGE_BYTES },
	};
	int fd = memfd_create("deja-stub", MFD_CLOEXEC);

	memcpy(stub.code, code, sizeof(code));
	if (fd >= 0 && write(fd, &stub, sizeof(stub)) == (ssize_t)sizeof(stub))
		return fd;
	return -errno;
}

/* Unmaps what the kernel gave the stub; the vDSO is sealed and stays. */
static int unmap_stub(struct task *t)
{
	struct vmap m = { 0 };
	int64_t result;
	int r = vmap_read_proc(t->os_tid, &m);

	for (size_t i = 0; !r && i < m.n; i++) {
		const struct vma *v = &m.vmas[i];

		if (v->flags & (VMA_VDSO | VMA_VVAR) || space_is_ours(t->space, v->start, v->end))
			continue;
		r = task_inject(t, SYS_munmap, (uint64_t[6]){ v->start, v->end - v->start },
				&result);
	}
	vmap_deinit(&m);
	return r;
}

static int stub_start(struct tracees *w, bool compat_layout, struct task **ret)
{
	char *none[] = { NULL }, *argv[] = { (char *)"deja-replay", NULL };
	struct launch l = { .argv = argv,
			    .envp = none,
			    .personality =
				    ADDR_NO_RANDOMIZE | (compat_layout ? ADDR_COMPAT_LAYOUT : 0) };
	cleanup_close int fd = make_stub();
	struct task *t = calloc(1, sizeof(*t));
	int r = fd < 0 ? fd : 0;

	l.fd = fd;
	if (!t)
		r = -ENOMEM;
	if (!r)
		r = spawn_launch(&l, &t->os_tid);
	if (r) {
		free(t);
		return fail_errno(r, "cannot start the process for replay");
	}
	t->tracees = w;
	r = spawn_finish_exec(t);
	if (r)
		task_destroy(t);
	else
		*ret = t;
	return r;
}

/* A copy of the stub, stopped before its SYSCALL. */
static int stub_copy(struct tracees *w, bool compat_layout, pid_t *ret, struct regs *ret_regs)
{
	struct task **stub = &w->stubs[compat_layout];
	int64_t child;
	int r = *stub ? 0 : stub_start(w, compat_layout, stub);

	if (!r)
		r = task_inject_at(*stub, (*stub)->machine.rip, SYS_clone,
				   (uint64_t[6]){ CLONE_PARENT | SIGCHLD }, &child);
	if (r)
		return r;
	if (child < 0)
		return fail_errno((int)child, "cannot start the process for replay");
	*ret = (pid_t)child;
	*ret_regs = (*stub)->machine;
	return task_wait_for_child(w, *ret);
}

int tracees_spawn_empty(struct tracees *w, pid_t tid, const struct space_layout *layout,
			const struct dbt_code_id *image, bool compat_layout, struct task **ret)
{
	struct regs regs = { 0 };
	struct task *t;
	pid_t pid = -1;
	int r = stub_copy(w, compat_layout, &pid, &regs);

	if (r)
		return r;
	t = task_new(w, tid, pid);
	if (!t)
		return -ENOMEM;
	t->regs = t->machine = regs;
	t->space = space_new(w, pid);
	r = t->space ? space_install(t, layout, image) : -ENOMEM;
	if (!r)
		r = unmap_stub(t);
	if (r)
		task_destroy(t);
	else
		*ret = t;
	return r;
}
