// SPDX-License-Identifier: MIT
/*
 * Runs a fuzz target over files, without a fuzzer: each argument is a file, or
 * a directory whose files are taken in order of their names. So what a fuzzer
 * once found stays a test.
 */
#include <dirent.h>
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int run_file(const char *path)
{
	FILE *f = fopen(path, "r");
	uint8_t *data = NULL;
	struct stat st;
	int bad = 1;

	if (f && fstat(fileno(f), &st) == 0) {
		data = malloc((size_t)st.st_size + 1);
		bad = !data || fread(data, 1, (size_t)st.st_size, f) != (size_t)st.st_size;
	}
	if (bad) {
		fprintf(stderr, "%s: %s\n", path, strerror(errno));
	} else {
		/* An exact copy, so that a sanitizer sees reads beyond it. */
		uint8_t *exact = realloc(data, st.st_size ? (size_t)st.st_size : 1);

		data = exact ? exact : data;
		LLVMFuzzerTestOneInput(data, (size_t)st.st_size);
	}
	free(data);
	if (f)
		fclose(f);
	return bad;
}

static int is_visible(const struct dirent *d)
{
	return d->d_name[0] != '.';
}

static int run_directory(const char *path, unsigned int *count)
{
	struct dirent **names;
	int n = scandir(path, &names, is_visible, alphasort), bad = 0;

	if (n < 0)
		return 1;
	for (int i = 0; i < n; i++) {
		char *file;

		if (asprintf(&file, "%s/%s", path, names[i]->d_name) < 0)
			abort();
		bad |= run_file(file);
		free(file);
		free(names[i]);
		++*count;
	}
	free(names);
	return bad;
}

int main(int argc, char **argv)
{
	unsigned int count = 0;
	int bad = 0;

	for (int i = 1; i < argc; i++) {
		struct stat st;

		if (stat(argv[i], &st) < 0) {
			fprintf(stderr, "%s: %s\n", argv[i], strerror(errno));
			bad = 1;
		} else if (S_ISDIR(st.st_mode)) {
			bad |= run_directory(argv[i], &count);
		} else {
			bad |= run_file(argv[i]);
			count++;
		}
	}
	printf("%u inputs\n", count);
	return bad || !count;
}
