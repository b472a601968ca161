using System.CommandLine;
using System.CommandLine.Parsing;
using System.Text.Json.Nodes;
using SlimSharp.Data;
using SlimSharp.Networks;
using SlimSharp.Runs;

namespace SlimSharp.Cli;

/// <summary>What train and retrain share: data, penalty, training, where the run goes, and going on with one that was stopped.</summary>
internal sealed class RunArguments
{
    private readonly DataArguments _data = new();
    private readonly MethodArguments _method = new();
    private readonly RecoveryArguments _recovery = new();
    private readonly TrainingArguments _training = new();
    private readonly CommonOptions _common = new();
    private readonly Option<string?> _output = new("--out")
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

    /// <summary>The folder that --out names.</summary>
    internal string? Output(ParseResult parsed) => parsed.GetValue(_output);

    internal CommonOptions Common => _common;

    internal void AddTo(Command command, bool resumes = true)
    {
        _data.AddTo(command);
        _method.AddTo(command);
        _recovery.AddTo(command);
        _training.AddTo(command);
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
        var options = new RunOptions
        {
            Command = parsed.CommandResult.Command.Name,
            Data = images,
            Training = _training.Get(parsed, images),
            Recovery = _recovery.Get(parsed),
            Precision = _training.Precision(parsed),
            Without = _training.Without(parsed) is { Length: > 0 } without ? without : null,
            TensorBoard = parsed.GetValue(_tensorBoard) ? true : null,
            Threads = parsed.GetValue(_common.Threads),
            Device = parsed.GetValue(_common.Device)!,
        };
        return _method.AddTo(options, parsed);
    }

    /// <summary>Carries out the run that <paramref name="read"/> describes, or goes on with one.</summary>
    internal int Execute(ParseResult parsed, Func<RunOptions> read)
    {
        var screen = _common.Screen(parsed);
        _common.Prepare(parsed);
        var resumed = parsed.GetValue(_resume);
        var (folder, options) = resumed is null ? Create(parsed.GetValue(_output), read) : Open(parsed, resumed);
        Threads.Count = options.Threads;
        if (Threads.Crowding() is { } crowding)
            screen.Warn(crowding);
        using var signals = new StopSignals();
        try
        {
            using var result = new TrainingSession(folder, options, screen).Run(signals.Token);
            Report(screen, folder, options, NetworkCost.Of(result.Network));
            return ExitCode.Done;
        }
        catch (OperationCanceledException)
        {
            screen.Emit(new() { ["stopped"] = true, ["run"] = folder.Path });
            screen.Say($"Stopped with a checkpoint. Go on with: slim {options.Command} --resume {folder.Path}");
            return ExitCode.Stopped;
        }
        catch when (resumed is null && !folder.HasCheckpoint)
        {
            // Nothing was trained: the folder that was just made would only stand in the way.
            Directory.Delete(folder.Path, recursive: true);
            throw;
        }
    }

    private static (RunFolder Folder, RunOptions Options) Create(string? output, Func<RunOptions> read)
    {
        var path =
            output ?? throw new UsageException("Give --out DIR for the run folder, or --resume DIR to go on with one.");
        var options = read();
        return (RunFolder.Create(path, options.ToJson(path)), options);
    }

    private static (RunFolder Folder, RunOptions Options) Open(ParseResult parsed, string path)
    {
        var other = parsed
            .CommandResult.Children.Select(Typed)
            .FirstOrDefault(name => name is not (null or "--resume" or "--json"));
        if (other is not null)
            throw new UsageException($"--resume goes on with the run's own options; leave out {other}.");
        var folder = RunFolder.Open(path);
        return folder.IsFinished
            ? throw new UsageException($"The run in '{path}' is finished: {folder.ModelFile} is there.")
            : (folder, RunOptions.Read(folder));
    }

    private static string? Typed(SymbolResult symbol) =>
        symbol switch
        {
            OptionResult { Implicit: false } option => option.Option.Name,
            ArgumentResult { Tokens: [var token, ..] } => token.Value,
            _ => null,
        };

    private static void Report(Screen screen, RunFolder folder, RunOptions options, NetworkCost cost)
    {
        screen.Say($"Penalty: {RunWords.Method(options)}.");
        var size = Words.Size(new FileInfo(folder.ModelFile).Length);
        screen.Say(
            $"{Words.Count(cost.Parameters)} parameters, {Words.Count(cost.Macs)} MACs: {folder.ModelFile} ({size}), pictures in {folder.ReportFile}"
        );
        screen.Emit(
            new JsonObject
            {
                ["model"] = folder.ModelFile,
                ["penalty"] = RunWords.Method(options),
                ["parameters"] = cost.Parameters,
                ["macs"] = cost.Macs,
                ["report"] = folder.ReportFile,
            }
        );
    }
}
