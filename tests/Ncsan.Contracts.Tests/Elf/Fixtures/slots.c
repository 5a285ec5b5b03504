#include "contract.h"

struct irq_ops { int (*save_fl)(void); void (*irq_disable)(void); void (*irq_enable)(void); };
struct cpu_ops { int (*read_cr0)(void); int (*write_cr0)(int); int (*cpuid)(int); int (*load)(void); int (*store)(void); int (*halt)(void); };
struct table { struct cpu_ops cpu; struct irq_ops irq; };

int shared;
protected_code int native_save_fl(void) { return 1; }
protected_code int fast_save_fl(void) { return 2; }
protected_code void native_irq_disable(void) { }
plain_code void guest_irq_disable(void) { shared++; }
protected_code void native_irq_enable(void) { }
protected_code int native_read_cr0(void) { return 3; }
protected_code int guest_read_cr0(void) { return 4; }
protected_code int native_write_cr0(int x) { return x; }
plain_code int guest_write_cr0(int x) { return shared + x; }
protected_code int native_cpuid(int x) { return x; }
protected_code int native_load(void) { return 5; }
plain_code int guest_load(void) { return shared; }
protected_code int native_store(void) { return 6; }

struct table pv_ops = {
    .cpu = { .read_cr0 = native_read_cr0, .write_cr0 = native_write_cr0, .cpuid = native_cpuid, .load = native_load, .store = native_store },
    .irq = { .save_fl = native_save_fl, .irq_disable = native_irq_disable, .irq_enable = native_irq_enable },
};

extern const struct cpu_ops guest_cpu_ops;
const struct cpu_ops guest_cpu_ops = { .read_cr0 = guest_read_cr0, .write_cr0 = guest_write_cr0, .cpuid = native_cpuid, .load = native_load, .store = native_store };
extern const struct irq_ops guest_irq_ops;
const struct irq_ops guest_irq_ops = { .save_fl = fast_save_fl, .irq_disable = guest_irq_disable, .irq_enable = native_irq_enable };

// A guest replaces whole tables by copies, and single members by stores.
unchecked_code void become_guest(void) { pv_ops.cpu = guest_cpu_ops; pv_ops.irq = guest_irq_ops; pv_ops.cpu.load = guest_load; }

extern int (*somewhere)(void);
unchecked_code void become_unknown(void) { pv_ops.cpu.store = somewhere; }

protected_code int good_slot_of_initialiser_and_copy(void) { return pv_ops.irq.save_fl() + 1; }
protected_code int bad0302_slot_of_copied_table(void) { pv_ops.irq.irq_disable(); return 1; }
protected_code int good_slot_with_one_target(void) { pv_ops.irq.irq_enable(); return 1; }
protected_code int good_slot_of_large_copied_table(void) { return pv_ops.cpu.read_cr0() + 1; }
protected_code int bad0302_slot_of_large_copied_table(void) { return pv_ops.cpu.write_cr0(1) + 1; }
protected_code int good_slot_tail_call(int x) { return pv_ops.cpu.cpuid(x); }
protected_code int bad0302_slot_of_a_store(void) { return pv_ops.cpu.load() + 1; }
protected_code int bad0303_slot_of_an_unknown_store(void) { return pv_ops.cpu.store() + 1; }
protected_code int bad0303_slot_that_nothing_fills(void) { return pv_ops.cpu.halt() + 1; }
protected_code int bad0303_pointer(int (*pointer)(void)) { return pointer() + 1; }
protected_code int bad0303_pointer_in_memory(struct table *table) { return table->irq.save_fl() + 1; }
protected_code int good_pointer_in_region(int (*pointer)(void)) { int value; region_begin(); value = pointer(); region_end(); return value; }

// The compiler may load the pointer first and call the register.
protected_code int good_loaded_slot(void)
{
    int (*target)(void) = pv_ops.irq.save_fl;
    if (!target) { unreachable_trap(); }
    return target() + 1;
}

protected_code int bad0302_loaded_slot(void)
{
    void (*target)(void) = pv_ops.irq.irq_disable;
    if (!target) { unreachable_trap(); }
    target();
    return 1;
}

// A table that is called by an index: every element counts.
protected_code int first_step(void) { return 1; }
protected_code int second_step(void) { return 2; }
protected_code int third_step(void) { return 3; }
plain_code int plain_step(void) { return shared; }
static int (*const kept_steps[])(void) = { first_step, second_step, third_step };
static int (*const mixed_steps[])(void) = { first_step, plain_step, third_step };
int (*open_steps[])(void) = { first_step, second_step };

protected_code int good_element_of_a_constant_table(unsigned i) { return kept_steps[i]() + 1; }
protected_code int good_element_tail_call(unsigned i) { return kept_steps[i](); }
protected_code int bad0302_element_of_a_constant_table(unsigned i) { return mixed_steps[i]() + 1; }
protected_code int bad0303_element_of_a_writable_table(unsigned i) { return open_steps[i]() + 1; }

// A store at an index may fill any slot of the table.
struct steps { int (*slot[4])(void); };
struct steps loose = { .slot = { first_step, first_step, first_step, first_step } };
unchecked_code void fill(unsigned i, int (*step)(void)) { loose.slot[i] = step; }
protected_code int bad0303_slot_that_an_indexed_store_may_fill(void) { return loose.slot[2]() + 1; }
