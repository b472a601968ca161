using System.Diagnostics;

namespace SlimSharp.Training;

/// <summary>Time: since the last checkpoint, of this epoch, and left.</summary>
internal sealed class Pace(int epochs, int batches, TrainingPosition start)
{
    private readonly long _begun = Stopwatch.GetTimestamp();
    private long _epochBegun = Stopwatch.GetTimestamp();
    private long _saved = Stopwatch.GetTimestamp();

    internal TimeSpan SinceSave => Stopwatch.GetElapsedTime(_saved);

    internal void Saved() => _saved = Stopwatch.GetTimestamp();

    internal double TakeSeconds()
    {
        var seconds = Stopwatch.GetElapsedTime(_epochBegun).TotalSeconds;
        _epochBegun = Stopwatch.GetTimestamp();
        return seconds;
    }

    internal TimeSpan Remaining(TrainingPosition now)
    {
        double Done(TrainingPosition p) => p.Epoch * batches + p.Batch;
        var done = Done(now) - Done(start);
        return done <= 0
            ? TimeSpan.Zero
            : Stopwatch.GetElapsedTime(_begun) * (((double)epochs * batches - Done(now)) / done);
    }
}
