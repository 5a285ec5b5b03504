using System.Globalization;
using Ncsan.Contracts.Il;
using Ncsan.Contracts.Rules;

namespace Ncsan.Cli.Commands;

/// <summary>What beside the files themselves tells how to read managed assemblies.</summary>
internal sealed record ManagedInputs(string[] Framework, bool Shallow, bool Closed, string[] Recursion)
{
    /// <summary>Whether a file is a PE image, as assemblies are; whether it is managed is for the reader to say.</summary>
    public static bool IsManaged(string file)
    {
        try
        {
            using FileStream stream = File.OpenRead(file);
            return stream.ReadByte() == 'M' && stream.ReadByte() == 'Z';
        }
        catch (Exception wrong) when (wrong is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    /// <summary>Reads assemblies as one program.</summary>
    /// <exception cref="InputException">They cannot be verified.</exception>
    public VerifyInput Open(string[] files, Profile profile)
    {
        try
        {
            IlFrontEnd program = IlFrontEnd.Read(new IlOptions(files)
            {
                FrameworkFolders = Framework,
                FollowFramework = !Shallow,
                Closed = Closed ? true : null,
                Roots = [.. Recursion.Where(r => r != "hooks")],
                Profile = profile,
            });
            IlProofSize size = program.Size;
            string facts = string.Create(CultureInfo.InvariantCulture, $"{size.Methods:N0} bodies read, {size.Edges:N0} edges, {size.Resolved:N0} of {size.IndirectSites:N0} indirect calls resolved");
            return new VerifyInput(program.Graph, profile, facts, program) { Find = program.Find };
        }
        catch (IlInputException wrong)
        {
            throw new InputException(wrong.Id, wrong.Message);
        }
    }
}
