// SPDX-License-Identifier: MIT
/*
 * The line discipline: what typed characters mean, and how output is dressed (termios(3), POSIX
 * chapter 11 "General Terminal Interface").
 *
 * Input. Bytes [tail, head) are buffered. In canonical mode, bytes [tail, canon) are whole lines:
 * the bit in `ends` marks the byte that ends each, the terminator itself, or, for VEOF, a byte
 * 0 that is not handed out. Editing reaches back to `canon` and no further. In non-canonical mode
 * canon follows head, and no new bits are set.
 *
 * Invariants: tail <= canon <= head <= tail + TTY_BUF_BYTES (as running indices); in canonical
 * mode at most TTY_BUF_BYTES - 1 bytes are kept of an unfinished line, so that its end always has
 * a place: what is typed beyond is lost with a bell, as on Linux.
 *
 * Locking: everything here runs with tty->lock held.
 * Does not: PARMRK and parity (drivers report none), XCASE, ECHOPRT, PENDIN, EXTPROC.
 */
#include <exo/sigset.h>
#include <exo/string.h>
#include <uapi/linux/signal.h>

#include "tty_internal.h"

#define CC_DISABLED 0		/* _POSIX_VDISABLE */

static inline bool iflag(const struct tty *t, u32 f)
{
	return t->termios.c_iflag & f;
}

static inline bool lflag(const struct tty *t, u32 f)
{
	return t->termios.c_lflag & f;
}

/* Is `c` this special character? */
static inline bool is_cc(const struct tty *t, u8 c, unsigned int which)
{
	return c != CC_DISABLED && c == t->termios.c_cc[which];
}

static inline u8 *byte_at(struct tty *t, u32 index)
{
	return &t->in.data[index % TTY_BUF_BYTES];
}

static inline bool ends_at(const struct tty *t, u32 index)
{
	index %= TTY_BUF_BYTES;
	return t->in.ends[index / 64] >> (index % 64) & 1;
}

static void set_end(struct tty *t, u32 index, bool on)
{
	u64 bit = 1ULL << (index % 64);

	index %= TTY_BUF_BYTES;
	if (on)
		t->in.ends[index / 64] |= bit;
	else
		t->in.ends[index / 64] &= ~bit;
}

void ldisc_init(struct tty *t)
{
	static const u8 cc[NCCS] = {
		[VINTR] = 3, [VQUIT] = 28, [VERASE] = 127, [VKILL] = 21, [VEOF] = 4,
		[VMIN] = 1, [VSTART] = 17, [VSTOP] = 19, [VSUSP] = 26, [VREPRINT] = 18,
		[VDISCARD] = 15, [VWERASE] = 23, [VLNEXT] = 22,
	};

	t->termios = (struct ktermios){
		.c_iflag = ICRNL | IXON,
		.c_oflag = OPOST | ONLCR,
		.c_cflag = B115200 | CS8 | CREAD | HUPCL | CLOCAL,
		.c_lflag = ISIG | ICANON | ECHO | ECHOE | ECHOK | ECHOCTL | ECHOKE | IEXTEN,
	};
	memcpy(t->termios.c_cc, cc, sizeof(cc));
}

void ldisc_set_termios(struct tty *t, const struct ktermios *old)
{
	bool was = old->c_lflag & ICANON, is = lflag(t, ICANON);

	if (was == is)
		return;
	/* What was typed before the change is one readable piece after it, in either direction. */
	if (is && t->in.head != t->in.tail)
		set_end(t, t->in.head - 1, true);
	t->in.canon = t->in.head;
	t->in.literal = false;
}

void ldisc_flush_input(struct tty *t)
{
	t->in.head = t->in.canon = t->in.tail = 0;
	t->in.literal = false;
	memset(t->in.ends, 0, sizeof(t->in.ends));
}

/* ---- Output ---- */

static u32 next_tab(u32 column)
{
	return (column | 7) + 1;
}

/* One character of user data; false if it does not fit now. */
static bool output_char(struct tty *t, u8 c)
{
	u32 flags = t->termios.c_oflag;
	size_t room = tty_out_room(t);
	u32 spaces;

	if (room < 8)
		return false;
	switch (c) {
	case '\n':
		if (flags & ONLRET)
			t->out.column = 0;
		if (flags & ONLCR) {
			t->out.column = 0;
			tty_out_put(t, '\r');
		}
		break;
	case '\r':
		if ((flags & ONOCR) && !t->out.column)
			return true;
		if (flags & OCRNL) {
			c = '\n';
			if (flags & ONLRET)
				t->out.column = 0;
			break;
		}
		t->out.column = 0;
		break;
	case '\t':
		spaces = next_tab(t->out.column) - t->out.column;
		t->out.column += spaces;
		if ((flags & TABDLY) == XTABS) {
			while (spaces--)
				tty_out_put(t, ' ');
			return true;
		}
		break;
	case '\b':
		if (t->out.column)
			t->out.column--;
		break;
	default:
		if ((flags & OLCUC) && c >= 'a' && c <= 'z')
			c -= 'a' - 'A';
		/* Control characters do not move; neither do the later bytes of UTF-8. */
		if (c >= ' ' && c != 127 && !(iflag(t, IUTF8) && (c & 0xc0) == 0x80))
			t->out.column++;
	}
	tty_out_put(t, c);
	return true;
}

size_t ldisc_output(struct tty *t, const u8 *data, size_t n)
{
	size_t done = 0;

	if (!(t->termios.c_oflag & OPOST)) {
		n = min(n, tty_out_room(t));
		for (; done < n; done++)
			tty_out_put(t, data[done]);
		return done;
	}
	while (done < n && output_char(t, data[done]))
		done++;
	return done;
}

/* ---- Echo: like user output, but lost rather than waited for ---- */

static void echo_raw(struct tty *t, u8 c)
{
	if (t->termios.c_oflag & OPOST)
		output_char(t, c);
	else if (tty_out_room(t))
		tty_out_put(t, c);
}

static bool is_control(u8 c)
{
	return c < ' ' || c == 127;
}

/* As typed, control characters as ^X. */
static void echo_char(struct tty *t, u8 c)
{
	if (lflag(t, ECHOCTL) && is_control(c) && c != '\t') {
		echo_raw(t, '^');
		echo_raw(t, c ^ 0100);
	} else {
		echo_raw(t, c);
	}
}

/* How many columns the echo of the byte at `index` took, if the line began at echo_start. */
static u32 echo_width(struct tty *t, u32 index)
{
	u32 column = t->in.echo_start, i;
	u8 c = *byte_at(t, index);

	if (c == '\t') {
		for (i = t->in.canon; i != index; i++)
			column += *byte_at(t, i) == '\t' ? next_tab(column) - column :
							   echo_width(t, i);
		return next_tab(column) - column;
	}
	if (is_control(c))
		return lflag(t, ECHOCTL) ? 2 : 0;
	return iflag(t, IUTF8) && (c & 0xc0) == 0x80 ? 0 : 1;
}

static void rub_out(struct tty *t, u32 columns)
{
	while (columns--) {
		echo_raw(t, '\b');
		echo_raw(t, ' ');
		echo_raw(t, '\b');
	}
}

/* ---- Editing a line ---- */

/* Takes the last character off the unfinished line and off the screen. */
static void erase_char(struct tty *t)
{
	u32 width;

	if (t->in.head == t->in.canon)
		return;
	/* A UTF-8 character goes as a whole: its later bytes first. */
	while (iflag(t, IUTF8) && (*byte_at(t, t->in.head - 1) & 0xc0) == 0x80 &&
	       t->in.head - 1 != t->in.canon)
		t->in.head--;
	width = echo_width(t, t->in.head - 1);
	t->in.head--;
	if (!lflag(t, ECHO))
		return;
	if (lflag(t, ECHOE))
		rub_out(t, width);
	else
		echo_char(t, t->termios.c_cc[VERASE]);
}

static bool is_word_char(u8 c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	       c == '_' || c >= 0x80;
}

/* Linux's word: letters, digits and underscore, with what stands behind them. */
static void erase_word(struct tty *t)
{
	bool in_word = false;

	while (t->in.head != t->in.canon) {
		if (is_word_char(*byte_at(t, t->in.head - 1)))
			in_word = true;
		else if (in_word)
			break;
		erase_char(t);
	}
}

static void kill_line(struct tty *t)
{
	if (lflag(t, ECHO) && lflag(t, ECHOK) && !(lflag(t, ECHOKE) && lflag(t, ECHOE))) {
		t->in.head = t->in.canon;
		echo_char(t, t->termios.c_cc[VKILL]);
		echo_raw(t, '\n');
		return;
	}
	while (t->in.head != t->in.canon)
		erase_char(t);
}

static void reprint_line(struct tty *t)
{
	u32 i;

	echo_char(t, t->termios.c_cc[VREPRINT]);
	echo_raw(t, '\n');
	t->in.echo_start = t->out.column;
	for (i = t->in.canon; i != t->in.head; i++)
		echo_char(t, *byte_at(t, i));
}

/* ---- Input ---- */

static void store(struct tty *t, u8 c)
{
	set_end(t, t->in.head, false);
	*byte_at(t, t->in.head) = c;
	t->in.head++;
	if (!lflag(t, ICANON))
		t->in.canon = t->in.head;
}

/* Ends the line with `c`; everything up to it can be read. */
static void store_end(struct tty *t, u8 c)
{
	*byte_at(t, t->in.head) = c;
	set_end(t, t->in.head, true);
	t->in.head++;
	t->in.canon = t->in.head;
}

static u32 buffered(const struct tty *t)
{
	return t->in.head - t->in.tail;
}

bool ldisc_has_room(const struct tty *t)
{
	if (buffered(t) < TTY_BUF_BYTES - 1)
		return true;
	/* A line too long to finish: take characters (and drop them), or its end never comes. */
	return lflag(t, ICANON) && t->in.canon == t->in.tail;
}

static void ordinary(struct tty *t, u8 c)
{
	if (buffered(t) >= TTY_BUF_BYTES - 1) {
		if (iflag(t, IMAXBEL))
			echo_raw(t, '\a');
		return;
	}
	if (lflag(t, ECHO)) {
		if (t->in.canon == t->in.head)
			t->in.echo_start = t->out.column;
		echo_char(t, c);
	}
	store(t, c);
}

/* Characters that send a signal. True if `c` was one. */
static bool receive_signal(struct tty *t, u8 c, u64 *signals)
{
	int sig;

	if (is_cc(t, c, VINTR))
		sig = SIGINT;
	else if (is_cc(t, c, VQUIT))
		sig = SIGQUIT;
	else if (is_cc(t, c, VSUSP))
		sig = SIGTSTP;
	else
		return false;
	if (!lflag(t, NOFLSH)) {
		ldisc_flush_input(t);
		t->out.tail = t->out.head;
	}
	t->stopped = false;
	if (lflag(t, ECHO))
		echo_char(t, c);
	*signals |= sigmask(sig);
	return true;
}

/* Characters that stop and start output. True if `c` was one. */
static bool receive_flow(struct tty *t, u8 c)
{
	if (is_cc(t, c, VSTART)) {
		t->stopped = false;
		return true;
	}
	if (is_cc(t, c, VSTOP)) {
		t->stopped = true;
		return true;
	}
	if (t->stopped && iflag(t, IXANY))
		t->stopped = false;
	return false;
}

static bool is_line_end(const struct tty *t, u8 c)
{
	return c == '\n' || is_cc(t, c, VEOL) || (lflag(t, IEXTEN) && is_cc(t, c, VEOL2));
}

/* The characters that edit or end a line. True if `c` was one. */
static bool receive_canonical(struct tty *t, u8 c)
{
	if (is_cc(t, c, VERASE)) {
		erase_char(t);
	} else if (lflag(t, IEXTEN) && is_cc(t, c, VWERASE)) {
		erase_word(t);
	} else if (is_cc(t, c, VKILL)) {
		kill_line(t);
	} else if (lflag(t, IEXTEN) && is_cc(t, c, VLNEXT)) {
		t->in.literal = true;
		if (lflag(t, ECHO) && lflag(t, ECHOCTL)) {
			echo_raw(t, '^');
			echo_raw(t, '\b');
		}
	} else if (lflag(t, IEXTEN) && lflag(t, ECHO) && is_cc(t, c, VREPRINT)) {
		reprint_line(t);
	} else if (is_cc(t, c, VEOF)) {
		store_end(t, 0);
	} else if (is_line_end(t, c)) {
		if (lflag(t, ECHO) || (c == '\n' && lflag(t, ECHONL))) {
			if (c == '\n')
				echo_raw(t, c);
			else
				echo_char(t, c);
		}
		store_end(t, c);
	} else {
		return false;
	}
	return true;
}

void ldisc_receive(struct tty *t, u8 c, u64 *signals)
{
	if (iflag(t, ISTRIP))
		c &= 0x7f;
	if (t->in.literal) {
		t->in.literal = false;
		ordinary(t, c);
		return;
	}
	if (iflag(t, IXON) && receive_flow(t, c))
		return;
	if (lflag(t, ISIG) && receive_signal(t, c, signals))
		return;
	if (c == '\r') {
		if (iflag(t, IGNCR))
			return;
		if (iflag(t, ICRNL))
			c = '\n';
	} else if (c == '\n' && iflag(t, INLCR)) {
		c = '\r';
	}
	if (iflag(t, IUCLC) && lflag(t, IEXTEN) && c >= 'A' && c <= 'Z')
		c += 'a' - 'A';
	if (lflag(t, ICANON)) {
		if (!receive_canonical(t, c))
			ordinary(t, c);
		return;
	}
	if (lflag(t, ECHO) && c == '\n') {
		/* Echoed as itself, not as ^J. */
		echo_raw(t, c);
		if (buffered(t) < TTY_BUF_BYTES - 1)
			store(t, c);
		return;
	}
	ordinary(t, c);
}

/* ---- Reading ---- */

size_t ldisc_readable(const struct tty *t)
{
	return t->in.canon - t->in.tail;
}

size_t ldisc_take(struct tty *t, u8 *to, size_t n, bool *line_end)
{
	bool canonical = lflag(t, ICANON);
	size_t done = 0;

	*line_end = false;
	while (done < n && t->in.tail != t->in.canon) {
		u8 c = *byte_at(t, t->in.tail);
		bool end = canonical && ends_at(t, t->in.tail);

		t->in.tail++;
		/* The byte that stands for VEOF is not part of the line. */
		if (!end || c)
			to[done++] = c;
		if (end) {
			*line_end = true;
			return done;
		}
	}
	/* The line was taken exactly up to its VEOF: that is not an end of file of its own. */
	if (canonical && done && t->in.tail != t->in.canon && ends_at(t, t->in.tail) &&
	    !*byte_at(t, t->in.tail)) {
		t->in.tail++;
		*line_end = true;
	}
	return done;
}
