using SlimSharp.Training;

namespace SlimSharp.Experiments;

/// <summary>
/// What is told how an experiment goes. Whoever wants to show or keep it derives from this and overrides what is of
/// interest; <see cref="Silent"/> does nothing, <see cref="TextJournal"/> writes lines.
/// </summary>
public class Journal
{
    /// <summary>One that does nothing.</summary>
    public static Journal Silent { get; } = new();

    /// <summary>Something worth reading, as a sentence or a line; empty for a space between parts.</summary>
    public virtual void Say(string text = "") { }

    /// <summary>Something that whoever uses the result should know, as a sentence.</summary>
    public virtual void Warn(string text) { }

    /// <summary>Long work begins; returns what is told how many of how many parts are done.</summary>
    /// <param name="what">The work in a few words, as in "measuring layers".</param>
    public virtual Action<int, int> Progress(string what) => (_, _) => { };

    /// <summary>A training begins; returns what is told how it goes.</summary>
    /// <param name="done">The epochs that were done before it was stopped.</param>
    public virtual IProgress<TrainingProgress> Training(IReadOnlyList<EpochMetrics> done) =>
        new Unseen<TrainingProgress>();

    /// <summary>What is to be cut is decided; nothing is cut yet.</summary>
    public virtual void Planned(PlannedCut cut) { }

    /// <summary>The cut network is written.</summary>
    public virtual void Pruned(PrunedModel model) { }

    /// <summary>
    /// A sentence in the words of whoever reads it: the library names properties, such as PlanOptions.Keep, for which
    /// a program may have names of its own.
    /// </summary>
    public virtual string Named(string sentence) => sentence;

    private sealed class Unseen<T> : IProgress<T>
    {
        public void Report(T value) { }
    }
}
