/* SPDX-License-Identifier: MIT */
/* The registers of an interrupted context, as far as code that runs on the host asks for them. */
#ifndef ASM_PTREGS_H
#define ASM_PTREGS_H

#include <exo/types.h>

struct ptregs {
	u64 ip, sp, bp;
	bool user;
};

static inline bool regs_user_mode(const struct ptregs *r)
{
	return r->user;
}

static inline unsigned long regs_ip(const struct ptregs *r)
{
	return r->ip;
}

static inline unsigned long regs_sp(const struct ptregs *r)
{
	return r->sp;
}

static inline unsigned long regs_bp(const struct ptregs *r)
{
	return r->bp;
}

#endif
