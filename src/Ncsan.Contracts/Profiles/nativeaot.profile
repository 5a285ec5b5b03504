# What the symbols of a NativeAOT binary are called. One fact a line: KIND PATTERN  # REASON
# A pattern is a symbol in which * stands for anything. Give your own file with --profile; its lines add to these, and
# `keep PATTERN` takes a name out of every cut.

# The sanitizer's runtime: what calls it from outside is instrumented, and recursion is searched from it.
hook Ncsan_Runtime_*

# Do not return.
noreturn S_P_CoreLib_Internal_Runtime_CompilerHelpers_ThrowHelpers__*
noreturn S_P_CoreLib_System_ThrowHelper__*
noreturn RhpThrowEx
noreturn RhpRethrow
noreturn S_P_CoreLib_System_Environment__FailFast*
noreturn S_P_CoreLib_System_RuntimeExceptionHelpers__FailFast*
noreturn abort
noreturn exit
noreturn _exit

# Where the search for recursion stops, because the program is already lost or leaves the path that is asked about.
cut S_P_CoreLib_Internal_Runtime_CompilerHelpers_ThrowHelpers__*   # an exception is thrown
cut S_P_CoreLib_System_ThrowHelper__*
cut S_P_CoreLib_System_SR__*                                       # the text of an exception
cut S_P_CoreLib_System_Environment__FailFast*                      # the process ends
cut S_P_CoreLib_System_Threading_Thread__StartCore*                # another thread has a stack of its own
cut S_P_CoreLib_System_Threading_ThreadPool__*
