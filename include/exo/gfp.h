/* SPDX-License-Identifier: MIT */
/* What an allocation may do and where the memory should come from. */
#ifndef EXO_GFP_H
#define EXO_GFP_H

#include <exo/types.h>

#define __GFP_SLEEP	((__force gfp_t)(1U << 0))	/* may sleep and reclaim */
#define __GFP_ZERO	((__force gfp_t)(1U << 1))	/* zeroed */
#define __GFP_HIGH	((__force gfp_t)(1U << 2))	/* may use the emergency reserve */
#define __GFP_NOWARN	((__force gfp_t)(1U << 3))	/* failure is expected: do not log it */
#define __GFP_DMA32	((__force gfp_t)(1U << 4))	/* below 4 GiB */
#define __GFP_DMA	((__force gfp_t)(1U << 5))	/* below 16 MiB */
#define __GFP_USER	((__force gfp_t)(1U << 6))	/* for user space: counted, reclaimable */

#define GFP_KERNEL	__GFP_SLEEP
#define GFP_ATOMIC	__GFP_HIGH
#define GFP_USER	(__GFP_SLEEP | __GFP_USER)

#endif
