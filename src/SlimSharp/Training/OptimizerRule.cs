namespace SlimSharp.Training;

/// <summary>
/// One rule of an optimiser's chain. Each changes the direction in which a parameter is about to go, which begins as
/// its gradient; behind the last the parameter goes against it by the learning rate.
/// </summary>
public abstract record OptimizerRule
{
    /// <summary>The parameters that it is for.</summary>
    public ParameterSelector Of { get; init; } = ParameterSelector.All;

    /// <summary>The names of the tensors that it remembers for every parameter; they begin as zeros.</summary>
    public virtual IReadOnlyList<string> Memory => [];

    /// <summary>
    /// What it makes of the distance that a constant gradient moves a parameter per step in the long run: 1/(1 −
    /// momentum), for example.
    /// </summary>
    public virtual double Reach => 1;

    /// <summary>Whether it looks at all parameters together, as clipping by their joint norm does.</summary>
    public virtual bool IsJoint => false;

    /// <summary>Throws if a number of it is out of range.</summary>
    /// <exception cref="TrainingException">The message names it.</exception>
    public virtual void Check() { }

    /// <summary>Changes the direction of one parameter, in place.</summary>
    /// <param name="slot">The parameter; its gradient is the direction so far.</param>
    /// <param name="memory">Where the tensors that this rule remembers begin in the slot's memory.</param>
    /// <param name="learningRate">Of this step.</param>
    /// <param name="count">The number of this step, from 1.</param>
    public abstract void Change(in OptimizerSlot slot, int memory, double learningRate, long count);

    /// <summary>Changes the directions of all parameters that it is for.</summary>
    internal virtual void ChangeAll(
        IReadOnlyList<OptimizerSlot> slots,
        Func<OptimizerSlot, int> memory,
        double learningRate,
        long count
    )
    {
        foreach (var slot in slots)
            Change(slot, memory(slot), learningRate, count);
    }

    /// <summary>The text form, which <see cref="Optimizer.Parse"/> reads as a part of a chain.</summary>
    public abstract override string ToString();

    /// <summary>A text form with the selection, where that is not all.</summary>
    private protected string Form(FormattableString form)
    {
        var text = FormattableString.Invariant(form);
        return Of.Equals(ParameterSelector.All)
            ? text
            : $"{text}{(text.Contains(':', StringComparison.Ordinal) ? ',' : ':')}of={Of}";
    }

    private protected static void Require(bool holds, string what, double value, string range)
    {
        if (!holds)
            throw new TrainingException(FormattableString.Invariant($"{what} is {value}, but must be {range}."));
    }
}
