// SPDX-License-Identifier: MIT
/*
 * What the CPU can do: CPUID is read once, on the boot CPU, and every question later is a bit test.
 * Then the control registers are set to what there is: write protection also for the kernel (WP),
 * no running or touching of user memory by accident (SMEP, SMAP), no table addresses for user mode
 * (UMIP), NX (asked for in boot/longmode.asm: without it we do not start), FSGSBASE, global pages.
 *
 * cpu_features is written by features_read() only. Other CPUs are taken to be alike.
 *
 * Does not: work around errata, load microcode, mitigate transient execution beyond scrubbing
 * registers on entry.
 */
#include <exo/log.h>
#include <exo/percpu.h>
#include <exo/seq.h>
#include <exo/string.h>
#include <asm/cpu.h>
#include <asm/elf.h>
#include "../time/time.h"
#include "cpu.h"

u32 cpu_features[CPU_WORDS] __ro_after_init;

static struct {
	char vendor[13];
	char model_name[49];
	u32 family, model, stepping;
	u32 max_leaf;
	u8 phys_bits, virt_bits;
	u16 clflush_bytes;
} cpu_info __ro_after_init_data = { .phys_bits = 36, .virt_bits = 48 };

/* Linux's names, bit 0 first, "-" where there is none; in the order of enum cpu_word. */
static const char *const flag_names[CPU_WORDS] = {
	[CPU_WORD_1D] =
		"fpu vme de pse tsc msr pae mce cx8 apic - sep mtrr pge mca cmov pat pse36 pn "
		"clflush - dts acpi mmx fxsr sse sse2 ss ht tm ia64 pbe",
	[CPU_WORD_1C] =
		"pni pclmulqdq dtes64 monitor ds_cpl vmx smx est tm2 ssse3 cid sdbg fma cx16 xtpr "
		"pdcm - pcid dca sse4_1 sse4_2 x2apic movbe popcnt tsc_deadline_timer aes xsave - "
		"avx f16c rdrand hypervisor",
	[CPU_WORD_7B] =
		"fsgsbase tsc_adjust sgx bmi1 hle avx2 - smep bmi2 erms invpcid rtm cqm - mpx "
		"rdt_a avx512f avx512dq rdseed adx smap avx512ifma - clflushopt clwb intel_pt "
		"avx512pf avx512er avx512cd sha_ni avx512bw avx512vl",
	[CPU_WORD_7C] =
		"- avx512vbmi umip pku - waitpkg avx512_vbmi2 - gfni vaes vpclmulqdq avx512_vnni "
		"avx512_bitalg tme avx512_vpopcntdq - la57 - - - - - rdpid - bus_lock_detect "
		"cldemote - movdiri movdir64b enqcmd",
	[CPU_WORD_7D] =
		"- - avx512_4vnniw avx512_4fmaps fsrm - - - avx512_vp2intersect - md_clear - - - "
		"serialize - tsxldtrk - pconfig arch_lbr - - amx_bf16 avx512_fp16 amx_tile "
		"amx_int8",
	[CPU_WORD_DA1] =
		"xsaveopt xsavec xgetbv1 xsaves",
	[CPU_WORD_E1D] =
		"- - - - - - - - - - - syscall - - - - - - - mp nx - mmxext - - fxsr_opt pdpe1gb "
		"rdtscp - lm 3dnowext 3dnow",
	[CPU_WORD_E1C] =
		"lahf_lm cmp_legacy svm extapic cr8_legacy abm sse4a misalignsse 3dnowprefetch "
		"osvw ibs xop skinit wdt - lwp fma4 tce - nodeid_msr - tbm topoext",
	[CPU_WORD_E7D] =
		"- - - - - - - - constant_tsc",
};

static void vendor_read(void)
{
	struct cpuid_regs r = cpuid(0, 0);

	cpu_info.max_leaf = r.a;
	memcpy(cpu_info.vendor, &r.b, 4);
	memcpy(cpu_info.vendor + 4, &r.d, 4);
	memcpy(cpu_info.vendor + 8, &r.c, 4);
}

static void model_read(u32 signature)
{
	u32 family = signature >> 8 & 0xf, model = signature >> 4 & 0xf;

	if (family == 0xf || family == 6)
		model += (signature >> 16 & 0xf) << 4;
	if (family == 0xf)
		family += signature >> 20 & 0xff;
	cpu_info.family = family;
	cpu_info.model = model;
	cpu_info.stepping = signature & 0xf;
}

static void extended_read(u32 max)
{
	struct cpuid_regs r;

	if (max >= 0x80000001) {
		r = cpuid(0x80000001, 0);
		cpu_features[CPU_WORD_E1D] = r.d;
		cpu_features[CPU_WORD_E1C] = r.c;
	}
	if (max >= 0x80000004)
		for (u32 i = 0; i < 3; i++) {
			r = cpuid(0x80000002 + i, 0);
			memcpy(cpu_info.model_name + 16 * i, &r, 16);
		}
	if (max >= 0x80000007)
		cpu_features[CPU_WORD_E7D] = cpuid(0x80000007, 0).d;
	if (max >= 0x80000008) {
		r = cpuid(0x80000008, 0);
		cpu_info.phys_bits = r.a & 0xff;
		cpu_info.virt_bits = r.a >> 8 & 0xff;
	}
}

void features_read(void)
{
	struct cpuid_regs r;

	vendor_read();
	r = cpuid(1, 0);
	model_read(r.a);
	cpu_info.clflush_bytes = (r.b >> 8 & 0xff) * 8;
	cpu_features[CPU_WORD_1D] = r.d;
	cpu_features[CPU_WORD_1C] = r.c;
	if (cpu_info.max_leaf >= 7) {
		r = cpuid(7, 0);
		cpu_features[CPU_WORD_7B] = r.b;
		cpu_features[CPU_WORD_7C] = r.c;
		cpu_features[CPU_WORD_7D] = r.d;
	}
	if (cpu_info.max_leaf >= 13 && cpu_has(CPU_XSAVE))
		cpu_features[CPU_WORD_DA1] = cpuid(13, 1).a;
	extended_read(cpuid(0x80000000, 0).a);
}

/* Entry 1 write-combining (PT_WC), 3 uncached (PT_UC); the others as after reset. */
#define PAT_WB	6ULL
#define PAT_WC	1ULL
#define PAT_UCM	7ULL	/* uncached, unless an MTRR says write-combining */
#define PAT_UC	0ULL
#define PAT_WT	4ULL

static void pat_init(void)
{
	if (cpu_has(CPU_PAT))
		msr_write(MSR_PAT, PAT_WB | PAT_WC << 8 | PAT_UCM << 16 | PAT_UC << 24 |
			  PAT_WB << 32 | PAT_WT << 40 | PAT_UCM << 48 | PAT_UC << 56);
}

void features_init(void)
{
	unsigned long cr4 = cr4_read() | CR4_OSFXSR | CR4_OSXMMEXCPT;

	if (cpu_has(CPU_MCE))
		cr4 |= CR4_MCE;
	if (cpu_has(CPU_PGE))
		cr4 |= CR4_PGE;
	if (cpu_has(CPU_UMIP))
		cr4 |= CR4_UMIP;
	if (cpu_has(CPU_FSGSBASE))
		cr4 |= CR4_FSGSBASE;
	if (cpu_has(CPU_XSAVE))
		cr4 |= CR4_OSXSAVE;
	if (cpu_has(CPU_SMEP))
		cr4 |= CR4_SMEP;
	if (cpu_has(CPU_SMAP))
		cr4 |= CR4_SMAP;
	cr4_write(cr4);
	/* AM: user mode may ask for alignment checks. EM, TS clear: no vector instruction traps. */
	cr0_write((cr0_read() & ~(CR0_EM | CR0_TS)) | CR0_MP | CR0_NE | CR0_WP | CR0_AM);
	pat_init();
}

bool arch_random_u64(u64 *out)
{
	u64 v;
	bool ok;

	if (!cpu_has(CPU_RDRAND))
		return false;
	/* Intel's guide: ten tries; then something is wrong with it. */
	for (int i = 0; i < 10; i++) {
		__asm__ __volatile__("rdrand %0\n\tsetc %1" : "=r"(v), "=qm"(ok) : : "cc");
		if (ok) {
			*out = v;
			return true;
		}
	}
	return false;
}

unsigned long elf_hwcap(void)
{
	return cpu_features[CPU_WORD_1D];
}

static void flags_seq(struct seq *s)
{
	for (unsigned int w = 0; w < CPU_WORDS; w++) {
		const char *name = flag_names[w];

		for (unsigned int bit = 0; *name; bit++) {
			size_t len = strcspn(name, " ");

			if (*name != '-' && (cpu_features[w] >> bit & 1)) {
				seq_putc(s, ' ');
				seq_write(s, name, len);
			}
			name += len + (name[len] == ' ');
		}
	}
}

void arch_cpu_seq(struct seq *s)
{
	const char *model_name = cpu_info.model_name + strspn(cpu_info.model_name, " ");
	u64 khz = tsc_hz() / 1000;

	seq_printf(s, "processor\t: %u\nvendor_id\t: %s\ncpu family\t: %u\nmodel\t\t: %u\n",
		   smp_cpu(), cpu_info.vendor, cpu_info.family, cpu_info.model);
	seq_printf(s, "model name\t: %s\nstepping\t: %u\n", *model_name ? model_name : "unknown",
		   cpu_info.stepping);
	seq_printf(s, "cpu MHz\t\t: %llu.%03llu\n", khz / 1000, khz % 1000);
	seq_printf(s, "physical id\t: 0\nsiblings\t: %u\ncore id\t\t: %u\ncpu cores\t: %u\n",
		   NR_CPUS, smp_cpu(), NR_CPUS);
	seq_printf(s, "fpu\t\t: yes\nfpu_exception\t: yes\ncpuid level\t: %u\nwp\t\t: yes\n",
		   cpu_info.max_leaf);
	seq_puts(s, "flags\t\t:");
	flags_seq(s);
	/* Linux computes it from the same rate: two loops per cycle. */
	seq_printf(s, "\nbogomips\t: %llu.%02llu\n", khz / 500, khz / 5 % 100);
	seq_printf(s, "clflush size\t: %u\ncache_alignment\t: %u\n", cpu_info.clflush_bytes,
		   cpu_info.clflush_bytes);
	seq_printf(s, "address sizes\t: %u bits physical, %u bits virtual\npower management:\n\n",
		   cpu_info.phys_bits, cpu_info.virt_bits);
}
