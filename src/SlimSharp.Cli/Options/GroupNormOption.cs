using System.CommandLine;
using SlimSharp.Experiments;

namespace SlimSharp.Cli;

/// <summary>--group-norm: what the gains of GroupNorm layers are taken for.</summary>
internal static class GroupNormOption
{
    internal static Option<string> Create() =>
        Choices.Choice(
            "--group-norm",
            "What the gains of GroupNorm layers are: scales, which penalties, criteria and counts take like those of BatchNorm; gains, which all of these leave alone; or as-stored, what the network's file says.",
            "as-stored",
            "scales",
            "gains"
        );

    internal static GroupNormGains Get(ParseResult parsed, Option<string> option) =>
        parsed.GetValue(option) switch
        {
            "scales" => GroupNormGains.AsScales,
            "gains" => GroupNormGains.AsGains,
            _ => GroupNormGains.AsStored,
        };

    /// <summary>True for scales, false for gains, null for what a network says.</summary>
    internal static bool? AreScales(ParseResult parsed, Option<string> option) =>
        Get(parsed, option) switch
        {
            GroupNormGains.AsScales => true,
            GroupNormGains.AsGains => false,
            _ => null,
        };
}
