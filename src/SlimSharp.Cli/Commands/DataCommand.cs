using System.CommandLine;
using System.Text.Json.Nodes;
using SlimSharp.Data;
using SlimSharp.Experiments;

namespace SlimSharp.Cli;

/// <summary>slim data: what can be read, what is there, and how to get it.</summary>
internal static class DataCommand
{
    internal static Command Create()
    {
        var command = new Command(
            "data",
            "List what data can be read and how to get them; with a path, what is there; with --download, fetch a set."
        );
        var path = new Argument<string?>("PATH")
        {
            Description = "A folder or file to look at, as training with the same options would see it.",
            Arity = ArgumentArity.ZeroOrOne,
        };
        var download = new Option<string?>("--download")
        {
            Description = $"Fetch a set and check it: {string.Join(", ", Downloads.All.Select(d => d.Name))}.",
            HelpName = "NAME",
        };
        var output = new OutputOption("--out", isFolder: true)
        {
            Description = "Where to put what is fetched.",
            HelpName = "DIR",
        };
        var (data, common) = (new DataArguments(), new CommonOptions());
        command.Add(path);
        command.Add(download);
        command.Add(output);
        data.AddTo(command);
        common.AddTo(command);
        command.SetAction(
            async (parsed, stop) =>
            {
                var screen = common.Screen(parsed);
                if (parsed.GetValue(download) is { } name)
                {
                    parsed.Refuse("has no effect with --download; look at what was fetched afterwards", data.All);
                    if (parsed.GetValue(path) is { } other)
                        throw new UsageException($"--download goes to the folder of --out; leave out '{other}'.");
                    return await Fetch(screen, name, parsed.GetValue(output), stop);
                }
                parsed.Refuse("goes with --download", output);
                if ((parsed.GetValue(path) ?? parsed.GetValue(data.Path)) is not { } place)
                {
                    parsed.Refuse("says how the images of a path are read; give that, too", data.Ways);
                    return List(screen);
                }
                if (parsed.Has(data.Path) && place != parsed.GetValue(data.Path))
                    throw new UsageException("Give a path or --data, not both.");
                common.Prepare(parsed);
                Describe(screen, place, ImageSets.Read(screen, data.Get(parsed, place: place), stop));
                return ExitCode.Done;
            }
        );
        return command;
    }

    private static int List(Screen screen)
    {
        screen.Say("Data are looked for in the folder or file given with --data, in this order:");
        foreach (var source in DataSource.All)
        {
            screen.Say($"\n{source.Name}\n  {source.Looks}\n  to get it: {source.HowToGet}");
            screen.Emit(
                new()
                {
                    ["name"] = source.Name,
                    ["looks"] = source.Looks,
                    ["howToGet"] = source.HowToGet,
                }
            );
        }
        screen.Say(
            $"\nA sample of Fashion-MNIST comes with SlimSharp, and is called {Sample.Name}: {Sample.Data().Path}. 'slim data PATH' shows what is in a place."
        );
        return ExitCode.Done;
    }

    private static void Describe(Screen screen, string path, TrainAndTest data)
    {
        var sets = new[] { ("train", data.Train), ("validation", data.Validation), ("test", data.Test) };
        screen.Table(
            path,
            ["set", "images", "shape", "per class", "SHA-256"],
            sets.Where(s => s.Item2 is not null)
                .Select(s =>
                {
                    var (name, set) = (s.Item1, s.Item2!);
                    var counts = Enumerable
                        .Range(0, set.Classes.Length)
                        .Select(c => set.Labels.Count(l => l == c))
                        .ToArray();
                    screen.Emit(
                        new()
                        {
                            ["set"] = name,
                            ["images"] = set.Count,
                            ["shape"] = $"{set.Shape}",
                            ["classes"] = new JsonArray([.. set.Classes.Select(c => (JsonNode)c)]),
                            ["sha256"] = set.Checksum(),
                        }
                    );
                    return (IReadOnlyList<string>)
                        [
                            name,
                            Words.Count(set.Count),
                            $"{set.Shape}",
                            counts.Length == 0 ? "no labels"
                            : counts.Min() == counts.Max() ? $"{counts[0]}"
                            : $"{counts.Min()}–{counts.Max()}",
                            set.Checksum()[..16],
                        ];
                })
                .ToArray()
        );
        var classes = (data.Train ?? data.Test)!.Classes;
        if (classes.Length == 0)
            return;
        screen.Say(
            $"{classes.Length} classes: {string.Join(", ", classes.Take(20))}{(classes.Length > 20 ? ", …" : "")}"
        );
    }

    private static async Task<int> Fetch(Screen screen, string name, string? folder, CancellationToken stop)
    {
        var set =
            Downloads.All.FirstOrDefault(d => d.Name == name)
            ?? throw new UsageException(
                $"There is no set '{name}' to download. Known are {string.Join(", ", Downloads.All.Select(d => d.Name))}."
            );
        await set.Fetch(folder ?? throw new UsageException("Give --out DIR for what is fetched."), screen.Say, stop);
        screen.Emit(new() { ["downloaded"] = name, ["folder"] = folder });
        return ExitCode.Done;
    }
}
