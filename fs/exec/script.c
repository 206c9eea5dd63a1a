// SPDX-License-Identifier: MIT
/*
 * Scripts: "#!interpreter [argument]" (execve(2), "Interpreter scripts"). The rest of the line is
 * one argument, blanks around it removed. A line that does not end within the first 256 bytes is
 * accepted only if the interpreter's path certainly is whole (a blank follows it).
 */
#include <exo/binfmt.h>
#include <exo/err.h>
#include <exo/file.h>
#include <exo/namei.h>
#include <exo/string.h>

static bool is_blank(char c)
{
	return c == ' ' || c == '\t';
}

static char *skip_blanks(char *p)
{
	while (is_blank(*p))
		p++;
	return p;
}

/* Splits the line in place; *arg is NULL if there is none. 0, -ENOEXEC, -EACCES. */
static int parse_line(char *line, char **interp, char **arg)
{
	char *end = strchr(line, '\n'), *p;
	bool whole = end || strlen(line) < EXEC_HEAD_BYTES - 2;

	/* Without a newline nothing is still a name: that of the current directory, for Linux. */
	*interp = skip_blanks(line);
	if (!**interp)
		return whole ? -EACCES : -ENOEXEC;
	if (!end)
		end = line + strlen(line);
	for (p = *interp; p < end && !is_blank(*p); p++)
		;
	if (p == end && !whole)
		return -ENOEXEC;
	while (end > *interp && is_blank(end[-1]))
		end--;
	*end = '\0';
	if (!**interp)
		return -ENOEXEC;
	*arg = NULL;
	if (*p) {
		*p++ = '\0';
		p = skip_blanks(p);
		*arg = *p ? p : NULL;
	}
	return 0;
}

static int script_load(struct exec *ex)
{
	char line[EXEC_HEAD_BYTES - 1], *interp, *arg;
	struct file *f;
	int err;

	if (ex->head[0] != '#' || ex->head[1] != '!')
		return -ENOEXEC;
	memcpy(line, ex->head + 2, sizeof(line) - 1);
	line[sizeof(line) - 1] = '\0';
	err = parse_line(line, &interp, &arg);
	if (err)
		return err;
	/* The interpreter could not open what is closed by then. */
	if (ex->name_closes)
		return -ENOENT;
	/* The innermost name: the script itself, or the script that interprets it. */
	err = exec_args_interpret(&ex->args, interp, arg, ex->script);
	if (err)
		return err;
	f = file_open_exec(AT_FDCWD, interp, 0);
	if (IS_ERR(f))
		return (int)PTR_ERR(f);
	strscpy(ex->interp, interp, sizeof(ex->interp));
	ex->script = ex->interp;
	file_put(ex->file);
	ex->file = f;
	return 1;
}

BINFMT(script) = { .name = "script", .load = script_load };
