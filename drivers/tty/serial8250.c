// SPDX-License-Identifier: MIT
/*
 * 16550-compatible serial ports at the PC's four places (National Semiconductor PC16550D data
 * sheet): console from the first line of the log on, terminal once interrupts work.
 *
 * A port's console and its terminal share the transmitter. The console writes polled, with
 * port->lock held, and waits for room; the terminal fills the 16-byte FIFO when the port says it is
 * empty, from interrupts. Received bytes go to the line discipline; while that has no room the
 * receive interrupt is masked, so that the sender's bytes wait in the other end instead of getting
 * lost here.
 *
 * Locking: tty->lock > port->lock (both with interrupts off). The interrupt handler takes neither
 * while it calls up. A panic writes without port->lock.
 * Does not: ports beyond the first four, flow control lines, baud rates other than the console's
 * (the rate a terminal asks for is set, what the emulator does with it is its own).
 */
#include <exo/console.h>
#include <exo/driver.h>
#include <exo/err.h>
#include <exo/heap.h>
#include <exo/irq.h>
#include <exo/kdev.h>
#include <exo/log.h>
#include <exo/panic.h>
#include <exo/serial8250.h>
#include <exo/spinlock.h>
#include <exo/tty.h>
#include <asm/io.h>
#include <asm/irq.h>

/* Registers, as offsets from the port's base (section 8). */
#define RBR	0	/* read: received byte */
#define THR	0	/* write: byte to send */
#define DLL	0	/* with LCR_DLAB: divisor */
#define IER	1
#define DLM	1
#define IIR	2	/* read */
#define FCR	2	/* write */
#define LCR	3
#define MCR	4
#define LSR	5
#define SCR	7	/* scratch: tells a port from an empty place */

#define IER_RX		0x01
#define IER_TX		0x02
#define IIR_NONE	0x01
#define FCR_ENABLE	0x07	/* on, both FIFOs cleared */
#define FCR_TRIGGER_8	0x80
#define LCR_8N1		0x03
#define LCR_DLAB	0x80
#define MCR_ON		0x0b	/* DTR, RTS, and OUT2, which lets the interrupt through on a PC */
#define LSR_DATA	0x01
#define LSR_THRE	0x20

#define FIFO_BYTES	16
#define CLOCK_HZ	1843200	/* divided by 16 gives 115200 baud */

/* Polls for room before a byte is given up: a port that is stuck must not stop the machine. */
#define TX_POLLS	200000

struct port {
	u16 base;			/* [I] */
	u8 isa_irq;			/* [I] */
	bool present;			/* [I] after probing */
	struct spinlock lock;		/* guards the registers */
	u8 ier;				/* [lock] what IER holds */
	const char *name;		/* [I] */
	struct tty *tty;		/* [I] from probing on */
	struct console console;
};

static struct port ports[] = {
	{ .base = 0x3f8, .isa_irq = 4, .name = "ttyS0" },
	{ .base = 0x2f8, .isa_irq = 3, .name = "ttyS1" },
	{ .base = 0x3e8, .isa_irq = 4, .name = "ttyS2" },
	{ .base = 0x2e8, .isa_irq = 3, .name = "ttyS3" },
};

static inline u8 reg_read(const struct port *p, u16 reg)
{
	return inb(p->base + reg);
}

static inline void reg_write(const struct port *p, u16 reg, u8 value)
{
	outb(value, p->base + reg);
}

/* A port keeps what is written to its scratch register; an empty place reads as all ones. */
static bool port_answers(const struct port *p)
{
	reg_write(p, SCR, 0x5a);
	if (reg_read(p, SCR) != 0x5a)
		return false;
	reg_write(p, SCR, 0xa5);
	return reg_read(p, SCR) == 0xa5;
}

static void set_divisor(const struct port *p, u16 divisor)
{
	reg_write(p, LCR, LCR_8N1 | LCR_DLAB);
	reg_write(p, DLL, (u8)divisor);
	reg_write(p, DLM, (u8)(divisor >> 8));
	reg_write(p, LCR, LCR_8N1);
}

static void port_setup(struct port *p)
{
	p->ier = 0;
	reg_write(p, IER, 0);
	set_divisor(p, CLOCK_HZ / 16 / 115200);
	reg_write(p, FCR, FCR_ENABLE | FCR_TRIGGER_8);
	reg_write(p, MCR, MCR_ON);
}

static void ier_change(struct port *p, u8 set, u8 clear)
{
	irqflags_t flags = raw_spin_lock_irqsave(&p->lock);
	u8 ier = (u8)((p->ier | set) & ~clear);

	if (ier != p->ier) {
		p->ier = ier;
		reg_write(p, IER, ier);
	}
	raw_spin_unlock_irqrestore(&p->lock, flags);
}

/* ---- Console ---- */

static void put_polled(const struct port *p, u8 c)
{
	unsigned int n;

	for (n = 0; n < TX_POLLS && !(reg_read(p, LSR) & LSR_THRE); n++)
		cpu_relax();
	reg_write(p, THR, c);
}

/* What was in the FIFO goes first; each time it is empty, 16 more fit. */
static void write_polled(const struct port *p, const char *text, size_t n)
{
	for (; n; n--, text++) {
		if (*text == '\n')
			put_polled(p, '\r');
		put_polled(p, (u8)*text);
	}
}

static void serial_console_write(struct console *con, const char *text, size_t n)
{
	struct port *p = con->data;
	irqflags_t flags;

	if (panic_in_progress()) {
		write_polled(p, text, n);
		return;
	}
	flags = raw_spin_lock_irqsave(&p->lock);
	write_polled(p, text, n);
	raw_spin_unlock_irqrestore(&p->lock, flags);
}

static void console_setup(struct port *p, unsigned int index)
{
	p->console.name = p->name;
	p->console.write = serial_console_write;
	p->console.dev = MKDEV(4, 64 + index);
	p->console.rank = 100 - (int)index;
	p->console.data = p;
	console_register(&p->console);
}

void serial8250_early_init(void)
{
	struct port *p = &ports[0];

	if (!port_answers(p))
		return;
	p->present = true;
	port_setup(p);
	console_setup(p, 0);
}

/* ---- Terminal ---- */

/* Fills the FIFO if it is empty; true if more would follow. tty->lock held, interrupts off. */
static bool send_some(struct port *p)
{
	u8 bytes[FIFO_BYTES];
	bool busy = false;
	size_t n, i;

	raw_spin_lock(&p->lock);
	while (reg_read(p, LSR) & LSR_THRE) {
		n = tty_output_pull(p->tty, bytes, sizeof(bytes));
		for (i = 0; i < n; i++)
			reg_write(p, THR, bytes[i]);
		busy = n == sizeof(bytes);
		if (!busy)
			break;
	}
	raw_spin_unlock(&p->lock);
	return busy;
}

static void serial_start(struct tty *tty)
{
	struct port *p = tty->driver_data;

	send_some(p);
	/* The interrupt comes when the FIFO is empty, and goes on, or finds nothing and stops. */
	ier_change(p, IER_TX, 0);
}

static void serial_unthrottle(struct tty *tty)
{
	ier_change(tty->driver_data, IER_RX, 0);
}

static void transmit(struct port *p)
{
	irqflags_t flags = spin_lock_irqsave(&p->tty->lock);

	send_some(p);
	if (p->tty->stopped || p->tty->out.head == p->tty->out.tail)
		ier_change(p, 0, IER_TX);
	spin_unlock_irqrestore(&p->tty->lock, flags);
}

/*
 * Reads what has come. A byte is taken from the port only if there is room for it. If there is not,
 * the interrupt is masked first and the question asked again, since a reader may have made room
 * (and unmasked) in between.
 */
static void receive(struct port *p)
{
	while (reg_read(p, LSR) & LSR_DATA) {
		u8 c;

		if (!tty_has_room(p->tty)) {
			ier_change(p, 0, IER_RX);
			if (!tty_has_room(p->tty))
				return;
			ier_change(p, IER_RX, 0);
		}
		c = reg_read(p, RBR);
		tty_receive(p->tty, &c, 1);
	}
}

static enum irq_return serial_interrupt(unsigned int irq, void *dev)
{
	struct port *p = dev;

	if (reg_read(p, IIR) & IIR_NONE)
		return IRQ_NONE;
	receive(p);
	transmit(p);
	return IRQ_HANDLED;
}

static const struct tty_ops serial_tty_ops = {
	.start = serial_start,
	.unthrottle = serial_unthrottle,
};

static int port_start(struct port *p, unsigned int index)
{
	struct tty *tty;
	int err;

	tty = kzalloc(sizeof(*tty), GFP_KERNEL);
	if (!tty)
		return -ENOMEM;
	tty->name = p->name;
	tty->dev = MKDEV(4, 64 + index);
	tty->ops = &serial_tty_ops;
	tty->driver_data = p;
	p->tty = tty;
	err = tty_register(tty);
	if (!err)
		err = irq_request(arch_irq_isa(p->isa_irq), serial_interrupt, IRQ_SHARED,
				  p->name, p);
	if (err)
		return err;
	ier_change(p, IER_RX, 0);
	log_info("%s: 16550 at port %#x, line %u", p->name, p->base,
		 arch_irq_isa(p->isa_irq));
	return 0;
}

static int serial_probe(const struct boot_info *info)
{
	unsigned int i, found = 0;
	int err;

	for (i = 0; i < ARRAY_SIZE(ports); i++) {
		struct port *p = &ports[i];

		if (!p->present) {
			if (!port_answers(p))
				continue;
			p->present = true;
			port_setup(p);
			console_setup(p, i);
		}
		err = port_start(p, i);
		if (err)
			return err;
		found++;
	}
	return found ? 0 : -ENODEV;
}

DRIVER(serial8250) = {
	.name = "serial8250", .rank = DRIVER_RANK_DEVICE, .probe = serial_probe,
};
