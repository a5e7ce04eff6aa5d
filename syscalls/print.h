/* SPDX-License-Identifier: MIT */
/*
 * The printer's own interface: print.c walks the arguments of a call and hands
 * each to the function of its type (types.def). A function prints one argument
 * and reads what it points to; it never fails, the first error is kept in the
 * printer.
 */
#pragma once

#include "syscalls/rules.h"

struct printer {
	const struct sys_call *call;
	const struct sys_mem *mem; /* may be NULL */
	bool has_result;
	int64_t result;
	struct buf *out;
	const struct sys_command *command; /* the row of the call's command, or NULL */
	unsigned arg;			   /* the argument being printed */
	bool end;			   /* the rest of the arguments is not shown */
	int error;
};

/* Data prints up to so many bytes, text up to so many, arrays up to so many. */
#define PRINT_DATA_BYTES 32
#define PRINT_TEXT_BYTES 256
#define PRINT_ITEMS	 16

void put(struct printer *p, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Reads what an argument points to; false: it prints as an address. */
bool fetch(struct printer *p, taddr_t addr, void *ret, size_t len);

/* Whether the call ended well, so that what the kernel wrote is there. */
bool succeeded(const struct printer *p);

/* The bits of value by their names, "0" when there are none; what has no name
 * in hexadecimal. set: TYPE_ of a FLAGS. */
void put_flags(struct printer *p, enum sys_type set, uint64_t value);
/* The name of value, or its number. set: TYPE_ of a CHOICE. */
void put_choice(struct printer *p, enum sys_type set, int64_t value);
const char *flag_name(enum sys_type set, int64_t value);
/* len bytes with quotes and escapes. cut: there would be more. */
void put_quoted(struct printer *p, const uint8_t *data, size_t len, bool cut);
/* The data at addr, up to PRINT_DATA_BYTES of bytes. */
void put_data(struct printer *p, taddr_t addr, uint64_t bytes);
void put_text(struct printer *p, taddr_t addr);
void put_type(struct printer *p, enum sys_type type, uint64_t value);
void put_signal(struct printer *p, int signo);
void put_sockaddr(struct printer *p, taddr_t addr, uint32_t len);

#define TYPE(name, function) void function(struct printer *p, uint64_t value);
#define FLAGS(name)
#define CHOICE(name)
#define COMMANDS(name)
#include "syscalls/types.def"
#undef TYPE
#undef FLAGS
#undef CHOICE
#undef COMMANDS
