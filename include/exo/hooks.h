/* SPDX-License-Identifier: MIT */
/*
 * Task hooks: how upper floors keep per-task state without fork, exec and exit knowing them. Each
 * is a constant struct in the section `task_hooks`, run in order of rank (exit in reverse).
 * kernel/hooks.c.
 *
 * clone may fail: those that already ran are undone by their exit on the child. exec returns void:
 * it runs after the point of no return. exit runs in the dying task (or, for a failed clone, in
 * the parent with `t` the child), in task context, once.
 */
#ifndef EXO_HOOKS_H
#define EXO_HOOKS_H

#include <exo/sections.h>

struct task;

struct task_hooks {
	const char *name;
	int rank;		/* explicit order; unique */
	int (*clone)(struct task *parent, struct task *child, u64 clone_flags);
	void (*exec)(struct task *t);
	void (*exit)(struct task *t);
};

#define TASK_HOOKS(name) SECTION_ENTRY(task_hooks, struct task_hooks, name)

int __must_check hooks_clone(struct task *parent, struct task *child, u64 clone_flags);
void hooks_exec(struct task *t);
void hooks_exit(struct task *t);

#endif
