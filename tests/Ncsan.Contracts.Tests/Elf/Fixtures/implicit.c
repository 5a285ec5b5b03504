#include "contract.h"

int shared;
plain_code int instrumented(void) { return shared; }
protected_code int also_protected(void) { return shared; }
void anchor(void) { region_begin(); region_end(); }

#define ALWAYS 117
#define SOMETIMES 42

// An instruction that some processors execute in another form: { original, replacement, feature, lengths }, 12 bytes an entry.
#define REPLACED(original, replacement, feature) \
    asm volatile("661: " original "\n662:\n" \
        ".pushsection .altinstructions,\"a\"\n .long 661b - .\n .long 663f - .\n .word " TEXT(feature) "\n .byte 662b-661b\n .byte 664f-663f\n.popsection\n" \
        ".pushsection .altinstr_replacement,\"ax\"\n663: " replacement "\n664:\n.popsection" ::: "memory", "rax", "rcx", "rdx", "rsi", "rdi", "r8", "r9", "r10", "r11")

protected_code void bad0307_replacement_calls(void) { REPLACED(".byte 0x0f,0x1f,0x44,0x00,0x00", "call instrumented", SOMETIMES); }
protected_code void good_replacement_calls(void) { REPLACED(".byte 0x0f,0x1f,0x44,0x00,0x00", "call also_protected", SOMETIMES); }
protected_code void bad0301_original_stays_on_some(void) { REPLACED("call instrumented", "call also_protected", SOMETIMES); }
protected_code void good_original_never_runs(void) { REPLACED("call instrumented", "call also_protected", ALWAYS); }
protected_code void good_replacement_is_nothing(void) { REPLACED("nopl 0(%%rax)", "", SOMETIMES); }

// A load that may fault goes on elsewhere: { instruction, fixup, kind }.
#define MAY_FAULT(fixup) \
    asm volatile("1: movl (%%rdi), %%eax\n2:\n.pushsection __ex_table,\"a\"\n .long 1b - .\n .long " fixup " - .\n .long 0\n.popsection" ::: "rax", "memory")

protected_code void bad0307_exception_table(void) { MAY_FAULT("instrumented"); }
protected_code void good_exception_table(void) { MAY_FAULT("2b"); }

// A no-operation that is patched into a jump: { instruction, target, key }.
#define MAY_JUMP(target) \
    asm volatile("1: .byte 0x0f,0x1f,0x44,0x00,0x00\n2:\n.pushsection __jump_table,\"aw\"\n .long 1b - .\n .long " target " - .\n .quad shared - .\n.popsection" ::: "memory")

protected_code void bad0307_jump_label(void) { MAY_JUMP("instrumented"); }
protected_code void good_jump_label(void) { MAY_JUMP("2b"); }

// A jump label to a block that only it reaches.
protected_code void bad0301_block_behind_jump_label(void)
{
    asm volatile goto("1: .byte 0x0f,0x1f,0x44,0x00,0x00\n.pushsection __jump_table,\"aw\"\n .long 1b - .\n .long %l[taken] - .\n .quad shared - .\n.popsection" :::: taken);
    return;
taken:
    shared = instrumented();
}

protected_code void good_block_behind_jump_label(void)
{
    asm volatile goto("1: .byte 0x0f,0x1f,0x44,0x00,0x00\n.pushsection __jump_table,\"aw\"\n .long 1b - .\n .long %l[taken] - .\n .quad shared - .\n.popsection" :::: taken);
    return;
taken:
    shared = also_protected();
}

// A warning's ud2 goes on; a bug's does not.
protected_code int bad0301_behind_warning(int x)
{
    if (x) { asm volatile("ud2\n1:\n.pushsection .discard.reachable\n .long 1b - .\n.popsection"); return x + instrumented(); }
    return x;
}

protected_code void good_behind_bug(void)
{
    asm volatile("ud2");
    asm volatile("call instrumented");
    __builtin_unreachable();
}
