# What the proof over our own runtime takes for granted, and why. Every line here is a place that a reviewer has to look at.
cut Ncsan.Runtime.Framework.FrameworkLink.Connect*   # calls HookHome.Publish and PublishLocks in CoreLib by reflection, once: stores into fields
cut Ncsan.Runtime.Collections.UnsafeCollections.OffsetOf*   # calls a delegate over IL that it emits on the spot: one ldfld, no call

# Calls on the ways from the hooks whose targets cannot all be known, and why none of them is a way back. A call that is not listed here fails the build.
open System.Runtime.CompilerServices.DefaultInterpolatedStringHandler.AppendFormatted*   # the messages of the framework and of the runtime: what they format are strings and numbers
open System.Exception.ToString()                              # the text of a fault of the runtime itself, on which the feature is switched off for good
open System.Text.StringBuilder.AppendFormat*                  # the same
open System.Text.StringBuilder.Append(object)                 # the same
open System.Text.ValueStringBuilder.AppendFormatHelper*       # the same
open System.Collections.Generic.Dictionary.TryInsert*         # no table of the runtime, or of the framework on these ways, has an object of the program as its key
open System.ValueType.GetHashCode()                     # the same of structs: a hook keeps tables of its own keys alone
open System.Reflection.CerHashtable.*                         # its keys are the framework's own descriptions of types and members
open System.Threading.Tasks.AwaitTaskContinuation.*           # the hooks that stand for SetResult run the continuations of the program as its own call did: outside of the guard, where instrumented code belongs
open System.Runtime.Loader.AssemblyLoadContext.InvokeResolveEvent*   # the runtime references the framework alone, which is found without asking a handler of the program

# Hooks that stand for a call of the program and run what it ran: handlers, bodies, a wait handle of its own, the exceptions of a sequence. All outside of the guard.
open Ncsan.Runtime.Hooks.Raise*                               # the handlers of an event, in the place of the program's own call
open Ncsan.Runtime.Locks.Flows.ActionBody.Run*                      # the body of a task, in the place of the delegate
open Ncsan.Runtime.Hooks.WaitHandleEnter*                      # a wait handle that the program derived itself
open Ncsan.Runtime.Locks.Reports.LockContention.Enter*                # a wait handle that the program derived itself
open Ncsan.Runtime.Hooks.SendTo*                              # a synchronization context of the program, in the place of its own call
open System.Threading.SynchronizationContext.Send*            # the same: that of the base class runs the body on the spot
open Ncsan.Runtime.Locks.Flows.PostedBody.Run*                # what is sent to a synchronization context, in the place of the delegate
open Ncsan.Runtime.Locks.Flows.Awaits.Sequence*               # tasks in a collection of the framework's own, by its type
open System.LazyHelper.CreateViaDefaultConstructor*           # the value of a lazy object, in the place of the program's own call
open System.Lazy.ToString()                                   # a lazy object is asked for its value and its mode alone; the framework puts it in no message
open System.Threading.Tasks.TaskCompletionSource.TrySetException*   # enumerates the program's exceptions, in the place of its own call
open System.Threading.Tasks.TaskExceptionHolder.AddFaultException*  # the same
open System.Collections.Generic.List.AddRange*                # the same

# An exception of the program passes through those hooks, which have a finally and no catch that looks at it; it never gets to the places that put a fault of the runtime into words.
open Ncsan.Runtime.Findings.Faults.*                          # words for a fault of the runtime itself
open Ncsan.Runtime.Locks.LockValidation.Fault*                # the same
open Ncsan.Runtime.Framework.FrameworkLink.*                  # the same
open Ncsan.Runtime.Races.Directed.CandidateStore.*                     # the same
open Ncsan.Runtime.Sites.RewrittenModule.*                    # the same
open System.AggregateException.*                              # the same
open System.BadImageFormatException.ToString()                # the same
open System.IO.FileNotFoundException.ToString()               # the same
open System.IO.FileLoadException.ToString()                   # the same
open System.Runtime.InteropServices.ExternalException.ToString()   # the same
open System.ValueTuple.*                                      # tuples of the runtime's own keys: strings, types and numbers
open System.Delegate.*                                        # a delegate of the framework; the program cannot derive from it
open System.MulticastDelegate.*                               # the same
open System.Threading.Tasks.Task.NotifyDebuggerOfWaitCompletionIfNecessary()   # overridden by the framework alone: the member is internal
open System.AppContextConfigHelper.*                          # a setting of the framework: a string or a number
