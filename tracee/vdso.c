// SPDX-License-Identifier: MIT
// Reads the vDSO's dynamic symbols from the tracee with libelf.
#include "tracee/vdso.h"

#include <errno.h>
#include <gelf.h>
#include <libelf.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>

#include "common/cleanup.h"
#include "tracee/os.h"

#define MAX_ENTRIES 16

static const struct {
	const char *name;
	int nr;
} functions[] = {
	{ "clock_gettime", SYS_clock_gettime },
	{ "__vdso_clock_gettime", SYS_clock_gettime },
	{ "gettimeofday", SYS_gettimeofday },
	{ "__vdso_gettimeofday", SYS_gettimeofday },
	{ "time", SYS_time },
	{ "__vdso_time", SYS_time },
	{ "getcpu", SYS_getcpu },
	{ "__vdso_getcpu", SYS_getcpu },
	{ "clock_getres", SYS_clock_getres },
	{ "__vdso_clock_getres", SYS_clock_getres },
	/* Has no call with the same arguments: answers ENOSYS, callers then use
	 * getrandom(2). */
	{ "getrandom", -1 },
	{ "__vdso_getrandom", -1 },
};

struct entries {
	taddr_t pc[MAX_ENTRIES];
	int nr[MAX_ENTRIES];
	size_t n;
};

static void note(struct entries *e, taddr_t pc, const char *name)
{
	for (size_t i = 0; i < e->n; i++)
		if (e->pc[i] == pc)
			return;
	for (size_t i = 0; i < ARRAY_SIZE(functions) && e->n < MAX_ENTRIES; i++)
		if (!strcmp(functions[i].name, name)) {
			e->pc[e->n] = pc;
			e->nr[e->n++] = functions[i].nr;
			return;
		}
}

static void read_symbols(Elf *elf, taddr_t base, struct entries *e)
{
	Elf_Scn *section = NULL;

	while ((section = elf_nextscn(elf, section))) {
		GElf_Shdr header;
		Elf_Data *data = elf_getdata(section, NULL);

		if (!gelf_getshdr(section, &header) || header.sh_type != SHT_DYNSYM || !data ||
		    !header.sh_entsize)
			continue;
		for (size_t i = 0; i < header.sh_size / header.sh_entsize; i++) {
			const char *name;
			GElf_Sym sym;

			if (!gelf_getsym(data, (int)i, &sym))
				continue;
			name = elf_strptr(elf, header.sh_link, sym.st_name);
			if (name && sym.st_shndx != SHN_UNDEF)
				note(e, base + sym.st_value, name);
		}
	}
}

int vdso_register(struct space *s)
{
	const struct vma *v = NULL;
	struct entries e = { .n = 0 };
	cleanup_free char *image = NULL;
	size_t bytes;
	Elf *elf;

	for (size_t i = 0; i < s->map.n && !v; i++)
		if (s->map.vmas[i].flags & VMA_VDSO)
			v = &s->map.vmas[i];
	if (!v)
		return 0;
	bytes = v->end - v->start;
	image = malloc(bytes);
	if (!image)
		return -ENOMEM;
	if (os_read(s->os_tid, v->start, image, bytes) != bytes)
		return fail(-EFAULT, "cannot read the vDSO at 0x%lx", v->start);
	elf_version(EV_CURRENT);
	elf = elf_memory(image, bytes);
	if (!elf)
		return fail(-EINVAL, "the vDSO at 0x%lx is no ELF image", v->start);
	read_symbols(elf, v->start, &e);
	elf_end(elf);
	return dbt_set_vdso(s->dbt, e.pc, e.nr, e.n);
}
