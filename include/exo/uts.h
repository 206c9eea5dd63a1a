/* SPDX-License-Identifier: MIT */
/* The names of the system: uname(2). kernel/uts.c. */
#ifndef EXO_UTS_H
#define EXO_UTS_H

#include <exo/types.h>

#define UTS_LEN 64

/* The user's struct utsname. */
struct utsname_k {
	char sysname[UTS_LEN + 1];
	char nodename[UTS_LEN + 1];
	char release[UTS_LEN + 1];
	char version[UTS_LEN + 1];
	char machine[UTS_LEN + 1];
	char domainname[UTS_LEN + 1];
};

/* A copy of the names as they are now. Task context. */
void uts_get(struct utsname_k *uts);
/* Fixed at build time: "6.1.0-exo", "#1 ...". Any context. */
extern const char uts_release[], uts_version[];

#endif
