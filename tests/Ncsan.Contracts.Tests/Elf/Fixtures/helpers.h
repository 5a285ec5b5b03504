#include "contract.h"

struct irq_ops { unsigned long (*save_fl)(void); void (*irq_disable)(void); void (*irq_enable)(void); };
struct table { struct { unsigned long (*read_cr0)(void); } cpu; struct irq_ops irq; };
extern struct table pv_ops;

// The helper of August 2020: not forced inline, not protected, with the null test of a debug build.
static __attribute__((unused)) unsigned long arch_local_save_flags(void)
{
    if (pv_ops.irq.save_fl == 0) { unreachable_trap(); }
    return pv_ops.irq.save_fl();
}

// Its cure.
static inline __attribute__((always_inline)) unsigned long cured_save_flags(void)
{
    if (pv_ops.irq.save_fl == 0) { unreachable_trap(); }
    return pv_ops.irq.save_fl();
}
