/* SPDX-License-Identifier: MIT */
/*
 * Defining a system call: SYSCALL_DEFINE2(kill, pid_t, pid, int, sig) { ... } makes sys_kill(),
 * with the arguments cast from registers as the C types say (so an int argument sees only its low
 * 32 bits, as on Linux), and the entry of the table __sys_kill(). init/syscalls.tbl names it.
 */
#ifndef EXO_SYSCALL_H
#define EXO_SYSCALL_H

#include <exo/types.h>
#include <asm/ptregs.h>

#define __SC_DECL1(t, a)	t a
#define __SC_DECL2(t, a, ...)	t a, __SC_DECL1(__VA_ARGS__)
#define __SC_DECL3(t, a, ...)	t a, __SC_DECL2(__VA_ARGS__)
#define __SC_DECL4(t, a, ...)	t a, __SC_DECL3(__VA_ARGS__)
#define __SC_DECL5(t, a, ...)	t a, __SC_DECL4(__VA_ARGS__)
#define __SC_DECL6(t, a, ...)	t a, __SC_DECL5(__VA_ARGS__)

#define __SC_ARG1(r, t, a)	(__force t)regs_arg(r, 0)
#define __SC_ARG2(r, t, a, ...)	(__force t)regs_arg(r, 0), __SC_ARGB1(r, __VA_ARGS__)
#define __SC_ARG3(r, t, a, ...)	(__force t)regs_arg(r, 0), __SC_ARGB2(r, __VA_ARGS__)
#define __SC_ARG4(r, t, a, ...)	(__force t)regs_arg(r, 0), __SC_ARGB3(r, __VA_ARGS__)
#define __SC_ARG5(r, t, a, ...)	(__force t)regs_arg(r, 0), __SC_ARGB4(r, __VA_ARGS__)
#define __SC_ARG6(r, t, a, ...)	(__force t)regs_arg(r, 0), __SC_ARGB5(r, __VA_ARGS__)
#define __SC_ARGB1(r, t, a)		(__force t)regs_arg(r, 1)
#define __SC_ARGB2(r, t, a, ...)	(__force t)regs_arg(r, 1), __SC_ARGC1(r, __VA_ARGS__)
#define __SC_ARGB3(r, t, a, ...)	(__force t)regs_arg(r, 1), __SC_ARGC2(r, __VA_ARGS__)
#define __SC_ARGB4(r, t, a, ...)	(__force t)regs_arg(r, 1), __SC_ARGC3(r, __VA_ARGS__)
#define __SC_ARGB5(r, t, a, ...)	(__force t)regs_arg(r, 1), __SC_ARGC4(r, __VA_ARGS__)
#define __SC_ARGC1(r, t, a)		(__force t)regs_arg(r, 2)
#define __SC_ARGC2(r, t, a, ...)	(__force t)regs_arg(r, 2), __SC_ARGD1(r, __VA_ARGS__)
#define __SC_ARGC3(r, t, a, ...)	(__force t)regs_arg(r, 2), __SC_ARGD2(r, __VA_ARGS__)
#define __SC_ARGC4(r, t, a, ...)	(__force t)regs_arg(r, 2), __SC_ARGD3(r, __VA_ARGS__)
#define __SC_ARGD1(r, t, a)		(__force t)regs_arg(r, 3)
#define __SC_ARGD2(r, t, a, ...)	(__force t)regs_arg(r, 3), __SC_ARGE1(r, __VA_ARGS__)
#define __SC_ARGD3(r, t, a, ...)	(__force t)regs_arg(r, 3), __SC_ARGE2(r, __VA_ARGS__)
#define __SC_ARGE1(r, t, a)		(__force t)regs_arg(r, 4)
#define __SC_ARGE2(r, t, a, t2, a2)	(__force t)regs_arg(r, 4), (__force t2)regs_arg(r, 5)

#define __SYSCALL_DEFINE(n, name, ...) \
	static inline long sys_##name(__SC_DECL##n(__VA_ARGS__)); \
	long __sys_##name(const struct ptregs *regs); \
	long __sys_##name(const struct ptregs *regs) \
	{ \
		return sys_##name(__SC_ARG##n(regs, __VA_ARGS__)); \
	} \
	static inline long sys_##name(__SC_DECL##n(__VA_ARGS__))

#define SYSCALL_DEFINE0(name) \
	long __sys_##name(const struct ptregs *regs); \
	long __sys_##name(const struct ptregs *regs)
#define SYSCALL_DEFINE1(name, ...) __SYSCALL_DEFINE(1, name, __VA_ARGS__)
#define SYSCALL_DEFINE2(name, ...) __SYSCALL_DEFINE(2, name, __VA_ARGS__)
#define SYSCALL_DEFINE3(name, ...) __SYSCALL_DEFINE(3, name, __VA_ARGS__)
#define SYSCALL_DEFINE4(name, ...) __SYSCALL_DEFINE(4, name, __VA_ARGS__)
#define SYSCALL_DEFINE5(name, ...) __SYSCALL_DEFINE(5, name, __VA_ARGS__)
#define SYSCALL_DEFINE6(name, ...) __SYSCALL_DEFINE(6, name, __VA_ARGS__)

#endif
