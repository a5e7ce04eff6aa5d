// SPDX-License-Identifier: MIT
// dlopen, a call, dlclose, again.
#include <dlfcn.h>

#include "check.h"

int main(void)
{
	for (int i = 0; i < 3; i++) {
		void *library = dlopen("libm.so.6", RTLD_NOW);
		double (*cosine)(double);

		CHECK(library);
		cosine = (double (*)(double))(intptr_t)dlsym(library, "cos");
		CHECK(cosine && cosine(0.0) == 1.0);
		CHECK(!dlclose(library));
	}
	CHECK(!dlopen("no-such-library.so", RTLD_NOW));
	return 0;
}
