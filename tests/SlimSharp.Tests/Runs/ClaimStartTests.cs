using System.Collections.Immutable;
using SlimSharp.Runs;
using static SlimSharp.Tests.Runs.SampleClaims;
using static SlimSharp.Tests.Runs.SampleSweep;

namespace SlimSharp.Tests.Runs;

/// <summary>Which was first, the claims or the runs: what runs record, and what the page makes of that.</summary>
public class ClaimStartTests
{
    [Fact]
    public void Remarks_stand_beside_what_the_runs_recorded()
    {
        var claims = Head + ClaimThat("1", Holds("loss", "less"));
        var text = Page($"remarks = [\"One.\", \"Two.\"]\n{claims}").Write("command", "pictures");
        Assert.Contains("which nothing here checks:\n\n* One.\n* Two.\n", text);
        Assert.DoesNotContain("older than", text); // nothing shows that
    }

    [Fact]
    public void The_page_says_of_which_runs_the_claims_are_older_and_of_which_nothing_is_known()
    {
        var claims = Head + ClaimThat("1", Holds("loss", "less"));
        string Text(Func<int, string?> started, bool noted = true)
        {
            var results = Results(_ => 1);
            return Page(
                    claims,
                    results with
                    {
                        Results = results.Results.ToImmutableSortedDictionary(
                            r => r.Key,
                            r => r.Value with { Start = noted ? new(DateTime.UtcNow, started(r.Key)) : null }
                        ),
                    }
                )
                .Write("command", "pictures");
        }
        Assert.Contains($"its SHA-256 is `{Hash(claims)}`", Text(_ => null));
        var all = Text(_ => Hash(claims));
        Assert.Contains("All 48 finished runs started when the file already was, byte for byte, what it is now", all);
        Assert.DoesNotContain("nothing here shows", all);
        foreach (var none in (string[])[Text(_ => null), Text(_ => null, noted: false)])
        {
            Assert.Contains("All 48 finished runs recorded no file of claims", none);
            Assert.DoesNotContain("are older", none);
        }
        var edited = Text(_ => Hash(claims + " "));
        Assert.Contains("All 48 finished runs started with other content in it", edited);
        var mixed = Text(n =>
            n <= 16 ? Hash(claims)
            : n == 17 ? "another"
            : null
        );
        Assert.Contains("16 of 48 finished runs started when", mixed);
        Assert.Contains("1 of 48 finished runs started with other", mixed);
        Assert.Contains("31 of 48 finished runs recorded no", mixed);
    }

    [Fact]
    public void Every_run_records_the_claims_as_they_are_when_it_first_starts()
    {
        var claims = Write(Head + ClaimThat("1", Holds("loss", "less")), "claims.toml");
        var description = Path.Combine(Path.GetDirectoryName(claims)!, "sweep.toml");
        File.WriteAllText(
            description,
            "claims = \"claims.toml\"\n" + Sweep.Replace("ratio = [0.3, 0.5]", "ratio = [0.3]")
        );
        var path = Path.Combine(Machine.Folder(), "deep", "sweep");
        var folder = SweepFolder.Create(path, SweepFile.Read(description));
        Assert.Equal(
            folder.Plan,
            SweepFolder.Create(path, SweepFile.Read(description)).Plan with
            {
                Stages = folder.Plan.Stages,
            }
        );
        var first = ClaimFile.Read(claims).Hash;
        Assert.Equal(first, folder.ClaimsHash);
        var interrupted = true;
        var worker = new SweepWorker(
            SweepFolder.Open(path),
            (run, attempt, _, _) => run.Number == 2 && interrupted ? new(SweepState.Stopped) : Cases(attempt)
        );
        static SweepOutcome Cases(string attempt) => Succeed(attempt);
        worker.Work(folder[1], default);
        Assert.Equal(SweepState.Stopped, worker.Work(folder[2], default));
        File.AppendAllText(claims, "# changed\n");
        interrupted = false;
        worker.Work(folder[2], default);
        worker.Work(folder[3], default);
        File.Delete(claims);
        worker.Work(folder[4], default);
        var results = SweepResults.Of(folder).Results;
        Assert.Equal(first, results[1].Start!.Claims);
        Assert.Equal(first, results[2].Start!.Claims); // begun before, and gone on with
        Assert.NotEqual(first, results[3].Start!.Claims);
        Assert.NotNull(results[3].Start!.Claims);
        Assert.Null(results[4].Start!.Claims);
    }
}
