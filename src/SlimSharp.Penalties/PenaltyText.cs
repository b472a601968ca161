namespace SlimSharp.Penalties;

/// <summary>The text form of penalties, for command lines and files: <c>tl1:a=1</c>, <c>mcp:knee=0.5</c>.</summary>
internal static class PenaltyText
{
    internal static Penalty Parse(string text, double? lambda)
    {
        ArgumentNullException.ThrowIfNull(text);
        var colon = text.IndexOf(':');
        var (name, parameters) = colon < 0 ? (text, "") : (text[..colon], text[(colon + 1)..]);
        var make =
            PenaltyKind.All.Where(k => k.Name == name.Trim()).Select(k => k.Make).FirstOrDefault()
            ?? PenaltyKind.All.Select(k => k.Other).FirstOrDefault(o => o?.Name == name.Trim())?.Make
            ?? throw new FormatException(
                $"There is no penalty '{name}'. Known are {string.Join(", ", PenaltyKind.All.Select(k => k.Example))}."
            );
        var arguments = new PenaltyArguments(text, parameters, lambda);
        try
        {
            var penalty = make(arguments);
            arguments.RefuseUntaken();
            return penalty;
        }
        catch (ArgumentOutOfRangeException e)
        {
            throw new FormatException(
                $"The penalty '{text}' is out of range: {e.Message.Split('\n', '(')[0].Trim()}",
                e
            );
        }
    }
}
