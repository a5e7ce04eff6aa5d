// SPDX-License-Identifier: MIT
/*
 * Runs every case twice, each in a process of its own, and then checks that each
 * row and command with a rule was reached. "model NAME" runs one case.
 */
#include <ftw.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>

#include "run.h"

#define FAMILIES(F)                                                                                \
	F(file)                                                                                    \
	F(tree) F(socket) F(wait) F(process) F(option) F(trace) F(time) F(memory) F(signal) F(ipc) \
		F(key) F(tty)

#define FAMILY_EXTERN(name) extern const struct canary_family name##_cases;
FAMILIES(FAMILY_EXTERN)

static const struct canary_family *const families[] = {
#define FAMILY_ITEM(name) &name##_cases,
	FAMILIES(FAMILY_ITEM)
};

static const struct {
	const char *name, *why;
} skips[] = {
#define SKIP(name, why) { #name, why },
#include "skips.def"
#undef SKIP
};

struct tally {
	unsigned passed, skipped, failed, rows, unreached;
};

static const char *excuses[256]; /* the rows of skipped cases */
static size_t n_excuses;

static int run_once(const struct canary_case *it, const char *dir, bool second,
		    struct coverage *coverage)
{
	struct canary c = { .name = it->name, .dir = dir, .second = second, .coverage = coverage };
	int status;
	pid_t child;

	fflush(NULL);
	child = fork();
	if (!child) {
		alarm(30);
		canary_begin(&c);
		it->run(&c);
		fflush(NULL);
		_exit(0);
	}
	if (child < 0 || waitpid(child, &status, 0) != child)
		return 1;
	if (WIFSIGNALED(status))
		fprintf(stderr, "%s: died of %s\n", it->name, sys_signal_name(WTERMSIG(status)));
	return WIFEXITED(status) ? WEXITSTATUS(status) : 1;
}

static void run_case(const struct canary_case *it, const char *dir, struct coverage *coverage,
		     struct tally *t)
{
	int first = run_once(it, dir, false, coverage), second = run_once(it, dir, true, coverage);

	if (first == CANARY_SKIPPED && second == CANARY_SKIPPED) {
		t->skipped++;
		if (n_excuses < ARRAY_SIZE(excuses))
			excuses[n_excuses++] = it->rows;
	} else if (first || second) {
		t->failed++;
		printf("FAILED %s\n", it->name);
	} else {
		t->passed++;
	}
}

/* name is the word of n letters, or begins so and the word ends in a star. */
static bool matches(const char *name, const char *word, size_t n)
{
	if (n && word[n - 1] == '*')
		return !strncmp(name, word, n - 1);
	return strlen(name) == n && !strncmp(name, word, n);
}

static const char *why_skipped(const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(skips); i++)
		if (matches(name, skips[i].name, strlen(skips[i].name)))
			return skips[i].why;
	return NULL;
}

/* Whether a skipped case would have made the call or command. */
static bool excused(const char *name)
{
	for (size_t i = 0; i < n_excuses; i++)
		for (const char *word = excuses[i]; *word; word += strspn(word, " ")) {
			size_t n = strcspn(word, " ");

			if (matches(name, word, n))
				return true;
			word += n;
		}
	return false;
}

static void unreached(const char *name, uint8_t bits, struct tally *t)
{
	const char *why = why_skipped(name);

	if (why) {
		printf("no case for %s: %s\n", name, why);
	} else if (bits & ROW_TRIED || excused(name)) {
		printf("not reached %s: refused here\n", name);
	} else {
		printf("FAILED %s: has a rule and no case (tests/model)\n", name);
		t->unreached++;
	}
}

static bool has_rule(const uint64_t *writes)
{
	return word_rule(writes[0]) != RULE_NOTHING && word_rule(writes[0]) != RULE_UNKNOWN;
}

static void check_calls(const struct coverage *coverage, struct tally *t)
{
	for (size_t nr = 0; nr < sys_row_count(); nr++) {
		const struct sys_row *row = sys_row(nr);

		if (!row || !has_rule(row->writes))
			continue;
		if (coverage->calls[nr] & ROW_REACHED)
			t->rows++;
		else
			unreached(row->name, coverage->calls[nr], t);
	}
}

static void check_commands(const struct coverage *coverage, struct tally *t)
{
	size_t n;
	const struct sys_command *commands = sys_commands(&n);

	for (size_t i = 0; i < n; i++) {
		if (!has_rule(commands[i].writes) || sys_command_is_option(&commands[i]))
			continue;
		if (coverage->commands[i] & ROW_REACHED)
			t->rows++;
		else
			unreached(commands[i].name, coverage->commands[i], t);
	}
}

static int remove_one(const char *path, const struct stat *s, int flag, struct FTW *f)
{
	(void)s;
	(void)flag;
	(void)f;
	return remove(path);
}

int main(int argc, char **argv)
{
	char dir[] = "/tmp/deja-model-XXXXXX";
	struct tally t = { 0 };
	struct coverage *coverage = mmap(NULL, sizeof(*coverage), PROT_READ | PROT_WRITE,
					 MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	if (coverage == MAP_FAILED || !mkdtemp(dir)) {
		perror("model");
		return 1;
	}
	for (size_t i = 0; i < ARRAY_SIZE(families); i++)
		for (size_t j = 0; j < families[i]->n; j++)
			if (argc < 2 || !strcmp(argv[1], families[i]->cases[j].name))
				run_case(&families[i]->cases[j], dir, coverage, &t);
	if (argc < 2) {
		check_calls(coverage, &t);
		check_commands(coverage, &t);
	}
	nftw(dir, remove_one, 8, FTW_DEPTH | FTW_PHYS);
	printf("model: %u cases passed, %u skipped, %u failed; %u rows reached, %u without a "
	       "case\n",
	       t.passed, t.skipped, t.failed, t.rows, t.unreached);
	return t.failed || t.unreached || !t.passed;
}
