/* SPDX-License-Identifier: MIT */
/* f_type of statfs(2). */
#ifndef UAPI_LINUX_MAGIC_H
#define UAPI_LINUX_MAGIC_H

#define TMPFS_MAGIC		0x01021994
#define RAMFS_MAGIC		0x858458f6
#define PROC_SUPER_MAGIC	0x9fa0
#define SYSFS_MAGIC		0x62656572
#define DEVPTS_SUPER_MAGIC	0x1cd1
#define PIPEFS_MAGIC		0x50495045
#define SOCKFS_MAGIC		0x534f434b
#define ANON_INODE_FS_MAGIC	0x09041934
#define EXT2_SUPER_MAGIC	0xef53
#define ISOFS_SUPER_MAGIC	0x9660
#define TARFS_MAGIC		0x74617266	/* ours: "tarf" */

#endif
