namespace Ncsan.Contracts.Tests.Il;

/// <summary>Regions: what they allow, and that they balance on every path.</summary>
internal static class IlRegionCases
{
    private const string ReturnInside = "NCS0304 return inside a region", EndWithoutBegin = "NCS0305 a region ends", BeginInside = "NCS0306 a region begins inside";

    internal static IEnumerable<IlCase> All =>
    [
        new("a call inside a region is allowed, after it it is not", ["NCS0301 call to Log.Hit"], """
            static class P { [NoInstrument] static void Enter() {
                Instrumentation.Begin();
                Log.Hit();
                Instrumentation.End();
            #if BROKEN
                Log.Hit();
            #endif
            } }
            """),
        new("return inside a region", [ReturnInside], """
            static class P { [NoInstrument] static void Enter(bool b) {
                Instrumentation.Begin();
                Log.Hit();
            #if BROKEN
                if (b) { return; }
            #endif
                Instrumentation.End(); } }
            """),
        new("end without begin", [EndWithoutBegin], """
            static class P { [NoInstrument] static void Enter() {
            #if !BROKEN
                Instrumentation.Begin();
            #endif
                Log.Quiet();
                Instrumentation.End(); } }
            """),
        new("begin twice", [BeginInside], """
            static class P { [NoInstrument] static void Enter() {
                Instrumentation.Begin();
                Log.Hit();
            #if BROKEN
                Instrumentation.Begin();
            #else
                Instrumentation.End();
                Instrumentation.Begin();
            #endif
                Log.Hit();
                Instrumentation.End(); } }
            """),
        new("begin in one branch", [EndWithoutBegin], """
            static class P { [NoInstrument] static void Enter(bool b) {
            #if BROKEN
                if (b) { Instrumentation.Begin(); }
            #else
                Instrumentation.Begin();
            #endif
                if (b) { Log.Quiet(); }
                Instrumentation.End(); } }
            """),
        new("a call that one path reaches outside the region", ["NCS0301 call to Log.Hit", EndWithoutBegin], """
            static class P { [NoInstrument] static void Enter(bool b) {
            #if BROKEN
                if (b) { Instrumentation.Begin(); }
            #else
                Instrumentation.Begin();
            #endif
                Log.Hit();
                Instrumentation.End(); } }
            """),
        new("a loop that goes on inside a region", [BeginInside, ReturnInside], """
            static class P { [NoInstrument] static void Enter(int n) {
                for (int i = 0; i < n; i++) {
                    Instrumentation.Begin();
                    Log.Hit();
            #if BROKEN
                    if (i == 3) { continue; }
            #endif
                    Instrumentation.End();
                } } }
            """),
        new("an exception leaves the region open for a handler", [ReturnInside], """
            static class P { [NoInstrument] static void Enter() {
                try {
                    Instrumentation.Begin();
            #if BROKEN
                    Log.Hit();
                    Instrumentation.End();
                }
                catch (Exception) { Log.Quiet(); }
            #else
                    try { Log.Hit(); } finally { Instrumentation.End(); }
                }
                catch (Exception) { Log.Quiet(); }
            #endif
                } }
            """),
        new("a handler ends what an exception left open on one path only", [EndWithoutBegin], """
            static class P { [NoInstrument] static void Enter() {
            #if BROKEN
                try { Log.Quiet(); Instrumentation.Begin(); Log.Hit(); Instrumentation.End(); }
                catch (Exception) { Instrumentation.End(); }
            #else
                Instrumentation.Begin();
                try { Log.Hit(); }
                catch (Exception) { Log.Hit(); }
                Instrumentation.End();
            #endif
            } }
            """),
        new("a return through a finally block that ends the region", [ReturnInside], """
            static class P { [NoInstrument] static int Enter(bool b) {
                Instrumentation.Begin();
                try {
                    if (b) { return Log.Value(); }
                    Log.Hit();
                }
                finally {
            #if !BROKEN
                    Instrumentation.End();
            #else
                    if (!b) { Instrumentation.End(); }
            #endif
                }
                return 1; } }
            """),
        new("nested finally blocks", ["NCS0301 call to Log.Hit"], """
            static class P { [NoInstrument] static void Enter(bool b) {
                try {
                    Instrumentation.Begin();
                    try { if (b) { return; } Log.Hit(); }
                    finally { Instrumentation.End(); }
                }
                finally {
            #if BROKEN
                    Log.Hit();
            #else
                    Log.Quiet();
            #endif
                } } }
            """),
        new("a throw inside a region leaves the method with it", ["NCS0301 call to Log.Hit"], """
            static class P { [NoInstrument] static void Enter(bool b) {
                Instrumentation.Begin();
                if (b) { throw new InvalidOperationException(); }
                Log.Hit();
                Instrumentation.End();
            #if BROKEN
                Log.Hit();
            #endif
            } }
            """),
        new("a switch with one way out inside", [ReturnInside], """
            static class P { [NoInstrument] static int Enter(int k) {
                Instrumentation.Begin();
                switch (k) { case 0: Log.Hit(); break; case 1:
            #if BROKEN
                    return 1;
            #else
                    break;
            #endif
                    case 2: break; default: Log.Hit(); break; }
                Instrumentation.End();
                return 0; } }
            """) { Optimize = true },
        new("a region in a lambda is the lambda's own", ["NCS0301 call to Log.Hit"], """
            static class P { [NoInstrument] static void Enter() {
                Action a = () => { Instrumentation.Begin(); Log.Hit(); Instrumentation.End();
            #if BROKEN
                    Log.Hit();
            #endif
                };
                a(); } }
            """),
    ];
}
