#include "helpers.h"

extern void trace_hardirqs_off(void);
extern void panic(const char *why);
int watchpoints;
int instrumented_state;

plain_code unsigned long a_caller(void) { return arch_local_save_flags() + instrumented_state; }
plain_code int only_behind_a_cut(void) { return instrumented_state; }
unchecked_code int print_report(void) { return only_behind_a_cut(); }

unchecked_code int ask(int (*pointer)(void)) { return pointer() + 1; }
extern int (*asked)(void);

// The detector: a watchpoint is set up with interrupts off, and switching them off is traced.
unchecked_code void kcsan_setup_watchpoint(void *address)
{
    trace_hardirqs_off();
    watchpoints += address != 0;
    watchpoints += ask(asked);
    watchpoints += print_report();
}

unchecked_code void __tsan_read8(void *address) { kcsan_setup_watchpoint(address); }
unchecked_code void __tsan_write8(void *address) { kcsan_setup_watchpoint(address); }
