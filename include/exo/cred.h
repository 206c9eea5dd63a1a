/* SPDX-License-Identifier: MIT */
/*
 * Credentials: who a task is to the rest of the system. kernel/task/cred.c.
 *
 * A struct cred never changes once it is installed; a task changes itself by cred_prepare(), edits,
 * cred_commit(). So a task reads its own without a lock, and files and others keep theirs by a
 * reference. Another task's is read under tasklist_lock, which cred_commit() holds at the exchange.
 *
 * Sleeping: only cred_prepare() and groups_alloc(), which allocate.
 */
#ifndef EXO_CRED_H
#define EXO_CRED_H

#include <exo/atomic.h>
#include <exo/list.h>
#include <exo/task.h>
#include <uapi/linux/capability.h>

#define NGROUPS_MAX 65536
#define CAP_FULL_SET ((1ULL << (CAP_LAST_CAP + 1)) - 1)
#define OVERFLOW_ID 65534

/* Supplementary groups, sorted; immutable. */
struct groups {
	refcount_t refs;
	u32 count;
	gid_t gid[];
};

/* What one real user id has in use, for the limits that count per user. */
struct user_counts {
	refcount_t refs;
	uid_t uid;
	atomic_t processes;		/* RLIMIT_NPROC */
	atomic_t sigpending;		/* RLIMIT_SIGPENDING */
	atomic_t pipe_pages;		/* that its pipes may come to hold: ipc/pipe.c */
	struct hlist_node link;
};

struct cred {
	refcount_t refs;
	u32 securebits;			/* SECBIT_* */
	uid_t uid, euid, suid, fsuid;
	gid_t gid, egid, sgid, fsgid;
	u64 cap_effective, cap_permitted, cap_inheritable, cap_bset, cap_ambient;
	struct groups *groups;		/* NULL: none */
	struct user_counts *user;	/* of uid */
};

static inline const struct cred *current_cred(void)
{
	return current->cred;
}

#define current_uid()	(current_cred()->uid)
#define current_euid()	(current_cred()->euid)
#define current_gid()	(current_cred()->gid)
#define current_egid()	(current_cred()->egid)
#define current_fsuid()	(current_cred()->fsuid)
#define current_fsgid()	(current_cred()->fsgid)

static inline const struct cred *cred_get(const struct cred *cred)
{
	refcount_inc(&((struct cred *)cred)->refs);
	return cred;
}

/* Drops a reference. Any context; NULL is allowed. */
void cred_put(const struct cred *cred);

/* A reference to the credentials of any task that the caller has a reference to. Any context. */
const struct cred *task_cred_get(struct task *t);

/* A private copy of current's credentials to edit, or NULL (-ENOMEM). May sleep. */
struct cred *__must_check cred_prepare(void);
/* Installs it in current and takes the reference. Does not fail. */
void cred_commit(struct cred *new);
void cred_abort(struct cred *new);
/* Changes new->uid and the user that is counted; 0 or -ENOMEM. May sleep. */
int __must_check cred_set_uid(struct cred *new, uid_t uid);
/*
 * exec: what the new program's credentials become, after its set-id bits are in new->euid/egid:
 * capabilities, saved and file-system ids. Returns whether the program must distrust its
 * environment (AT_SECURE).
 */
bool cred_exec_update(struct cred *new);
/* May current exec at all? -EAGAIN if a set*uid made it one process too many of its user. */
int __must_check cred_exec_check(void);
/* What follows from a change of the user ids, resp. of fsuid: capabilities(7). */
void cred_fixup_uid(struct cred *new, const struct cred *old);
void cred_fixup_fsuid(struct cred *new, const struct cred *old);

static inline bool cred_capable(const struct cred *cred, int cap)
{
	return cred->cap_effective & (1ULL << cap);
}

/* Has current the capability? */
static inline bool capable(int cap)
{
	return cred_capable(current_cred(), cap);
}

/* Is `gid` the group of `cred` (by fsgid), or one of its supplementary ones? */
bool cred_in_group(const struct cred *cred, gid_t gid);
static inline bool in_group(gid_t gid)
{
	return cred_in_group(current_cred(), gid);
}
/* Room for `count` groups, to be filled in ascending order; NULL: no memory. */
struct groups *__must_check groups_alloc(u32 count);
void groups_put(struct groups *g);		/* NULL is allowed */
bool groups_contain(const struct groups *g, gid_t gid);

void user_counts_put(struct user_counts *u);

/* Those of the boot task and what it starts: root with every capability. */
extern struct cred cred_boot;

#endif
