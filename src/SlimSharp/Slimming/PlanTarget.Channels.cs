using SlimSharp.Networks;

namespace SlimSharp.Slimming;

public abstract partial record PlanTarget
{
    public sealed partial record Channels
    {
        /// <summary>How many channels of a group are to stay, or null if none of its layers is named.</summary>
        /// <exception cref="PlanException">Two numbers are given, or more than there are.</exception>
        internal int? Of(ChannelGroup group)
        {
            var named = Kept.Where(k => group.Channels.Keys.Any(n => PlanOptions.IsNamed(k.Key, n))).ToArray();
            if (named.Length == 0)
                return null;
            var (layer, number) = named[0];
            if (named.FirstOrDefault(k => k.Value != number) is { Key: { } other, Value: var another })
                throw new PlanException(
                    $"'{layer}' is to keep {number} channels and '{other}' {another}, but they are cut together "
                        + $"('{group.Name}'): give one number."
                );
            if (number > group.Units)
                throw new PlanException(
                    $"'{layer}' is to keep {number} channels, but '{group.Name}' has only {group.Units}."
                );
            return number;
        }

        /// <summary>Throws where a name is that of no layer.</summary>
        /// <exception cref="PlanException">One is.</exception>
        internal void CheckNames(IChannelGraph graph)
        {
            if (Kept.Keys.FirstOrDefault(k => !graph.Nodes.Any(n => PlanOptions.IsNamed(k, n))) is { } stray)
                throw new PlanException(
                    $"The target gives channels of '{stray}', which names no layer of {graph.Name}."
                );
        }

        /// <summary>Throws where a name is only that of layers that cannot be cut.</summary>
        /// <param name="groups">All groups.</param>
        /// <exception cref="PlanException">One is.</exception>
        internal void CheckFree(IReadOnlyList<Candidate> groups)
        {
            foreach (var layer in Kept.Keys)
            {
                var named = groups.Where(g => g.Group.Channels.Keys.Any(n => PlanOptions.IsNamed(layer, n))).ToArray();
                if (named.All(g => g.Stays is not null))
                    throw new PlanException(
                        $"The target gives channels of '{layer}', which may not be cut"
                            + (named is [var first, ..] ? $": {first.Stays}." : ".")
                    );
            }
        }
    }
}
