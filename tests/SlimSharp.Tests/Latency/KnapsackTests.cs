using CsCheck;
using SlimSharp.Latency;

namespace SlimSharp.Tests.Latency;

public class KnapsackTests
{
    private static readonly Gen<Knapsack.Item[]> Class =
        from cost in Gen.Int[-20, 20].Array[1, 5]
        from loss in Gen.Int[0, 30].Array[5]
        select cost.Select((c, i) => new Knapsack.Item(c, loss[i])).ToArray();

    [Fact]
    public void No_choice_of_brute_force_loses_less() =>
        (from classes in Class.Array[1, 5] from spare in Gen.Int[0, 60] select (classes, spare)).Sample(x =>
        {
            // Costs are whole numbers and the capacity ends in a half, so that rounding up to a 2000th of 60 decides
            // nothing.
            var capacity = x.classes.Sum(c => c.Min(i => i.Cost)) + x.spare + 0.5;
            var chosen = Knapsack.Solve(x.classes, capacity);
            var items = x.classes.Zip(chosen, (c, i) => c[i]).ToArray();
            Assert.True(items.Sum(i => i.Cost) <= capacity);
            Assert.Equal(Best(x.classes, 0, capacity), items.Sum(i => i.Loss));
        });

    [Fact]
    public void What_cannot_fit_gets_the_cheapest_of_each() =>
        Assert.Equal(
            [1, 0],
            Knapsack.Solve(
                [
                    [new(3, 0), new(1, 5)],
                    [new(2, 1), new(4, 0)],
                ],
                2
            )
        );

    private static double Best(Knapsack.Item[][] classes, int at, double capacity)
    {
        if (at == classes.Length)
            return capacity >= 0 ? 0 : double.PositiveInfinity;
        return classes[at].Min(i => i.Loss + Best(classes, at + 1, capacity - i.Cost));
    }
}
