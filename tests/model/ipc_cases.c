// SPDX-License-Identifier: MIT
/* System V and POSIX IPC, futexes. */
#include "canary.h"

#include <fcntl.h>
#include <mqueue.h>
#include <stdlib.h>
#include <sys/ipc.h>
#include <sys/msg.h>
#include <sys/sem.h>
#include <sys/shm.h>
#include <time.h>

#include <linux/futex.h>

static void shared_memory(struct canary *c)
{
	int id = shmget(IPC_PRIVATE, 4096, 0600 | IPC_CREAT), last;

	MUST(c, id >= 0);
	GOOD(c, shmctl, id, IPC_STAT, canary_room(c, 112));
	GOOD(c, shmctl, 0, IPC_INFO, canary_room(c, 72));
	last = GOOD(c, shmctl, 0, SHM_INFO, canary_room(c, 48));
	GOOD(c, shmctl, last, SHM_STAT, canary_room(c, 112));
	GOOD(c, shmctl, last, SHM_STAT_ANY, canary_room(c, 112));
	MUST(c, !shmctl(id, IPC_RMID, NULL));
}

static void message_queue(struct canary *c)
{
	struct {
		long type;
		char text[10];
	} m = { 1, "some text" };
	int id = msgget(IPC_PRIVATE, 0600 | IPC_CREAT), last;

	MUST(c, id >= 0);
	for (int i = 0; i < 3; i++)
		MUST(c, !msgsnd(id, &m, sizeof(m.text), 0));
	GOOD(c, msgrcv, id, canary_room(c, 100), 80, 0, 0);
	GOOD(c, msgrcv, id, canary_room(c, 100), 3, 0, MSG_NOERROR);
	BAD(c, E2BIG, msgrcv, id, canary_room(c, 100), 3, 0, 0);
	GOOD(c, msgctl, id, IPC_STAT, canary_room(c, 120));
	GOOD(c, msgctl, 0, IPC_INFO, canary_room(c, 32));
	last = GOOD(c, msgctl, 0, MSG_INFO, canary_room(c, 32));
	GOOD(c, msgctl, last, MSG_STAT, canary_room(c, 120));
	GOOD(c, msgctl, last, 13 /* MSG_STAT_ANY */, canary_room(c, 120));
	MUST(c, !msgctl(id, IPC_RMID, NULL));
}

static void semaphores(struct canary *c)
{
	int id = semget(IPC_PRIVATE, 5, 0600 | IPC_CREAT), last;

	MUST(c, id >= 0);
	GOOD(c, semctl, id, 0, IPC_STAT, canary_room(c, 104));
	GOOD(c, semctl, id, 0, IPC_INFO, canary_room(c, 40));
	GOOD(c, semctl, id, 0, GETALL, canary_room(c, 10));
	last = GOOD(c, semctl, 0, 0, SEM_INFO, canary_room(c, 40));
	GOOD(c, semctl, last, 0, SEM_STAT, canary_room(c, 104));
	GOOD(c, semctl, last, 0, 20 /* SEM_STAT_ANY */, canary_room(c, 104));
	MUST(c, !semctl(id, 0, IPC_RMID));
}

static void posix_message_queue(struct canary *c)
{
	struct mq_attr attr = { .mq_maxmsg = 4, .mq_msgsize = 20 };
	char name[40];
	int fd;

	snprintf(name, sizeof(name), "deja-model-%d", getpid());
	fd = syscall(SYS_mq_open, name, O_RDWR | O_CREAT, 0600, &attr);
	if (fd < 0)
		canary_skip(c, "mq_open", -errno);
	MUST(c, !syscall(SYS_mq_unlink, name));
	MUST(c, !syscall(SYS_mq_timedsend, fd, "text", 4, 3, NULL));
	GOOD(c, mq_getsetattr, fd, NULL, canary_room(c, 64));
	GOOD(c, mq_timedreceive, fd, canary_room(c, 20), 20, canary_room(c, 4), NULL);
}

static uint32_t *word(struct canary *c, uint32_t value)
{
	return canary_copy(c, &value, sizeof(value));
}

static void futexes(struct canary *c)
{
	struct timespec past = { 0, 1 };

	GOOD(c, futex, word(c, 0), FUTEX_WAKE_OP, 1, 1, word(c, 7),
	     FUTEX_OP(FUTEX_OP_ADD, 5, FUTEX_OP_CMP_EQ, 0));
	GOOD(c, futex, word(c, 0), FUTEX_WAKE | FUTEX_PRIVATE_FLAG, 1);
	BAD(c, ETIMEDOUT, futex, word(c, 1), FUTEX_WAIT, 1, canary_copy(c, &past, 16));
}

static void priority_futexes(struct canary *c)
{
	uint32_t *lock = word(c, 0), *other = word(c, 0), *third = word(c, 0);
	struct timespec past = { 0, 1 };

	GOOD(c, futex, lock, FUTEX_LOCK_PI, 0, NULL);
	GOOD(c, futex, lock, FUTEX_UNLOCK_PI, 0, NULL);
	GOOD(c, futex, other, FUTEX_TRYLOCK_PI, 0, NULL);
	CALL(c, futex, third, FUTEX_LOCK_PI2, 0, NULL);
	CALL(c, futex, word(c, 1), FUTEX_WAIT_REQUEUE_PI, 1, canary_copy(c, &past, 16), word(c, 0));
	CALL(c, futex, word(c, 1), FUTEX_CMP_REQUEUE_PI, 1, 0, word(c, 0), 1);
}

FAMILY(ipc, CASE(shared_memory), CASE(message_queue), CASE(semaphores),
       CASE_FOR(posix_message_queue, "mq_getsetattr mq_timedreceive"), CASE(futexes),
       CASE(priority_futexes))
