using System.Globalization;
using System.Text;

namespace SlimSharp.Linear;

/// <summary>
/// Files in LIBSVM's text form, plain or compressed (.gz): a line per sample, <c>label index:value …</c>, indices
/// ascending from 1 (or 0), what is left out is zero; <c>#</c> begins a comment. Labels are two numbers, such as −1 and
/// +1, 0 and 1, or 1 and 2; the larger one is +1.
/// </summary>
public static class LibsvmFile
{
    private const int BytesPerFeature = 128; // its name, its place, and a few numbers of whoever fits its weight
    private const int BytesPerValue = 40; // its row, column and number, in lists and then by columns
    private const string Samples = "its samples";
    private const double DenseFrom = 0.25; // share of numbers stored, above which all are

    /// <summary>Reads a file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="features">How many features there are; by default as many as the largest index says.</param>
    /// <param name="classes">
    /// The two labels, where the file need not have both, as in a test set; by default what it has.
    /// </param>
    /// <exception cref="LinearDataException">
    /// It cannot be read, or a line is malformed; the message names the line.
    /// </exception>
    public static LinearData Read(string path, int? features = null, (string Minus, string Plus)? classes = null)
    {
        try
        {
            var budget = ReadBudget.Of(path, sentence => new LinearDataException(sentence));
            using var file = File.OpenRead(path);
            using Stream stream = path.EndsWith(".gz", StringComparison.OrdinalIgnoreCase)
                ? new UnpackedStream(file, budget)
                : file;
            using var reader = new StreamReader(stream, Encoding.ASCII, false, 1 << 16);
            return Read(reader, path, budget, features, classes);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or InvalidDataException)
        {
            throw new LinearDataException($"{path} cannot be read ({e.Message.TrimEnd('.')}).", e);
        }
    }

    private static LinearData Read(
        StreamReader reader,
        string path,
        ReadBudget budget,
        int? features,
        (string Minus, string Plus)? classes
    )
    {
        var (rows, columns, values) = (new List<int>(), new List<int>(), new List<double>());
        var labels = new List<double>();
        var (least, most, number) = (int.MaxValue, -1, 0);
        while (reader.ReadLine() is { } text)
        {
            number++;
            var line = text.AsSpan();
            if (line.IndexOf('#') is >= 0 and var comment)
                line = line[..comment];
            line = line.Trim();
            if (line.IsEmpty)
                continue;
            budget.Take(BytesPerValue, Samples);
            var last = -1;
            foreach (var range in line.SplitAny(' ', '\t'))
            {
                var token = line[range];
                if (token.IsEmpty)
                    continue;
                if (range.Start.GetOffset(line.Length) == 0)
                {
                    labels.Add(Number(token, path, number, "label"));
                    continue;
                }
                var colon = token.IndexOf(':');
                if (
                    colon < 1
                    || !int.TryParse(token[..colon], NumberStyles.None, CultureInfo.InvariantCulture, out var index)
                )
                    throw new LinearDataException(
                        $"{path}, line {number}: '{token}' is not index:value; a line is a label and then features such as 7:0.5."
                    );
                if (index <= last)
                    throw new LinearDataException(
                        $"{path}, line {number}: the index {index} comes after {last}; indices must ascend."
                    );
                last = index;
                (least, most) = (Math.Min(least, index), Math.Max(most, index));
                var value = Number(token[(colon + 1)..], path, number, "value");
                if (value == 0)
                    continue;
                budget.Take(BytesPerValue, Samples);
                rows.Add(labels.Count - 1);
                columns.Add(index);
                values.Add(value);
            }
        }
        if (labels.Count == 0)
            throw new LinearDataException($"{path} has no samples.");
        var first = least == 0 ? 0 : 1;
        var named = Math.Max((long)most - first + 1, 0);
        if (named > (features ?? int.MaxValue - 1))
            throw new LinearDataException(
                features is null
                    ? $"{path} has the feature {most}; the largest that can be is {int.MaxValue - 1}."
                    : $"{path} has the feature {most}, but there are only {features}."
            );
        var count = features ?? (int)named;
        budget.Take(count, BytesPerFeature, $"{count} features, as many as its largest index says,");
        var (minus, plus) = classes ?? Classes(labels, path);
        var signs = new sbyte[labels.Count];
        var (low, high) = (
            double.Parse(minus, CultureInfo.InvariantCulture),
            double.Parse(plus, CultureInfo.InvariantCulture)
        );
        for (var i = 0; i < signs.Length; i++)
            signs[i] =
                labels[i] == high ? (sbyte)1
                : labels[i] == low ? (sbyte)-1
                : throw new LinearDataException(
                    $"{path}: sample {i + 1} has the label {Text(labels[i])}, which is neither {minus} nor {plus}."
                );
        return new(
            Matrix(budget, labels.Count, count, first, rows, columns, values),
            signs,
            [.. Enumerable.Range(first, count).Select(i => i.ToString(CultureInfo.InvariantCulture))],
            (minus, plus)
        );
    }

    private static (string Minus, string Plus) Classes(List<double> labels, string path)
    {
        double[] kinds = [.. labels.Distinct().Order().Take(4)];
        return kinds.Length == 2
            ? (Text(kinds[0]), Text(kinds[1]))
            : throw new LinearDataException(
                kinds.Length == 1
                    ? $"All labels of {path} are {Text(kinds[0])}; logistic regression needs two classes."
                    : $"{path} has more than two labels ({string.Join(", ", kinds.Select(Text))}, …); logistic regression needs exactly two classes."
            );
    }

    // By columns; rows come in order, so that a stable distribution leaves them in order.
    private static DesignMatrix Matrix(
        ReadBudget budget,
        int rows,
        int columns,
        int first,
        List<int> rowOf,
        List<int> columnOf,
        List<double> values
    )
    {
        if (values.Count >= DenseFrom * rows * columns && (long)rows * columns < Array.MaxLength)
        {
            budget.Take((long)rows * columns, sizeof(double), Samples);
            var all = new double[rows * columns];
            for (var k = 0; k < values.Count; k++)
                all[(columnOf[k] - first) * rows + rowOf[k]] = values[k];
            return new DenseMatrix(rows, columns, all);
        }
        var starts = new long[columns + 1];
        foreach (var column in columnOf)
            starts[column - first + 1]++;
        for (var j = 0; j < columns; j++)
            starts[j + 1] += starts[j];
        var next = starts[..^1];
        var (indices, numbers) = (new int[values.Count], new double[values.Count]);
        for (var k = 0; k < values.Count; k++)
        {
            var at = next[columnOf[k] - first]++;
            (indices[at], numbers[at]) = (rowOf[k], values[k]);
        }
        return new SparseMatrix(rows, columns, starts, indices, numbers);
    }

    private static double Number(ReadOnlySpan<char> text, string path, int line, string what) =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var value) && double.IsFinite(value)
            ? value
            : throw new LinearDataException($"{path}, line {line}: the {what} '{text}' is no finite number.");

    private static string Text(double label) => label.ToString(CultureInfo.InvariantCulture);
}
