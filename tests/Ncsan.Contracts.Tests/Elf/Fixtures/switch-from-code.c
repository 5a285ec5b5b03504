#include "contract.h"

int shared;
plain_code int instrumented(void) { return shared; }
protected_code int also_protected(void) { return shared; }
void anchor(void) { region_begin(); region_end(); }

// .NET's native compilers write a switch with distances from a place in the function: the table alone does not say where they lead.
#define SWITCH(name, first, second) \
    asm(".pushsection .noinstr.text,\"ax\"\n.globl " name "\n.type " name ",@function\n" \
        name ": endbr64\n1: cmpl $1, %edi\n ja 4f\n movl %edi, %edi\n leaq 5f(%rip), %rsi\n movl (%rsi,%rdi,4), %esi\n leaq 1b(%rip), %rax\n addq %rax, %rsi\n jmp *%rsi\n" \
        "2: call " first "\n ret\n3: call " second "\n ret\n4: ret\n.size " name ", . - " name "\n.popsection\n" \
        ".pushsection .rodata,\"a\"\n.p2align 2\n5: .long 2b - 1b\n .long 3b - 1b\n.popsection\n")

SWITCH("bad0301_switch", "also_protected", "instrumented");
SWITCH("good_switch", "also_protected", "also_protected");
