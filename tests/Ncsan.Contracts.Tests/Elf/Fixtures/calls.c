#include "contract.h"

int shared;
extern int elsewhere(void);
extern void __ubsan_handle_out_of_bounds(void *data, unsigned long index);

plain_code int instrumented(void) { return shared; }
unchecked_code int not_instrumented(void) { return shared; }
protected_code int also_protected(void) { return shared; }

protected_code int bad0301_call(void) { return instrumented() + 1; }
protected_code int good_call(void) { return also_protected() + 1; }

protected_code int bad0301_call_of_code_that_happens_to_be_clean(void) { return not_instrumented() + 1; }

protected_code int bad0301_external_call(void) { return elsewhere() + 1; }

protected_code int bad0301_tail_call(void) { return instrumented(); }
protected_code int good_tail_call(void) { return also_protected(); }

protected_code int bad0301_conditional(int x) { return x > 3 ? instrumented() * 2 : 7; }
protected_code int good_conditional(int x) { return x > 3 ? also_protected() * 2 : 7; }

protected_code int bad0301_in_a_loop(int n) { int sum = 0; for (int i = 0; i < n; i++) { sum += instrumented(); } return sum; }
protected_code int good_in_a_loop(int n) { int sum = 0; for (int i = 0; i < n; i++) { sum += also_protected(); } return sum; }

protected_code int good_call_in_region(void)
{
    int value;
    region_begin();
    value = instrumented();
    region_end();
    return value + 1;
}

protected_code int bad0301_call_behind_region(void)
{
    int value;
    region_begin();
    value = instrumented();
    region_end();
    return value + instrumented();
}

protected_code int bad0301_call_before_region(void)
{
    int value = instrumented();
    region_begin();
    value += instrumented();
    region_end();
    return value;
}

protected_code int bad0301_region_on_one_path_only(int x)
{
    int value = 0;
    if (x) { region_begin(); value = instrumented(); region_end(); }
    else { value = instrumented() + 2; }
    return value;
}

// A warning opens regions of its own, here inside of one.
extern void __warn_printk(const char *format);
protected_code int good_warning_in_region(int x)
{
    region_begin();
    if (x)
    {
        region_begin();
        __warn_printk("unlikely");
        region_begin();
        asm volatile("ud2\n1:\n.pushsection .discard.reachable\n .long 1b - .\n.popsection");
        region_end();
        region_end();
    }

    region_end();
    return x;
}

protected_code void good_overflow_message(void *data) { __ubsan_handle_out_of_bounds(data, 3); }

asm(".pushsection .noinstr.text,\"ax\"\n"
    ".globl bad0301_jump_from_assembly\n.type bad0301_jump_from_assembly,@function\n"
    "bad0301_jump_from_assembly: testl %edi,%edi\n jne instrumented\n ret\n.size bad0301_jump_from_assembly, . - bad0301_jump_from_assembly\n"
    ".globl good_jump_from_assembly\n.type good_jump_from_assembly,@function\n"
    "good_jump_from_assembly: testl %edi,%edi\n jne also_protected\n ret\n.size good_jump_from_assembly, . - good_jump_from_assembly\n"
    ".globl bad0301_inner_label\n.type bad0301_inner_label,@function\n"
    "bad0301_inner_label: ret\n"
    "entered_from_elsewhere: call instrumented\n ret\n.size bad0301_inner_label, . - bad0301_inner_label\n"
    ".globl good_call_of_the_next_instruction\n.type good_call_of_the_next_instruction,@function\n"
    "good_call_of_the_next_instruction: call 1f\n int3\n1: addq $8,%rsp\n ret\n.size good_call_of_the_next_instruction, . - good_call_of_the_next_instruction\n"
    ".globl good_hypercall\n.type good_hypercall,@function\n"
    "good_hypercall: vmcall\n vmmcall\n ret\n.size good_hypercall, . - good_hypercall\n"
    ".globl bad0301_code_without_type\n"
    "bad0301_code_without_type: call instrumented\n ret\n.size bad0301_code_without_type, . - bad0301_code_without_type\n"
    ".globl bad0301_falls_through\n.type bad0301_falls_through,@function\n"
    "bad0301_falls_through: call instrumented\n nop\n.size bad0301_falls_through, . - bad0301_falls_through\n"
    ".popsection\n");
