namespace SlimSharp.Runs;

/// <summary>Words in a script, quoted for whoever reads them.</summary>
internal static class ScriptWord
{
    /// <summary>
    /// A word for a shell. Between single quotes nothing is special but a single quote, which is put between double
    /// ones.
    /// </summary>
    internal static string ForShell(string word) => $"'{word.Replace("'", "'\"'\"'", StringComparison.Ordinal)}'";

    /// <summary>
    /// The value of an option in a line of sbatch that names a file: quoted, and with % doubled, as % begins what
    /// sbatch puts in. A backslash would turn that off for the whole path, and nothing quotes the end of a line, so
    /// neither can be written.
    /// </summary>
    /// <exception cref="RunException">It holds a backslash or a control character.</exception>
    internal static string ForOutput(string path) =>
        path.Any(c => c == '\\' || char.IsControl(c))
            ? throw new RunException(
                $"The folder '{Visible(path)}' has a backslash, a line break or another control character in its path, which Slurm cannot write a log to; move the sweep elsewhere."
            )
            : path.Replace("%", "%%", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal);

    /// <summary>Text with its control characters written out, for messages.</summary>
    internal static string Visible(string text) =>
        string.Concat(text.Select(c => char.IsControl(c) ? $"\\u{(int)c:x4}" : c.ToString()));
}
