/* SPDX-License-Identifier: MIT */
/* Numbers that the kernel's headers of a Debian 12 do not have yet. */
#pragma once

#include <asm/unistd.h>

#ifndef __NR_cachestat
#define __NR_cachestat 451
#endif
#ifndef __NR_statmount
#define __NR_statmount	       457
#define __NR_listmount	       458
#define __NR_lsm_get_self_attr 459
#define __NR_lsm_list_modules  461
#endif
#ifndef __NR_setxattrat
#define __NR_setxattrat	 463
#define __NR_getxattrat	 464
#define __NR_listxattrat 465
#endif
#ifndef __NR_file_getattr
#define __NR_file_getattr 468
#endif
