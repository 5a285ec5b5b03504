using System.Reflection;

namespace Ncsan.Framework.Subject;

/// <summary>Programs for an instrumented framework: <c>Ncsan.Framework.Subject NAME...</c> runs each and says <c>ok NAME</c>; <c>--list</c> names the clean ones.</summary>
internal static class Program
{
    private const BindingFlags Declared = BindingFlags.Static | BindingFlags.NonPublic | BindingFlags.Public;

    private static int Main(string[] args)
    {
        if (args is ["--list"])
        {
            foreach (var clean in typeof(Clean).GetMethods(Declared).Concat(typeof(MoreClean).GetMethods(Declared)))
            {
                if (!clean.IsPrivate && clean.GetParameters().Length == 0 && char.IsLetter(clean.Name[0])) { Console.WriteLine(clean.Name); }
            }

            return 0;
        }

        foreach (string name in args)
        {
            var method = new[] { typeof(Races), typeof(MoreRaces), typeof(Clean), typeof(MoreClean), typeof(Held), typeof(Locks) }.Select(t => t.GetMethod(name, Declared)).Single(m => m is not null);
            method!.Invoke(null, null);
            Console.WriteLine("ok " + name);
        }

        return 0;
    }
}
