using System.Text;

namespace Ncsan.Runtime.Sites;

/// <summary>
/// The file next to a rewritten assembly that maps each constant site id to source terms: <c>Name.dll</c> has <c>Name.ncsan-sites</c>.
/// Written by the rewriter, read by the reporter thread on the first finding in the module, never on a hot path.
/// </summary>
/// <remarks>
/// Layout, little-endian: magic <c>NCSITES1</c>, int ABI version, string table (int count, then length-prefixed UTF-8), int site count, then
/// a row a site: byte kind, byte flags, int size, int method, int member, int file (-1 for none), int line, int token; the first three ints
/// after size index the string table. Site id 0 is row 0.
/// </remarks>
public sealed class SiteTable
{
    /// <summary>The file name extension of a site table, with its dot.</summary>
    public const string Extension = ".ncsan-sites";

    private static ReadOnlySpan<byte> Magic => "NCSITES1"u8;

    private readonly Site[] _sites;

    /// <summary>A table over <paramref name="sites"/>, whose index is the constant site id.</summary>
    public SiteTable(IEnumerable<Site> sites) => _sites = [.. sites];

    /// <summary>How many sites the module has.</summary>
    public int Count => _sites.Length;

    /// <summary>The site with this constant id.</summary>
    public Site this[int id] => _sites[id];

    /// <summary>Where the site table of the assembly at <paramref name="assemblyPath"/> is.</summary>
    public static string PathFor(string assemblyPath) => Path.ChangeExtension(assemblyPath, Extension);

    /// <summary>Writes the table. The same sites give the same bytes.</summary>
    public void Write(Stream output)
    {
        using var writer = new BinaryWriter(output, Encoding.UTF8, leaveOpen: true);
        var strings = new Dictionary<string, int>(StringComparer.Ordinal);
        int Intern(string? text)
        {
            if (text is null) { return -1; }
            if (!strings.TryGetValue(text, out int index)) { strings.Add(text, index = strings.Count); }
            return index;
        }

        var rows = _sites.Select(s => (Site: s, Method: Intern(s.Method), Member: Intern(s.Member), File: Intern(s.File))).ToArray();
        writer.Write(Magic);
        writer.Write(Hooks.AbiVersion);
        writer.Write(strings.Count);
        foreach (string text in strings.Keys) { writer.Write(text); }
        writer.Write(rows.Length);
        foreach (var (site, method, member, file) in rows)
        {
            writer.Write((byte)site.Kind);
            writer.Write((byte)site.Flags);
            writer.Write(site.Size);
            writer.Write(method);
            writer.Write(member);
            writer.Write(file);
            writer.Write(site.Line);
            writer.Write(site.MethodToken);
        }
    }

    /// <summary>Reads a table.</summary>
    /// <exception cref="InvalidDataException">The stream is not a site table of this version.</exception>
    public static SiteTable Read(Stream input)
    {
        using var reader = new BinaryReader(input, Encoding.UTF8, leaveOpen: true);
        if (!reader.ReadBytes(Magic.Length).AsSpan().SequenceEqual(Magic) || reader.ReadInt32() != Hooks.AbiVersion)
        {
            throw new InvalidDataException("not a site table of this version");
        }

        var strings = new string[reader.ReadInt32()];
        for (int i = 0; i < strings.Length; i++) { strings[i] = reader.ReadString(); }
        string? Text(int index) => index < 0 ? null : strings[index];
        var sites = new Site[reader.ReadInt32()];
        for (int i = 0; i < sites.Length; i++)
        {
            var kind = (SiteKind)reader.ReadByte();
            var flags = (SiteFlags)reader.ReadByte();
            int size = reader.ReadInt32();
            string method = Text(reader.ReadInt32()) ?? "", member = Text(reader.ReadInt32()) ?? "";
            string? file = Text(reader.ReadInt32());
            sites[i] = new Site(kind, flags, size, method, member, file, reader.ReadInt32(), reader.ReadInt32());
        }

        return new SiteTable(sites);
    }
}
