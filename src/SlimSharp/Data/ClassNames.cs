namespace SlimSharp.Data;

/// <summary>Brings sets to one list of classes, by their names.</summary>
internal static class ClassNames
{
    private const int Listed = 20;

    /// <summary>
    /// True if these are no names, but the numbers of the labels, as readers give them to files that hold no names.
    /// </summary>
    internal static bool AreNumbers(IReadOnlyList<string> classes) =>
        classes.Select((name, i) => name == $"{i}").All(same => same);

    /// <summary>
    /// The set with the labels of <paramref name="classes"/>, matched by name; by position only where one side has no
    /// names. The remark says what is to be known of it; null for nothing.
    /// </summary>
    /// <param name="set">The set.</param>
    /// <param name="classes">The classes in the order of the labels to give.</param>
    /// <param name="owner">Whose classes they are, in messages.</param>
    /// <exception cref="DataException">The set holds classes that are not among them.</exception>
    internal static (ImageSet Set, string? Remark) Match(ImageSet set, IReadOnlyList<string> classes, string owner)
    {
        if (set.Classes.SequenceEqual(classes))
            return (set, null);
        var places = classes.Select((name, i) => (name, i)).DistinctBy(c => c.name).ToDictionary(c => c.name, c => c.i);
        if (set.Classes.All(places.ContainsKey))
            return (set.Relabelled([.. set.Classes.Select(c => places[c])], classes), Lacking(set, classes, owner));
        var isNumbered = AreNumbers(set.Classes);
        if ((isNumbered || AreNumbers(classes)) && set.Classes.Length <= classes.Count)
            return (
                set.Relabelled([.. Enumerable.Range(0, set.Classes.Length)], classes),
                $"{set.Name}: {(isNumbered ? "its classes" : $"the classes of {owner}")} have no names, only numbers; "
                    + $"label k is taken for the class with the number k of {owner}."
            );
        throw new DataException(
            $"{set.Name}: its classes are not those of {owner}, which knows no class {List([.. set.Classes.Except(classes)])}. "
                + $"The images have {List(set.Classes)}; {owner} has {List(classes)}. "
                + "Classes go by name: rename the class folders, or take these images away."
        );
    }

    /// <summary>The names with commas between, the first of many.</summary>
    internal static string List(IReadOnlyCollection<string> names) =>
        names.Count <= Listed
            ? string.Join(", ", names)
            : $"{string.Join(", ", names.Take(Listed))}, … ({names.Count})";

    private static string? Lacking(ImageSet set, IReadOnlyList<string> classes, string owner)
    {
        string[] lacking = [.. classes.Except(set.Classes)];
        return lacking.Length == 0
            ? null
            : $"{set.Name}: holds no images of {List(lacking)}; its other classes are matched with those of {owner} by name.";
    }
}
