#include "contract.h"

// Put into the protected section, but still instrumented: the mark on the section alone is not enough.
#define section_only __attribute__((noinline, noclone, used, section(".noinstr.text")))

struct ops { int (*save_fl)(void); int (*halt)(void); };
protected_code int native_save_fl(void) { return 1; }
struct ops pv_ops = { .save_fl = native_save_fl, .halt = native_save_fl };
int shared;
void anchor(void) { region_begin(); region_end(); }

section_only int bad0311_read(void) { return shared; }
protected_code int good_read(void) { return shared; }

// The null test that a debug build adds before a call through a slot: its read is instrumented, and it traps.
section_only int bad0309_null_test(void)
{
    if (pv_ops.save_fl == 0) { unreachable_trap(); }
    return 1;
}

protected_code int good_null_test(void)
{
    if (pv_ops.save_fl == 0) { unreachable_trap(); }
    return pv_ops.save_fl() + 1;
}
