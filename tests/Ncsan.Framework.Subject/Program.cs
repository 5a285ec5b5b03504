using System.Reflection;

namespace Ncsan.Framework.Subject;

/// <summary>Programs for an instrumented framework: <c>Ncsan.Framework.Subject NAME...</c> runs each and says <c>ok NAME</c>.</summary>
internal static class Program
{
    private static int Main(string[] args)
    {
        foreach (string name in args)
        {
            var method = new[] { typeof(Races), typeof(MoreRaces), typeof(Clean), typeof(MoreClean), typeof(Held), typeof(Locks) }.Select(t => t.GetMethod(name, BindingFlags.Static | BindingFlags.NonPublic | BindingFlags.Public)).Single(m => m is not null);
            method!.Invoke(null, null);
            Console.WriteLine("ok " + name);
        }

        return 0;
    }
}
