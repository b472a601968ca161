using System.Collections.Immutable;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using SlimSharp.Networks;

namespace SlimSharp.Slimming;

/// <summary>
/// Which channels and tokens go and which stay, before anything is cut: data, to be printed, stored and compared.
/// </summary>
public sealed partial record SlimmingPlan : IJsonOnDeserialized
{
    /// <summary>The network to be cut.</summary>
    public required Network Source { get; init; }

    /// <summary>The identity of the weights that the plan was made from (<see cref="Models.Weights.Hash"/>).</summary>
    public required string WeightsHash { get; init; }

    /// <summary>What was asked for.</summary>
    public required PlanOptions Options { get; init; }

    /// <summary>The branches that go whole, before anything else is cut.</summary>
    public ImmutableArray<BranchPlan> Branches
    {
        get => field.IsDefault ? [] : field;
        init;
    }

    /// <summary>What becomes of every group of what is left.</summary>
    public required ImmutableArray<GroupPlan> Groups { get; init; }

    /// <summary>The importance up to which units go; −1 if none goes.</summary>
    public double Threshold { get; init; }

    /// <summary>How many scales a global ratio is a share of.</summary>
    public int Scales { get; init; }

    /// <summary>
    /// How many of them are below the largest of every layer: with fewer than these cut, no layer is emptied.
    /// </summary>
    public int SafeScales { get; init; }

    /// <summary>
    /// The widest gap between the scales that a ratio is a share of; null if there is none, or if no scales were judged
    /// by.
    /// </summary>
    public ScaleGap? Gap { get; init; }

    /// <summary>What should be known before cutting.</summary>
    public ImmutableArray<PlanWarning> Warnings { get; init; } = [];

    /// <summary>No layer is emptied by ratios below this, under the strict global rule.</summary>
    [JsonIgnore]
    public double EmptiesNoLayerBelow => Scales == 0 ? 0 : (double)SafeScales / Scales;

    /// <summary>
    /// The network whose groups the plan speaks of: the source, with selections where a trunk is to be cut by them, and
    /// without the branches that go.
    /// </summary>
    public Network Prepared() => DeadBranches.Of(this).Target;

    /// <summary>
    /// What the papers would count for this plan: selections behind full-width BatchNorms, and a number per channel of
    /// each selection among the parameters.
    /// </summary>
    public NetworkCost PublishedCost()
    {
        if (Options.Trunk == Trunk.Coupled)
            return NetworkCost.Of(Target());
        var published = ChannelSelection.Insert(Source, behind: true);
        var selections = Groups
            .Where(g => g.Group.EndsWith(ChannelSelection.Suffix, StringComparison.Ordinal))
            .ToArray();
        var known = ChannelGroups.Of(published).Select(g => g.Name).ToHashSet();
        var cut = NetworkCut.Of(
            published,
            [.. Groups.Where(g => known.Contains(g.Group)).Select(g => g with { Kept = g.Wanted ?? g.Kept })],
            Tokens
        );
        var cost = NetworkCost.Of(cut.Target);
        return cost with { Parameters = cost.Parameters + selections.Sum(s => (long)s.Units) };
    }

    /// <summary>
    /// SHA-256, in hexadecimal, over what the plan does: to which network and weights, which branches go, and which
    /// units of every group and which tokens stay. Reasons, importances and warnings do not count, nor does how the
    /// plan is written.
    /// </summary>
    internal string Hash()
    {
        var text = new StringBuilder();
        // A length in front of each, so that no two lists read alike.
        void Put(params IEnumerable<string> parts)
        {
            foreach (var part in parts)
                text.Append(CultureInfo.InvariantCulture, $"{part.Length}:{part} ");
            text.Append('\n');
        }
        Put(WeightsHash, $"{Options.Trunk}", $"{Options.Constants}");
        foreach (var node in Source.Nodes)
            Put([node.Name, node.Owner, $"{Source.Shapes[node.Name]}", .. node.Inputs]);
        Put(Source.Outputs);
        foreach (var branch in Branches)
            Put([branch.Sum, branch.Term, $"{branch.Shift}", .. branch.Silenced]);
        foreach (var group in Groups)
            Put([group.Group, .. group.Kept.Append(group.Units).Select(k => k.ToString(CultureInfo.InvariantCulture))]);
        if (!Tokens.IsEmpty) // of which older versions knew nothing
            Put("tokens");
        foreach (var tokens in Tokens)
            Put([tokens.Node, .. tokens.Kept.Select(k => k.ToString(CultureInfo.InvariantCulture))]);
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text.ToString())));
    }

    /// <summary>The network that the cut leaves.</summary>
    public Network Target() => NetworkCut.Of(this).Target;

    /// <summary>The plan as JSON; <see cref="FromJson"/> reads it.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, SlimmingJson.Default.SlimmingPlan);

    /// <summary>Reads what <see cref="ToJson"/> wrote.</summary>
    /// <exception cref="PlanException">It is no plan.</exception>
    public static SlimmingPlan FromJson(string json)
    {
        try
        {
            var plan = CheckedJson.Read(json, SlimmingJson.Default.SlimmingPlan);
            plan.CheckBranches();
            return plan;
        }
        catch (JsonException e)
        {
            throw new PlanException($"The text is no plan: {e.Message}.");
        }
    }

    /// <summary>
    /// The plan in words and a table: per layer before, after and why; what is saved; the largest safe ratio; warnings.
    /// </summary>
    public string Explain()
    {
        var text = new StringBuilder();
        (string Name, int Before, int After, PlanReason Why)[] rows =
        [
            .. Groups.Select(g => (g.Group, g.Units, g.Kept.Length, g.Why)),
            .. Tokens.Select(t => ($"{t.Node} (tokens)", t.Tokens, t.Kept.Length, t.Why)),
        ];
        var width = rows.Max(r => r.Name.Length);
        foreach (var (name, all, kept, why) in rows)
            text.AppendLine(CultureInfo.InvariantCulture, $"{name.PadRight(width)}  {all, 5} → {kept, -5} {why}");
        var (before, after) = (NetworkCost.Of(Source), NetworkCost.Of(Target()));
        text.AppendLine(
            CultureInfo.InvariantCulture,
            $"parameters {before.Parameters:N0} → {after.Parameters:N0} ({Share(after.Parameters, before.Parameters)}), "
                + $"MACs {before.Macs:N0} → {after.Macs:N0} ({Share(after.Macs, before.Macs)})"
        );
        foreach (var branch in Branches)
            text.AppendLine(
                $"{branch.Term} adds {(branch.Silenced.IsEmpty ? "a constant" : "nothing but a constant once its block is emptied")} to {branch.Sum}: it goes{(branch.Shift ? ", a shift per channel stays" : "")}"
            );
        if (Options.Trunk == Trunk.Selection && Branches.IsEmpty)
        {
            var published = PublishedCost();
            text.AppendLine(
                CultureInfo.InvariantCulture,
                $"as published, with full-width BatchNorms and selection vectors: {published.Parameters:N0} parameters, {published.PublishedFlops:N0} FLOPs"
            );
        }
        text.AppendLine(
            SafeScales == 0
                ? "Under the strict global rule any ratio empties a layer."
                : string.Create(
                    CultureInfo.InvariantCulture,
                    $"Ratios below {EmptiesNoLayerBelow:F4} empty no layer (up to {SafeScales:N0} of {Scales:N0} channels)."
                )
        );
        foreach (var warning in Warnings)
            text.AppendLine($"Warning: {warning}");
        return text.ToString();
    }

    private static string Share(long after, long before) =>
        ((double)after / before - 1).ToString("+0.0%;−0.0%", CultureInfo.InvariantCulture);

    // What a file says is checked as soon as it is read.
    void IJsonOnDeserialized.OnDeserialized()
    {
        if (Groups.IsDefaultOrEmpty)
            throw new PlanException("it says nothing of any group of channels");
        if (Groups.GroupBy(g => g.Group).FirstOrDefault(g => g.Count() > 1) is { } twice)
            throw new PlanException($"it speaks of '{twice.Key}' twice");
        if (Tokens.GroupBy(t => t.Node).FirstOrDefault(t => t.Count() > 1) is { } again)
            throw new PlanException($"it speaks of the tokens of '{again.Key}' twice");
        if (Scales < 0 || SafeScales < 0 || SafeScales > Scales || Warnings.IsDefault)
            throw new PlanException("it counts scales that cannot be");
        Options.Check();
    }

    /// <summary>
    /// Throws if a branch that goes is none of the network. Needs lists of all channels, so that of files it is asked
    /// once there is room for these.
    /// </summary>
    /// <exception cref="PlanException">It is no term of a sum.</exception>
    internal void CheckBranches()
    {
        if (Branches.IsEmpty)
            return;
        var prepared = Options.Prepare(Source);
        if (
            Branches.FirstOrDefault(b =>
                !prepared[b.Sum].Layer.Traits().IsSum || !prepared[b.Sum].Inputs.Contains(b.Term)
            ) is
            { } stray
        )
            throw new PlanException($"'{stray.Term}' is no term of a sum '{stray.Sum}'");
    }
}
