// SPDX-License-Identifier: MIT
/*
 * dash: the dashboard at boot.
 *
 * A dozen lines about the system, each from one source in /proc. What a source does not say is left
 * out: no line is ever made up. /proc/exo/boot is lines of `key value` after a first line `exo-boot
 * 1`; other kernels do not have it.
 */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "tool.h"

#define LIST_COLUMNS	60

static void line(const char *label, const char *text)
{
	if (*text)
		printf("  %-13s %s\n", label, text);
}

/* ---- /proc/exo/boot ---- */

/* The value of a key; false when there is none. */
static bool boot_value(const char *key, char *value, size_t size)
{
	FILE *file = fopen("/proc/exo/boot", "r");
	size_t len = strlen(key);
	bool found = false;
	char text[512];

	if (!file || !fgets(text, sizeof(text), file) || strncmp(text, "exo-boot 1", 10) != 0) {
		if (file)
			fclose(file);
		return false;
	}
	while (!found && fgets(text, sizeof(text), file)) {
		if (strncmp(text, key, len) != 0 || text[len] != ' ')
			continue;
		text[strcspn(text, "\n")] = '\0';
		snprintf(value, size, "%s", text + len + 1);
		found = true;
	}
	fclose(file);
	return found;
}

static bool boot_number(const char *key, unsigned long long *value)
{
	char text[32], *end;

	if (!boot_value(key, text, sizeof(text)))
		return false;
	*value = strtoull(text, &end, 10);
	return end != text && !*end;
}

/* ---- lines ---- */

static void version_line(void)
{
	char config[64], text[256];
	struct utsname name;

	if (uname(&name) == 0) {
		snprintf(text, sizeof(text), "%s %s %s", name.sysname, name.release, name.machine);
		line("system", text);
		line("version", name.version);
	}
	if (boot_value("config", config, sizeof(config)))
		line("configuration", config);
}

/* The number of CPUs and the model of the first. */
static void cpu_line(void)
{
	FILE *file = fopen("/proc/cpuinfo", "r");
	char text[256], model[128] = "", out[160];
	unsigned int count = 0;

	while (file && fgets(text, sizeof(text), file)) {
		const char *colon = strchr(text, ':');

		count += strncmp(text, "processor", 9) == 0;
		if (!*model && colon && strncmp(text, "model name", 10) == 0)
			snprintf(model, sizeof(model), "%.*s", (int)strcspn(colon + 1, "\n"),
				 colon + 1);
	}
	if (file)
		fclose(file);
	if (!count)
		return;
	snprintf(out, sizeof(out), "%u%s%s", count, *model ? " x" : "", model);
	line(count == 1 ? "processor" : "processors", out);
}

static void memory_line(void)
{
	long total = tool_meminfo_kb("MemTotal"), unused = tool_meminfo_kb("MemFree");
	char text[64], a[8], b[8];

	if (total < 0 || unused < 0)
		return;
	snprintf(text, sizeof(text), "%s, %s free", tool_human((unsigned long long)total * 1024, a),
		 tool_human((unsigned long long)unused * 1024, b));
	line("memory", text);
}

/* Adds a word to a line that may not grow for ever. */
static void word_add(char *text, size_t size, const char *word)
{
	size_t len = strlen(text);

	if (len && len + strlen(word) + 1 > LIST_COLUMNS && !strstr(text, " ..."))
		snprintf(text + len, size - len, " ...");
	else if (!strstr(text, " ..."))
		snprintf(text + len, size - len, "%s%s", len ? " " : "", word);
}

static void file_systems_line(void)
{
	FILE *file = fopen("/proc/filesystems", "r");
	char text[128], out[128] = "";

	while (file && fgets(text, sizeof(text), file)) {
		char *name = strrchr(text, '\t');

		text[strcspn(text, "\n")] = '\0';
		if (name)
			word_add(out, sizeof(out), name + 1);
	}
	if (file)
		fclose(file);
	line("file systems", out);
}

/* The drivers in service: lines of `name state` after a first line with the format's name. */
static void drivers_line(void)
{
	FILE *file = fopen("/proc/exo/drivers", "r");
	char text[128], name[64], state[32], out[128] = "";

	while (file && fgets(text, sizeof(text), file))
		if (sscanf(text, "%63s %31s", name, state) == 2 && strcmp(state, "active") == 0)
			word_add(out, sizeof(out), name);
	if (file)
		fclose(file);
	line("drivers", out);
}

/* How fast the cycle counter runs, in kHz; 0: nobody says. */
static unsigned long long cycles_khz(void)
{
	FILE *file = fopen("/proc/cpuinfo", "r");
	unsigned long long mhz = 0, khz = 0;
	char text[256];

	while (file && !khz && fgets(text, sizeof(text), file))
		if (sscanf(text, "cpu MHz : %llu.%3llu", &mhz, &khz) == 2)
			khz += mhz * 1000;
	if (file)
		fclose(file);
	return khz;
}

/* From the kernel's first instruction to the first of a program, and how we were loaded. */
static void start_line(void)
{
	unsigned long long cycles, khz = cycles_khz(), tenths_ms;
	char text[128], protocol[32];
	size_t len;

	if (!boot_number("user_cycles", &cycles) || !khz)
		return;
	tenths_ms = cycles * 10 / khz;
	snprintf(text, sizeof(text), "%llu.%llu ms from kernel entry to init", tenths_ms / 10,
		 tenths_ms % 10);
	len = strlen(text);
	if (boot_value("protocol", protocol, sizeof(protocol)))
		snprintf(text + len, sizeof(text) - len, ", by %s", protocol);
	line("start", text);
}

static void uptime_line(void)
{
	char text[64], out[64];

	if (!tool_file_line("/proc/uptime", text, sizeof(text)))
		return;
	snprintf(out, sizeof(out), "%.*s s", (int)strcspn(text, " "), text);
	line("up", out);
}

int tool_dash(int argc, char **argv)
{
	if (argc > 1) {
		tool_warn("%s: takes no arguments", argv[1]);
		return 1;
	}
	putchar('\n');
	version_line();
	cpu_line();
	memory_line();
	file_systems_line();
	drivers_line();
	start_line();
	uptime_line();
	putchar('\n');
	return 0;
}
