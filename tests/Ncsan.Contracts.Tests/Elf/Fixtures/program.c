#include "contract.h"

// A program of user space: its calls of libraries go through stubs, and the loader fills in its tables.
extern int getpid(void);
struct ops { int (*first)(void); int (*second)(void); };

unchecked_code int plain(void) { return 1; }
protected_code int kept(void) { return 2; }
struct ops table = { .first = plain, .second = kept };

protected_code int calls_library(void) { return getpid() + 1; }
protected_code int calls_plain_slot(void) { return table.first() + 1; }
protected_code int calls_protected_slot(void) { return table.second() + 1; }

int main(void) { return calls_library() + calls_plain_slot() + calls_protected_slot(); }
