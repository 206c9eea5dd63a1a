// SPDX-License-Identifier: MIT
/*
 * What the scheduler tells: load averages, /proc/loadavg, /proc/uptime, /proc/stat,
 * /proc/exo/sched.
 *
 * The load average is a decaying mean, sampled every five seconds, of how many tasks run, could run
 * or sleep uninterruptibly. Fixed point with LOAD_SHIFT fractional bits; the factor for a period of
 * m minutes is exp(-5 / (60 m)). Written by the boot CPU's tick; readers may see a mixture.
 */
#include <exo/expose.h>
#include <exo/fork.h>
#include <exo/irq.h>
#include <exo/pid.h>
#include <exo/time.h>
#include "sched.h"

#define LOAD_ONE	(1UL << LOAD_SHIFT)
#define LOAD_PERIOD_NS	(5 * NSEC_PER_SEC)
/* After an hour of idling nothing of the past is left: no need to catch up more. */
#define LOAD_PERIODS_MAX 720

static unsigned long load_average[3];
static u64 load_next_ns = LOAD_PERIOD_NS;

static unsigned int nr_uninterruptible(void)
{
	int n = 0;

	for (unsigned int cpu = 0; cpu < NR_CPUS; cpu++)
		n += READ_ONCE(runqueues[cpu].nr_uninterruptible);
	return n > 0 ? (unsigned int)n : 0;
}

unsigned int sched_nr_running(void)
{
	unsigned int n = 0;

	for (unsigned int cpu = 0; cpu < NR_CPUS; cpu++)
		n += READ_ONCE(runqueues[cpu].nr_running);
	return n;
}

static unsigned long load_step(unsigned long load, unsigned long factor, unsigned long active)
{
	unsigned long sum = load * factor + active * (LOAD_ONE - factor);

	if (active >= load)
		sum += LOAD_ONE - 1;	/* so that a steady load is reached, not only approached */
	return sum >> LOAD_SHIFT;
}

void sched_load_tick(u64 now_ns)
{
	static const unsigned long factor[3] = { 1884, 2014, 2037 };
	unsigned long active = (sched_nr_running() + nr_uninterruptible()) << LOAD_SHIFT;
	unsigned int i, n;

	if (now_ns < load_next_ns)
		return;
	for (n = 0; n < LOAD_PERIODS_MAX && load_next_ns <= now_ns; n++) {
		for (i = 0; i < 3; i++)
			load_average[i] = load_step(load_average[i], factor[i], active);
		load_next_ns += LOAD_PERIOD_NS;
	}
	if (load_next_ns <= now_ns)
		load_next_ns = now_ns + LOAD_PERIOD_NS;
}

void sched_loadavg(unsigned long load[3])
{
	for (unsigned int i = 0; i < 3; i++)
		load[i] = READ_ONCE(load_average[i]);
}

/* The figures of one CPU as of now. */
struct cpu_times {
	u64 user_ns, nice_ns, system_ns, idle_ns, switches;
};

static void cpu_times_get(unsigned int cpu, struct cpu_times *sum)
{
	struct runqueue *rq = &runqueues[cpu];
	irqflags_t flags = spin_lock_irqsave(&rq->lock);

	if (rq->curr)
		rq_account(rq);
	sum->user_ns += rq->user_ns;
	sum->nice_ns += rq->nice_ns;
	sum->system_ns += rq->system_ns;
	sum->idle_ns += rq->idle_ns;
	sum->switches += rq->switches;
	spin_unlock_irqrestore(&rq->lock, flags);
}

u64 sched_idle_ns(void)
{
	struct cpu_times sum = { 0 };

	for (unsigned int cpu = 0; cpu < NR_CPUS; cpu++)
		cpu_times_get(cpu, &sum);
	return sum.idle_ns;
}

static void loadavg_show(struct seq *s)
{
	unsigned long load[3];

	sched_loadavg(load);
	for (unsigned int i = 0; i < 3; i++) {
		unsigned long v = load[i] + LOAD_ONE / 200;	/* round to hundredths */

		seq_printf(s, "%lu.%02lu ", v >> LOAD_SHIFT,
			   ((v & (LOAD_ONE - 1)) * 100) >> LOAD_SHIFT);
	}
	seq_printf(s, "%u/%u %d\n", sched_nr_running(), task_count(), pid_last_nr());
}
PROC_FILE(loadavg, "loadavg", 0444, loadavg_show);

static void seconds_print(struct seq *s, u64 ns)
{
	seq_printf(s, "%llu.%02llu", ns / NSEC_PER_SEC, ns % NSEC_PER_SEC / 10000000);
}

static void uptime_show(struct seq *s)
{
	seconds_print(s, ktime_get_boottime_ns());
	seq_putc(s, ' ');
	seconds_print(s, sched_idle_ns());
	seq_putc(s, '\n');
}
PROC_FILE(uptime, "uptime", 0444, uptime_show);

/* user nice system idle iowait irq softirq steal guest guest_nice */
static void cpu_line_print(struct seq *s, const struct cpu_times *t)
{
	const u64 unit = NSEC_PER_SEC / USER_HZ;

	seq_printf(s, " %llu %llu %llu %llu 0 0 0 0 0 0\n", t->user_ns / unit, t->nice_ns / unit,
		   t->system_ns / unit, t->idle_ns / unit);
}

static void stat_show(struct seq *s)
{
	struct cpu_times all = { 0 };
	unsigned int cpu;

	for (cpu = 0; cpu < NR_CPUS; cpu++)
		cpu_times_get(cpu, &all);
	seq_puts(s, "cpu ");
	cpu_line_print(s, &all);
	for (cpu = 0; cpu < NR_CPUS; cpu++) {
		struct cpu_times one = { 0 };

		cpu_times_get(cpu, &one);
		seq_printf(s, "cpu%u", cpu);
		cpu_line_print(s, &one);
	}
	seq_printf(s, "intr %llu\nctxt %llu\nbtime %llu\nprocesses %llu\n"
		   "procs_running %u\nprocs_blocked %u\n",
		   irq_count_total(), all.switches, ktime_real_offset_ns() / NSEC_PER_SEC,
		   task_fork_count(), sched_nr_running(), nr_uninterruptible());
}
PROC_FILE(stat, "stat", 0444, stat_show);

static void sched_show(struct seq *s)
{
	seq_printf(s, "exo-sched 1\npolicy %s\n", sched_policy_current()->name);
	for (unsigned int cpu = 0; cpu < NR_CPUS; cpu++) {
		struct cpu_times t = { 0 };

		cpu_times_get(cpu, &t);
		seq_printf(s, "cpu %u running %u switches %llu busy_ns %llu idle_ns %llu\n", cpu,
			   READ_ONCE(runqueues[cpu].nr_running), t.switches,
			   t.user_ns + t.nice_ns + t.system_ns, t.idle_ns);
	}
}
PROC_FILE(exo_sched, "exo/sched", 0444, sched_show);
