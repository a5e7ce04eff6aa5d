// SPDX-License-Identifier: MIT
/* Strings and data, with the escapes of C, cut where they get long. */
#include "syscalls/print.h"

#include <string.h>

static void put_byte(struct printer *p, uint8_t c, uint8_t next)
{
	static const char named[] = "\a\b\t\n\v\f\r\"\\";
	static const char letters[] = "abtnvfr\"\\";
	const char *at = c ? strchr(named, c) : NULL;

	if (at)
		put(p, "\\%c", letters[at - named]);
	else if (c >= ' ' && c < 0x7f)
		put(p, "%c", c);
	else if (next >= '0' && next <= '7') /* it would lengthen a shorter form */
		put(p, "\\%03o", c);
	else
		put(p, "\\%o", c);
}

void put_quoted(struct printer *p, const uint8_t *data, size_t len, bool cut)
{
	put(p, "\"");
	for (size_t i = 0; i < len; i++)
		put_byte(p, data[i], i + 1 < len ? data[i + 1] : 0);
	put(p, "%s", cut ? "\"..." : "\"");
}

void put_data(struct printer *p, taddr_t addr, uint64_t bytes)
{
	uint8_t data[PRINT_DATA_BYTES];
	size_t len = bytes < sizeof(data) ? bytes : sizeof(data);

	if (len && !fetch(p, addr, data, len))
		print_ptr(p, addr);
	else
		put_quoted(p, data, len, bytes > sizeof(data));
}

void put_text(struct printer *p, taddr_t addr)
{
	uint8_t text[PRINT_TEXT_BYTES];
	size_t n = addr && p->mem ? p->mem->read(p->mem->ctx, addr, text, sizeof(text)) : 0;
	size_t len = strnlen((char *)text, n);

	if (!n)
		print_ptr(p, addr);
	else
		put_quoted(p, text, len, len == n);
}

void print_str(struct printer *p, uint64_t value)
{
	put_text(p, value);
}

void print_outstr(struct printer *p, uint64_t value)
{
	if (succeeded(p))
		put_text(p, value);
	else
		print_ptr(p, value);
}

void print_inbuf(struct printer *p, uint64_t value)
{
	put_data(p, value, p->call->args[p->arg + 1]);
}

void print_outbuf(struct printer *p, uint64_t value)
{
	uint64_t bytes = p->result, most = 0;

	/* A result above the size given means that it was cut. */
	if (p->arg < 5)
		most = p->call->args[p->arg + 1];
	if (!succeeded(p) || !value)
		print_ptr(p, value);
	else
		put_data(p, value, bytes < most ? bytes : most);
}

void print_strings(struct printer *p, uint64_t value)
{
	uint64_t at;

	if (!fetch(p, value, &at, sizeof(at))) {
		print_ptr(p, value);
		return;
	}
	put(p, "[");
	for (unsigned i = 0; fetch(p, value + i * 8, &at, sizeof(at)) && at; i++) {
		put(p, "%s", i ? ", " : "");
		if (i == PRINT_ITEMS) {
			put(p, "...");
			break;
		}
		put_text(p, at);
	}
	put(p, "]");
}

/* The environment: strace too only counts it. */
void print_pointers(struct printer *p, uint64_t value)
{
	uint64_t at;
	unsigned n = 0;

	print_ptr(p, value);
	if (!fetch(p, value, &at, sizeof(at)))
		return;
	while (n < 100000 && fetch(p, value + n * 8, &at, sizeof(at)) && at)
		n++;
	put(p, " /* %u %s */", n, n == 1 ? "var" : "vars");
}
