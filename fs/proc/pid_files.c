// SPDX-License-Identifier: MIT
/*
 * The texts of /proc/PID in Linux's formats (proc(5)): what ps, top and kill read. Each figure is
 * asked of its owner (exo/task_info.h, exo/vma.h, exo/fs_context.h) and only laid out here. A task
 * without memory of its own (a kernel thread, a zombie) shows zeroes or an empty file, as on Linux.
 *
 * Does not: addresses of kernel functions and stacks (wchan, stack, kstkeip are 0), smaps, io,
 * cgroup, namespaces.
 */
#include <exo/cred.h>
#include <exo/err.h>
#include <exo/fdtable.h>
#include <exo/fork.h>
#include <exo/fs_context.h>
#include <exo/heap.h>
#include <exo/inode.h>
#include <exo/kdev.h>
#include <exo/mm.h>
#include <exo/mount.h>
#include <exo/namei.h>
#include <exo/string.h>
#include <exo/task.h>
#include <exo/task_info.h>
#include <exo/time.h>
#include <exo/vma.h>
#include <exo/vsnprintf.h>
#include <uapi/linux/resource.h>

#include "internal.h"

static u64 ns_to_clock(u64 ns)
{
	return ns / (NSEC_PER_SEC / USER_HZ);
}

static unsigned long to_kib(unsigned long pages)
{
	return pages << (PAGE_SHIFT - 10);
}

/* ---- stat, statm, status ---- */

/* The addresses that /proc/PID/stat shows to those who may inspect the task. */
struct layout {
	unsigned long start_code, end_code, start_stack, start_data, end_data, start_brk;
	unsigned long arg_start, arg_end, env_start, env_end;
};

static void layout_collect(struct mm *mm, struct layout *l)
{
	*l = (struct layout){
		.start_code = mm->start_code, .end_code = mm->end_code,
		.start_stack = mm->start_stack, .start_data = mm->start_data,
		.end_data = mm->end_data, .start_brk = mm->start_brk,
		.arg_start = mm->arg_start, .arg_end = mm->arg_end,
		.env_start = mm->env_start, .env_end = mm->env_end,
	};
}

/* Figures and, where allowed, addresses; zeroes for a task without memory. */
static void memory_collect(struct task *t, struct mm_figures *f, struct layout *l)
{
	struct mm *mm = mm_of_task(t);

	memset(f, 0, sizeof(*f));
	memset(l, 0, sizeof(*l));
	if (!mm)
		return;
	mm_figures(mm, f);
	if (!proc_may_inspect(t))
		layout_collect(mm, l);
	mm_put_user(mm);
}

static int stat_show(struct seq *s, struct task *t)
{
	struct mm_figures m;
	struct task_info i;
	struct layout l;

	task_info_collect(t, &i, t == t->group->leader);
	memory_collect(t, &m, &l);
	seq_printf(s, "%d (%s) %c %d %d %d %d %d %u", i.pid, t->comm, i.state, i.ppid, i.pgrp,
		   i.session, (int)i.tty_nr, i.tty_pgrp, i.linux_flags);
	seq_printf(s, " %llu %llu %llu %llu", i.usage.minor_faults, i.children.minor_faults,
		   i.usage.major_faults, i.children.major_faults);
	seq_printf(s, " %llu %llu %lld %lld", ns_to_clock(i.usage.utime_ns),
		   ns_to_clock(i.usage.stime_ns), (s64)ns_to_clock(i.children.utime_ns),
		   (s64)ns_to_clock(i.children.stime_ns));
	seq_printf(s, " %d %d %u 0 %llu", i.priority, i.nice, i.nr_threads,
		   ns_to_clock(i.start_boot_ns));
	seq_printf(s, " %lu %lu %lu", m.total << PAGE_SHIFT, m.rss,
		   t->group->rlim[RLIMIT_RSS].rlim_cur);
	seq_printf(s, " %lu %lu %lu 0 0", l.start_code, l.end_code, l.start_stack);
	seq_printf(s, " %llu %llu %llu %llu", i.pending & 0x7fffffff, i.blocked & 0x7fffffff,
		   i.ignored & 0x7fffffff, i.caught & 0x7fffffff);
	seq_printf(s, " 0 0 0 %d %u %u %u 0 0 0", i.exit_signal, i.cpu, i.rt_priority, i.policy);
	seq_printf(s, " %lu %lu %lu %lu %lu %lu %lu %d\n", l.start_data, l.end_data, l.start_brk,
		   l.arg_start, l.arg_end, l.env_start, l.env_end, i.exit_code);
	return 0;
}

static int statm_show(struct seq *s, struct task *t)
{
	struct mm_figures m;
	struct layout l;

	memory_collect(t, &m, &l);
	seq_printf(s, "%lu %lu %lu %lu 0 %lu 0\n", m.total, m.rss, m.rss_file + m.rss_shmem,
		   m.text, m.data + m.stack);
	return 0;
}

static const char *state_name(char letter)
{
	switch (letter) {
	case 'R':
		return "R (running)";
	case 'S':
		return "S (sleeping)";
	case 'D':
		return "D (disk sleep)";
	case 'T':
		return "T (stopped)";
	case 't':
		return "t (tracing stop)";
	case 'Z':
		return "Z (zombie)";
	case 'I':
		return "I (idle)";
	}
	return "X (dead)";
}

static void status_ids(struct seq *s, struct task *t)
{
	const struct cred *c = task_cred_get(t);
	u32 i;

	seq_printf(s, "Uid:\t%u\t%u\t%u\t%u\n", c->uid, c->euid, c->suid, c->fsuid);
	seq_printf(s, "Gid:\t%u\t%u\t%u\t%u\n", c->gid, c->egid, c->sgid, c->fsgid);
	seq_printf(s, "FDSize:\t%u\nGroups:\t", fdtable_max(t));
	for (i = 0; c->groups && i < c->groups->count; i++)
		seq_printf(s, i ? " %u" : "%u", c->groups->gid[i]);
	seq_puts(s, " \n");
	cred_put(c);
}

static void status_caps(struct seq *s, struct task *t)
{
	const struct cred *c = task_cred_get(t);

	seq_printf(s, "CapInh:\t%016llx\nCapPrm:\t%016llx\nCapEff:\t%016llx\n",
		   c->cap_inheritable, c->cap_permitted, c->cap_effective);
	seq_printf(s, "CapBnd:\t%016llx\nCapAmb:\t%016llx\n", c->cap_bset, c->cap_ambient);
	cred_put(c);
}

static void status_memory(struct seq *s, const struct mm_figures *m)
{
	seq_printf(s, "VmPeak:\t%8lu kB\nVmSize:\t%8lu kB\nVmLck:\t%8lu kB\n",
		   to_kib(m->total_peak), to_kib(m->total), to_kib(m->locked));
	seq_printf(s, "VmHWM:\t%8lu kB\nVmRSS:\t%8lu kB\n", to_kib(m->rss_peak), to_kib(m->rss));
	seq_printf(s, "RssAnon:\t%8lu kB\nRssFile:\t%8lu kB\nRssShmem:\t%8lu kB\n",
		   to_kib(m->rss_anon), to_kib(m->rss_file), to_kib(m->rss_shmem));
	seq_printf(s, "VmData:\t%8lu kB\nVmStk:\t%8lu kB\nVmExe:\t%8lu kB\nVmLib:\t%8lu kB\n",
		   to_kib(m->data), to_kib(m->stack), to_kib(m->text), to_kib(m->lib));
	seq_printf(s, "VmPTE:\t%8lu kB\nVmSwap:\t%8lu kB\n", m->pgtable_bytes / KiB, 0UL);
}

static int status_show(struct seq *s, struct task *t)
{
	struct mm_figures m;
	struct task_info i;
	struct layout l;

	task_info_collect(t, &i, t == t->group->leader);
	memory_collect(t, &m, &l);
	seq_printf(s, "Name:\t%s\nUmask:\t%04o\nState:\t%s\nTgid:\t%d\nNgid:\t0\n", t->comm,
		   fs_task_umask(t), state_name(i.state), i.tgid);
	seq_printf(s, "Pid:\t%d\nPPid:\t%d\nTracerPid:\t0\n", i.pid, i.ppid);
	status_ids(s, t);
	seq_printf(s, "NStgid:\t%d\nNSpid:\t%d\nNSpgid:\t%d\nNSsid:\t%d\n", i.tgid, i.pid,
		   i.pgrp, i.session);
	if (m.total)
		status_memory(s, &m);
	seq_printf(s, "Threads:\t%u\nSigQ:\t%u/%lu\n", i.nr_threads, i.sigqueued,
		   i.sigpending_limit);
	seq_printf(s, "SigPnd:\t%016llx\nShdPnd:\t%016llx\nSigBlk:\t%016llx\n", i.pending,
		   i.shared_pending, i.blocked);
	seq_printf(s, "SigIgn:\t%016llx\nSigCgt:\t%016llx\n", i.ignored, i.caught);
	status_caps(s, t);
	seq_printf(s, "NoNewPrivs:\t%u\nSeccomp:\t0\n", i.no_new_privs);
	seq_printf(s, "voluntary_ctxt_switches:\t%llu\nnonvoluntary_ctxt_switches:\t%llu\n",
		   i.usage.voluntary_switches, i.usage.involuntary_switches);
	return 0;
}

/* ---- What is read out of the task's own memory ---- */

/* Appends [start, end) of the address space; ends silently at a hole. */
static int copy_range(struct seq *s, struct mm *mm, unsigned long start, unsigned long end)
{
	char *buf = kmalloc(PAGE_SIZE, GFP_KERNEL);

	if (!buf)
		return -ENOMEM;
	while (start < end) {
		size_t want = min(end - start, PAGE_SIZE);
		size_t got = mm_read_remote(mm, start, buf, want);

		seq_write(s, buf, got);
		start += got;
		if (got < want)
			break;
	}
	kfree(buf);
	return 0;
}

#define ARGS_SHOWN_MAX (1 * MiB)

static int cmdline_show(struct seq *s, struct task *t)
{
	struct mm *mm = mm_of_task(t);
	unsigned long end;
	int err;

	if (!mm)
		return 0;
	end = min(mm->arg_end, mm->arg_start + ARGS_SHOWN_MAX);
	err = copy_range(s, mm, mm->arg_start, end);
	mm_put_user(mm);
	return err;
}

/* The memory of a task that current may look into, with a reference; NULL: it has none. ERR_PTR. */
static struct mm *mm_inspect(struct task *t)
{
	int err = proc_may_inspect(t);

	return err ? ERR_PTR(err) : mm_of_task(t);
}

static int environ_show(struct seq *s, struct task *t)
{
	struct mm *mm = mm_inspect(t);
	unsigned long end;
	int err;

	if (IS_ERR_OR_NULL(mm))
		return PTR_ERR_OR_ZERO(mm);
	end = min(mm->env_end, mm->env_start + ARGS_SHOWN_MAX);
	err = copy_range(s, mm, mm->env_start, end);
	mm_put_user(mm);
	return err;
}

static int auxv_show(struct seq *s, struct task *t)
{
	struct mm *mm = mm_inspect(t);
	unsigned int n = 0;

	if (IS_ERR_OR_NULL(mm))
		return PTR_ERR_OR_ZERO(mm);
	while (n + 2 <= ARRAY_SIZE(mm->auxv) && mm->auxv[n])
		n += 2;
	if (n + 2 <= ARRAY_SIZE(mm->auxv))
		seq_write(s, mm->auxv, (n + 2) * sizeof(u64));
	mm_put_user(mm);
	return 0;
}

/* ---- maps ---- */

/* Columns as Linux: the name begins at column 73. */
#define MAPS_NAME_COLUMN 73

struct maps_walk {
	struct seq *s;
	char *path;			/* PATH_MAX bytes */
};

static void maps_name(struct maps_walk *w, const struct vma *v, size_t line_start)
{
	const char *name = vma_name(v);
	char *path;

	if (!name && !v->file)
		return;
	while (w->s->len - line_start < MAPS_NAME_COLUMN)
		seq_putc(w->s, ' ');
	if (name) {
		seq_puts(w->s, name);
		return;
	}
	path = ERR_PTR(-ENOENT);
	if (v->file->dentry)
		path = path_name(&(struct path){ v->file->mnt, v->file->dentry }, w->path,
				 PATH_MAX);
	if (!IS_ERR(path))
		seq_escape(w->s, path, "\n");
	else
		seq_puts(w->s, v->file->ops->name);
}

static int maps_line(const struct vma *v, void *arg)
{
	struct maps_walk *w = arg;
	size_t line_start = w->s->len;
	const struct inode *inode = v->file ? v->file->inode : NULL;
	dev_t dev = inode ? inode->i_sb->s_dev : 0;

	seq_printf(w->s, "%08lx-%08lx %c%c%c%c %08llx %02x:%02x %lu", v->start, v->end,
		   v->flags & VMA_READ ? 'r' : '-', v->flags & VMA_WRITE ? 'w' : '-',
		   v->flags & VMA_EXEC ? 'x' : '-', v->flags & VMA_SHARED ? 's' : 'p',
		   v->file ? v->pgoff << PAGE_SHIFT : 0ULL, MAJOR(dev), MINOR(dev),
		   inode ? inode->i_ino : 0UL);
	seq_putc(w->s, ' ');
	maps_name(w, v, line_start);
	seq_putc(w->s, '\n');
	return 0;
}

static int maps_show(struct seq *s, struct task *t)
{
	struct maps_walk w = { .s = s };
	struct mm *mm;
	int err = proc_may_inspect(t);

	if (err)
		return err;
	mm = mm_of_task(t);
	if (!mm)
		return 0;
	w.path = kmalloc(PATH_MAX, GFP_KERNEL);
	err = w.path ? mm_for_each_vma(mm, 0, maps_line, &w) : -ENOMEM;
	kfree(w.path);
	mm_put_user(mm);
	return err;
}

/* ---- The rest ---- */

static int comm_show(struct seq *s, struct task *t)
{
	seq_printf(s, "%s\n", t->comm);
	return 0;
}

/* A task may rename the threads of its own process. */
static int comm_write(struct task *t, const char *text, size_t len)
{
	char name[TASK_COMM_LEN];
	size_t n = min(len, sizeof(name) - 1);

	if (t->group != current->group)
		return -EINVAL;
	memcpy(name, text, n);
	if (n && name[n - 1] == '\n')
		n--;
	name[n] = '\0';
	task_set_comm(t, name);
	return 0;
}

static void limit_value(struct seq *s, unsigned long v)
{
	if (v == RLIM_INFINITY)
		seq_printf(s, "%-20s ", "unlimited");
	else
		seq_printf(s, "%-20lu ", v);
}

static int limits_show(struct seq *s, struct task *t)
{
	static const struct {
		const char *name, *unit;
	} names[RLIM_NLIMITS] = {
		[RLIMIT_CPU] = { "Max cpu time", "seconds" },
		[RLIMIT_FSIZE] = { "Max file size", "bytes" },
		[RLIMIT_DATA] = { "Max data size", "bytes" },
		[RLIMIT_STACK] = { "Max stack size", "bytes" },
		[RLIMIT_CORE] = { "Max core file size", "bytes" },
		[RLIMIT_RSS] = { "Max resident set", "bytes" },
		[RLIMIT_NPROC] = { "Max processes", "processes" },
		[RLIMIT_NOFILE] = { "Max open files", "files" },
		[RLIMIT_MEMLOCK] = { "Max locked memory", "bytes" },
		[RLIMIT_AS] = { "Max address space", "bytes" },
		[RLIMIT_LOCKS] = { "Max file locks", "locks" },
		[RLIMIT_SIGPENDING] = { "Max pending signals", "signals" },
		[RLIMIT_MSGQUEUE] = { "Max msgqueue size", "bytes" },
		[RLIMIT_NICE] = { "Max nice priority", "" },
		[RLIMIT_RTPRIO] = { "Max realtime priority", "" },
		[RLIMIT_RTTIME] = { "Max realtime timeout", "us" },
	};
	unsigned int i;

	seq_printf(s, "%-25s %-20s %-20s %-10s\n", "Limit", "Soft Limit", "Hard Limit", "Units");
	for (i = 0; i < RLIM_NLIMITS; i++) {
		seq_printf(s, "%-25s ", names[i].name);
		limit_value(s, t->group->rlim[i].rlim_cur);
		limit_value(s, t->group->rlim[i].rlim_max);
		seq_printf(s, "%-10s\n", names[i].unit);
	}
	return 0;
}

static int mounts_text(struct seq *s, struct task *t)
{
	mounts_show(s);
	return 0;
}

static int mountinfo_text(struct seq *s, struct task *t)
{
	mountinfo_show(s);
	return 0;
}

static int exe_link(struct task *t, struct path *out)
{
	struct mm *mm = mm_of_task(t);
	int err = -ENOENT;

	if (!mm)
		return -ENOENT;
	if (mm->exe && mm->exe->dentry) {
		*out = (struct path){ .mnt = mm->exe->mnt, .dentry = mm->exe->dentry };
		path_get(out);
		err = 0;
	}
	mm_put_user(mm);
	return err;
}

#define TEXT(name_, mode_, show_) \
	{ .name = (name_), .mode = S_IFREG | (mode_), .show = (show_) }
#define LINK(name_, link_) { .name = (name_), .mode = S_IFLNK | 0777, .link = (link_) }

const struct pid_entry pid_entries[] = {
	{ .name = "task", .mode = S_IFDIR | 0555, .leader_only = true },
	{ .name = "fd", .mode = S_IFDIR | 0500, .dir_ops = &fd_dir_ops,
	  .dir_fops = &fd_dir_fops },
	TEXT("stat", 0444, stat_show),
	TEXT("statm", 0444, statm_show),
	TEXT("status", 0444, status_show),
	TEXT("cmdline", 0444, cmdline_show),
	TEXT("environ", 0400, environ_show),
	TEXT("auxv", 0400, auxv_show),
	TEXT("maps", 0444, maps_show),
	{ .name = "comm", .mode = S_IFREG | 0644, .show = comm_show, .write = comm_write },
	TEXT("limits", 0444, limits_show),
	TEXT("mounts", 0444, mounts_text),
	TEXT("mountinfo", 0444, mountinfo_text),
	LINK("cwd", fs_task_pwd_get),
	LINK("root", fs_task_root_get),
	LINK("exe", exe_link),
};

const unsigned int nr_pid_entries = ARRAY_SIZE(pid_entries);
