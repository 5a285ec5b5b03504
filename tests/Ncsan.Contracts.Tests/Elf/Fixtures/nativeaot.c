#include "contract.h"

// What NativeAOT makes of Subject.dll (see NativeAotTests): one section of managed code, symbols that carry the metadata's names.
int seen;

__attribute__((noinline, noclone, used)) int rhp_helper(int x) __asm__("RhpHelper");
int rhp_helper(int x) { return seen + x; }

int S_P_CoreLib_helper(int x) __asm__("S_P_CoreLib_System_Array__Copy");
__attribute__((noinline, noclone, used, section("__managedcode"))) int S_P_CoreLib_helper(int x) { return seen * x; }

int hook(void *p) __asm__("Ncsan_Runtime_Ncsan_Runtime_Hooks__Read");
__attribute__((noinline, noclone, used, section("__managedcode"))) int hook(void *p) { return p != 0; }

int log_hit(void) __asm__("Subject_My_Space_Log__Hit");
__attribute__((noinline, noclone, used, section("__managedcode"))) int log_hit(void) { return ++seen; }

int log_hit_number(int x) __asm__("Subject_My_Space_Log__Hit_0");
__attribute__((noinline, noclone, used, section("__managedcode"))) int log_hit_number(int x) { return seen += x; }

int instrumented(void) __asm__("Subject_My_Space_Log__Traced");
__attribute__((noinline, noclone, used, section("__managedcode"))) int instrumented(void) { return hook(&seen) + seen; }

asm(".pushsection __managedcode,\"ax\"\n"
    ".globl \"Subject_My_Space_Box_1_Inner<Int32>__Get<System___Canon>\"\n.type \"Subject_My_Space_Box_1_Inner<Int32>__Get<System___Canon>\",@function\n"
    "\"Subject_My_Space_Box_1_Inner<Int32>__Get<System___Canon>\": call Subject_My_Space_Log__Hit\n ret\n"
    ".size \"Subject_My_Space_Box_1_Inner<Int32>__Get<System___Canon>\", 6\n.popsection\n");

int lambda(void) __asm__("Subject_My_Space_Program___c___Good_b__0_0");
__attribute__((noinline, noclone, used, section("__managedcode"))) int lambda(void) { return log_hit_number(3) + 1; }

int bad(void) __asm__("Subject_My_Space_Program__Bad");
__attribute__((noinline, noclone, used, section("__managedcode"))) int bad(void) { return log_hit() + log_hit_number(2) + instrumented() + 1; }

int good(void) __asm__("Subject_My_Space_Program__Good");
__attribute__((noinline, noclone, used, section("__managedcode"))) int good(void) { return rhp_helper(1) + S_P_CoreLib_helper(2) + log_hit_number(3) + 1; }

int made(void) __asm__("Subject__Module___StartupCodeMain");
__attribute__((noinline, noclone, used, section("__managedcode"))) int made(void) { return bad() + good() + 1; }
