// SPDX-License-Identifier: MIT
// sendfile, splice, tee, copy_file_range.
#include <fcntl.h>
#include <sys/sendfile.h>

#include "check.h"

int main(void)
{
	int in = open("in", O_RDWR | O_CREAT | O_EXCL, 0600);
	int out = open("out", O_RDWR | O_CREAT | O_EXCL, 0600);
	off_t offset = 3, from = 0, to = 20;
	char buf[32] = "";
	int a[2], b[2];

	CHECK(in >= 0 && out >= 0 && write(in, "0123456789", 10) == 10);
	CHECK(sendfile(out, in, &offset, 4) == 4 && offset == 7);
	CHECK(copy_file_range(in, &from, out, &to, 10, 0) == 10 && from == 10 && to == 30);
	CHECK(!pipe(a) && !pipe(b));
	offset = 0;
	CHECK(splice(in, &offset, a[1], NULL, 5, 0) == 5 && offset == 5);
	CHECK(tee(a[0], b[1], 5, 0) == 5);
	CHECK(read(a[0], buf, 31) == 5 && !memcmp(buf, "01234", 5));
	CHECK(read(b[0], buf, 31) == 5 && !memcmp(buf, "01234", 5));
	CHECK(pread(out, buf, 30, 0) == 30 && !memcmp(buf, "3456", 4));
	CHECK(!memcmp(buf + 20, "0123456789", 10));
	return 0;
}
