using System.Globalization;

namespace SlimSharp;

/// <summary>
/// The memory that reading a file, or a folder of files, may take. Every reader of files from outside asks before it
/// takes memory, so that a few bytes cannot claim more than a file of their length justifies. The rule: a fixed amount,
/// and so many bytes for every byte of the file, but no more than half of the machine's memory; an amount that the user
/// gives replaces all three. Safe to use from several threads.
/// </summary>
/// <param name="path">The file or folder, for messages; empty where the exception names it.</param>
/// <param name="length">Its length in bytes.</param>
/// <param name="refuse">Makes the reader's own exception of a sentence.</param>
internal sealed class ReadBudget(string path, long length, Func<string, Exception> refuse)
{
    /// <summary>
    /// The environment variable that holds the user's own amount, as in 8GB; child processes inherit it.
    /// </summary>
    internal const string Variable = "SLIMSHARP_MEMORY";

    /// <summary>What one file may take even if it is tiny.</summary>
    internal const long Floor = 256_000_000;

    /// <summary>What every byte of a file may take besides.</summary>
    internal const int PerByte = 64;

    /// <summary>
    /// The same for one picture: more than cameras of telephones make, and for a blank one as much as can be in its
    /// bytes.
    /// </summary>
    internal const long PictureFloor = 64_000_000;

    /// <summary>See <see cref="PictureFloor"/>.</summary>
    internal const int PicturePerByte = 1032;

    /// <summary>No picture has more pixels in bytes, three each.</summary>
    internal const long LargestPicture = 3L << 26;

    /// <summary>
    /// The same for the pixels that are decoded in all, most of which go again; blank pictures compress a thousand
    /// times.
    /// </summary>
    internal const long PicturesFloor = 1_000_000_000;

    private const int Step = 1 << 20;
    private const int Growth = 8; // what is outgrown is garbage, so that it is to be little

    private static readonly (string Unit, long Bytes)[] Units =
    [
        ("TB", 1_000_000_000_000),
        ("GB", 1_000_000_000),
        ("MB", 1_000_000),
        ("kB", 1_000),
        ("B", 1),
    ];

    private readonly (long Floor, int PerByte, long Most) _rule = (Floor, PerByte, HalfOfMemory);
    private long _length = length;
    private long _taken;

    /// <summary>
    /// The budget of a file; devices and pipes are refused, of which nobody knows how much is in them.
    /// </summary>
    internal static ReadBudget Of(string path, Func<string, Exception> refuse) =>
        path.Length > 0 && OutputPath.IsDevice(path)
            ? throw refuse($"{path}: is a device or a pipe, not a file; write what it gives into a file first.")
            : new(path, LengthOf(path), refuse);

    /// <summary>
    /// Bytes of a file, or of that which links lead to: a link has a length of its own. 0 if there is none.
    /// </summary>
    internal static long LengthOf(string path)
    {
        var file = new FileInfo(path);
        if (file.LinkTarget is not null && file.ResolveLinkTarget(returnFinalTarget: true) is FileInfo meant)
            file = meant;
        return file.Exists ? file.Length : 0;
    }

    private ReadBudget(
        string path,
        long length,
        (long Floor, int PerByte, long Most) rule,
        Func<string, Exception> refuse
    )
        : this(path, length, refuse) => _rule = rule;

    /// <summary>The budget of one picture's pixels.</summary>
    internal static ReadBudget OfPicture(string path, long length, Func<string, Exception> refuse) =>
        new(path, length, (PictureFloor, PicturePerByte, LargestPicture), refuse);

    /// <summary>
    /// The budget of all pixels that are decoded, be they kept or not, so that time is limited too; it grows as
    /// pictures are read (<see cref="Grow"/>).
    /// </summary>
    internal static ReadBudget OfPictures(string path, Func<string, Exception> refuse) =>
        new(path, 0, (PicturesFloor, PicturePerByte, long.MaxValue), refuse);

    /// <summary>The amount that the user gave; null if none.</summary>
    /// <exception cref="FormatException">It is no amount of memory.</exception>
    internal static long? Given =>
        Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } text ? Parse(text) : null;

    /// <summary>Bytes that may be taken in all.</summary>
    internal long Allowed => Limit ?? Math.Min(_rule.Floor + _rule.PerByte * Interlocked.Read(ref _length), _rule.Most);

    /// <summary>Bytes that may still be taken.</summary>
    internal long Left => Math.Max(Allowed - Interlocked.Read(ref _taken), 0);

    /// <summary>What no file may take more of unless the user says so.</summary>
    internal static long HalfOfMemory => GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / 2;

    private long? Limit
    {
        get
        {
            try
            {
                return Given;
            }
            catch (FormatException e)
            {
                throw refuse(e.Message);
            }
        }
    }

    /// <summary>Takes memory, before it is allocated.</summary>
    /// <param name="bytes">How much; negative if a product of sizes ran over.</param>
    /// <param name="what">What for: the subject of a sentence, in the plural.</param>
    internal void Take(long bytes, string what)
    {
        var allowed = Allowed;
        if (bytes < 0 || bytes > allowed)
            throw Refusal(bytes < 0 ? double.PositiveInfinity : bytes, allowed, what);
        if (Interlocked.Add(ref _taken, bytes) is var taken && taken > allowed)
        {
            Return(bytes);
            throw Refusal(taken, allowed, what);
        }
    }

    /// <summary>Takes memory for many things of a size each.</summary>
    internal void Take(long count, long each, string what)
    {
        if ((Int128)count * each is var bytes && (bytes > long.MaxValue || count < 0))
            throw Refusal(Math.Abs((double)count) * each, Allowed, what);
        Take((long)bytes, what);
    }

    /// <summary>
    /// Reads so many bytes, in steps: memory is taken for what is there, not for what a header claims.
    /// </summary>
    /// <exception cref="EndOfStreamException">There are fewer.</exception>
    internal byte[] Read(Stream stream, long count, string what)
    {
        Take(count, what);
        if (count > Array.MaxLength)
            throw refuse(
                $"{path}: {what} are {Words(count)}, more than the {Words(Array.MaxLength)} that can be read in one piece."
            );
        var content = new byte[Math.Min(count, Step)];
        stream.ReadExactly(content);
        while (content.Length < count)
        {
            var had = content.Length;
            Array.Resize(ref content, (int)Math.Min(count, (long)Growth * had));
            stream.ReadExactly(content.AsSpan(had));
        }
        return content;
    }

    /// <summary>Gives memory back that is needed no more.</summary>
    internal void Return(long bytes) => Interlocked.Add(ref _taken, -bytes);

    /// <summary>Lets the budget grow with another file of a folder.</summary>
    internal void Grow(long bytes) => Interlocked.Add(ref _length, bytes);

    /// <summary>Bytes of an amount such as 8GB, 500 MB or 100000.</summary>
    /// <exception cref="FormatException">It is no such amount.</exception>
    internal static long Parse(string text)
    {
        var (unit, bytes) = Units.FirstOrDefault(u => text.EndsWith(u.Unit, StringComparison.OrdinalIgnoreCase));
        var number = text.AsSpan(0, text.Length - (unit?.Length ?? 0)).Trim();
        return
            double.TryParse(number, NumberStyles.Float, CultureInfo.InvariantCulture, out var value)
            && value * Math.Max(bytes, 1) is >= 1 and < long.MaxValue and var all
            ? (long)all
            : throw new FormatException($"'{text}' is no amount of memory; write one as 8GB or 500MB.");
    }

    private Exception Refusal(double needed, long allowed, string what)
    {
        var more = double.IsFinite(needed) && needed < 1e15 ? Words(Math.Ceiling(needed / 1e9) * 1e9) : "8 GB";
        var need = needed < 1.1 * allowed ? "" : $"{Words(needed)}, "; // a stream was read only so far
        return refuse(
            $"{(path.Length > 0 ? $"{path}: " : "")}{what} need {need}more than the {Words(allowed)} that may be taken for {(Given is null ? $"{Words(_length)} of file" : "a file")}. If you trust the file, allow more: "
                + $"{Variable}={more.Replace(" ", "", StringComparison.Ordinal)} in the environment."
        );
    }

    private static string Words(double bytes)
    {
        if (!double.IsFinite(bytes))
            return "more memory than there is";
        var (unit, size) = Units.First(u => bytes >= u.Bytes || u.Bytes == 1);
        return string.Create(CultureInfo.InvariantCulture, $"{bytes / size:0.#} {unit}");
    }
}
