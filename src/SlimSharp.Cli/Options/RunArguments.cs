using System.CommandLine;
using System.CommandLine.Parsing;
using System.Text.Json.Nodes;
using SlimSharp.Data;
using SlimSharp.Experiments;
using SlimSharp.Networks;
using SlimSharp.Runs;
using SlimSharp.Training;

namespace SlimSharp.Cli;

/// <summary>
/// What train and retrain share: data, penalty, training, where the run goes, and going on with one that was stopped.
/// </summary>
internal sealed class RunArguments
{
    private readonly DataArguments _data = new();
    private readonly RegularizerListArguments _regularizers = new();
    private readonly TrainingArguments _training;
    private readonly Option<string> _groupNorm = GroupNormOption.Create();
    private readonly CommonOptions _common = new();
    private readonly OutputOption _output = new("--out", isFolder: true)
    {
        Description = "The run folder to make.",
        HelpName = "DIR",
    };
    private readonly Option<string?> _resume = new("--resume")
    {
        Description = "Go on with the run in this folder, with its own options.",
        HelpName = "DIR",
    };
    private readonly Option<bool> _tensorBoard = new("--tensorboard")
    {
        Description = "Write an event file for TensorBoard into the run folder, too.",
    };

    /// <param name="schedules">What --schedule takes besides the ways a learning rate falls.</param>
    internal RunArguments(params IEnumerable<(string Name, string Title)> schedules) => _training = new(schedules);

    /// <summary>How to train.</summary>
    internal TrainingArguments Training => _training;

    /// <summary>The folder that --out names.</summary>
    internal string? Output(ParseResult parsed) => parsed.GetValue(_output);

    internal CommonOptions Common => _common;

    internal void AddTo(Command command, bool resumes = true)
    {
        _data.AddTo(command);
        _regularizers.AddTo(command);
        _training.AddTo(command);
        command.Add(_groupNorm);
        command.Add(_output);
        command.Add(_tensorBoard);
        if (resumes)
            command.Add(_resume);
        _common.AddTo(command);
    }

    /// <summary>The options as given; <paramref name="data"/> where no --data is.</summary>
    internal RunOptions Read(ParseResult parsed, DataOptions? data = null)
    {
        var images = _data.Get(parsed, data);
        return new()
        {
            Command = parsed.CommandResult.Command.Name,
            Data = images,
            Training = _training.Get(parsed, images),
            Regularizers = _regularizers.Get(parsed),
            GroupNorm = GroupNormOption.Get(parsed, _groupNorm),
            Precision = _training.Precision(parsed),
            Without = _training.Without(parsed) is { Length: > 0 } without ? without : null,
            TensorBoard = parsed.GetValue(_tensorBoard) ? true : null,
            Threads = parsed.GetValue(_common.Threads),
            Device = parsed.GetValue(_common.Device)!,
        };
    }

    /// <summary>
    /// Says what options for single regularisers and rules of the optimiser stand for, if one was typed.
    /// </summary>
    internal void SayMeaning(ParseResult parsed, Screen screen)
    {
        foreach (
            var meaning in ((string?[])[_regularizers.Meaning(parsed), _training.Meaning(parsed)]).OfType<string>()
        )
            screen.Say($"{meaning}.");
    }

    /// <summary>Carries out the run that <paramref name="read"/> describes, or goes on with one.</summary>
    internal int Execute(ParseResult parsed, Func<RunOptions> read)
    {
        using var signals = new StopSignals(); // before anything that takes long
        var screen = _common.Screen(parsed);
        _common.Prepare(parsed);
        var run = Open(parsed, read);
        var (folder, options, isNew) = (run.Folder, run.Options, !run.IsBegun);
        Threads.Count = options.Threads;
        if (Threads.Crowding() is { } crowding)
            screen.Warn(crowding);
        if (isNew)
            SayMeaning(parsed, screen);
        else if (parsed.GetValue(_resume) is null)
            screen.Say($"Going on with the run in {folder.Path}.");
        try
        {
            using var result = run.Train(screen, signals.Token);
            Report(screen, folder, options, NetworkCost.Of(result.Network));
            return ExitCode.Done;
        }
        catch (OperationCanceledException)
        {
            screen.Emit(new() { ["stopped"] = true, ["run"] = folder.Path });
            screen.Say(
                $"{(folder.HasCheckpoint ? "Stopped with a checkpoint" : "Stopped before anything was trained")}. Go on with: slim {options.Command} --resume {folder.Path}"
            );
            return ExitCode.Stopped;
        }
        catch (DivergedException e)
        {
            var kept = folder.HasCheckpoint
                ? "its last checkpoint before that"
                : "its options and metrics; no checkpoint was due yet";
            throw new UsageException(
                $"{e.Message.TrimEnd('.')} (--lr, --lambda, --regularizer), and another --out. '{folder.Path}' keeps {kept}."
            );
        }
        catch (Exception e) when (IsUnwritten(e) && File.Exists(folder.RecordFile))
        {
            var kept = folder.HasCheckpoint ? "its last checkpoint" : "its options, but nothing of its training yet";
            throw new UsageException(
                $"{CommandTree.Foreseen(e)} '{folder.Path}' keeps {kept}. Then go on with: slim {options.Command} --resume {folder.Path}"
            );
        }
    }

    // What was trained could not be kept, as on a full disk: no fault of the options.
    private static bool IsUnwritten(Exception e) =>
        e is IOException or UnauthorizedAccessException
        || e is RunException { InnerException: IOException or UnauthorizedAccessException };

    // The run of --resume, one that was begun by the same command, or a new one.
    private TrainingRun Open(ParseResult parsed, Func<RunOptions> read)
    {
        var (resumed, output) = (parsed.GetValue(_resume), parsed.GetValue(_output));
        if (resumed is not null)
        {
            if (Typed(parsed).FirstOrDefault(name => !IsBeside(name)) is { } other)
                throw new UsageException($"--resume goes on with the run's own options; leave out {other}.");
            if (!RunFolder.IsBegun(resumed) && Directory.Exists(resumed))
                throw new UsageException(
                    $"'{resumed}' is no run folder: it has no run.json. If its run was killed before that was written, nothing is lost: give the command again that began it, with --out {resumed}."
                );
            return GoOn(parsed, resumed);
        }
        var path =
            output ?? throw new UsageException("Give --out DIR for the run folder, or --resume DIR to go on with one.");
        var run = TrainingRun.Begin(path, read());
        return run.IsBegun ? GoOn(parsed, path) : run;
    }

    private TrainingRun GoOn(ParseResult parsed, string path)
    {
        // Weights depend on threads in their last bits only, and machines differ.
        var run = TrainingRun.Open(
            path,
            Typed(parsed).Contains(_common.Threads.Name) ? parsed.GetValue(_common.Threads) : null
        );
        return run.IsComplete
            ? throw new UsageException(
                $"The run in '{path}' is finished: {run.Folder.ModelFile} is there. Choose another --out for a new one."
            )
            : run;
    }

    private static IEnumerable<string> Typed(ParseResult parsed) =>
        parsed.CommandResult.Children.Select(Typed).OfType<string>();

    // What may stand beside --resume.
    private bool IsBeside(string name) =>
        name == _resume.Name || name == _common.Json.Name || name == _common.Threads.Name;

    private static string? Typed(SymbolResult symbol) =>
        symbol switch
        {
            OptionResult { Implicit: false } option => option.Option.Name,
            ArgumentResult { Tokens: [var token, ..] } => token.Value,
            _ => null,
        };

    private static void Report(Screen screen, RunFolder folder, RunOptions options, NetworkCost cost)
    {
        screen.Say($"Regularisers: {RunWords.Method(options)}.");
        var size = Words.Size(new FileInfo(folder.ModelFile).Length);
        screen.Say(
            $"{Words.Count(cost.Parameters)} parameters, {Words.Count(cost.Macs)} MACs: {folder.ModelFile} ({size}), pictures in {folder.ReportFile}"
        );
        screen.Emit(
            new JsonObject
            {
                ["model"] = folder.ModelFile,
                ["penalty"] = RunWords.Method(options),
                ["regularizers"] = new JsonArray([.. (options.Regularizers ?? []).Select(t => (JsonNode)t)]),
                ["parameters"] = cost.Parameters,
                ["macs"] = cost.Macs,
                ["report"] = folder.ReportFile,
            }
        );
    }
}
