// SPDX-License-Identifier: MIT
// Throws through frames with destructors, catches, and throws again.
#include <stdexcept>

static volatile int destroyed;

struct Guard {
	~Guard() { destroyed = destroyed + 1; }
};

static void deep(int n)
{
	Guard g;

	if (n == 0)
		throw std::out_of_range("deep");
	deep(n - 1);
}

int main()
{
	try {
		try {
			deep(6);
		} catch (...) {
			throw;
		}
	} catch (std::logic_error &e) {
		return destroyed == 7 ? 0 : 1;
	}
	return 2;
}
