using System.Text;

namespace Ncsan.Cli.Running;

/// <summary>Follows a findings file while the program, and any process that it starts, appends to it.</summary>
internal sealed class FindingsTail(string path) : IDisposable
{
    private readonly byte[] _buffer = new byte[64 * 1024];
    private readonly MemoryStream _partial = new();
    private FileStream? _stream;

    /// <summary>The whole lines that came since the last call. A line that is being written is kept until its end.</summary>
    public IEnumerable<string> NewLines()
    {
        if (!TryOpen()) { yield break; }
        int count;
        while ((count = _stream!.Read(_buffer)) > 0)
        {
            int start = 0, end;
            while ((end = Array.IndexOf(_buffer, (byte)'\n', start, count - start)) >= 0)
            {
                _partial.Write(_buffer, start, end - start);
                start = end + 1;
                yield return TakeLine();
            }

            _partial.Write(_buffer, start, count - start);
        }
    }

    /// <summary>What is left when nobody writes any more: the line that a kill cut off, if any.</summary>
    public string? Rest() => _partial.Length > 0 ? TakeLine() : null;

    private string TakeLine()
    {
        string line = Encoding.UTF8.GetString(_partial.GetBuffer(), 0, (int)_partial.Length);
        _partial.SetLength(0);
        return line;
    }

    private bool TryOpen()
    {
        if (_stream is not null) { return true; }
        if (!File.Exists(path)) { return false; }
        _stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);
        return true;
    }

    public void Dispose() => _stream?.Dispose();
}
