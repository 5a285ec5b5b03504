# What the Linux kernel and its sanitizers call things. One fact a line: KIND PATTERN  # REASON
# A pattern is a name in which * stands for anything. Give your own file with --profile; its lines add to these, and
# `keep PATTERN` takes a name out of every cut.

# Sections whose code must not be instrumented.
section .noinstr.text          # noinstr
section .entry.text            # the entry code, before anything is set up
section .text..__x86.*         # thunks that the compiler calls from everywhere

# A sanitizer's hooks: whoever calls one is instrumented; recursion is searched from the ones with a body.
hook __tsan_*                  # KCSAN, ThreadSanitizer
hook __kcsan_mb                # KCSAN's instrumented barriers
hook __kcsan_wmb
hook __kcsan_rmb
hook __kcsan_release
hook __asan_*                  # AddressSanitizer, KASAN
hook __hwasan_*
hook __msan_*                  # MemorySanitizer, KMSAN
hook __sanitizer_cov_*         # coverage, KCOV

# The types of op tables whose variables BTF does not list, to name their members: TABLE=TYPE.
type pv_ops=paravirt_patch_template

# Protected code may call these although they are not protected.
safe __ubsan_handle_*          # only when something bad has happened already: let the message out, at the risk of the machine

# Bodies that a compiler or the build makes in every unit: not helpers that failed to be inlined.
made _sub_I_*
made _sub_D_*
made tsan.module_ctor
made asan.module_ctor
made asan.module_dtor
made __initcall_*
made __exitcall_*
made trace_event_*
made trace_raw_output_*
made perf_trace_*
made event_trigger_*
made init_module
made cleanup_module

# Do not return.
noreturn panic
noreturn nmi_panic
noreturn do_exit
noreturn do_group_exit
noreturn make_task_dead
noreturn kthread_exit
noreturn kthread_complete_and_exit
noreturn do_task_dead
noreturn __stack_chk_fail
noreturn __fortify_panic
noreturn fortify_panic
noreturn __module_put_and_kthread_exit
noreturn rewind_stack_and_make_dead
noreturn machine_real_restart
noreturn stop_this_cpu
noreturn cpu_startup_entry
noreturn start_kernel
noreturn x86_64_start_kernel
noreturn x86_64_start_reservations
noreturn xen_start_kernel
noreturn cpu_bringup_and_idle
noreturn __reiserfs_panic
noreturn usercopy_abort
noreturn ex_handler_msr_mce
noreturn snp_abort
noreturn sev_es_terminate
noreturn hv_ghcb_terminate
noreturn lbug_with_loc
noreturn abort
noreturn exit
noreturn _exit
noreturn __assert_fail
noreturn __cxa_throw
noreturn _Unwind_Resume

# Where the search for recursion stops, because the program is already lost or leaves the path that is asked about.
cut kcsan_report_*             # a race was found: the report runs with the detector disabled for this task
cut kcsan_found_watchpoint_slow
cut print_report
cut panic                      # the machine stops
cut nmi_panic
cut _printk                    # printing runs with its own guards
cut printk
cut vprintk*
cut _printk_deferred
cut __warn_printk              # warnings print
cut __warn
cut warn_slowpath_*
cut dump_stack*
cut show_stack*
cut oops_*
cut __stack_chk_fail
cut print_*                    # lockdep's reports: a bug was found
cut lockdep_print_*
cut lockdep_rcu_suspicious
cut debug_locks_off*
cut preempt_schedule*          # another task runs: its hooks are its own
cut schedule
cut __schedule
