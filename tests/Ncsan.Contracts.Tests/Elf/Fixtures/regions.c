#include "contract.h"

int shared;
plain_code int instrumented(void) { return shared; }
protected_code int also_protected(void) { return shared; }

protected_code int good_balanced(void) { region_begin(); int value = instrumented(); region_end(); return value; }
protected_code int bad0304_never_ends(void) { region_begin(); return instrumented() + 1; }
protected_code int bad0304_ends_on_one_path(int x)
{
    int value;
    region_begin();
    value = instrumented();
    if (x) { return value + also_protected(); }
    region_end();
    return value;
}

protected_code int good_ends_on_both_paths(int x)
{
    int value;
    region_begin();
    value = instrumented();
    if (x) { region_end(); return value + also_protected(); }
    region_end();
    return value;
}

protected_code int bad0305_end_without_begin(void) { int value = also_protected(); region_end(); return value; }
protected_code int bad0305_ends_twice(void) { region_begin(); int value = instrumented(); region_end(); region_end(); return value; }
protected_code int good_nested(void)
{
    int value;
    region_begin();
    region_begin();
    value = instrumented();
    region_end();
    value += instrumented();
    region_end();
    return value;
}

protected_code void bad0306_begins_in_a_loop(volatile int *x)
{
    while (*x) { region_begin(); }
    for (;;) { }
}

protected_code int good_region_in_a_loop(int n)
{
    int sum = 0;
    for (int i = 0; i < n; i++) { region_begin(); sum += instrumented(); region_end(); }
    return sum;
}

// A trap does not return, so a region that is open there is no fault.
protected_code int good_trap_in_region(int x) { region_begin(); if (x) { unreachable_trap(); } region_end(); return x; }
