#include "contract.h"

// A module that calls into the kernel it is made for.
extern int also_protected(void);
extern int not_instrumented(void);
int local;

protected_code int calls_protected(void) { return also_protected() + local; }
protected_code int calls_plain(void) { return not_instrumented() + local; }
