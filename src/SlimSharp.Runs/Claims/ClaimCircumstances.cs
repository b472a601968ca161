namespace SlimSharp.Runs;

/// <summary>
/// What a reader of claims should know of the runs: which was first, what the authors say, what the runs warned of.
/// </summary>
/// <param name="file">The claims.</param>
/// <param name="results">The results of each sweep that there are, by its name.</param>
/// <param name="text">Where it is written.</param>
internal sealed class ClaimCircumstances(
    ClaimFile file,
    IReadOnlyDictionary<string, SweepResults> results,
    PageText text
)
{
    /// <summary>Writes it.</summary>
    internal void Write()
    {
        Starts();
        Remarks();
        Warnings();
    }

    // What the runs recorded shows, and no more than that.
    private void Starts()
    {
        text.Heading(3, "Which was first, the claims or the runs");
        text.Say(
            $"The claims and margins stand in the file that the command reads; its SHA-256 is `{file.Hash}`. A run whose sweep names its claims records that hash when it starts. {string.Join(' ', Starts(results.Values).Sentences())}".TrimEnd()
        );
        ClaimSweep[] with = [.. file.Sweeps.Where(s => results.ContainsKey(s.Name))];
        if (with.Length > 1)
            text.Table(
                ["runs on", "started with this file", "with another", "recorded none"],
                with.Select(s => (s.Title, Of: Starts([results[s.Name]])))
                    .Select(s => (string[])[s.Title, $"{s.Of.Same}", $"{s.Of.Other}", $"{s.Of.None}"])
            );
    }

    private ClaimStarts Starts(IEnumerable<SweepResults> of) =>
        of.Select(r => ClaimStarts.Of(r, file.Hash)).Aggregate(new ClaimStarts(), (a, b) => a + b);

    private void Remarks()
    {
        if (file.Remarks.IsEmpty)
            return;
        text.Say("What the study's authors say of how the results came about, which nothing here checks:");
        text.List(file.Remarks);
    }

    private void Warnings()
    {
        string[] counted =
        [
            .. from sweep in file.Sweeps
            where results.ContainsKey(sweep.Name)
            from warning in SweepWarning.Of(results[sweep.Name])
            select $"On {sweep.Title}, {warning.WithExample}",
        ];
        var (all, unknown) = (results.Values.Sum(r => r.Results.Count), results.Values.Sum(SweepWarning.Unknown));
        if (all == 0)
            return;
        text.Heading(3, "What the runs warned of");
        if (counted.Length > 0)
            text.List(counted);
        else if (unknown < all)
            text.Say("Nothing.");
        if (unknown > 0)
            text.Say(
                $"Of {(unknown == all ? $"all {all}" : $"{unknown} of {all}")} finished runs it is not known: their results are of a version that kept no warnings."
            );
    }
}
