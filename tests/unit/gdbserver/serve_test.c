// SPDX-License-Identifier: MIT
// The stub on a socket: interrupts, a gdb that goes away, and a real gdb.
#include <pthread.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>

#include "gdbserver/serve.h"
#include "session.h"

struct served {
	struct fake fake;
	int fd;
	pthread_t thread;
	int result;
};

static void *serve(void *arg)
{
	struct served *s = arg;

	s->result = gdb_serve(s->fd, &fake_ops, &s->fake);
	return NULL;
}

/* Serves one end of a pair; returns the other. */
static int start(struct served *s)
{
	int fds[2];

	memset(s, 0, sizeof(*s));
	fake_init(&s->fake);
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, fds), 0);
	s->fd = fds[0];
	assert_int_equal(pthread_create(&s->thread, NULL, serve, s), 0);
	return fds[1];
}

static void stop(struct served *s)
{
	pthread_join(s->thread, NULL);
	close(s->fd);
	assert_int_equal(s->result, 0);
}

static void send_packet(int fd, const char *payload)
{
	struct buf packet = { 0 };

	assert_int_equal(gdb_packet_append(&packet, payload, strlen(payload)), 0);
	assert_int_equal(write(fd, packet.data, packet.len), packet.len);
	buf_deinit(&packet);
}

static void expect_answer(int fd, const char *prefix)
{
	struct gdb_packet_reader r = { 0 };
	enum gdb_packet_event event = GDB_PACKET_NOTHING;
	uint8_t byte;

	while (event != GDB_PACKET_COMPLETE) {
		assert_int_equal(read(fd, &byte, 1), 1);
		assert_int_equal(gdb_packet_take(&r, byte, &event), 0);
	}
	assert_true(r.payload.len >= strlen(prefix));
	assert_memory_equal(r.payload.data, prefix, strlen(prefix));
	gdb_packet_reader_deinit(&r);
}

static void packets_are_answered_until_the_connection_ends(void **state)
{
	struct served s;
	int fd = start(&s);

	(void)state;
	send_packet(fd, "?");
	expect_answer(fd, "T05");
	send_packet(fd, "m401000,1");
	expect_answer(fd, "90");
	close(fd);
	stop(&s);
}

static void an_interrupt_stops_what_runs(void **state)
{
	struct served s;
	int fd = start(&s);

	(void)state;
	s.fake.regs.rip = FAKE_LOOP;
	for (int i = 0; i < 3; i++) {
		send_packet(fd, "c");
		assert_int_equal(write(fd, "\x03", 1), 1);
		expect_answer(fd, "T02");
	}
	close(fd);
	stop(&s);
}

static void a_gdb_that_dies_stops_what_runs(void **state)
{
	struct served s;
	int fd = start(&s);

	(void)state;
	s.fake.regs.rip = FAKE_LOOP;
	send_packet(fd, "c");
	close(fd);
	stop(&s);
}

/* ---- a real gdb ---- */

static int listen_in(const char *dir, char *path, size_t size)
{
	struct sockaddr_un addr = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	snprintf(path, size, "%s/gdb", dir);
	memcpy(addr.sun_path, path, strlen(path) + 1);
	assert_int_equal(bind(fd, (struct sockaddr *)&addr, sizeof(addr)), 0);
	assert_int_equal(listen(fd, 1), 0);
	return fd;
}

static pid_t spawn_gdb(const char *path, int out, const char *const *commands)
{
	const char *argv[64] = { "gdb", "-nx", "-q", "-batch", "-ex", "set sysroot target:", "-ex" };
	char connect[128];
	size_t n = 7;
	pid_t pid;

	snprintf(connect, sizeof(connect), "target extended-remote %s", path);
	argv[n++] = connect;
	for (; *commands; commands++) {
		argv[n++] = "-ex";
		argv[n++] = *commands;
	}
	pid = fork();
	if (pid == 0) {
		dup2(out, STDOUT_FILENO);
		dup2(out, STDERR_FILENO);
		execvp("gdb", (char **)argv);
		_exit(127);
	}
	return pid;
}

static char *read_all(int fd)
{
	struct buf text = { 0 };
	char piece[4096];
	ssize_t n;

	lseek(fd, 0, SEEK_SET);
	while ((n = read(fd, piece, sizeof(piece))) > 0)
		assert_int_equal(buf_append(&text, piece, (size_t)n), 0);
	assert_int_equal(buf_append(&text, "", 1), 0);
	return (char *)text.data;
}

/* What gdb printed for the commands. */
static char *run_gdb(struct fake *fake, const char *const *commands)
{
	char dir[] = "/tmp/deja-test-XXXXXX", path[64];
	int listener, out = memfd_create("out", MFD_CLOEXEC), fd, status;
	char *text;
	pid_t gdb;

	if (system("gdb --version >/dev/null 2>&1"))
		skip();
	assert_non_null(mkdtemp(dir));
	listener = listen_in(dir, path, sizeof(path));
	gdb = spawn_gdb(path, out, commands);
	fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
	unlink(path);
	rmdir(dir);
	assert_int_equal(gdb_serve(fd, &fake_ops, fake), 0);
	close(fd);
	close(listener);
	waitpid(gdb, &status, 0);
	text = read_all(out);
	close(out);
	return text;
}

static void expect_text(const char *text, const char *wanted)
{
	if (strstr(text, wanted))
		return;
	fprintf(stderr, "not in gdb's answers: %s\n%s\n", wanted, text);
	fail();
}

static void gdb_reads_registers(void **state)
{
	static const char *const commands[] = {
		"p $rax", "p $eflags", "p/x $mxcsr", "p/x $ymm1.v2_int128", "p $k1",
		"p/x $zmm17.v8_int64", "p/x $pkru", "p/x $fs_base", "p $ftag", "info registers rip",
		"p/x $orig_rax", "info float", NULL
	};
	struct fake fake;
	char *text;

	(void)state;
	fake_init(&fake);
	text = run_gdb(&fake, commands);
	expect_text(text, "$1 = 1229782938247303441\n");
	expect_text(text, "$2 = [ PF ZF IF ]");
	expect_text(text, "= 0x3030303\n");
	expect_text(text, "{0x17171717171717171616161616161616, 0x4b4b4b4b4b4b4b4b4a4a4a4a4a4a4a4a}");
	expect_text(text, "= 9910603678816504201\n");
	expect_text(text, "{0xd8d8d8d8d8d8d8d8, 0xd9d9d9d9d9d9d9d9, 0xdadadadadadadada, "
			  "0xdbdbdbdbdbdbdbdb, 0xdcdcdcdcdcdcdcdc, 0xdddddddddddddddd, "
			  "0xdededededededede, 0xdfdfdfdfdfdfdfdf}");
	expect_text(text, "= 0x50505050\n");
	expect_text(text, "= 0x401900\n");
	expect_text(text, "0x401000");
	free(text);
}

static void gdb_breaks_steps_watches_and_sees_signals(void **state)
{
	static const char *const commands[] = {
		"x/3i $pc", "stepi", "break *0x401009", "continue", "x/i $pc",
		"watch *(int *)0x401800", "continue", "p $_siginfo.si_signo", "continue",
		"info breakpoints", "delete", "continue", "continue", NULL
	};
	struct fake fake;
	char *text;

	(void)state;
	fake_init(&fake);
	text = run_gdb(&fake, commands);
	expect_text(text, "incl   0x401800");
	expect_text(text, "Breakpoint 1, 0x0000000000401009");
	expect_text(text, "Program received signal SIGILL");
	expect_text(text, "= 4\n");
	expect_text(text, "Hardware watchpoint 2: *(int *)0x401800");
	expect_text(text, "New value = 2");
	expect_text(text, "is executing new program: /fake/program");
	expect_text(text, "exited with code 07");
	assert_null(strstr(text, "warning: Remote failure"));
	free(text);
}

static void gdb_reads_the_recorded_files(void **state)
{
	static const char *const commands[] = { "info files", "info auxv", "info threads", NULL };
	struct fake fake;
	char *text;

	(void)state;
	fake_init(&fake);
	text = run_gdb(&fake, commands);
	expect_text(text, "target:/fake/program");
	expect_text(text, "Entry point of program         0x401000");
	expect_text(text, "System page size");
	expect_text(text, "\"program\"");
	free(text);
}

static void gdb_is_told_that_nothing_changes(void **state)
{
	static const char *const commands[] = {
		"set var $rax = 1", "set var *(int *)0x401800 = 5", "p $rax", "x/wx 0x401800",
		"p ((int (*)(void))0x401000)()", "reverse-continue", NULL
	};
	struct fake fake;
	char *text;

	(void)state;
	fake_init(&fake);
	text = run_gdb(&fake, commands);
	expect_text(text, "E.a replay cannot be changed: registers stay as recorded");
	expect_text(text, "Cannot access memory at address 0x401800");
	expect_text(text, "0x401800:\t0x00000000");
	expect_text(text, "does not support");
	free(text);
}

static void gdb_runs_again_and_detaches(void **state)
{
	static const char *const commands[] = {
		"break *0x401009", "continue", "run", "p $pc", "monitor when-ticks", "kill",
		"delete", "run 1", "x/i $pc", "detach", NULL
	};
	struct fake fake;
	char *text;

	(void)state;
	fake_init(&fake);
	text = run_gdb(&fake, commands);
	expect_text(text, "Breakpoint 1, 0x0000000000401009");
	expect_text(text, "Current tick: 3");
	expect_text(text, "Program stopped.");
	expect_text(text, "=> 0x401001");
	expect_text(text, "detached");
	assert_false(fake.n_breakpoints);
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(packets_are_answered_until_the_connection_ends),
		cmocka_unit_test(an_interrupt_stops_what_runs),
		cmocka_unit_test(a_gdb_that_dies_stops_what_runs),
		cmocka_unit_test(gdb_reads_registers),
		cmocka_unit_test(gdb_breaks_steps_watches_and_sees_signals),
		cmocka_unit_test(gdb_reads_the_recorded_files),
		cmocka_unit_test(gdb_is_told_that_nothing_changes),
		cmocka_unit_test(gdb_runs_again_and_detaches),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
