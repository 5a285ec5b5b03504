// What a kernel header would define, written for these tests. The name of a function says the verdict: badNNNN_* breaks rule NCSNNNN, good_* breaks none.
#define protected_code __attribute__((noinline, noclone, used, no_sanitize_thread, section(".noinstr.text")))
#define plain_code __attribute__((noinline, noclone, used))
#define unchecked_code __attribute__((noinline, noclone, used, no_sanitize_thread))
#define unreachable_trap() __builtin_trap()

#define TEXT_OF(x) #x
#define TEXT(x) TEXT_OF(x)

#define NOTE_AT(label, section) \
    asm volatile(TEXT(label) ": nop\n\t.pushsection " section "\n\t.long " TEXT(label) "b - .\n\t.popsection" ::: "memory")
#define region_begin() NOTE_AT(__COUNTER__, ".discard.instr_begin")
#define region_end() NOTE_AT(__COUNTER__, ".discard.instr_end")
