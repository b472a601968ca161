using System.Diagnostics;
using System.Text.Json;
using System.Text.RegularExpressions;
using SlimSharp.Tests.Cli;

namespace SlimSharp.Tests.Trust;

/// <summary>
/// Every JSON text of every file that the commands write, with every value in it replaced, doubled and removed:
/// whatever reads it is done or refuses in one sentence.
/// </summary>
[Collection(nameof(Alone))]
public partial class JsonPartTests
{
    private const int Few = 25;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    public static TheoryData<string> Parts => [.. JsonPart.Names];

    [Theory]
    [MemberData(nameof(Parts))]
    public async Task A_wrong_value_is_refused_or_does_not_matter(string name)
    {
        var part = await JsonPart.Of(name);
        var all = JsonMutation.All(part.Intact).ToArray();
        var random = new Random(name.Length);
        await Try(part, [.. random.GetItems(all, Few)]);
    }

    [Theory]
    [Trait("Length", "long")]
    [MemberData(nameof(Parts))]
    public async Task Every_wrong_value_is_refused_or_does_not_matter(string name)
    {
        var part = await JsonPart.Of(name);
        await Try(part, [.. JsonMutation.All(part.Intact)]);
    }

    [Theory]
    [InlineData("sweep plan", "name")]
    [InlineData("sweep.json", "stages")]
    [InlineData("results.json", "plan")]
    [InlineData("run.json of a run that was stopped", "threads")]
    [InlineData("plan", "weightsHash")]
    [InlineData("logistic model", "minus")]
    public async Task A_key_that_is_there_twice_is_named(string name, string key)
    {
        var part = await JsonPart.Of(name);
        try
        {
            part.Put(JsonMutation.All(part.Intact).Single(m => m.Where == $"{key} twice").Text);
            var (code, _, error) = await Slim.Run(part.Commands[0]);
            Assert.Equal(2, code);
            Assert.Contains($"'{key}'", error);
        }
        finally
        {
            part.Put(part.Intact);
        }
    }

    [Theory]
    [InlineData("plan", "groups.0 removed")]
    [InlineData("plan", "groups.0.units = 70000")]
    [InlineData("plan", "groups.0.units = 2147483647")]
    [InlineData("plan", "source.outputs.0 twice")]
    [InlineData("classes", "0 twice")]
    [InlineData("results.json", "plan.stages.1.grid.ratio.0 = \"word\"")]
    [InlineData("claims.json", "sweep.0.search = \"\\u0000\"")]
    [InlineData("latency table", "kinds.10.reads.3 = 2147483647")]
    public async Task What_does_not_fit_the_rest_of_its_file_is_refused(string name, string where)
    {
        var part = await JsonPart.Of(name);
        await Try(part, [JsonMutation.All(part.Intact).Single(m => m.Where == where)]);
    }

    [Theory]
    [InlineData("null", "null")]
    [InlineData("-1", "threads are -1, but must be from 1 to 4096")]
    public async Task Options_of_a_run_out_of_range_are_told(string value, string part)
    {
        var options = await JsonPart.Of("run.json of a run that was stopped");
        try
        {
            var where = value == "null" ? " = null" : $"threads = {value}";
            options.Put(JsonMutation.All(options.Intact).Single(m => m.Where == where).Text);
            var (code, _, error) = await Slim.Run(options.Commands[0]);
            Assert.Equal(2, code);
            Assert.Contains(part, error);
            Assert.Contains("run.json", error);
        }
        finally
        {
            options.Put(options.Intact);
        }
    }

    [Fact]
    public async Task Names_of_classes_that_do_not_fit_are_told_when_a_file_is_read()
    {
        var part = await JsonPart.Of("classes");
        var names = JsonSerializer.Deserialize<string[]>(part.Intact)!;
        (string[] Names, string Told)[] cases =
        [
            (names[..^1], $"names {names.Length - 1} classes, but its network has {names.Length} outputs"),
            ([.. names, "one more"], $"names {names.Length + 1} classes"),
            ([names[1], .. names[1..]], $"two of its classes are called '{names[1]}'"),
        ];
        try
        {
            foreach (var (wrong, told) in cases)
            {
                part.Put(JsonSerializer.Serialize(wrong));
                var (code, _, error) = await Slim.Run(part.Commands[0]);
                Assert.Equal(2, code);
                Assert.Contains(told, error);
            }
        }
        finally
        {
            part.Put(part.Intact);
        }
    }

    private static async Task Try(JsonPart part, JsonMutation[] mutations)
    {
        List<string> faults = [];
        try
        {
            foreach (var command in part.Commands)
                await Run(part, new("intact", part.Intact), command, faults);
            foreach (var mutation in mutations.Where(m => !IsLongWork(m)))
            {
                // One command per wrong value, each in its turn.
                foreach (var command in part.Commands)
                    await Run(part, mutation, command, faults);
            }
        }
        finally
        {
            part.Put(part.Intact);
        }
        Assert.True(faults.Count == 0, $"{faults.Count} faults\n{string.Join('\n', faults.Take(60))}");
    }

    // A training of so many epochs is a wish that can be granted.
    private static bool IsLongWork(JsonMutation mutation) => mutation.Where is "training.epochs = 70000";

    // As the serialiser speaks, to programmers.
    [GeneratedRegex(
        @"\b(SlimSharp|System)(\.[A-Z]\w*)+[.`+]\w|\bSystem\.[A-Z]|JSON deserialization|\.NET member|\bBytePosition"
    )]
    private static partial Regex TypeName { get; }

    private static async Task Run(JsonPart part, JsonMutation mutation, string[] command, List<string> faults)
    {
        part.Put(mutation.Text);
        var begin = Stopwatch.GetTimestamp();
        var (code, said, error) = await Slim.Run(command);
        var isFine =
            code == 0
            || mutation.Text == part.Intact && error.Contains("is finished")
            || code == 1 && command[0] == "verify"
            || code == 2 && mutation.Text != part.Intact && error.StartsWith("slim: ", StringComparison.Ordinal);
        var isOneSentence = code != 2 || error.Trim().Split('\n').Length == 1;
        var took = Stopwatch.GetElapsedTime(begin);
        var isOurs = (said + error) is var all && !all.Contains("   at ") && !TypeName.IsMatch(all);
        if (!isFine || !isOneSentence || !isOurs || took > Patience)
            faults.Add(
                $"{mutation.Where}: {string.Join(' ', command.Take(2))}: {code} after {took.TotalSeconds:F1} s: {error.Trim()}"
            );
    }
}
