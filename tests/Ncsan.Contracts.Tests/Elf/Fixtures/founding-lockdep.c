#include "helpers.h"

int hardirqs_enabled;
int traced;

protected_code unsigned long native_save_fl(void) { return 0x200; }
protected_code void native_irq_disable(void) { }
protected_code void native_irq_enable(void) { }
struct table pv_ops = { .irq = { .save_fl = native_save_fl, .irq_disable = native_irq_disable, .irq_enable = native_irq_enable } };

// What mirrors the interrupt state. It is protected, and asks for the real state through the helper.
protected_code void bad0301_lockdep_hardirqs_off(void)
{
    if (arch_local_save_flags() & 0x200) { hardirqs_enabled = -1; }
    hardirqs_enabled = 0;
}

protected_code void good_lockdep_hardirqs_off(void)
{
    if (cured_save_flags() & 0x200) { hardirqs_enabled = -1; }
    hardirqs_enabled = 0;
}

plain_code void trace_irq_disable(void) { traced++; }
unchecked_code void trace_hardirqs_off(void) { bad0301_lockdep_hardirqs_off(); trace_irq_disable(); }
