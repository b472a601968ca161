using System.Collections.Immutable;
using System.Globalization;
using CsvHelper;
using CsvHelper.Configuration;
using SlimSharp.Linear;

namespace SlimSharp.Cli;

/// <summary>
/// CSV files, plain or compressed (.gz), most often with a header: a column of labels, numbers in all others.
/// </summary>
internal static class CsvTable
{
    private static readonly string[] LabelNames = ["label", "class", "target", "y"];
    private const int BytesPerColumn = 256; // lists, names, and a few numbers of whoever fits its weight
    private const int BytesPerCell = 48; // a text, its place in a list, and the number that is made of it
    private static readonly string[] MissingValues = ["", "na", "nan", "null", "?"];

    /// <summary>Reads a file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="label">
    /// The column of labels; by default one called label, class, target or y, or else the last.
    /// </param>
    /// <param name="positive">The label that is +1; by default the larger, or the last in the alphabet.</param>
    /// <param name="dropped">Columns not to read.</param>
    /// <param name="model">
    /// A model whose features, labels and means of missing values are taken; labels may be lacking then.
    /// </param>
    /// <param name="header">
    /// Whether the first row names the columns: <see cref="CsvHeader.Auto"/>, or what is known.
    /// </param>
    internal static LinearData Read(
        string path,
        string? label,
        string? positive,
        IReadOnlyCollection<string> dropped,
        LogisticModel? model,
        string header = CsvHeader.Auto
    )
    {
        var remarks = new List<string>();
        var (names, columns) = Columns(path, header, remarks);
        return Read(path, label, positive, dropped, model, names, columns, remarks);
    }

    private static LinearData Read(
        string path,
        string? label,
        string? positive,
        IReadOnlyCollection<string> dropped,
        LogisticModel? model,
        List<string> header,
        List<string>[] columns,
        List<string> remarks
    )
    {
        var places = header.Select((name, place) => (name, place)).ToDictionary(c => c.name, c => c.place);
        if (dropped.FirstOrDefault(d => !places.ContainsKey(d)) is { } unknown)
            throw new LinearDataException($"{path} has no column '{unknown}' to drop.");
        var names = header.Where(h => !dropped.Contains(h)).ToArray();
        var labels = label is not null
            ? names.FirstOrDefault(n => n == label) ?? throw new LinearDataException($"{path} has no column '{label}'.")
            : names.FirstOrDefault(n =>
                LabelNames.Contains(n.ToLowerInvariant()) && model?.Features.Contains(n) != true
            ) ?? (model is null || IsOneMore(names, model) ? names[^1] : null);
        if (model is null && label is null)
            remarks.Add($"Labels are in the column '{labels}'.");
        var features = names.Where(n => n != labels).ToArray();
        var rows = columns[0].Count;
        var (values, missing) = (
            new double[(long)rows * features.Length],
            ImmutableSortedDictionary.CreateBuilder<string, double>()
        );
        for (var j = 0; j < features.Length; j++)
            Fill(
                values.AsSpan(checked(j * rows), rows),
                columns[places[features[j]]],
                path,
                features[j],
                model,
                missing,
                remarks
            );
        var (signs, classes) = Labels(path, labels is null ? null : columns[places[labels]], positive, model);
        return new(new DenseMatrix(rows, features.Length, values), signs, features, classes)
        {
            Missing = missing.ToImmutable(),
            Remarks = remarks,
        };
    }

    // Columns without names, one more than the features that were learned: the last holds labels again.
    private static bool IsOneMore(string[] names, LogisticModel model) =>
        names.SequenceEqual(CsvHeader.Numbers(model.Features.Length + 1));

    private static (List<string> Header, List<string>[] Columns) Columns(
        string path,
        string choice,
        List<string> remarks
    )
    {
        try
        {
            var budget = ReadBudget.Of(path, sentence => new LinearDataException(sentence));
            using var file = File.OpenRead(path);
            using Stream stream = path.EndsWith(".gz", StringComparison.OrdinalIgnoreCase)
                ? new UnpackedStream(file, budget)
                : file;
            using var reader = new StreamReader(stream);
            using var csv = new CsvReader(
                reader,
                new CsvConfiguration(CultureInfo.InvariantCulture)
                {
                    DetectDelimiter = true,
                    TrimOptions = TrimOptions.Trim,
                    BadDataFound = null,
                }
            );
            if (!csv.Read() || csv.Parser.Record is not { Length: > 1 } header)
                throw new LinearDataException($"{path} has no header of at least two columns.");
            budget.Take(header.Length, BytesPerColumn, "its columns");
            var columns = header.Select(_ => new List<string>()).ToArray();
            while (csv.Read())
            {
                if (csv.Parser.Count != header.Length)
                    throw new LinearDataException(
                        $"{path}, line {csv.Parser.RawRow}: {csv.Parser.Count} values, but the header names {header.Length}."
                    );
                budget.Take(2L * csv.Parser.RawRecord.Length + (long)BytesPerCell * header.Length, "its cells");
                for (var j = 0; j < header.Length; j++)
                    columns[j].Add(csv.Parser[j]);
            }
            if (!CsvHeader.IsIn(choice, header, columns, remarks))
            {
                for (var j = 0; j < header.Length; j++)
                    columns[j].Insert(0, header[j]);
                header = [.. CsvHeader.Numbers(header.Length)];
            }
            if (header.GroupBy(h => h).FirstOrDefault(g => g.Count() > 1)?.Key is { } twice)
                throw new LinearDataException($"{path} has two columns called '{twice}'.");
            return columns[0].Count > 0
                ? ([.. header], columns)
                : throw new LinearDataException($"{path} has a header, but no samples.");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or InvalidDataException)
        {
            throw new LinearDataException($"{path} cannot be read ({e.Message.TrimEnd('.')}).", e);
        }
    }

    private static void Fill(
        Span<double> values,
        List<string> texts,
        string path,
        string name,
        LogisticModel? model,
        ImmutableSortedDictionary<string, double>.Builder missing,
        List<string> remarks
    )
    {
        var (lacking, sum) = (0, 0.0);
        for (var i = 0; i < texts.Count; i++)
        {
            if (MissingValues.Contains(texts[i].ToLowerInvariant()))
            {
                (values[i], lacking) = (double.NaN, lacking + 1);
                continue;
            }
            if (
                !double.TryParse(texts[i], NumberStyles.Float, CultureInfo.InvariantCulture, out values[i])
                || !double.IsFinite(values[i])
            )
                throw new LinearDataException(
                    $"{path}, sample {i + 1}: '{texts[i]}' in the column '{name}' is no number; encode it as numbers, or leave the column out with --drop {name}."
                );
            sum += values[i];
        }
        if (lacking == 0)
            return;
        var mean = lacking == texts.Count ? 0 : sum / (texts.Count - lacking);
        if (model is not null)
            mean = model.Missing.GetValueOrDefault(name, mean);
        foreach (ref var value in values)
            value = double.IsNaN(value) ? mean : value;
        missing[name] = mean;
        remarks.Add(
            lacking == texts.Count
                ? $"The column '{name}' has no values at all and says nothing."
                : $"The column '{name}' lacks {lacking} of {texts.Count} values; they are taken as {Words.Number(mean)}, {(model is null ? "the mean of the others" : "as in training")}."
        );
    }

    private static (sbyte[] Signs, (string Minus, string Plus) Classes) Labels(
        string path,
        List<string>? texts,
        string? positive,
        LogisticModel? model
    )
    {
        if (texts is null)
            return ([], (model!.Minus, model.Plus));
        var kinds = model is null ? Kinds(path, texts, positive) : (model.Minus, model.Plus);
        var signs = new sbyte[texts.Count];
        for (var i = 0; i < signs.Length; i++)
            signs[i] =
                IsSame(texts[i], kinds.Plus) ? (sbyte)1
                : IsSame(texts[i], kinds.Minus) ? (sbyte)-1
                : throw new LinearDataException(
                    $"{path}, sample {i + 1}: the label '{texts[i]}' is neither '{kinds.Minus}' nor '{kinds.Plus}'."
                );
        return (signs, kinds);
    }

    private static (string Minus, string Plus) Kinds(string path, List<string> texts, string? positive)
    {
        string[] kinds = [.. texts.Distinct().Take(5)];
        if (kinds.Length != 2)
            throw new LinearDataException(
                $"The labels of {path} are {string.Join(", ", kinds.Select(k => $"'{k}'"))}{(kinds.Length == 5 ? ", …" : "")}; logistic regression needs exactly two classes. Name the column of labels with --label."
            );
        if (positive is not null)
            return kinds.Contains(positive)
                ? (kinds.First(k => k != positive), positive)
                : throw new LinearDataException(
                    $"{path} has no label '{positive}'; there are '{kinds[0]}' and '{kinds[1]}'."
                );
        var numbers = kinds
            .Select(k =>
                double.TryParse(k, NumberStyles.Float, CultureInfo.InvariantCulture, out var v) ? v : double.NaN
            )
            .ToArray();
        var first = numbers.All(double.IsFinite)
            ? numbers[0] < numbers[1]
            : string.CompareOrdinal(kinds[0], kinds[1]) < 0;
        return first ? (kinds[0], kinds[1]) : (kinds[1], kinds[0]);
    }

    private static bool IsSame(string text, string kind) =>
        text == kind
        || (
            double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var a)
            && double.TryParse(kind, NumberStyles.Float, CultureInfo.InvariantCulture, out var b)
            && a == b
        );
}
