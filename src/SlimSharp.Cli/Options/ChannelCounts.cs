using System.Collections.Immutable;
using System.Globalization;
using SlimSharp.Slimming;

namespace SlimSharp.Cli;

/// <summary>Numbers of channels by layer, as they are typed: LAYER=N.</summary>
internal static class ChannelCounts
{
    /// <summary>Reads what was typed.</summary>
    /// <exception cref="UsageException">One of them is none, or a layer is given twice.</exception>
    internal static PlanTarget.Channels Read(IEnumerable<string> given)
    {
        var kept = ImmutableSortedDictionary.CreateBuilder<string, int>(StringComparer.Ordinal);
        foreach (var text in given)
        {
            var at = text.LastIndexOf('=');
            if (
                at < 1
                || !int.TryParse(text[(at + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out var number)
                || number < 1
            )
                throw new UsageException(
                    $"--layer-widths {text}: give the name of a layer and a number of 1 or more, as in --layer-widths conv1=16."
                );
            if (!kept.TryAdd(text[..at], number))
                throw new UsageException($"--layer-widths gives '{text[..at]}' twice; give every layer one number.");
        }
        return new(kept.ToImmutable());
    }
}
