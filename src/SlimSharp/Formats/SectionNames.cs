namespace SlimSharp.Formats;

/// <summary>
/// The names of tensors in <c>.slim</c> files: the one place that knows how sections are stored. The network's tensors
/// have their own names, so that other programs find them; all others <c>@section/name</c>.
/// </summary>
internal static class SectionNames
{
    private const char Aside = '@';
    private const char Behind = '/';

    private static readonly Dictionary<Section, string> Words = new()
    {
        [Section.Network] = "network", // of names that begin as those of other sections do
        [Section.Probe] = "probe",
        [Section.Optimizer] = "optimizer",
        [Section.Methods] = "methods",
        [Section.Best] = "best",
        [Section.Source] = "source",
    };

    // Formats 1 and 2: names of one list, told apart by how they begin; what does not was the optimiser's.
    private static readonly (string Beginning, Section Section)[] Earlier =
    [
        ("probe.", Section.Probe),
        ("best.", Section.Best),
        ("regularizer.", Section.Methods),
    ];

    /// <summary>Under which a tensor is stored.</summary>
    internal static string InFile(Section section, string name) =>
        section == Section.Network && !name.StartsWith(Aside) ? name : $"{Aside}{Words[section]}{Behind}{name}";

    /// <summary>
    /// The section and name of what is stored under <paramref name="stored"/>; null if there is no such section.
    /// </summary>
    /// <param name="stored">The name in the file.</param>
    /// <param name="format">The file's format.</param>
    internal static (Section Section, string Name)? Of(string stored, string? format)
    {
        if (stored.Length == 0 || stored[0] != Aside)
            return (Section.Network, stored);
        var name = stored[1..];
        if (format is "1" or "2")
        {
            foreach (var (beginning, section) in Earlier)
            {
                if (name.StartsWith(beginning, StringComparison.Ordinal))
                    return (section, name[beginning.Length..]);
            }
            return (Section.Optimizer, name);
        }
        var end = name.IndexOf(Behind);
        return end > 0 && Words.FirstOrDefault(w => w.Value == name[..end]) is { Value: not null } found
            ? (found.Key, name[(end + 1)..])
            : null;
    }
}
