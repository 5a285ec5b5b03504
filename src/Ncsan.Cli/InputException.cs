namespace Ncsan.Cli;

/// <summary>Something about the user's input or machine that ends the command with one sentence and no stack.</summary>
/// <param name="id">The NCS2xxx id; a row of docs/ids.md.</param>
/// <param name="sentence">One sentence that says what is wrong and what to do.</param>
internal sealed class InputException(string id, string sentence) : Exception(sentence)
{
    public string Id { get; } = id;
}
