// SPDX-License-Identifier: MIT
// The program of tools/quickstart: adds up a list of numbers, and crashes, for
// the last node's link was never set.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct node {
	int value;
	struct node *next;
};

static struct node *push(struct node *list, int value)
{
	struct node *n = malloc(sizeof(*n));

	memset(n, 0x5a, sizeof(*n));
	n->value = value;
	if (list)
		n->next = list;
	return n;
}

static int sum(const struct node *list)
{
	int total = 0;

	while (list) {
		total += list->value;
		printf("%d\n", total);
		list = list->next;
	}
	return total;
}

int main(int argc, char **argv)
{
	struct node *list = NULL;

	setvbuf(stdout, NULL, _IOLBF, 0);
	for (int i = 1; i < argc; i++)
		list = push(list, atoi(argv[i]));
	printf("sum: %d\n", sum(list));
	return 0;
}
