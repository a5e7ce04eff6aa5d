// SPDX-License-Identifier: MIT
#include "cli/environment.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int append(struct env *e, const char *var)
{
	char **vars = reallocarray(e->vars, e->n + 2, sizeof(*vars));

	if (!vars)
		return fail(-ENOMEM, "out of memory");
	e->vars = vars;
	vars[e->n] = strdup(var);
	if (!vars[e->n])
		return fail(-ENOMEM, "out of memory");
	vars[++e->n] = NULL;
	return 0;
}

int env_init(struct env *e)
{
	*e = (struct env){ 0 };
	e->vars = calloc(1, sizeof(*e->vars));
	if (!e->vars)
		return fail(-ENOMEM, "out of memory");
	for (char **var = environ; *var; var++) {
		int error = append(e, *var);

		if (error)
			return error;
	}
	return 0;
}

void env_deinit(struct env *e)
{
	for (size_t i = 0; i < e->n; i++)
		free(e->vars[i]);
	free(e->vars);
	*e = (struct env){ 0 };
}

int env_set(struct env *e, const char *assignment)
{
	size_t name = strcspn(assignment, "=") + 1;

	for (size_t i = 0; i < e->n; i++) {
		char *copy;

		if (strncmp(e->vars[i], assignment, name))
			continue;
		copy = strdup(assignment);
		if (!copy)
			return fail(-ENOMEM, "out of memory");
		free(e->vars[i]);
		e->vars[i] = copy;
		return 0;
	}
	return append(e, assignment);
}
