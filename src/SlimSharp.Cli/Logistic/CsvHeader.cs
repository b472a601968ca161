using System.Globalization;

namespace SlimSharp.Cli;

/// <summary>Whether a table's first row names its columns or is a sample.</summary>
internal static class CsvHeader
{
    internal const string Auto = "auto";
    internal const string Yes = "yes";
    internal const string No = "no";

    /// <summary>Decides it, and says what it was decided by where one may think otherwise.</summary>
    /// <param name="choice">auto, yes or no.</param>
    /// <param name="first">The first row.</param>
    /// <param name="columns">The other rows, by column.</param>
    /// <param name="remarks">Where to say it.</param>
    internal static bool IsIn(
        string choice,
        IReadOnlyList<string> first,
        IReadOnlyList<string>[] columns,
        List<string> remarks
    )
    {
        if (choice != Auto)
            return choice == Yes;
        int[] words = [.. Enumerable.Range(0, first.Count).Where(j => !IsNumber(first[j]))];
        if (words.Length == first.Count)
            return true;
        // A word that stands in its column again is a label, not a name.
        var isSample = words.All(j => columns[j].Contains(first[j]));
        remarks.Add(
            isSample
                ? "The first row holds numbers and no names: it is taken for a sample, and columns are called 1, 2, 3, … --header yes takes it for names."
                : "The first row holds numbers, but is taken for the names of columns. --header no takes it for a sample."
        );
        return !isSample;
    }

    /// <summary>Names for columns without.</summary>
    internal static IEnumerable<string> Numbers(int count) => Enumerable.Range(1, count).Select(j => $"{j}");

    private static bool IsNumber(string text) =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out _);
}
