// SPDX-License-Identifier: MIT
/*
 * The terminal under the line editor: raw mode, keys, size.
 *
 * Output processing stays on, so '\n' is enough, and so does Enter's translation to '\n': what is
 * typed ahead of a command that reads lines is one to it. A mode change waits for output to drain
 * but keeps what was typed ahead. An escape sequence is taken as one key when its bytes follow
 * within ESCAPE_MS of one another: generous, for serial lines of emulated machines.
 */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include "edit.h"
#include "trap.h"
#include "var.h"

#define ESCAPE_MS	200

static struct termios cooked;
static volatile sig_atomic_t resized;

static void on_resize(int signo)
{
	(void)signo;
	resized = 1;
}

bool terminal_raw(void)
{
	struct sigaction sa = { .sa_handler = on_resize };
	const char *term = var_get("TERM");
	struct termios raw;

	if ((term && strcmp(term, "dumb") == 0) || !isatty(STDERR_FILENO) ||
	    tcgetattr(STDIN_FILENO, &cooked) < 0)
		return false;
	raw = cooked;
	raw.c_iflag &= ~(tcflag_t)(BRKINT | INLCR | IGNCR | ISTRIP | IXON);
	raw.c_lflag &= ~(tcflag_t)(ECHO | ICANON | IEXTEN | ISIG);
	raw.c_cc[VMIN] = 1;
	raw.c_cc[VTIME] = 0;
	if (tcsetattr(STDIN_FILENO, TCSADRAIN, &raw) < 0)
		return false;
	sigaction(SIGWINCH, &sa, NULL);
	return true;
}

void terminal_cooked(void)
{
	signal(SIGWINCH, SIG_DFL);
	tcsetattr(STDIN_FILENO, TCSADRAIN, &cooked);
}

size_t terminal_columns(void)
{
	struct winsize size;

	if (ioctl(STDERR_FILENO, TIOCGWINSZ, &size) < 0 || !size.ws_col)
		return 80;
	return size.ws_col;
}

void terminal_write(const struct buf *text)
{
	size_t done = 0;

	while (done < text->len) {
		ssize_t put = write(STDERR_FILENO, text->s + done, text->len - done);

		if (put < 0 && errno != EINTR)
			return;
		done += put > 0 ? (size_t)put : 0;
	}
}

/* ---- keys ---- */

static int byte_read(void)
{
	unsigned char c;
	ssize_t got;

	for (;;) {
		if (resized) {
			resized = 0;
			return KEY_RESIZE;
		}
		if (trap_interrupted())
			return KEY_INTERRUPT;
		got = read(STDIN_FILENO, &c, 1);
		if (got > 0)
			return c;
		if (got == 0 || errno != EINTR)
			return KEY_END_OF_INPUT;
	}
}

/* The next byte if it comes soon, else KEY_NONE. */
static int byte_soon(void)
{
	struct pollfd in = { .fd = STDIN_FILENO, .events = POLLIN };
	unsigned char c;

	if (poll(&in, 1, ESCAPE_MS) <= 0 || read(STDIN_FILENO, &c, 1) != 1)
		return KEY_NONE;
	return c;
}

static int letter_key(int letter, int modifier)
{
	switch (letter) {
	case 'A': return KEY_UP;
	case 'B': return KEY_DOWN;
	case 'C': return modifier > 1 ? KEY_WORD_RIGHT : KEY_RIGHT;
	case 'D': return modifier > 1 ? KEY_WORD_LEFT : KEY_LEFT;
	case 'H': return KEY_HOME;
	case 'F': return KEY_END;
	}
	return KEY_NONE;
}

static int number_key(int number)
{
	switch (number) {
	case 1: case 7: return KEY_HOME;
	case 4: case 8: return KEY_END;
	case 3: return KEY_DELETE;
	}
	return KEY_NONE;
}

/* After ESC [ : numbers, semicolons and a final character. */
static int sequence_key(void)
{
	int numbers[2] = { 0 }, which = 0, c = byte_soon();

	for (; (c >= '0' && c <= '9') || c == ';'; c = byte_soon()) {
		if (c == ';')
			which = 1;
		else if (numbers[which] < 1000)
			numbers[which] = numbers[which] * 10 + c - '0';
	}
	return c == '~' ? number_key(numbers[0]) : letter_key(c, numbers[1]);
}

int terminal_key(void)
{
	int c = byte_read();

	if (c != '\033')
		return c;
	c = byte_soon();
	if (c == '[')
		return sequence_key();
	if (c == 'O')
		return letter_key(byte_soon(), 0);
	return c >= KEY_NONE ? KEY_NONE : KEY_ALT + c;
}
