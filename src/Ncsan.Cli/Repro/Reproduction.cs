using System.Globalization;

namespace Ncsan.Cli.Repro;

/// <summary>Gives the command of a recipe again, and says how often its finding comes back.</summary>
internal static class Reproduction
{
    /// <summary>The exit code when the finding never came back.</summary>
    private const int NotReproduced = 1;

    public static int Go(Recipe recipe, int times)
    {
        string scratch = Directory.CreateTempSubdirectory("ncsan-repro").FullName;
        try
        {
            Tries tries = null!;
            CommandAgain.Go(recipe, (copy, launch, options) =>
            {
                tries = new Tries(recipe, SitesNow.Find(recipe, copy.Location.Folder), scratch);
                tries.Make(times, launch, options);
            });
            Console.WriteLine(tries switch
            {
                { SiteIsGone: true } => "not reproduced; the site is gone",
                { Reproduced: > 0 } => string.Create(CultureInfo.InvariantCulture, $"reproduced {tries.Reproduced}/{tries.Made}"),
                _ when recipe.Sites.Count == 0 => $"not reproduced in {Count(tries.Made)}{Said(tries)}",
                { WasReached: true } => $"not reproduced in {Count(tries.Made)}; the sites no longer meet",
                _ => $"not reproduced in {Count(tries.Made)}; the sites no longer meet: none of them is reached{Said(tries)}",
            });
            return tries.Reproduced > 0 ? ExitCodes.Success : NotReproduced;
        }
        finally
        {
            Directory.Delete(scratch, recursive: true);
        }
    }

    private static string Said(Tries tries) => tries.LastError.Length > 0 ? $" (the program ends with {tries.LastExitCode} and says: {tries.LastError})" : "";

    private static string Count(int tries) => tries == 1 ? "1 try" : string.Create(CultureInfo.InvariantCulture, $"{tries} tries");
}
