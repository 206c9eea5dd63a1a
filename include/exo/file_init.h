/* SPDX-License-Identifier: MIT */
/* Start-up of the descriptor layer, called once by init/main.c after the heap. */
#ifndef EXO_FILE_INIT_H
#define EXO_FILE_INIT_H

void file_init(void);
void fdtable_init(void);

#endif
