// SPDX-License-Identifier: MIT
/*
 * x87 and vector state, eager: a switch stores the registers of the thread that leaves and loads
 * those of the one that comes. Kernel threads have no area and leave the registers alone.
 *
 * An area is an FXSAVE image or, where the CPU has XSAVE, a standard-format XSAVE image of the
 * components that we enabled; its size is what CPUID says for those. Bytes 464..511 are never
 * written by the CPU, and hold the words that a signal frame announces its format with.
 *
 * Invariant: while a thread with an area runs, the registers are right and its area is stale. Who
 * changes an area of the running thread does so with interrupts off and loads it at once, or takes
 * it away from the thread meanwhile (fpu_frame_pop). XSAVEOPT relies on that too: it leaves
 * out what has not changed since the last load from the same area.
 *
 * Does not: AMX, PKRU, supervisor components, lazy switching.
 */
#include <exo/log.h>
#include <exo/percpu.h>
#include <exo/uaccess.h>
#include <asm/extable.h>
#include <asm/fpu.h>
#include <asm/irq.h>
#include <asm/thread.h>
#include <uapi/linux/siginfo.h>
#include "cpu.h"

#define LEGACY_BYTES	512
#define HEADER_BYTES	64
#define XSAVE_MIN_BYTES	(LEGACY_BYTES + HEADER_BYTES)

#define XCR0_X87	BIT(0)
#define XCR0_SSE	BIT(1)
#define XCR0_AVX	BIT(2)
#define XCR0_AVX512	(BIT(5) | BIT(6) | BIT(7))

#define FCW_INIT	0x037f
#define MXCSR_INIT	0x1f80
#define MXCSR_MASK_OLD	0xffbf	/* of CPUs that do not say */

#define FP_XSTATE_MAGIC1 0x46505853U
#define FP_XSTATE_MAGIC2 0x46505845U

/* The standard-format image; the ABI's struct _xstate. */
struct fpu_image {
	u16 fcw, fsw, ftw, fop;
	u64 fip, fdp;
	u32 mxcsr, mxcsr_mask;
	u8 registers[432];
	struct {
		u32 magic1;
		u32 extended_bytes;	/* with magic 2 behind the image */
		u64 features;
		u32 image_bytes;
		u32 padding[7];
	} sw;
	u64 xstate_bv;
	u64 xcomp_bv;
	u64 zero;
	u64 reserved[5];
} __aligned(FPU_ALIGN);
static_assert(offsetof(struct fpu_image, sw) == 464, "Intel SDM volume 1, 13.4.1");
static_assert(sizeof(struct fpu_image) == XSAVE_MIN_BYTES, "Intel SDM volume 1, 13.4.2");

static u64 features __ro_after_init_data = XCR0_X87 | XCR0_SSE;
static size_t area_bytes __ro_after_init_data = LEGACY_BYTES;
static u32 mxcsr_mask __ro_after_init_data = MXCSR_MASK_OLD;

/* Everything, also what is in its initial state. */
static void fpu_save_all(struct fpu_image *area)
{
	if (cpu_has(CPU_XSAVE))
		__asm__ __volatile__("xsave64 (%0)"
			: : "r"(area), "a"((u32)features), "d"(0) : "memory");
	else
		__asm__ __volatile__("fxsave64 (%0)" : : "r"(area) : "memory");
}

static void fpu_save(struct fpu_image *area)
{
	if (cpu_has(CPU_XSAVEOPT))
		__asm__ __volatile__("xsaveopt64 (%0)"
			: : "r"(area), "a"((u32)features), "d"(0) : "memory");
	else
		fpu_save_all(area);
}

static void fpu_load(const struct fpu_image *area)
{
	if (cpu_has(CPU_XSAVE))
		__asm__ __volatile__("xrstor64 (%0)"
			: : "r"(area), "a"((u32)features), "d"(0) : "memory");
	else
		__asm__ __volatile__("fxrstor64 (%0)" : : "r"(area) : "memory");
}

void fpu_switch(void *save, void *load)
{
	if (save)
		fpu_save(save);
	if (load)
		fpu_load(load);
}

static void __init xsave_init(void)
{
	struct cpuid_regs r = cpuid(13, 0);
	u64 mask = r.a & (XCR0_X87 | XCR0_SSE | XCR0_AVX | XCR0_AVX512);

	if (!(mask & XCR0_AVX) || (mask & XCR0_AVX512) != XCR0_AVX512)
		mask &= ~XCR0_AVX512;
	__asm__ __volatile__("xsetbv" : : "c"(0), "a"((u32)mask), "d"(0) : "memory");
	features = mask;
	area_bytes = cpuid(13, 0).b;	/* for what XCR0 now says */
}

void __init fpu_init(void)
{
	static struct fpu_image probe __initdata;

	if (cpu_has(CPU_XSAVE))
		xsave_init();
	__asm__ __volatile__("fninit\n\tfxsave64 (%0)" : : "r"(&probe) : "memory");
	if (probe.mxcsr_mask)
		mxcsr_mask = probe.mxcsr_mask;
	fpu_init_area(&probe);
	fpu_load(&probe);
}

size_t fpu_area_bytes(void)
{
	return area_bytes;
}

bool fpu_has_xsave(void)
{
	return cpu_has(CPU_XSAVE);
}

/* xstate_bv 0: every component in its initial state. FXRSTOR and MXCSR need it said in full. */
void fpu_init_area(void *p)
{
	struct fpu_image *area = p;

	memset(area, 0, area_bytes);
	area->fcw = FCW_INIT;
	area->mxcsr = MXCSR_INIT;
}

void fpu_fork(struct thread *child, struct thread *parent)
{
	irqflags_t flags = irq_save();

	fpu_save_all(parent->fpu);
	memcpy(child->fpu, parent->fpu, area_bytes);
	irq_restore(flags);
}

void fpu_exec(struct thread *t)
{
	irqflags_t flags = irq_save();

	fpu_init_area(t->fpu);
	fpu_load(t->fpu);
	irq_restore(flags);
}

int fpu_exception_code(bool sse)
{
	struct fpu_image *area = this_cpu_read(cpu_hot.thread)->fpu;
	irqflags_t flags = irq_save();
	u32 err;

	fpu_save_all(area);
	err = sse ? area->mxcsr & ~(area->mxcsr >> 7) : area->fsw & ~area->fcw;
	irq_restore(flags);
	if (err & 0x01)
		return FPE_FLTINV;
	if (err & 0x04)
		return FPE_FLTDIV;
	if (err & 0x08)
		return FPE_FLTOVF;
	if (err & 0x12)			/* denormal, underflow */
		return FPE_FLTUND;
	if (err & 0x20)
		return FPE_FLTRES;
	return SI_KERNEL;		/* spurious: the condition is gone */
}

/* ---- Signal frames ---- */

size_t fpu_frame_bytes(void)
{
	return cpu_has(CPU_XSAVE) ? area_bytes + sizeof(u32) : area_bytes;
}

int fpu_frame_push(void __user *buf)
{
	struct fpu_image __user *frame = buf;
	struct fpu_image *area = this_cpu_read(cpu_hot.thread)->fpu;
	irqflags_t flags = irq_save();
	u64 xstate_bv;

	fpu_save_all(area);
	irq_restore(flags);
	memset(&area->sw, 0, sizeof(area->sw));
	if (!cpu_has(CPU_XSAVE))
		return copy_to_user(frame, area, area_bytes);

	area->sw.magic1 = FP_XSTATE_MAGIC1;
	area->sw.extended_bytes = area_bytes + sizeof(u32);
	area->sw.features = features;
	area->sw.image_bytes = area_bytes;
	/* Debuggers and handlers look at the legacy part whether it is initial or not. */
	xstate_bv = area->xstate_bv | XCR0_X87 | XCR0_SSE;
	if (copy_to_user(frame, area, area_bytes) || put_user(xstate_bv, &frame->xstate_bv))
		return -EFAULT;
	return put_user(FP_XSTATE_MAGIC2, (u32 __user *)((char __user *)buf + area_bytes));
}

/* Does the frame hold more than the legacy part? Its words are in `area` already. */
static bool frame_is_extended(const struct fpu_image *area, const void __user *buf)
{
	u32 bytes = area->sw.image_bytes, magic2;

	if (!cpu_has(CPU_XSAVE) || area->sw.magic1 != FP_XSTATE_MAGIC1 ||
	    bytes < XSAVE_MIN_BYTES || bytes > area_bytes || area->sw.extended_bytes < bytes)
		return false;
	return !get_user(magic2, (const u32 __user *)((const char __user *)buf + bytes)) &&
	       magic2 == FP_XSTATE_MAGIC2;
}

/* XRSTOR would fault on any of these (Intel SDM volume 1, 13.8.1). */
static bool image_is_valid(const struct fpu_image *area)
{
	if (area->mxcsr & ~mxcsr_mask)
		return false;
	if (!cpu_has(CPU_XSAVE))
		return true;
	return !(area->xstate_bv & ~features) && !area->xcomp_bv && !area->zero;
}

static int frame_read(struct fpu_image *area, const void __user *buf)
{
	memset(area, 0, area_bytes);
	if (copy_from_user(area, buf, LEGACY_BYTES))
		return -EFAULT;
	if (frame_is_extended(area, buf)) {
		if (copy_from_user((char *)area + LEGACY_BYTES,
				   (const char __user *)buf + LEGACY_BYTES,
				   area->sw.image_bytes - LEGACY_BYTES))
			return -EFAULT;
	} else if (cpu_has(CPU_XSAVE)) {
		area->xstate_bv = XCR0_X87 | XCR0_SSE;
	}
	return image_is_valid(area) ? 0 : -EFAULT;
}

/*
 * Reading the frame may sleep, and a switch would then store the registers over what was read. So
 * the thread has no area while it reads; after that its registers hold anybody's state, and are
 * loaded.
 */
int fpu_frame_pop(const void __user *buf)
{
	struct thread *t = this_cpu_read(cpu_hot.thread);
	struct fpu_image *area = t->fpu;
	irqflags_t flags;
	int err;

	WRITE_ONCE(t->fpu, NULL);
	barrier();
	err = buf ? frame_read(area, buf) : -ENOENT;
	if (err)
		fpu_init_area(area);
	flags = irq_save();
	WRITE_ONCE(t->fpu, area);
	fpu_load(area);
	irq_restore(flags);
	return buf ? err : 0;
}
