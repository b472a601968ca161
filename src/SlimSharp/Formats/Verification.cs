using SlimSharp.Models;

namespace SlimSharp.Formats;

/// <summary>Checks again, from the file alone or against the original, what the certificate of a cut says.</summary>
public static class Verification
{
    /// <summary>
    /// All checks that can be made of a file; with <paramref name="original"/>, those against the network it was cut
    /// from too.
    /// </summary>
    public static IReadOnlyList<Check> Of(SlimFile file, SlimFile? original = null)
    {
        List<Check> checks = [new("content", true, "every tensor has the hash that was written"), Finite(file)];
        checks.AddRange(
            (file.Plan, file.Certificate) switch
            {
                ({ } plan, { } certificate) => new CutVerification(file, plan, certificate, original).Checks(),
                (null, null) =>
                [
                    new("cut", original is null ? null : false, "this network was not cut; there is no certificate"),
                ],
                (null, _) => [new("cut", false, "there is a certificate, but not the plan that it speaks of")],
                _ => [new("cut", false, "this network was cut, but there is no certificate of it")],
            }
        );
        return checks;
    }

    private static Check Finite(SlimFile file) =>
        file.Weights.Names.FirstOrDefault(n => !Numbers.AreFinite(file.Weights[n])) is { } name
            ? new("numbers", false, $"the tensor '{name}' holds NaN or infinity")
            : new("numbers", true, "all weights are finite");
}
