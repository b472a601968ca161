using SlimSharp.Models;
using SlimSharp.Training;

namespace SlimSharp.Regularizers;

/// <summary>
/// The text form of a regulariser, read and checked: a kind and its parameters, as in <c>mixup:alpha=0.2</c> or
/// <c>prox:penalty=tl1:a=1,lambda=2e-3</c>. What follows a penalty and is no parameter of the regulariser is the
/// penalty's.
/// </summary>
public sealed class RegularizerText
{
    private const int Most = 256; // more than anybody means
    private readonly Func<RegularizerSetting, Regularizer> _make;

    private RegularizerText(
        RegularizerKind kind,
        TextArguments arguments,
        Func<RegularizerSetting, Regularizer> make
    ) => (Kind, Parameters, _make) = (kind, arguments.Taken, make);

    /// <summary>What kind it is.</summary>
    public RegularizerKind Kind { get; }

    /// <summary>All its parameters as they are written, also those that were left at their defaults.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Parameters { get; }

    /// <summary>A parameter as it is written; null if it has none of that name.</summary>
    public string? this[string name] => Parameters.FirstOrDefault(p => p.Key == name).Value;

    /// <summary>Makes the regularisers that text forms stand for.</summary>
    /// <param name="texts">In their order.</param>
    /// <param name="setting">The training that they are for.</param>
    /// <exception cref="Training.TrainingException">
    /// One of them does not fit the model; the message says why.
    /// </exception>
    public static RegularizerSet MakeAll(IReadOnlyList<RegularizerText> texts, RegularizerSetting setting)
    {
        var (made, opened) = (new List<Regularizer>(), new Dictionary<string, Model>());
        Model Open(string path) =>
            opened.TryGetValue(path, out var model) ? model : opened[path] = setting.LoadNetwork(path);
        try
        {
            foreach (var (text, place) in texts.Select((t, i) => (t, i)))
            {
                var alike = texts.Take(place).Count(t => t.Kind == text.Kind);
                made.Add(
                    text.Make(
                        setting with
                        {
                            Before = [.. made],
                            Seed = alike == 0 ? setting.Seed : (long)new Randomness(setting.Seed, alike).NextBits(),
                            LoadNetwork = Open,
                        }
                    )
                );
            }
            return new RegularizerSet(made, [.. opened.Values]);
        }
        catch
        {
            foreach (var one in made.Concat<IDisposable>(opened.Values))
                one.Dispose();
            throw;
        }
    }

    /// <summary>Reads one text form.</summary>
    /// <exception cref="FormatException">It is none; the message says what is.</exception>
    public static RegularizerText Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var (name, parameters) = TextArguments.Split(text);
        var kind =
            RegularizerKind.All.FirstOrDefault(k => k.Name == name)
            ?? throw new FormatException(
                $"There is no regulariser '{name}'. "
                    + $"Known are {string.Join(", ", RegularizerKind.All.Select(k => k.Example))}."
            );
        var arguments = new TextArguments("The regulariser", text, parameters);
        try
        {
            var make = kind.Read(arguments);
            arguments.RefuseUntaken();
            return new(kind, arguments, make);
        }
        catch (Training.TrainingException e)
        {
            throw new FormatException($"The regulariser '{text}' is out of range: {e.Message}", e);
        }
    }

    /// <summary>
    /// Reads the text forms of all regularisers of a training, also several in one text with spaces between, and checks
    /// that they go with each other.
    /// </summary>
    /// <exception cref="FormatException">
    /// One is none, or does not go with the others; the message says which.
    /// </exception>
    public static IReadOnlyList<RegularizerText> ParseAll(IEnumerable<string> texts)
    {
        string[] names = [.. RegularizerKind.All.Select(k => k.Name)];
        RegularizerText[] all = [.. texts.SelectMany(t => TextArguments.Split(t, names)).Select(Parse)];
        if (all.Length > Most)
            throw new FormatException($"{all.Length} regularisers are given; {Most} are the most.");
        var open = new Stack<RegularizerText>(); // scale penalties whose λ nobody steers
        var steered = new HashSet<RegularizerText>();
        foreach (var one in all)
        {
            if (one.Kind.ActsOnScales)
                open.Push(one);
            else if (one.Kind.Steers)
                steered.Add(open.TryPop(out var last) ? last : throw NothingToSteer(one));
        }
        return all.FirstOrDefault(t => t.Kind.ActsOnScales && t["lambda"] is null && !steered.Contains(t)) is { } weak
            ? throw new FormatException(
                $"The regulariser '{weak}' lacks its parameter 'lambda', the strength, such as lambda=1e-3."
            )
            : all;
    }

    /// <summary>Makes the regulariser; the caller disposes it.</summary>
    /// <exception cref="Training.TrainingException">It does not fit the model; the message says why.</exception>
    public Regularizer Make(RegularizerSetting setting) => _make(setting);

    /// <summary>The text form with all parameters; <see cref="Parse"/> reads it.</summary>
    public override string ToString() =>
        Parameters.Count == 0
            ? Kind.Name
            : $"{Kind.Name}:{string.Join(',', Parameters.Select(p => $"{p.Key}={p.Value}"))}";

    private static FormatException NothingToSteer(RegularizerText one) =>
        new(
            $"'{one}' steers the λ of the scale penalty before it, but there is none; "
                + "give one before it, such as prox:penalty=tl1:a=1."
        );
}
