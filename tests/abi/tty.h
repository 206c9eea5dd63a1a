/* SPDX-License-Identifier: MIT */
/*
 * A terminal to try things on, as the controlling one of this process's own session: a new
 * pseudo-terminal, or where there is none the console, on which TIOCSTI types.
 */
#ifndef ABI_TTY_H
#define ABI_TTY_H

#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

static int tty = -1, master = -1;
static const char *tty_path = "/dev/console";

/* As the leader of a session: false when there is no terminal at all. */
static inline int tty_take(void)
{
	master = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
	if (master >= 0 && !grantpt(master) && !unlockpt(master))
		tty_path = strdup(ptsname(master));
	tty = open(tty_path, O_RDWR | O_NOCTTY);
	return tty >= 0 && !ioctl(tty, TIOCSCTTY, 1);
}

static inline void type(const char *text)
{
	for (; *text; text++) {
		if (master >= 0)
			(void)!write(master, text, 1);
		else
			ioctl(tty, TIOCSTI, text);
	}
}

static inline void sleep_ms(int ms)
{
	poll(NULL, 0, ms);
}

/* Known modes; what was typed or written before is forgotten. */
static inline void modes(tcflag_t iflag, tcflag_t lflag, int vmin, int vtime)
{
	struct termios t;

	tcgetattr(tty, &t);
	t.c_iflag = iflag;
	t.c_oflag = 0;
	t.c_lflag = lflag;
	t.c_cc[VINTR] = 3;
	t.c_cc[VQUIT] = 28;
	t.c_cc[VERASE] = 127;
	t.c_cc[VKILL] = 21;
	t.c_cc[VEOF] = 4;
	t.c_cc[VEOL] = 0;
	t.c_cc[VEOL2] = 0;
	t.c_cc[VSUSP] = 26;
	t.c_cc[VWERASE] = 23;
	t.c_cc[VLNEXT] = 22;
	t.c_cc[VREPRINT] = 18;
	t.c_cc[VSTART] = 17;
	t.c_cc[VSTOP] = 19;
	t.c_cc[VMIN] = (cc_t)vmin;
	t.c_cc[VTIME] = (cc_t)vtime;
	tcsetattr(tty, TCSAFLUSH, &t);
}

#endif
