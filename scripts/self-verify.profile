# What the proof over our own runtime takes for granted, and why. Every line here is a place that a reviewer has to look at.
cut Ncsan.Runtime.Collections.UnsafeCollections.OffsetOf*   # calls a delegate over IL that it emits on the spot: one ldfld, no call

# Calls on the ways from the hooks whose targets cannot all be known, and why none of them is a way back. A call that is not listed here fails the build.
open Ncsan.Runtime.Framework.FrameworkLink.Publish()           # runs once, before the first hook: stores the entries in the home of the hooks, which is never instrumented
open System.Runtime.CompilerServices.DefaultInterpolatedStringHandler.AppendFormatted*   # the messages of the framework and of the runtime: what they format are strings and numbers
open System.Exception.ToString()                              # the text of a fault of the runtime itself, on which the feature is switched off for good
open System.Text.StringBuilder.AppendFormat*                  # the same
open System.Text.StringBuilder.Append(object)                 # the same
open System.Text.ValueStringBuilder.AppendFormatHelper*       # the same
open System.Collections.Generic.Dictionary.TryInsert*         # no table of the runtime, or of the framework on these ways, has an object of the program as its key
open System.Reflection.CerHashtable.*                         # its keys are the framework's own descriptions of types and members
open System.Threading.Tasks.AwaitTaskContinuation.*           # the hooks that stand for SetResult run the continuations of the program as its own call did: outside of the guard, where instrumented code belongs
open System.Runtime.Loader.AssemblyLoadContext.InvokeResolveEvent*   # the runtime references the framework alone, which is found without asking a handler of the program
