# What .NET and its framework call things. One fact a line: KIND PATTERN  # REASON
# A pattern is a full name with parameters in which * stands for anything. Give your own file with --profile; its lines add to
# these, and `keep PATTERN` takes a name out of every cut.

# Where neither a proof nor a search for recursion looks further, because the path that is asked about is left.
cut System.Threading.Thread.StartCore()          # the new thread has a stack of its own; what it runs is a root of its own if it matters
cut System.Threading.ThreadPool.*                # the same: what is queued runs on another thread
cut System.Threading.PortableThreadPool.*
cut System.Threading.ThreadPoolWorkQueue.*
cut System.SR.*                                  # the text of an exception that is about to be thrown
cut System.ThrowHelper.*                         # an exception is thrown: the caller broke an argument's contract
cut System.Environment.FailFast*                 # the process ends
cut System.Diagnostics.Tracing.*                 # the framework's own events: nothing is formatted or sent unless a listener is attached
cut System.Diagnostics.StackTrace.ToString*      # text of a stack, for a report
cut System.Resources.*
