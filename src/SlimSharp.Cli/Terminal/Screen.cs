using System.Text.Json.Nodes;
using SlimSharp.Experiments;
using SlimSharp.Training;
using Spectre.Console;

namespace SlimSharp.Cli;

/// <summary>
/// What a command prints: for people, or with --json one JSON object per line for machines. All text that reaches the
/// terminal goes through here, and control characters in it are written out (<see cref="Harmless"/>), properties that
/// the libraries name become options (<see cref="OptionNames"/>).
/// </summary>
/// <param name="json">For machines.</param>
internal sealed class Screen(bool json) : Journal
{
    private readonly IAnsiConsole _console = AnsiConsole.Create(new() { Out = new AnsiConsoleOutput(Console.Out) });

    internal bool Json { get; } = json;

    /// <summary>True if a line may be written over.</summary>
    internal bool IsLive => !Json && !Console.IsOutputRedirected && _console.Profile.Capabilities.Ansi;

    /// <summary>Prints a line for people.</summary>
    public override void Say(string text = "")
    {
        if (!Json)
            Console.WriteLine(Harmless.Text(ProgramName.In(OptionNames.In(text))));
    }

    /// <summary>Writes over the line that was written like this before; redirected, a line like any other.</summary>
    internal void Rewrite(string line)
    {
        if (IsLive)
            Console.Write($"\r{Harmless.Line(line)}\x1b[K");
        else
            Say(line);
    }

    /// <summary>Takes that line away.</summary>
    internal void Clear()
    {
        if (IsLive)
            Console.Write("\r\x1b[K");
    }

    /// <summary>Prints what should be known, for people and machines.</summary>
    public override void Warn(string text)
    {
        Say($"Warning: {Harmless.Line(text)}");
        Emit(new() { ["warning"] = text });
    }

    /// <inheritdoc/>
    public override Action<int, int> Progress(string what) => new ProgressLine(this, what).Show;

    /// <inheritdoc/>
    public override IProgress<TrainingProgress> Training(IReadOnlyList<EpochMetrics> done) =>
        new TrainingDisplay(this, done);

    /// <inheritdoc/>
    public override void Planned(PlannedCut cut) => CutView.Show(this, cut);

    /// <inheritdoc/>
    public override void Pruned(PrunedModel model) => CutView.Show(this, model);

    /// <inheritdoc/>
    public override string Named(string sentence) => OptionNames.In(sentence);

    /// <summary>Prints what is wrong, as one line.</summary>
    internal static void Refuse(string sentence) =>
        Console.Error.WriteLine(Harmless.Line(ProgramName.In(OptionNames.In($"slim: {sentence}"))));

    /// <summary>
    /// Prints a document that is meant for a file or another program: as it is, but for the eyes on a terminal.
    /// </summary>
    internal static void Document(string text) =>
        Console.Write(Console.IsOutputRedirected ? text : Harmless.Text(text));

    /// <summary>Prints a result for machines.</summary>
    internal void Emit(JsonObject result)
    {
        if (Json)
            Console.WriteLine(OptionNames.In(JsonLine.Of(result)));
    }

    /// <summary>
    /// Prints a table for people; the first column is text, the others are numbers unless <paramref name="words"/>
    /// names them.
    /// </summary>
    internal void Table(
        string? title,
        IReadOnlyList<string> columns,
        IEnumerable<IReadOnlyList<string>> rows,
        params int[] words
    )
    {
        if (Json)
            return;
        var table = new Table { Border = Console.IsOutputRedirected ? TableBorder.None : TableBorder.Rounded };
        if (title is not null)
            Say(title);
        foreach (var (column, i) in columns.Select((c, i) => (c, i)))
            table.AddColumn(
                new TableColumn(Markup.Escape(Harmless.Line(column)))
                {
                    NoWrap = Console.IsOutputRedirected || !words.Contains(i),
                    Alignment = i == 0 || words.Contains(i) ? Justify.Left : Justify.Right,
                }
            );
        foreach (var row in rows)
            table.AddRow([.. row.Select(cell => Markup.Escape(Harmless.Line(OptionNames.In(cell))))]);
        if (Console.IsOutputRedirected)
            _console.Profile.Width = 10_000; // a row is a line
        _console.Write(table);
    }
}
